import type { LocalTime, Pin } from '@biolistener/core';
import { binaryAt, inlineBinary, referenceOf } from './binaries.ts';
import { jsonTextOf, type Fields } from './fields.ts';
import { park, type Message } from './findings.ts';
import { readTemperature } from './modes.ts';
import { takeGlog } from './punch.ts';

/** The bytes that prove a record: its JSON, without a picture that stands in it as base64 (plain JSON dialect). */
function evidenceOf(json: Fields, text: Uint8Array): Uint8Array {
  const image = json['log_image'];
  if (typeof image !== 'string' || image === '' || referenceOf(image) !== undefined) return text;
  const { log_image: _picture, ...rest } = json;
  return Buffer.from(jsonTextOf(rest) ?? '{}');
}

/**
 * `realtime_glog`: one attendance record, perhaps with a picture. Also the elements of a `Glog` or `log_array` list.
 * Source: protocols/ebkn-fkweb.md §4.2, §5.2 (plain JSON).
 */
export function takeGlogJson(json: Fields, text: Uint8Array, message: Message): void {
  const placed = takeGlog(
    {
      userId: json['user_id'],
      ioTime: json['io_time'],
      verifyMode: json['verify_mode'],
      ioMode: json['io_mode'],
      workCode: json['work_code'],
      extra: readTemperature(json['temperature']),
      raw: evidenceOf(json, text),
    },
    message,
  );
  if (placed) takePicture(json['log_image'], placed, message);
}

function takePicture(image: unknown, at: { pin: Pin | undefined; wallTime: LocalTime }, message: Message): void {
  const data = binaryAt(image, message.frame) ?? inlineBinary(image);
  if (data === undefined || data.length === 0) {
    const isNamed = typeof image === 'string' && image !== '' && referenceOf(image) === undefined;
    if (isNamed) park(message, 'EB_BINARY_MISSING', 'log_image is neither a reference nor base64');
    return;
  }
  const stamp = at.wallTime.replaceAll(/\D/g, '');
  message.found.events.push({
    kind: 'photo',
    photo: {
      kind: 'attendance',
      pin: at.pin,
      wallTime: at.wallTime,
      fileName: at.pin === undefined ? `${stamp}.jpg` : `${stamp}-${at.pin.replaceAll(/\W/g, '_')}.jpg`,
      declaredSize: data.length,
      data,
    },
  });
}
