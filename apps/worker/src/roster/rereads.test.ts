import { expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { isTurn } from './rereads.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const START = 20_000 * DAY;

test('each terminal has its turn once in the interval, and not all at the same time', () => {
  const turns = Array.from({ length: 20 }, (_, n) => {
    const serialNumber = asSerialNumber(`SN${n}`);
    const minutes = Array.from({ length: DAY / MINUTE }, (_minute, m) => START + m * MINUTE);
    return minutes.filter((at) => isTurn(serialNumber, DAY, at, at + MINUTE));
  });
  expect(turns.map((times) => times.length)).toEqual(turns.map(() => 1));
  expect(new Set(turns.map(([at]) => at)).size).toBeGreaterThan(10);
});

test('a turn that came while the service was off is not lost', () => {
  expect(isTurn(asSerialNumber('SN1'), DAY, START, START + DAY)).toBe(true);
});
