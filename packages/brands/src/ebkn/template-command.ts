import type { JsonObject } from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { decodeBase64 } from './cipher.ts';
import { BACKUP } from './codes.ts';
import { Refusal, textParameter } from './command-parameters.ts';
import { slotOf, templateProblem } from './compatibility.ts';
import { integerOf } from './fields.ts';
import { templateSlot } from './user-object.ts';

/**
 * The `backup_number` of a credential: given as `backupNumber`, or as `kind` and `no` of a template.
 * Source: protocols/ebkn-fkweb.md §5.4.
 */
export function backupNumberFor(parameters: JsonObject): number {
  const given = integerOf(parameters['backupNumber']);
  if (given !== undefined) return checked(given);
  const kind = textParameter(parameters, 'kind') ?? '';
  if (kind === 'password') return BACKUP.password;
  if (kind === 'card') return BACKUP.card;
  return slotOf(kind, integerOf(parameters['no']) ?? 0) ?? unknownSlot();
}

function unknownSlot(): never {
  throw new Refusal('EB_COMMAND_PARAMETERS', 'no credential slot: give backupNumber, or kind and no');
}

function checked(number: number): number {
  const isSecret = number === BACKUP.password || number === BACKUP.card;
  return isSecret || templateSlot(number) ? number : unknownSlot();
}

/** A template that names a slot as well as a kind is judged by its slot. */
function refuseForeign(parameters: JsonObject, ctx: EncodeContext): void {
  const slot = templateSlot(backupNumberFor(parameters));
  if (!slot) return;
  const algorithm = textParameter(parameters, 'algorithm') ?? '';
  const version = textParameter(parameters, 'version') ?? '';
  const problem = templateProblem({ ...slot, algorithm, version }, ctx.terminal.profile);
  if (problem) throw new Refusal(problem.reason, problem.detail);
}

/** The bytes of a base64 parameter, never empty: an empty binary would shift every later one (§2.6). */
export function templateData(parameters: JsonObject, name: string, ctx?: EncodeContext): Uint8Array {
  if (ctx) refuseForeign(parameters, ctx);
  const data = decodeBase64(Buffer.from(textParameter(parameters, name) ?? '', 'latin1'));
  if (!data || data.length === 0) throw new Refusal('EB_COMMAND_PARAMETERS', `${name} must be base64 and not empty`);
  return data;
}
