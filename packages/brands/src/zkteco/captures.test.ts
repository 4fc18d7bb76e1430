import { describe, expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { headerOf, type Outcome, type TerminalView, type WireOutput } from '@biolistener/wire';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_CASES, expectedJson } from '../../../../test/captures/zkteco/make.ts';
import type { Expected, Given } from '../../../../test/captures/zkteco/exchange.ts';
import { zkteco } from './index.ts';
import { commandOf, encodedOf, NOW, readHttp, summaryOf } from './test-kit.ts';

const FOLDER = join(import.meta.dirname, '../../../../test/captures/zkteco');
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.http'))
  .map((name) => name.slice(0, -'.http'.length));

type Full = Expected & { readonly given: Given & { readonly now: string; readonly serialNumber: string } };

function terminalOf(given: Full['given']): TerminalView {
  const text = JSON.stringify({
    profile: given.profile ?? {},
    stamps: given.stamps ?? {},
    options: given.options ?? {},
  });
  const known = JSON.parse(text) as Pick<TerminalView, 'profile' | 'stamps' | 'options'>; // as the store would give it
  return { serialNumber: asSerialNumber(given.serialNumber), zone: given.zone ?? 'Asia/Kolkata', ...known };
}

function checkHeaders(output: WireOutput, isClosing: boolean, contentType = 'text/plain'): void {
  const header = (name: string): string | undefined => headerOf(output.headers, name);
  expect(header('content-type')).toBe(contentType);
  expect(header('date')).toBe('Mon, 09 Mar 2026 08:35:30 GMT');
  expect(header('content-length')).toBe(String(output.body.length));
  expect(header('connection')).toBe(isClosing ? 'close' : undefined);
  const lines: string[] = [];
  for (let i = 0; i < output.headers.length; i += 2)
    lines.push(`${output.headers[i] ?? ''}: ${output.headers[i + 1] ?? ''}`);
  expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^Content-Length: \d+$/)]));
  expect(lines.join('\r\n').length).toBeLessThan(2000);
}

function checkReply(output: WireOutput, reply: Expected['reply']): void {
  const body = Buffer.from(output.body).toString('latin1');
  expect(output.status).toBe(reply.status);
  if (reply.body !== undefined) expect(body).toBe(reply.body);
  else {
    expect(body.startsWith(reply.bodyStartsWith ?? '')).toBe(true);
    expect(body.endsWith('\n')).toBe(true);
    expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThan(2048);
  }
  for (const part of reply.bodyContains ?? []) expect(body).toContain(part);
  for (const part of reply.bodyLacks ?? []) expect(body).not.toContain(part);
  if (output.status !== 200) expect(body).not.toMatch(/ok/i);
  checkHeaders(output, reply.isClosing === true, reply.contentType);
}

describe('captures of zkteco terminals', () => {
  test.each(names)('%s', (name) => {
    const input = readHttp(readFileSync(join(FOLDER, `${name}.http`)));
    const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')) as Full; // our own file
    const { given } = expected;
    const terminal = terminalOf(given);
    expect(Number(headerOf(input.headers, 'content-length') ?? 0)).toBe(input.body.length);

    expect(zkteco.claims(input)).toBe(true);
    const identity = zkteco.identify(input);
    expect({ ...identity, serialNumber: identity.serialNumber ?? null }).toMatchObject(expected.identity);

    let outcome: Outcome;
    if (identity.problem !== undefined) outcome = { kind: 'unidentified', problem: identity.problem };
    else if (given.status === 'pending') outcome = { kind: 'pending' };
    else if (given.isStoreDown === true) outcome = { kind: 'unavailable' };
    else {
      const decoded = zkteco.decode(input, { now: NOW, terminal });
      const none = { punches: [], users: [], templates: [], photos: [], operations: [], results: [], parked: [] };
      const summary = summaryOf(decoded);
      const { stamps, ...lists } = expected.decoded ?? {};
      expect(summary).toMatchObject({ ...none, ...lists });
      if (stamps !== undefined) expect(summary['stamps']).toEqual(stamps);
      expect(decoded.refused === true).toBe(expected.reply.status !== 200);
      const commands = (given.commands ?? []).map((command) =>
        encodedOf(commandOf(JSON.parse(JSON.stringify(command)) as Parameters<typeof commandOf>[0]), terminal),
      );
      outcome = { kind: 'committed', decoded, commands };
    }
    checkReply(zkteco.answer(outcome, { input, identity, now: NOW, terminal }), expected.reply);
    if (identity.isPoll && given.commands === undefined) {
      checkReply(zkteco.answer({ kind: 'idle' }, { input, identity, now: NOW, terminal: undefined }), expected.reply);
    }
  });

  test('the files are what make.ts writes', () => {
    expect(names.toSorted()).toEqual(ALL_CASES.map((one) => one.file).toSorted());
    for (const one of ALL_CASES) {
      expect(readFileSync(join(FOLDER, `${one.file}.expected.json`), 'utf8')).toBe(expectedJson(one));
      const bytes = readFileSync(join(FOLDER, `${one.file}.http`));
      // the bytes of gzip may differ between versions of zlib: that one file is not compared
      if (!one.file.endsWith('c42-tgz')) expect(bytes.equals(one.request)).toBe(true);
    }
  });
});
