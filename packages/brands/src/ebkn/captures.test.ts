import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command, JsonObject } from '@biolistener/core';
import type { Decoded } from '@biolistener/wire';
import { ebkn } from './index.ts';
import { MemoryListener, NOW, parseHttp, terminalView, toHex } from './test-terminal.ts';

// Every capture is a test: `<name>.http` is one request as it stood on the wire, `<name>.expected.json` what must come of it.

const FOLDER = join(import.meta.dirname, '../../../../test/captures/ebkn');

interface Expected {
  readonly story: Readonly<Record<'model' | 'firmware' | 'date' | 'who' | 'scrubbed' | 'what', string>>;
  readonly given: {
    readonly now: string;
    readonly zone: string;
    readonly profile: JsonObject;
    readonly options: JsonObject;
    /** Captures that the same terminal sent before, in order. */
    readonly after: readonly string[];
    readonly commands: readonly Command[];
  };
  readonly decoded: unknown;
  readonly reply: { readonly status: number; readonly headers: readonly string[]; readonly bodyHex: string };
}

const requestOf = (name: string) => parseHttp(readFileSync(join(FOLDER, `${name}.http`)));
// our own file: its shape is checked by the comparisons below
const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')) as Expected;

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** Decoded values as JSON: bytes are `{ "hex": … }`, the transfer and the reply are told by other tests. */
function plain({ events, parked, facts, refused }: Decoded): unknown {
  const write = (value: unknown): unknown => {
    if (isBytes(value)) return { hex: toHex(value) };
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, write(item)]));
  };
  return JSON.parse(JSON.stringify(write({ events, parked, facts, ...(refused ? { refused } : {}) })));
}

function replay(name: string): { decoded: unknown; reply: unknown; listener: MemoryListener } {
  const { given } = expectedOf(name);
  const listener = new MemoryListener();
  listener.now = Date.parse(given.now);
  listener.profile = given.profile;
  listener.options = given.options;
  for (const earlier of given.after) listener.reply(requestOf(earlier));
  const ctx = { now: listener.now, terminal: terminalView({ zone: given.zone, profile: given.profile }) };
  listener.queue = given.commands.map((command) => ebkn.encode(command, ctx));
  const { status, headers, body } = listener.reply(requestOf(name));
  const last = listener.decoded.at(-1);
  return { decoded: last && plain(last), reply: { status, headers, bodyHex: toHex(body) }, listener };
}

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.http'))
  .map((file) => file.slice(0, -'.http'.length))
  .sort();

describe('captures', () => {
  test('every request has its expectation and the other way round', () => {
    const files = readdirSync(FOLDER);
    expect(files.sort()).toEqual(names.flatMap((name) => [`${name}.expected.json`, `${name}.http`]).sort());
    expect(names.length).toBeGreaterThan(10);
  });

  test.each(names)('%s', (name) => {
    const expected = expectedOf(name);
    const { decoded, reply, listener } = replay(name);
    expect(ebkn.claims(requestOf(name))).toBe(true);
    expect(decoded).toEqual(expected.decoded);
    expect(reply).toEqual(expected.reply);
    for (const value of Object.values(expected.story)) expect(value).not.toBe('');
    for (const event of listener.events) {
      if (event.kind !== 'punch') continue;
      expect(event.punch.pin).not.toBe('');
      expect(event.punch.instant).toBeGreaterThan(NOW - 2 * 365 * 86_400_000);
    }
  });
});
