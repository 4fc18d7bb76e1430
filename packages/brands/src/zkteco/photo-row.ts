import { asPin, type Photo, type PhotoKind } from '@biolistener/core';
import { attendanceNameOf } from './att-photo.ts';
import { park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { textOf } from './field-text.ts';
import { readCount } from './numbers.ts';
import { pinOf } from './user-row.ts';

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** The bytes of base64 text, line breaks and the URL alphabet tolerated (§6.1 Q20); undefined when it is something else. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const packed = text.replace(/\s+/g, '');
  return BASE64.test(packed) ? Buffer.from(packed, 'base64') : undefined;
}

const KINDS: Readonly<Record<string, PhotoKind>> = { USERPIC: 'user', BIOPHOTO: 'comparison', ATTPHOTO: 'attendance' };

/** Reads USERPIC and BIOPHOTO lines, and the key=value form of ATTPHOTO, whose PIN is a file name (§3.5, §3.11). */
export function readPhotoRow(into: Collector, word: string, fields: Fields, raw: Uint8Array): void {
  const pin = pinOf(into, fields, raw);
  if (pin === undefined) return;
  const data = bytesOfBase64(fields.get('content') ?? fields.get('photo') ?? '');
  if (!data) {
    park(into, 'ZK_PHOTO_UNREADABLE', `a ${word} line without a picture`, raw);
    return;
  }
  const isPersonId = into.ctx.terminal.profile['deviceType'] === 'pid';
  const named = word === 'ATTPHOTO' ? attendanceNameOf(pin, isPersonId) : { pin: asPin(pin), wallTime: undefined };
  const fileName = word === 'ATTPHOTO' ? pin : textOf(fields.get('filename') ?? '').slice(0, 200);
  const photo: Photo = {
    kind: KINDS[word] ?? 'user',
    ...named,
    fileName,
    declaredSize: readCount(fields.get('size')),
    data,
  };
  into.events.push({ kind: 'photo', photo });
}
