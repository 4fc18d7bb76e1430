import type { ErpNextClient, Filter } from '../client.ts';
import { RequestFailed } from '../failure.ts';
import { DeskSite, nameOf } from './site.ts';
import type { Row } from './names.ts';

/**
 * How the public app `biometric_integration` calls its things. The first generation has the DocType names that ours have
 * too; only its own fields tell it apart.
 */
export interface ImportGeneration {
  readonly name: 'v1' | 'v2';
  readonly device: string;
  readonly user: string;
  readonly link: string;
  readonly linkedDevice: string;
  readonly isEverywhere: string;
  readonly isSyncOff: string;
  readonly userFields: readonly string[];
}

const GENERATIONS: readonly ImportGeneration[] = [
  {
    name: 'v2',
    device: 'Attendance Device',
    user: 'Attendance Device User',
    link: 'Attendance Device Link',
    linkedDevice: 'attendance_device',
    isEverywhere: 'allow_in_all_devices',
    isSyncOff: 'disable_employee_sync',
    userFields: ['employee_name', 'privilege', 'device_password'],
  },
  {
    name: 'v1',
    device: 'Biometric Device',
    user: 'Biometric Device User',
    link: 'Biometric Device User Detail',
    linkedDevice: 'biometric_device',
    isEverywhere: 'allow_user_in_all_devices',
    isSyncOff: 'disable_syncing_employees',
    userFields: [],
  },
];

export interface ImportSource {
  readonly generation: ImportGeneration;
  readonly devices: readonly Row[];
  readonly users: readonly Row[];
  /** By the name of the user. */
  readonly links: ReadonlyMap<string, readonly Row[]>;
}

/** The newer one first. Undefined when the site has neither. Errors: RequestFailed when the key may not read it. */
export async function readImportSource(client: ErpNextClient): Promise<ImportSource | undefined> {
  for (const generation of GENERATIONS) if (await isThere(client, generation)) return readAll(client, generation);
  return undefined;
}

async function isThere(client: ErpNextClient, { user }: ImportGeneration): Promise<boolean> {
  try {
    const fields = ['name', 'zkteco_enroll_data', 'ebkn_enroll_data'];
    await client.list(user, { fields, orderBy: 'name asc', length: 1 });
    return true;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    // no such DocType, or one of that name without these fields: ours
    if (['not-there', 'missing', 'refused'].includes(error.failure.kind)) return false;
    throw error;
  }
}

async function readAll(client: ErpNextClient, generation: ImportGeneration): Promise<ImportSource> {
  const site = new DeskSite(client, (request) => request());
  const gather = async (doctype: string, fields: readonly string[], parent?: string): Promise<Row[]> => {
    const rows: Row[] = [];
    const none: Filter[] = [];
    for await (const page of site.all({ doctype, fields, ...(parent === undefined ? {} : { parent }) }, none))
      rows.push(...page);
    return rows;
  };
  const { device, user, link, linkedDevice, isEverywhere, isSyncOff, userFields } = generation;
  const links = new Map<string, Row[]>();
  for (const row of await gather(link, ['name', 'parent', linkedDevice, 'brand', 'enroll_data_source'], user)) {
    const parent = typeof row['parent'] === 'string' ? row['parent'] : '';
    links.set(parent, [...(links.get(parent) ?? []), row]);
  }
  const byName = (rows: Row[]): Row[] => rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return {
    generation,
    devices: byName(await gather(device, ['name', 'serial', 'device_name', 'brand', 'branch', 'disabled', isSyncOff])),
    users: byName(
      await gather(user, [
        ...['name', 'user_id', 'employee', 'zkteco_enroll_data', 'ebkn_enroll_data'],
        ...[isEverywhere, ...userFields],
      ]),
    ),
    links,
  };
}
