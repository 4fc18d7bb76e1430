import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type JsonObject } from '@biolistener/core';
import type { Decoded } from '@biolistener/wire';
import { readEnvelope } from './envelope.ts';
import { suprema } from './index.ts';
import { inputsOf, terminalView } from './test-kit.ts';

// Every capture is a test: `<name>.http` is one answer of a server as it stood on the wire (or one frame of its socket as the
// body of one), `<name>.expected.json` what must come of it.

const FOLDER = join(import.meta.dirname, '../../../../test/captures/suprema');

interface Expected {
  readonly story: Readonly<Record<'model' | 'firmware' | 'date' | 'who' | 'scrubbed' | 'what', string>>;
  readonly given: {
    readonly now: string;
    readonly zone: string;
    readonly serialNumber: string;
    readonly options: JsonObject;
  };
  /** The server's own code; null where the answer is none of its API. */
  readonly code: string | null;
  readonly decoded: readonly unknown[];
}

const bodyOf = (name: string): string => {
  const text = readFileSync(join(FOLDER, `${name}.http`), 'utf8');
  return text.slice(text.indexOf('\r\n\r\n') + 4);
};

// our own file: its shape is checked by the comparisons below
const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')) as Expected;

/** Decoded values as JSON: bytes are `{ "hex": … }`. */
function plain({ events, parked }: Decoded): unknown {
  const write = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, write(item)]));
  };
  return JSON.parse(JSON.stringify(write({ events, parked })));
}

function replay(name: string): { readonly code: string | null; readonly decoded: readonly unknown[] } {
  const { now, zone, serialNumber, options } = expectedOf(name).given;
  const terminal = terminalView({ serialNumber: asSerialNumber(serialNumber), zone, options });
  const inputs = inputsOf(bodyOf(name), serialNumber);
  return {
    code: readEnvelope(bodyOf(name))?.code ?? null,
    decoded: inputs.map((input) => plain(suprema.decode(input, { now: Date.parse(now), terminal }))),
  };
}

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.http'))
  .map((file) => file.slice(0, -'.http'.length))
  .sort();

describe('captures', () => {
  test('every answer has its expectation and the other way round', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(
      names.flatMap((name) => [`${name}.expected.json`, `${name}.http`]).sort(),
    );
    expect(names.length).toBeGreaterThan(10);
  });

  test.each(names)('%s', (name) => {
    const { story, code, decoded } = expectedOf(name);
    expect(replay(name)).toEqual({ code, decoded });
    for (const value of Object.values(story)) expect(value).not.toBe('');
  });
});
