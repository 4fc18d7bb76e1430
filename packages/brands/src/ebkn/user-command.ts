import type { JsonObject } from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { BACKUP, PRIVILEGE_WORDS } from './codes.ts';
import { Refusal, textParameter, userIdFor } from './command-parameters.ts';
import { dataLibOf } from './data-lib.ts';
import type { CommandWords } from './encode.ts';
import { integerOf, isFields } from './fields.ts';
import { backupNumberFor, templateData } from './template-command.ts';

/** `USER`, `MANAGER` …; the M50 family takes the number (§5.4). */
function privilegeWord(parameters: JsonObject, ctx: EncodeContext): string | number {
  const number = integerOf(parameters['privilege'] ?? 0);
  const word = number === undefined ? undefined : PRIVILEGE_WORDS[number];
  if (number === undefined || word === undefined)
    throw new Refusal('EB_COMMAND_PARAMETERS', 'privilege must be 0 to 3');
  const library = ctx.terminal.profile['dataLib'];
  return typeof library === 'string' && dataLibOf(library) === 'M50' ? number : word;
}

function onOff(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF';
  throw new Refusal('EB_COMMAND_PARAMETERS', 'isEnabled must be true or false');
}

const SINGLE: Readonly<
  Record<string, (parameters: JsonObject, ctx: EncodeContext) => { word: string; json: JsonObject }>
> = {
  name: (parameters) => ({
    word: 'SET_USER_NAME',
    json: { user_name: textParameter(parameters, 'name') ?? '' },
  }),
  privilege: (parameters, ctx) => ({
    word: 'SET_USER_PRIVILEGE',
    json: { user_privilege: privilegeWord(parameters, ctx) },
  }),
  isEnabled: (parameters) => ({ word: 'ENABLE_USER', json: { enable_flag: onOff(parameters['isEnabled']) } }),
};

const OWNER_KEYS: ReadonlySet<string> = new Set(['pin', 'deviceUserId', 'isComplete']);

/**
 * `user.update`. A whole user (`isComplete: true`) is `SET_USER_INFO`; one single field has its own verb; anything
 * between is refused, because some models delete what a partial user leaves out (§5.4).
 */
export function writeUser(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const user_id = userIdFor(parameters, ctx);
  if (parameters['isComplete'] === true) return writeWholeUser(user_id, parameters, ctx);
  const changed = Object.keys(parameters).filter((key) => !OWNER_KEYS.has(key) && parameters[key] !== undefined);
  const [only = ''] = changed;
  const single = changed.length === 1 && Object.hasOwn(SINGLE, only) ? SINGLE[only] : undefined;
  if (!single) {
    throw new Refusal('EB_USER_PARTIAL', `a part of a user (${changed.join(', ') || 'nothing'}) cannot be sent alone`);
  }
  const { word, json } = single(parameters, ctx);
  return { word, json: { user_id, ...json } };
}

interface Credential {
  readonly backupNumber: number;
  readonly data: Uint8Array;
}

/** Passwords and cards are ASCII digits without NUL (§5.4). */
function digits(parameters: JsonObject, name: string, backupNumber: number): Credential[] {
  const text = textParameter(parameters, name);
  if (text === undefined || text === '') return [];
  if (!/^\d{1,24}$/.test(text)) throw new Refusal('EB_COMMAND_PARAMETERS', `${name} must be digits`);
  return [{ backupNumber, data: Buffer.from(text) }];
}

function credentialsOf(parameters: JsonObject, ctx: EncodeContext): Credential[] {
  const list: unknown = parameters['templates'] ?? [];
  if (!Array.isArray(list) || !list.every(isFields))
    throw new Refusal('EB_COMMAND_PARAMETERS', 'templates must be a list of objects');
  // parameters are JSON, so the objects in them are JSON objects
  const templates = (list as JsonObject[]).map((template) => ({
    backupNumber: backupNumberFor(template),
    data: templateData(template, 'data', ctx),
  }));
  const all = [
    ...templates,
    ...digits(parameters, 'password', BACKUP.password),
    ...digits(parameters, 'card', BACKUP.card),
  ].sort((a, b) => a.backupNumber - b.backupNumber);
  const numbers = new Set(all.map(({ backupNumber }) => backupNumber));
  if (numbers.size < all.length) throw new Refusal('EB_COMMAND_PARAMETERS', 'one credential slot is used twice');
  return all;
}

/** Keys in the order of the document's table, and only its first five rows and the photo (§5.4, last paragraph). Case E03. */
function writeWholeUser(user_id: string, parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const credentials = credentialsOf(parameters, ctx);
  const hasPhoto = parameters['photo'] !== undefined && parameters['photo'] !== null;
  const photo = hasPhoto ? templateData(parameters, 'photo') : undefined;
  const slot = ctx.terminal.options?.['photoBackup'];
  const isSlotted = photo !== undefined && (slot === BACKUP.photo2019 || slot === BACKUP.photo2023);
  if (isSlotted) credentials.push({ backupNumber: slot, data: photo });
  const binaries = credentials.map(({ data }) => data);
  const enroll_data_array = credentials.map(({ backupNumber }, i) => ({
    backup_number: backupNumber,
    enroll_data: `BIN_${i + 1}`,
  }));
  if (photo && !isSlotted) binaries.push(photo);
  const json: JsonObject = {
    user_id,
    user_name: textParameter(parameters, 'name') ?? '',
    user_privilege: privilegeWord(parameters, ctx),
    enroll_data_array,
    ...(photo && !isSlotted ? { user_photo: `BIN_${binaries.length}` } : {}),
  };
  return { word: 'SET_USER_INFO', json, binaries };
}
