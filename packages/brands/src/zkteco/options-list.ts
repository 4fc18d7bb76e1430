import type { Json, JsonObject } from '@biolistener/core';
import { textOf } from './field-text.ts';
import { reportsMultiBio, versionsOf } from './versions.ts';

/** Option names whose value is a secret: never kept (communication keys, passwords). */
const SECRET_NAME = /pwd|passw|commkey|comkey|secret|token|qrcodedecryptkey/i;
export const HIDDEN = '(hidden)';
const OPTIONS_LIMIT = 600;
const VALUE_LIMIT = 1000;

/** One option, safe to keep in the profile. */
export const optionValue = (name: string, value: string): string =>
  SECRET_NAME.test(name) && value !== '' ? HIDDEN : textOf(value).slice(0, VALUE_LIMIT);

/**
 * Reads `key=value` pairs joined by commas, LF, CR or TAB; a piece without `=` belongs, with its separator, to the value
 * before it (`~OEMVendor=ACME CO., LTD.`). Source: protocols/zkteco-push.md §2.8.
 */
export function readOptions(latin1: string): Record<string, string> {
  const options = new Map<string, string>();
  let key: string | undefined;
  for (const piece of latin1.split(/(?=[,\n\r\t])/)) {
    const hasSeparator = /^[,\n\r\t]/.test(piece);
    const body = hasSeparator ? piece.slice(1) : piece;
    const equals = body.indexOf('=');
    if (equals < 0) {
      const isSpace = body.trim() === '' && !piece.startsWith(',');
      if (key !== undefined && !isSpace) options.set(key, (options.get(key) ?? '') + piece);
      continue;
    }
    key = body.slice(0, equals).trim().slice(0, 100);
    if (options.size < OPTIONS_LIMIT) options.set(key, body.slice(equals + 1));
  }
  return Object.fromEntries(Array.from(options, ([name, value]) => [name, optionValue(name, value)]));
}

const isOther = (before: Json | undefined, now: string | undefined): boolean =>
  before !== undefined && now !== undefined && now !== '' && before !== now;

/** Firmware of attendance and of access terminals. */
const FIRMWARE = ['FWVersion', 'FirmVer'] as const;

/** Capabilities out of options, merged over those of before; top-level keys of the profile. */
export function profileOfOptions(before: JsonObject, fresh: Readonly<Record<string, string>>): JsonObject {
  const known = before['options'];
  const isObject = typeof known === 'object' && known !== null && !Array.isArray(known);
  const options: JsonObject = { ...(isObject ? (known as JsonObject) : {}), ...fresh }; // checked on the line above
  const profile: Record<string, Json> = { options };
  // what the old firmware did not have the new one may
  const isUpdated = isObject && FIRMWARE.some((name) => isOther((known as JsonObject)[name], fresh[name])); // checked above
  if (isUpdated && before['unsupported'] !== undefined) profile['unsupported'] = null;
  const algorithms = versionsOf({ ...before, options });
  if (Object.keys(algorithms).length > 0) profile['algorithms'] = { ...algorithms };
  const bioData = bioDataOf(options);
  if (bioData !== undefined) profile['bioData'] = bioData;
  if (reportsMultiBio({ options })) profile['multiBio'] = true;
  const plain: readonly [string, string][] = [
    ['firmware', 'FirmVer'],
    ['firmware', 'FWVersion'],
    ['model', '~DeviceName'],
    ['platform', '~Platform'],
    ['macAddress', 'MAC'],
    ['pushFirmware', 'PushVersion'],
  ];
  for (const [name, option] of plain) {
    const value = fresh[option];
    if (value !== undefined && value !== '') profile[name] = value;
  }
  return profile;
}

/** An explicit 0 or 1 of BioDataFun is believed, else any 1 in the list (§2.8). */
function bioDataOf(options: JsonObject): boolean | undefined {
  const flag = options['BioDataFun'];
  if (flag === '0' || flag === '1') return flag === '1';
  const list = options['MultiBioDataSupport'];
  return typeof list === 'string' && list !== '' ? list.split(':').includes('1') : undefined;
}
