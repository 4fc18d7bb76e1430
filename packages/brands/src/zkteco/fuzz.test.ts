import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PARKED_LINES_LIMIT } from './collector.ts';
import { COMMAND_KINDS, type Json, type JsonObject } from '@biolistener/core';
import type { Outcome } from '@biolistener/wire';
import { zkteco } from './index.ts';
import { encodeOf, exchangeOf, inputOf, NOW, post, SERIAL, decodeOf, terminalOf } from './test-kit.ts';

const TABLES = ['ATTLOG', 'OPERLOG', 'BIODATA', 'USERINFO', 'FINGERTMP', 'ERRORLOG', 'IDCARD', 'FACE', 'USERPIC'];
const PIECES = [
  'USER ', 'FP ', 'OPLOG ', 'ATTLOG\t', 'BIODATA ', 'IDCARD ', 'ERRORLOG ', 'USERPIC ', 'PIN=', 'Pin=1', 'Name=', 'TMP=', 'FID=',
  'Type=', 'Content=', '/9j/', '=', '\t', '\t', '\n', '\r\n', ' ', '0', '1', '255', '2026-03-09 08:00:05', '2026-02-30 08:00:05',
  '1741510800', '+28800', '\0', '\xff', '\xd5\xc5', '\xe5\xbc', '&', 'ID=', 'Return=', 'SN=', ',', '~SerialNumber=', 'eyJhIjoxfQ==',
]; // prettier-ignore
const soup = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const bytes = fc.oneof(
  soup,
  fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
);
const PATHS = [
  'cdata',
  'edata',
  'fdata',
  'getrequest',
  'devicecmd',
  'registry',
  'push',
  'exchange',
  'event',
  'file',
  'x',
  '',
];
const query = fc
  .array(fc.constantFrom('SN=A', 'sn=%', 'table=ATTLOG', 'table=options', 'table=ATTPHOTO', 'INFO=', 'ContentType=tgz', 'Stamp=%0a', 'PIN=1', 'type=time', 'AuthType=', '&&', '=', '%zz'), { maxLength: 6 })
  .map((parts) => parts.join('&')); // prettier-ignore
const target = fc.oneof(
  fc.tuple(fc.constantFrom(...PATHS), query).map(([path, rest]) => `/iclock/${path}?${rest}`),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

test('no target, header or body makes any part of the brand throw', () => {
  const headers = fc.array(fc.string({ maxLength: 12 }), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', ''),
      target,
      headers,
      bytes,
      (method, where, list, body) => {
        const input = inputOf(method, where, body, { headers: list });
        zkteco.claims(input);
        const identity = zkteco.identify(input);
        const terminal = terminalOf();
        const decoded = zkteco.decode(input, { now: NOW, terminal });
        JSON.stringify(decoded.facts);
        const outcomes: Outcome[] = [
          { kind: 'committed', decoded, commands: [] },
          { kind: 'pending' },
          { kind: 'idle' },
        ];
        for (const outcome of outcomes) {
          const output = zkteco.answer(outcome, { input, identity, now: NOW, terminal });
          expect(output.body.length).toBeGreaterThan(0);
          if (decoded.refused === true && outcome.kind === 'committed')
            expect(output.status).toBeGreaterThanOrEqual(400);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('every line of an upload is one event or one parked record, and all are acknowledged', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TABLES), soup, (table, body) => {
      const input = post(table, body);
      const decoded = decodeOf(input);
      const lines = body
        .toString('latin1')
        .split('\n')
        .filter((line) => /[^\t\r ]/.test(line)).length;
      expect(decoded.events.length + decoded.parked.length).toBe(lines);
      const reply = exchangeOf(input).body;
      expect(table === 'USERPIC' && lines === 1 ? 'OK: 1' : reply).toBe(`OK: ${lines}`);
    }),
    { numRuns: 500 },
  );
});

test('what was parked or punched together holds every byte of the lines that were sent', () => {
  fc.assert(
    fc.property(soup, (body) => {
      const decoded = decodeOf(post('ATTLOG', body));
      for (const record of decoded.parked) expect(body.includes(Buffer.from(record.raw))).toBe(true);
      for (const event of decoded.events)
        if (event.kind === 'punch') expect(body.includes(Buffer.from(event.punch.raw))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

/** A terminal's reading of one delivered line: `C:<id>:<verb words> key=value ␉ key=value` (§4.1). */
function readCommand(line: string): { id: string; fields: Map<string, string> } | undefined {
  const found = /^C:([A-Za-z0-9]{1,16}):(.+)$/s.exec(line);
  if (!found || line.includes('\n')) return undefined;
  const [first = '', ...rest] = (found[2] ?? '').split('\t');
  const pieces = [first.slice(first.indexOf(' PIN=') + 1), ...rest];
  return {
    id: found[1] ?? '',
    fields: new Map(pieces.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)])),
  };
}

test('a command comes out of its line as it went in, whatever the values hold', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,24}$/), text, text, (pin, name, card) => {
      const line = Buffer.from(encodeOf('user.update', { pin, name, card }), 'latin1').toString('utf8');
      expect(line.endsWith('\n')).toBe(true);
      const read = readCommand(line.slice(0, -1));
      const clean = (value: string): string => value.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]+/g, ' ');
      expect(read?.fields).toEqual(
        new Map([
          ['PIN', pin],
          ['Name', clean(name)],
          ['Card', clean(card)],
        ]),
      );
    }),
    { numRuns: 500 },
  );
});

test('whatever the parameters, a command is one line or a refusal, and never a shell', () => {
  const value: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom('1', '', '*', 'user', 'face', 'fingerprint', 'card', 'attendance', 'AAAA', 'INFO\nSHELL', '13.0', '2026-03-09 00:00:00'),
    fc.integer({ min: -2, max: 300 }),
    fc.boolean(),
    fc.string({ maxLength: 8 }),
    fc.constant(null),
  ); // prettier-ignore
  const names = fc.constantFrom(
    'pin',
    'name',
    'kind',
    'no',
    'data',
    'version',
    'text',
    'from',
    'to',
    'what',
    'confirmed',
    'index',
  );
  const parameters = fc.dictionary(names, value, { maxKeys: 8 });
  const profile: JsonObject = {
    fingerprintVersion: '10',
    options: { MultiBioDataSupport: '0:0:0:0:0:0:0:0:1:1', MultiBioVersion: '0:10:0:0:0:0:0:0:13.0:13.0' },
  };
  fc.assert(
    fc.property(fc.constantFrom(...COMMAND_KINDS), parameters, (kind, all) => {
      const line = encodeOf(kind, all, profile);
      if (line.startsWith('ZK_')) return;
      expect(line).toMatch(/^C:103:(?!shell)[^\n\r\0]+\n$/i);
    }),
    { numRuns: 500 },
  );
});

test('hostile shapes are read in time that grows with their size alone', () => {
  const shapes = [
    '\t'.repeat(100_000) + 'x',
    'x'.repeat(1_000_000),
    `USER PIN=1${'\ta'.repeat(100_000)}`,
    `USER ${'PIN=1 '.repeat(100_000)}`,
    `FP PIN=1\tFID=1\tTMP=${'A'.repeat(1_000_000)}`,
    'a\n'.repeat(200_000),
    ' '.repeat(1_000_000) + 'x',
    `USER PIN=1\tName=${'\xe5'.repeat(1_000_000)}`,
    '&'.repeat(200_000),
    `ID=1&Return=0${'\nx'.repeat(100_000)}`,
    ','.repeat(60_000),
  ];
  for (const shape of shapes) {
    for (const table of ['ATTLOG', 'OPERLOG', 'options', 'NEWTHING']) decodeOf(post(table, shape));
    decodeOf(inputOf('POST', `/iclock/devicecmd?SN=${SERIAL}`, shape));
    decodeOf(inputOf('POST', `/iclock/cdata?SN=${SERIAL}`, shape));
    zkteco.identify(inputOf('POST', '/iclock/cdata', shape));
  }
  zkteco.identify(inputOf('GET', `/iclock/cdata?${'a&'.repeat(200_000)}SN=x`));
});

test.each([
  [PARKED_LINES_LIMIT, PARKED_LINES_LIMIT],
  [PARKED_LINES_LIMIT + 1, 1],
])('of %s unreadable lines %s are parked: beyond the limit the body is kept in one piece', (lines, pieces) => {
  const body = Buffer.from(`1\t2026-03-09 08:00:05\n${'a\n'.repeat(lines)}`);
  const decoded = decodeOf(post('ATTLOG', body));
  expect(decoded.events).toHaveLength(1);
  expect(decoded.parked).toHaveLength(pieces);
  expect(decoded.parked[0]?.reason === 'ZK_BODY_BROKEN').toBe(pieces === 1);
  expect(decoded.parked[0]?.raw.length).toBe(pieces === 1 ? body.length : 1);
  expect(exchangeOf(post('ATTLOG', body)).body).toBe(`OK: ${lines + 1}`);
});
