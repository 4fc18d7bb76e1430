import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import type { Decoded, Outcome, WireInput } from '@biolistener/wire';
import { aiface } from './index.ts';
import { viewOf } from './test-kit.ts';

// `<name>.http` is one message, posted as some firmware does it: what a socket brings is the body alone, and both must come to
// the same. `<name>.expected.json` says what.

const FOLDER = join(import.meta.dirname, '../../../../test/captures/aiface');

interface Expected {
  readonly story: Readonly<Record<string, string>>;
  readonly given: {
    readonly now: string;
    readonly zone: string;
    readonly status?: string;
    readonly isStoreDown?: boolean;
    readonly profile: JsonObject;
    readonly options: JsonObject;
  };
  readonly decoded: unknown;
  readonly reply: { readonly status: number; readonly body: string };
}

const read = (name: string): { readonly expected: Expected; readonly input: WireInput } => {
  const bytes = readFileSync(join(FOLDER, `${name}.http`));
  const end = bytes.indexOf('\r\n\r\n');
  const [line = '', ...heads] = bytes.toString('latin1', 0, end).split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers = heads.flatMap((head) => [head.slice(0, head.indexOf(':')), head.slice(head.indexOf(':') + 1).trim()]);
  const input = { method, target, httpVersion: '1.1', headers, remoteAddress: '', body: bytes.subarray(end + 4) };
  // our own file: its shape is checked by the comparisons below
  const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')) as Expected;
  return { expected, input };
};

function plain({ events, parked, facts }: Decoded): unknown {
  const write = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return { text: Buffer.from(value).toString('latin1') };
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, write(item)]));
  };
  return JSON.parse(JSON.stringify(write({ events, parked, facts })));
}

function outcomeOf({ given }: Expected, decoded: Decoded): Outcome {
  if (given.status === 'pending') return { kind: 'pending' };
  return given.isStoreDown === true ? { kind: 'unavailable' } : { kind: 'committed', decoded, commands: [] };
}

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.http'))
  .map((file) => file.slice(0, -'.http'.length))
  .sort();

test('every message has its expectation and the other way round', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(names.flatMap((name) => [`${name}.expected.json`, `${name}.http`]).sort());
  expect(names.length).toBeGreaterThan(10);
});

test.each(names)('%s', (name) => {
  const { expected, input } = read(name);
  const { given, story } = expected;
  const now = Date.parse(given.now);
  const terminal = viewOf({ zone: given.zone, profile: given.profile, options: given.options });
  expect(aiface.claims(input)).toBe(true);
  for (const each of [input, { ...input, method: 'WS' }]) {
    const decoded = aiface.decode(each, { now, terminal });
    expect(plain(decoded)).toEqual(expected.decoded);
    const reply = aiface.answer(outcomeOf(expected, decoded), {
      input: each,
      identity: aiface.identify(each),
      now,
      terminal,
    });
    expect({ status: reply.status, body: Buffer.from(reply.body).toString() }).toEqual(expected.reply);
    for (const event of decoded.events) if (event.kind === 'punch') expect(event.punch.pin).not.toBe('');
  }
  for (const value of Object.values(story)) expect(value).not.toBe('');
});
