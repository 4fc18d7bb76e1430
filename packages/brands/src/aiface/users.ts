import { asPin, type Pin, type TerminalUser } from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import { decodeBase64 } from './base64.ts';
import { ALGORITHM, placeOfSlot, SLOT } from './codes.ts';
import { asMessage, park, type Findings } from './findings.ts';
import { enrollIdOf, integerOf, textOf, type Fields } from './message.ts';

/** The version under which templates of a terminal go: of fingers what it names, of all else its model (§4.2). */
export function versionFor(algorithm: string, profile: DecodeContext['terminal']['profile']): string {
  const told = profile[algorithm === ALGORITHM.finger ? 'fpalgo' : 'model'];
  return typeof told === 'string' ? told : '';
}

const MOST_DIGITS = /^\d{1,20}$/;

/**
 * Takes one credential with whose it is: `senduser`, and what `getuserinfo` answers. The person is told by every one; without
 * `backupnum` nothing else is in it. Source: protocols/aiface-websocket.md §5.3, §6.3; C15.
 */
export function takeCredential(fields: Fields, ctx: DecodeContext, found: Findings): void {
  const enrollId = enrollIdOf(fields['enrollid']);
  const keep = (): Uint8Array => asMessage('senduser', fields);
  if (enrollId === undefined || enrollId === '0') {
    return park(found, 'AI_RECORD_WITHOUT_USER', 'the credential names no user', 'senduser', keep());
  }
  const pin = asPin(enrollId);
  const slot = integerOf(fields['backupnum']);
  const record = textOf(fields['record'] ?? '');
  const isKnown = record !== undefined && (slot !== undefined || isNothing(slot, record));
  found.events.push({ kind: 'user', user: { ...userOf(pin, fields), ...(isKnown ? secretOf(slot, record) : {}) } });
  if (isKnown && (slot === SLOT.password || slot === SLOT.card || isNothing(slot, record))) return;
  const isTaken = isKnown && slot !== undefined && takeBiometric(pin, slot, record, ctx, found);
  if (!isTaken) park(found, 'AI_SLOT_UNKNOWN', detailOf(slot, record), 'senduser', keep());
}

const detailOf = (slot: number | undefined, record: string | undefined): string =>
  `backupnum ${slot ?? 'missing'}, ${record === undefined ? 'no text' : `${record.length} characters`}`;

/** Topdata's person without a picture: slot 0 with `0` in it (§4.1). An empty record is nothing either. */
const isNothing = (slot: number | undefined, record: string): boolean =>
  record === '' || ((slot ?? 0) === 0 && record === '0');

function userOf(pin: Pin, fields: Fields): TerminalUser {
  const name = typeof fields['name'] === 'string' ? fields['name'] : undefined;
  const privilege = integerOf(fields['admin']);
  const enabled = integerOf(fields['enable']);
  const spelt = textOf(fields['enrollid']) ?? '';
  return {
    pin,
    ...(name === undefined ? {} : { name }),
    ...(privilege === undefined ? {} : { privilege }),
    ...(enabled === undefined ? {} : { isEnabled: enabled !== 0 }),
    extra: spelt === pin ? {} : { enrollid: spelt },
  };
}

function secretOf(slot: number | undefined, record: string): Pick<TerminalUser, 'card' | 'password'> {
  if (slot === SLOT.card)
    return { card: MOST_DIGITS.test(record) ? record.replace(/^0+(?=\d)/, '') : record.slice(0, 40) };
  return slot === SLOT.password ? { password: record } : {};
}

function takeBiometric(pin: Pin, slot: number, record: string, ctx: DecodeContext, found: Findings): boolean {
  if (slot === SLOT.photo) {
    const data = decodeBase64(record);
    if (!data) return false;
    const photo = { kind: 'comparison', pin, wallTime: undefined, fileName: '', declaredSize: undefined } as const;
    return found.events.push({ kind: 'photo', photo: { ...photo, data } }) > 0;
  }
  const place = placeOfSlot(slot);
  if (!place) return false;
  const version = versionFor(place.algorithm, ctx.terminal.profile);
  const marks = { index: 0, isValid: true, isDuress: false, declaredSize: undefined, encoding: 'binary' } as const;
  found.events.push({ kind: 'template', template: { pin, ...place, version, ...marks, data: Buffer.from(record) } });
  return true;
}
