import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { zkTcp } from './brand.ts';
import { TerminalRefusal, type Dialog } from './dialog.ts';
import { FrameReader } from './frame.ts';
import { readTable, TCP_READ } from './read-table.ts';
import { open } from './session.ts';
import { tableInput } from './table-input.ts';
import { hex } from './test-kit.ts';
import type { AttendanceLayout } from './attendance-record.ts';

const folder = join(import.meta.dirname, '../../../../test/captures/zk-tcp');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.jsonl') ? [file.slice(0, -6)] : []));
const terminal = { serialNumber: asSerialNumber('ZKT0000001'), zone: 'UTC', profile: {}, stamps: {} };
const NOW = Date.UTC(2026, 10, 22);

interface Expected {
  readonly kind: string;
  readonly layout?: AttendanceLayout;
}

const answersOf = (name: string): string[] =>
  readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { side: string; hex: string }) // our own files
    .flatMap(({ side, hex: bytes }) => (side === '<' ? [bytes] : []));

/** The terminal's side of the capture, in pieces of so many bytes, to a dialog; every piece may end anywhere. */
function play<T>(dialog: Dialog<T>, name: string, piece: number): T | { readonly kind: string } {
  const bytes = Buffer.concat(answersOf(name).map(hex));
  const reader = new FrameReader();
  let step = dialog.next();
  try {
    for (let at = 0; at < bytes.length; at += piece) {
      for (const frame of reader.push(bytes.subarray(at, at + piece))) if (!step.done) step = dialog.next(frame);
      if (reader.problem) return { kind: 'problem', reason: reader.problem.reason } as { kind: string };
    }
  } catch (error) {
    if (!(error instanceof TerminalRefusal)) throw error;
    return { kind: 'refused', code: error.code, replyCode: error.replyCode } as { kind: string };
  }
  if (!step.done) throw new Error('the capture ends too early');
  return step.value;
}

function decodedOf(name: string, expected: Expected, piece: number): unknown {
  if (expected.kind === 'open' || expected.kind === 'problem') {
    const opened = play(open(123_456), name, piece);
    return expected.kind === 'open' ? { kind: 'open', ...opened } : opened;
  }
  const records = play(readTable('attendance', TCP_READ), name, piece);
  if (!(records instanceof Uint8Array)) return records;
  const layout = expected.layout ?? '40';
  const { events, parked } = zkTcp.decode(tableInput(terminal.serialNumber, layout, records, ''), {
    now: NOW,
    terminal,
  });
  const punches = events.map(
    (event) =>
      event.kind === 'punch' && [event.punch.pin, event.punch.wallTime, event.punch.state, event.punch.verifyMode],
  );
  return { kind: 'attendance', layout, punches, parked };
}

test.each(names)('%s, in pieces of every size', (name) => {
  const { decoded } = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')) as { decoded: Expected }; // our own file
  const size = answersOf(name).join('').length / 2;
  for (let piece = 1; piece <= size; piece += 1) expect(decodedOf(name, decoded, piece)).toEqual(decoded);
});

test('there are captures of a handshake, a punch, something unknown and something broken', () => {
  expect(
    ['handshake', 'punch', 'unknown', 'broken'].filter((what) => !names.some((name) => name.includes(what))),
  ).toEqual([]);
});
