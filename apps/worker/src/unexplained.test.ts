import { expect, test } from '@jest/globals';
import type { Failure } from '@biolistener/erpnext';
import { Circuit } from './circuit.ts';
import { isOfTheDocument } from './unexplained.ts';

const MINUTE = 60_000;
const bare: Failure = {
  kind: 'server-busy',
  status: 500,
  excType: undefined,
  text: 'HTTP 500',
  html: '',
  retryAfterMs: undefined,
  mayHaveArrived: true,
};

let now = 1_000_000;
const circuit = (): Circuit => new Circuit({ now: () => now, random: () => 1, onChange: () => undefined });

test('a 500 that names nothing is of the document when others got through and it did not, eight times', () => {
  const others = circuit();
  others.succeeded();
  now += MINUTE;
  expect([7, 8].map((attempts) => isOfTheDocument(bare, attempts, others))).toEqual([false, true]);
});

test('not where the site took nothing else for a minute, or never', () => {
  const others = circuit();
  others.succeeded();
  now += MINUTE + 1;
  expect(isOfTheDocument(bare, 100, others)).toBe(false);
  expect(isOfTheDocument(bare, 100, circuit())).toBe(false);
});

test('not where the site says what is wrong, or a proxy speaks for it', () => {
  const others = circuit();
  others.succeeded();
  for (const more of [{ excType: 'OperationalError' }, { status: 502 }, { status: undefined }])
    expect(isOfTheDocument({ ...bare, ...more }, 100, others)).toBe(false);
});
