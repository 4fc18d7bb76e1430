import type { JsonObject } from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { decodeBase64 } from './cipher.ts';
import { BACKUP } from './codes.ts';
import { Refusal, textParameter } from './command-parameters.ts';
import { dataLibOf } from './data-lib.ts';
import { integerOf } from './fields.ts';
import { templateSlot, templateVersion } from './user-object.ts';

/**
 * The `backup_number` of a credential: given as `backupNumber`, or as `kind` and `no` of a template.
 * Source: protocols/ebkn-fkweb.md §5.4.
 */
export function backupNumberFor(parameters: JsonObject): number {
  const given = integerOf(parameters['backupNumber']);
  if (given !== undefined) return checked(given);
  const no = integerOf(parameters['no']) ?? 0;
  switch (textParameter(parameters, 'kind')) {
    case 'fingerprint':
      return no >= 0 && no <= 9 ? no : unknownSlot();
    case 'palm':
    case 'palm-vein':
      return checked(BACKUP.firstPalm + (no >= 0 && no <= 3 ? no : 100));
    case 'face':
      return BACKUP.face;
    case 'finger-vein':
      return BACKUP.fingerVein;
    case 'password':
      return BACKUP.password;
    case 'card':
      return BACKUP.card;
    default:
      return unknownSlot();
  }
}

function unknownSlot(): never {
  throw new Refusal('EB_COMMAND_PARAMETERS', 'no credential slot: give backupNumber, or kind and no');
}

function checked(number: number): number {
  const isSecret = number === BACKUP.password || number === BACKUP.card;
  return isSecret || templateSlot(number) ? number : unknownSlot();
}

/** Formats are only understood by the same library and version (§4.1): what does not say its own is not sent. */
function refuseForeign(parameters: JsonObject, ctx: EncodeContext): void {
  const slot = templateSlot(backupNumberFor(parameters));
  if (!slot) return;
  const { profile } = ctx.terminal;
  const own = typeof profile['dataLib'] === 'string' ? profile['dataLib'] : '';
  const algorithm = textParameter(parameters, 'algorithm') ?? '';
  const version = textParameter(parameters, 'version') ?? '';
  const ownVersion = templateVersion(slot.kind, profile);
  const isSameLib = algorithm.toUpperCase() === own.toUpperCase() && dataLibOf(own) !== undefined;
  const isSameVersion = version === ownVersion || version === '' || ownVersion === '';
  if (isSameLib && isSameVersion) return;
  const detail = `template ${algorithm || '(no library)'} ${version}, terminal ${own} ${ownVersion}`;
  throw new Refusal('EB_TEMPLATE_FAMILY', detail);
}

/** The bytes of a base64 parameter, never empty: an empty binary would shift every later one (§2.6). */
export function templateData(parameters: JsonObject, name: string, ctx?: EncodeContext): Uint8Array {
  if (ctx) refuseForeign(parameters, ctx);
  const data = decodeBase64(Buffer.from(textParameter(parameters, name) ?? '', 'latin1'));
  if (!data || data.length === 0) throw new Refusal('EB_COMMAND_PARAMETERS', `${name} must be base64 and not empty`);
  return data;
}
