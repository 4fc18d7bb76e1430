import { expect, test } from '@jest/globals';
import { CODE } from './codes.ts';
import { TerminalRefusal } from './dialog.ts';
import type { Frame } from './frame.ts';
import { readRange } from './read-table.ts';
import { numberData } from './requests.ts';

const frame = (command: number, data: Uint8Array): Frame => ({ command, session: 1, reply: 1, data });

test('C35: a datagram that is lost within a chunk is silence, and the same offset is asked for again', () => {
  const whole = Buffer.from(Array.from({ length: 2004 }, (_, at) => at % 251));
  const dialog = readRange(64, whole.length);
  const asked = dialog.next();
  dialog.next(frame(CODE.prepareData, Buffer.concat([numberData(whole.length), numberData(1024)])));
  dialog.next(frame(CODE.data, whole.subarray(0, 1024)));
  const again = dialog.throw(new TerminalRefusal('ZKT_SILENT', 'no answer'));
  expect(again.value).toEqual(asked.value);
  expect(asked.value).toMatchObject({ send: { command: CODE.readBuffer } });
  dialog.next(frame(CODE.prepareData, Buffer.concat([numberData(whole.length), numberData(1024)])));
  dialog.next(frame(CODE.data, whole.subarray(0, 1024)));
  dialog.next(frame(CODE.data, whole.subarray(1024)));
  expect(dialog.next(frame(CODE.ok, new Uint8Array(0)))).toEqual({ done: true, value: whole });
});
