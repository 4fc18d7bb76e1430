import type { Json, Template, TemplateKind, TerminalUser } from '@biolistener/core';
import { binaryAt, inlineBinary, referenceOf } from './binaries.ts';
import { BACKUP, PRIVILEGES } from './codes.ts';
import { integerOf, isFields, textOf, type Fields } from './fields.ts';
import { learnPadding, libNameOf, park, pinOf, userIdOf, type Message } from './findings.ts';

const asciiOf = (data: Uint8Array): string =>
  Buffer.from(data)
    .toString('latin1')
    .replace(/[\0\s]+$/, '');

type Secrets = Partial<Record<'password' | 'card', string>>;

/** What a `backup_number` stands for (§5.4); undefined for numbers that no document names. */
export function templateSlot(backupNumber: number): { kind: TemplateKind; no: number } | undefined {
  if (backupNumber >= 0 && backupNumber <= 9) return { kind: 'fingerprint', no: backupNumber };
  if (backupNumber === BACKUP.face) return { kind: 'face', no: 0 };
  if (backupNumber === BACKUP.fingerVein) return { kind: 'finger-vein', no: 0 };
  const isPalm = backupNumber >= BACKUP.firstPalm && backupNumber <= BACKUP.lastPalm;
  return isPalm ? { kind: 'palm', no: backupNumber - BACKUP.firstPalm } : undefined;
}

const VERSION_KEYS: Partial<Record<TemplateKind, string>> = {
  fingerprint: 'fpDataVer',
  face: 'faceDataVer',
  palm: 'palmDataVer',
  'finger-vein': 'veinDataVer',
};

/** The profile's format version of one kind; empty when the terminal does not say. */
export function templateVersion(kind: TemplateKind, profile: Readonly<Record<string, Json>>): string {
  return textOf(profile[VERSION_KEYS[kind] ?? '']) ?? '';
}

function templateOf(
  slot: { kind: TemplateKind; no: number },
  userId: string,
  data: Uint8Array,
  message: Message,
): Template {
  return {
    pin: pinOf(userId, message.ctx),
    ...slot,
    index: 0,
    algorithm: libNameOf(message) ?? '',
    version: templateVersion(slot.kind, message.ctx.terminal.profile),
    isValid: true,
    isDuress: false,
    declaredSize: data.length,
    encoding: 'binary',
    data,
  };
}

function takePhoto(userId: string, data: Uint8Array, message: Message): void {
  const pin = pinOf(userId, message.ctx);
  const fileName = `${pin.replaceAll(/\W/g, '_')}.jpg`;
  message.found.events.push({
    kind: 'photo',
    photo: { kind: 'user', pin, wallTime: undefined, fileName, declaredSize: data.length, data },
  });
}

/** One credential; passwords and cards are fields of the user and come back, the rest become events. */
export function takeCredential(item: Fields, userId: string, message: Message): Secrets {
  const value = item['enroll_data'];
  const data = binaryAt(value, message.frame) ?? inlineBinary(value);
  const number = integerOf(item['backup_number']);
  if (data === undefined) {
    const isNoData = value === undefined || value === null || value === '';
    if (!isNoData)
      park(
        message,
        'EB_BINARY_MISSING',
        `credential ${number ?? '?'} names data that did not come`,
        message.frame.text,
      );
    return {};
  }
  if (data.length === 0) return {};
  if (number === BACKUP.password) return { password: asciiOf(data) };
  if (number === BACKUP.card) return { card: asciiOf(data) };
  const slot = number === undefined ? undefined : templateSlot(number);
  if (number === BACKUP.photo2019 || number === BACKUP.photo2023) takePhoto(userId, data, message);
  else if (slot) message.found.events.push({ kind: 'template', template: templateOf(slot, userId, data, message) });
  else park(message, 'EB_BACKUP_NUMBER_UNKNOWN', `backup_number ${number ?? 'missing'}`, data);
  return {};
}

/** `USER`, `MANAGER` … or a small number (M50 family); a word that no document has stays in `extra`. */
export const privilegeOf = (value: unknown): number | undefined =>
  integerOf(value) ?? PRIVILEGES.get((textOf(value) ?? '').trim().toUpperCase());

function enabledOf(json: Fields): boolean | undefined {
  const flag = textOf(json['enable_flag'])?.trim().toUpperCase();
  if (flag === 'ON' || flag === 'OFF') return flag === 'ON';
  const number = integerOf(json['user_enabled']);
  return number === undefined ? undefined : number !== 0;
}

function userFields(json: Fields): Partial<TerminalUser> {
  const privilege = privilegeOf(json['user_privilege']);
  const isEnabled = enabledOf(json);
  const name = textOf(json['user_name']);
  const group = textOf(json['user_depart_id']);
  const password = textOf(json['user_pass']);
  return {
    ...(name === undefined ? {} : { name }),
    ...(privilege === undefined ? {} : { privilege }),
    ...(isEnabled === undefined ? {} : { isEnabled }),
    ...(group === undefined ? {} : { group }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

function extraOf(json: Fields, userId: string, card: string | undefined): Record<string, Json> {
  const word = textOf(json['user_privilege']);
  const vid = textOf(json['user_vid'])?.trim();
  return {
    deviceUserId: userId,
    ...(word !== undefined && privilegeOf(word) === undefined ? { privilegeWord: word.slice(0, 40) } : {}),
    ...(vid === undefined || vid === '' ? {} : { userVid: vid.slice(0, 40) }),
    // slot 11 also holds the text of a QR code, which is no card number
    ...(card !== undefined && !/^\d+$/.test(card) ? { cardText: card.slice(0, 200) } : {}),
  };
}

/**
 * A user with whatever credentials came along: `realtime_enroll_data` and the result of `GET_USER_INFO`.
 * An empty list of credentials says nothing about the templates that we hold (§5.4).
 * Source: protocols/ebkn-fkweb.md §4.3, §5.4; cases B01, B02, D06–D08.
 */
export function takeUser(json: Fields, message: Message): void {
  const userId = userIdOf(textOf(json['user_id']));
  if (userId === undefined) {
    park(message, 'EB_RECORD_WITHOUT_USER', 'a user without user_id');
    return;
  }
  learnPadding(userId, message.found);
  const list: unknown = json['enroll_data_array'];
  let secrets: Secrets = {};
  for (const item of Array.isArray(list) ? list.filter(isFields) : []) {
    secrets = { ...secrets, ...takeCredential(item, userId, message) };
  }
  const photo = binaryAt(json['user_photo'], message.frame) ?? inlineBinary(json['user_photo']);
  if (photo && photo.length > 0) takePhoto(userId, photo, message);
  else if (referenceOf(json['user_photo']) !== undefined && photo === undefined) {
    park(message, 'EB_BINARY_MISSING', 'user_photo names data that did not come', message.frame.text);
  }
  const { password, card } = secrets;
  const user: TerminalUser = {
    pin: pinOf(userId, message.ctx),
    ...userFields(json),
    ...(password === undefined ? {} : { password }),
    ...(card !== undefined && /^\d+$/.test(card) ? { card } : {}),
    ...(message.frame.charset === undefined ? {} : { charset: message.frame.charset }),
    extra: extraOf(json, userId, card),
  };
  message.found.events.push({ kind: 'user', user });
}

/** `GET_ENROLL_DATA`: one credential, which may not say whose it is (§5). */
export function takeEnrolData(json: Fields, message: Message): void {
  const userId = userIdOf(textOf(json['user_id']));
  const number = integerOf(json['backup_number']);
  if (userId === undefined || number === undefined) {
    park(message, 'EB_ENROL_DATA_WITHOUT_OWNER', 'enroll_data came without user_id or backup_number');
    return;
  }
  const { password, card } = takeCredential(json, userId, message);
  if (password === undefined && card === undefined) return;
  const secrets = {
    ...(password === undefined ? {} : { password }),
    ...(card !== undefined && /^\d+$/.test(card) ? { card } : {}),
  };
  const user: TerminalUser = { pin: pinOf(userId, message.ctx), ...secrets, extra: extraOf(json, userId, card) };
  message.found.events.push({ kind: 'user', user });
}
