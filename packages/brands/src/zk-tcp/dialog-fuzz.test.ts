import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asSerialNumber } from '@biolistener/core';
import { COMMANDS } from './abilities.ts';
import { CODE } from './codes.ts';
import { converse } from './converse.ts';
import { TerminalRefusal, type Dialog } from './dialog.ts';
import { decodeLivePunch } from './event.ts';
import { FrameReader, type Frame } from './frame.ts';
import { readTable, TCP_READ, UDP_READ } from './read-table.ts';
import { identify, open } from './session.ts';

// Whatever a terminal answers, a conversation ends: with a result, or with a refusal of ours.

const silence = new TerminalRefusal('ZKT_SILENT', 'nothing more comes');
const terminal = {
  ...{ serialNumber: asSerialNumber('ZKT0000001'), zone: 'Asia/Kolkata', stamps: {} },
  profile: { userLayout: 72, fingerprintVersion: '10' },
};
const codes = fc.oneof(fc.constantFrom(...Object.values(CODE)), fc.integer({ min: 0, max: 0xffff }));
const data = fc.oneof(
  fc.uint8Array({ maxLength: 90 }),
  // sizes that may be believed
  fc.integer({ min: 0, max: 90 }).map((size) => Uint8Array.from([size, 0, 0, 0, ...Array<number>(size).fill(7)])),
  fc.integer({ min: 0, max: 90 }).map((size) => Uint8Array.from([0, size, 0, 0, 0, size, 0, 0, 0])),
);
const frame: fc.Arbitrary<Frame> = fc.record({
  command: codes,
  session: fc.integer({ min: 0, max: 0xffff }),
  reply: fc.constant(1),
  data,
});
const answers = fc.array(frame, { maxLength: 60 });

/** Plays it to its end; after the last answer there is silence. Answers how many steps it took. */
function end(dialog: Dialog<unknown>, frames: readonly Frame[]): number {
  const waiting = [...frames];
  let steps = 0;
  try {
    for (let step = dialog.next(); !step.done; steps += 1) {
      const next = waiting.shift();
      step = next ? dialog.next(next) : dialog.throw(silence);
    }
  } catch (error) {
    if (!(error instanceof TerminalRefusal)) throw error;
  }
  return steps;
}

/** All tries of all steps after the silence began. */
const MOST_AFTER = 200;

describe('a conversation with anybody', () => {
  test.each(COMMANDS)('%s ends', (kind) => {
    const parameters = {
      pin: '7',
      no: 3,
      name: 'N',
      data: 'ZmVhdHVyZXM=',
      seconds: 3,
      confirmed: true,
      hasTemplates: true,
    };
    const context = { now: Date.UTC(2026, 10, 22), terminal };
    fc.assert(
      fc.property(answers, fc.boolean(), (frames, isUdp) => {
        const dialog = converse({ id: '1', kind, parameters }, { ...context, read: isUdp ? UDP_READ : TCP_READ });
        expect(end(dialog, frames)).toBeLessThan(frames.length + MOST_AFTER);
      }),
      { numRuns: 300 },
    );
  });

  test('connecting, asking who it is and reading tables end', () => {
    fc.assert(
      fc.property(answers, (frames) => {
        for (const dialog of [open(5), identify(), readTable('attendance', TCP_READ), readTable('users', UDP_READ)])
          expect(end(dialog, frames)).toBeLessThan(frames.length + MOST_AFTER);
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes are frames, more to wait for, or a problem; never more kept than a frame', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const reader = new FrameReader();
        for (const chunk of chunks) for (const { data: event } of reader.push(chunk)) decodeLivePunch(event);
        expect(reader.waiting).toBeLessThan(1024 * 1024 + 8);
      }),
    );
  });
});
