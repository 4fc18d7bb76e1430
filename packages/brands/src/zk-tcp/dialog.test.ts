import { describe, expect, test } from '@jest/globals';
import type { LocalTime } from '@biolistener/core';
import { CODE } from './codes.ts';
import { TerminalRefusal, type Dialog } from './dialog.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { numberData } from './requests.ts';
import { readTable, TCP_READ } from './read-table.ts';
import {
  disable,
  enable,
  leave,
  listen,
  open,
  readClock,
  readOption,
  readSizes,
  readState,
  setClock,
  unlock,
} from './session.ts';
import { frameOf, play, type Line } from './test-kit.ts';
import { CASES } from './vectors.ts';

const lines = (name: string): readonly Line[] => CASES[name] ?? [];
const replyWith = (command: number, data: Uint8Array = new Uint8Array(0)): Frame => ({
  command,
  session: 1,
  reply: 1,
  data,
});

/** Answers every request by a rule. */
function converse<T>(dialog: Dialog<T>, answer: (command: number, data: Uint8Array) => readonly Frame[]): T {
  let waiting: Frame[] = [];
  let step = dialog.next();
  while (!step.done) {
    if (step.value.send) waiting = [...answer(step.value.send.command, step.value.send.data)];
    const next = waiting.shift();
    step = next ? dialog.next(next) : dialog.throw(new Error('silence'));
  }
  return step.value;
}

describe('connecting', () => {
  test('C01: without a key', () => {
    expect(play(open(0), lines('C01'))).toEqual({ session: 0x1a2b });
  });

  test('C02: with the key', () => {
    expect(play(open(123_456), lines('C02'))).toEqual({ session: 0x1a2b });
  });

  test('C03: with a wrong key it says so', () => {
    const script = [...lines('C02').slice(0, 2), ...lines('C03')];
    expect(() => play(open(654_321), script)).toThrow(expect.objectContaining({ code: 'ZKT_KEY_WRONG' }));
  });

  test('any other answer is a failure', () => {
    expect(() => converse(open(0), () => [replyWith(CODE.unknown)])).toThrow(
      expect.objectContaining({ code: 'ZKT_REFUSED' }),
    );
  });
});

describe('what it says of itself', () => {
  test('C05, C06: options', () => {
    expect(play(readOption('~SerialNumber'), lines('C05'))).toBe('AIOR192960031');
    expect(play(readOption('~ExtendFmt'), lines('C06'))).toBeUndefined();
  });

  test('C08, C09: counters and clock', () => {
    expect(play(readSizes(), lines('C08'))).toMatchObject({ users: 2, records: 4 });
    expect(play(readClock(), lines('C09').slice(0, 2))).toBe('2026-11-21 08:05:30');
  });
});

describe('what it is told', () => {
  const at = (name: string, from: number): readonly Line[] => lines(name).slice(from, from + 2);

  test('C09: its time, and what was written takes effect', () => {
    play(setClock('2026-11-21 08:05:30' as LocalTime), lines('C09').slice(2));
  });

  test('C25: which events it shall tell, all of them, and none any more', () => {
    play(listen(1), at('C25', 0));
    play(listen(0xffff), at('C25', 2));
    play(listen(0), at('C25', 4));
  });

  test('C32: disabled for a time, enabled, a door', () => {
    play(disable(30), at('C32', 2));
    play(enable(), at('C32', 4));
    play(unlock(5, 'decisecond'), at('C32', 6));
  });

  test('C32: disabled without a time where it does not take one', () => {
    const refusal = encodeFrame({ command: CODE.unknown, session: 0x1a2b, reply: 61, data: new Uint8Array(0) });
    const script: Line[] = [...lines('C32').slice(2, 3), ['<', refusal.toString('hex')], ...at('C32', 0)];
    play(disable(30), script);
  });

  test('C33: goodbye', () => expect(play(leave(), lines('C33'))).toBeUndefined());

  test('C36: what it does now stands in the session field', () => {
    expect(play(readState(), lines('C36'))).toBe('identifying');
  });
});

describe('reading a table', () => {
  const whole = Buffer.from(frameOf(lines('C15')[1]?.[1] ?? '').data.subarray(4));
  const read = (script: readonly Line[]): Buffer => Buffer.from(play(readTable('attendance', TCP_READ), script));

  test('C15: small, at once', () => {
    expect(read(lines('C15'))).toEqual(whole);
  });

  test('C19: in a chunk, and the buffer is given back', () => {
    expect(read(lines('C19'))).toEqual(whole);
  });

  test('C22: a chunk in two pieces', () => {
    const script = lines('C19');
    expect(read([...script.slice(0, 3), ...lines('C22'), ...script.slice(6)])).toEqual(whole);
  });

  test('C23, C24: a terminal without buffers streams it', () => {
    const script: Line[] = [
      ...lines('C23').slice(0, 2),
      ...lines('C24'),
      [
        '>',
        encodeFrame({ command: CODE.freeData, session: 0x1a2b, reply: 22, data: new Uint8Array(0) }).toString('hex'),
      ],
      ['<', encodeFrame(replyWith(CODE.ok)).toString('hex')],
    ];
    expect(read(script)).toEqual(whole);
  });

  test('C23: a refusal keeps its code', () => {
    const script = [lines('C23')[0], lines('C23')[2]].filter((line) => line !== undefined);
    expect(() => read(script)).toThrow(expect.objectContaining({ code: 'ZKT_REFUSED', replyCode: 4989 }));
    expect(() => read(script)).toThrow('not in time attendance mode');
  });

  test('a chunk that stays short is asked for three times, the buffer is given back, and nothing is used', () => {
    const asked: number[] = [];
    const answer = (command: number): Frame[] => {
      asked.push(command);
      if (command === CODE.prepareBuffer)
        return [replyWith(CODE.ok, Buffer.concat([Buffer.from([0]), numberData(84), numberData(84)]))];
      if (command === CODE.readBuffer) return [replyWith(CODE.data, Buffer.alloc(80))];
      return [replyWith(CODE.ok)];
    };
    expect(() => converse(readTable('attendance', TCP_READ), answer)).toThrow(TerminalRefusal);
    expect(asked).toEqual([CODE.prepareBuffer, CODE.readBuffer, CODE.readBuffer, CODE.readBuffer, CODE.freeData]);
  });

  test.each([
    ['a total larger than what came', () => [replyWith(CODE.data, Buffer.concat([numberData(400), Buffer.alloc(80)]))]],
    [
      'more than was announced',
      () => [replyWith(CODE.prepareData, numberData(8)), replyWith(CODE.data, Buffer.alloc(20))],
    ],
    ['an absurd size', () => [replyWith(CODE.prepareData, numberData(0xffff_ffff))]],
  ])('%s is an incomplete read', (_, answer) => {
    expect(() => converse(readTable('attendance', TCP_READ), answer)).toThrow(
      expect.objectContaining({ code: 'ZKT_READ_INCOMPLETE' }),
    );
  });

  test.each([[new Uint8Array(0)], [new Uint8Array(4)]])('an empty table is empty', (data) => {
    expect(converse(readTable('users', TCP_READ), () => [replyWith(CODE.data, data)])).toHaveLength(0);
  });
});
