import { asPin, type LocalTime, type Pin } from '@biolistener/core';
import { emitOperation, park, type Collector } from './collector.ts';
import { textOf } from './field-text.ts';
import { readCount } from './numbers.ts';
import type { ZkTarget } from './target.ts';
import { parameterOf } from './target.ts';
import { readCompactTime } from './wall-time.ts';

const PHOTO_NAME = /^(\d{14})(?:-(.{1,200}))?\.jpe?g$/i;

/** Time and PIN of `YYYYMMDDHHMMSS-<pin>.jpg`; person-ID terminals write `time-type-pin-id.jpg` (§3.4). */
export function attendanceNameOf(
  fileName: string,
  isPersonId: boolean,
): { readonly pin: Pin | undefined; readonly wallTime: LocalTime | undefined } {
  const found = PHOTO_NAME.exec(fileName);
  const parts = isPersonId ? (found?.[2]?.split('-') ?? []) : [];
  const pin = parts.length >= 2 ? parts[1] : found?.[2];
  return {
    pin: pin === undefined || pin.trim() === '' || pin.length > 64 ? undefined : asPin(pin),
    wallTime: readCompactTime(found?.[1] ?? ''),
  };
}

interface Parts {
  /** Header keys in lower case. */
  readonly header: ReadonlyMap<string, string>;
  readonly image: Buffer;
}

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
const HEADER_LIMIT = 4096;

/** Header lines, NUL, image. Without a NUL the image starts at `FF D8 FF`, or behind the `CMD=` line (§3.4). */
function splitPhoto(body: Buffer): Parts | undefined {
  const jpeg = body.indexOf(JPEG_START);
  const nul = body.indexOf(0);
  if (jpeg === 0) return { header: new Map(), image: body };
  const isBeforeJpeg = nul >= 0 && nul < HEADER_LIMIT && (jpeg < 0 || nul < jpeg);
  if (isBeforeJpeg) return { header: headerOf(body.subarray(0, nul)), image: body.subarray(nul + 1) };
  if (jpeg > 0 && jpeg < HEADER_LIMIT) return { header: headerOf(body.subarray(0, jpeg)), image: body.subarray(jpeg) };
  const command = /(?:^|\n)CMD=[^\n]{0,64}\n/i.exec(body.toString('latin1', 0, HEADER_LIMIT));
  if (!command) return undefined;
  const end = command.index + command[0].length;
  const image = Buffer.from(body.toString('latin1', end), 'base64');
  return { header: headerOf(body.subarray(0, end)), image };
}

function headerOf(bytes: Buffer): Map<string, string> {
  const header = new Map<string, string>();
  for (const line of bytes.toString('latin1').split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) header.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).replace(/\r$/, ''));
  }
  return header;
}

/**
 * Decodes one attendance photo: `PIN=<file name>`, `SN=`, `size=`, `CMD=` lines, NUL, JPEG bytes that may hold anything.
 * P1 may send the name in the query and only the image in the body. Source: protocols/zkteco-push.md §3.4.
 */
export function decodeAttPhoto(into: Collector, bytes: Uint8Array, target: ZkTarget): void {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (body.length === 0) return;
  into.lines++;
  const parts = splitPhoto(body);
  const fileName = textOf(parts?.header.get('pin') ?? '') || (parameterOf(target, 'pin') ?? '');
  if (!parts || parts.image.length === 0) {
    park(into, 'ZK_PHOTO_UNREADABLE', 'no image was found in the upload', bytes);
    return;
  }
  into.events.push({
    kind: 'photo',
    photo: {
      kind: 'attendance',
      ...attendanceNameOf(fileName, into.ctx.terminal.profile['deviceType'] === 'pid'),
      fileName: fileName.slice(0, 200),
      declaredSize: readCount(parts.header.get('size')),
      data: parts.image,
    },
  });
}

/** A picture of a fingerprint is not kept (§3.6); that it came is. */
export function dropFingerprintImage(into: Collector, body: Uint8Array, target: ZkTarget): void {
  const said = (name: string): string => (parameterOf(target, name) ?? '').slice(0, 64);
  const details = { pin: said('pin'), fid: said('fid'), bytes: body.length };
  emitOperation(into, {
    source: 'fpimage',
    code: 'dropped',
    wallTime: undefined,
    isAlert: false,
    details,
    key: ['fpimage', details.pin, details.fid, body.length],
  });
}
