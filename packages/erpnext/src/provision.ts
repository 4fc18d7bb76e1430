import type { ErpNextClient } from './client.ts';
import { CUSTOM_FIELD, EMPLOYEE_CHECKIN, PUNCH_ID_FIELD } from './doctypes.ts';
import { erpnextError } from './errors.ts';
import { RequestFailed } from './failure.ts';
import { loadDefinitions } from './site/definitions.ts';
import { punchIdDefinition } from './site/parts.ts';

export interface ProvisionReport {
  readonly field: string;
  readonly what: 'created' | 'was there' | 'made unique';
}

const FIELD_NAME = `${EMPLOYEE_CHECKIN}-${PUNCH_ID_FIELD}`;

/**
 * Adds the unique custom field to Employee Checkin, with the key of a System Manager (contract §5.1, §5.3). Safe to
 * repeat; what counts is what reads back, not what was answered.
 * Errors: RequestFailed when the key may not; ERPNEXT_REFUSED when the field is there but is not unique and cannot be.
 */
export async function provisionPunchIdField(client: ErpNextClient): Promise<ProvisionReport> {
  const existing = await readField(client);
  if (existing === 'unique') return { field: PUNCH_ID_FIELD, what: 'was there' };
  if (existing === 'plain') {
    await client.update(CUSTOM_FIELD, FIELD_NAME, { unique: 1, no_copy: 1, read_only: 1 });
    return verified(client, 'made unique');
  }
  try {
    await client.create(CUSTOM_FIELD, punchIdDefinition(loadDefinitions(), FIELD_NAME));
  } catch (error) {
    // 417, not 409, when somebody else was faster (contract §5.3): reading back decides
    if (!(error instanceof RequestFailed && /already exists/i.test(error.failure.text))) throw error;
  }
  return verified(client, 'created');
}

async function verified(client: ErpNextClient, what: ProvisionReport['what']): Promise<ProvisionReport> {
  if ((await readField(client)) === 'unique') return { field: PUNCH_ID_FIELD, what };
  throw erpnextError(
    'ERPNEXT_REFUSED',
    `The custom field ${PUNCH_ID_FIELD} was made but does not read back as unique.`,
  );
}

/** Throws RequestFailed for a key that may not look. */
export async function readField(client: ErpNextClient): Promise<'absent' | 'plain' | 'unique'> {
  try {
    const field = await client.get(CUSTOM_FIELD, FIELD_NAME);
    return Number(field['unique']) === 1 ? 'unique' : 'plain';
  } catch (error) {
    if (error instanceof RequestFailed && error.failure.kind === 'missing') return 'absent';
    throw error;
  }
}
