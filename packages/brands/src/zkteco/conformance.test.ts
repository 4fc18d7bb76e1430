import { describe, expect, test } from '@jest/globals';
import { localTimeOf } from '@biolistener/core';
import type { Encoded, Outcome } from '@biolistener/wire';
import { gzipSync } from 'node:zlib';
import { fitsBatch, zkteco } from './index.ts';
import { errorDelaySeconds, timeZoneValue } from './handshake.ts';
import { decodeZkSeconds, encodeZkSeconds, readCard } from './numbers.ts';
import {
  answerOf,
  decodeOf,
  encodeOf,
  exchangeOf,
  inputOf,
  NOW,
  post,
  SERIAL,
  summaryOf,
  terminalOf,
} from './test-kit.ts';

const TWO = '1001\t2026-03-09 08:00:05\t0\t15\t0\t0\t0\n1002\t2026-03-09 08:00:09\t1\t1\t7\t0\t0\n';
const handshake = inputOf('GET', `/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1`);

test.each([
  [0, '0'],
  [420, '7'],
  [-300, '-5'],
  [660, '11'],
  [330, '330'],
  [-210, '-210'],
  [345, '345'],
  [720, '720'],
  [780, '780'],
  [840, '840'],
  [-720, '-720'],
])('C06 an offset of %i minutes is TimeZone=%s', (minutes, text) => expect(timeZoneValue(minutes, 'ATT')).toBe(text));

test('C06 TFT writes the zone as ±hh:mm', () => {
  expect([timeZoneValue(-300, 'TFT'), timeZoneValue(330, 'TFT'), timeZoneValue(0, 'TFT')]).toEqual([
    '-05:00',
    '+05:30',
    '+00:00',
  ]);
});

test('C06 a terminal without a zone is not configured', () => {
  const { zone, ...noZone } = terminalOf();
  expect(zone).toBe('Asia/Kolkata');
  expect(exchangeOf(handshake, noZone)).toEqual({ status: 403, body: 'UNKNOWN DEVICE\n' });
});

test('C06 the offset is the one of now, summer time included', () => {
  expect(exchangeOf(handshake, terminalOf({ zone: 'Europe/Berlin' })).body).toContain('\nTimeZone=1\n');
  const july = { input: handshake, identity: zkteco.identify(handshake), now: Date.parse('2026-07-01T00:00:00Z') };
  const terminal = terminalOf({ zone: 'Europe/Berlin' });
  const outcome: Outcome = { kind: 'committed', decoded: decodeOf(handshake, terminal), commands: [] };
  expect(Buffer.from(zkteco.answer(outcome, { ...july, terminal }).body).toString()).toContain('\nTimeZone=2\n');
});

describe('C10 delivery of commands', () => {
  const poll = inputOf('GET', `/iclock/getrequest?SN=${SERIAL}`);
  const encoded = (id: string, word: string, size = 0): Encoded => ({
    kind: 'encoded',
    id,
    word,
    bytes: Buffer.from(`C:${id}:${word}${'x'.repeat(size)}\n`),
  });
  const bodyFor = (commands: readonly Encoded[]): string => {
    const output = answerOf({ kind: 'committed', decoded: decodeOf(poll), commands }, poll);
    return Buffer.from(output.body).toString();
  };

  test('commands that end the conversation come last, the others keep their order', () => {
    const list = [encoded('1', 'REBOOT'), encoded('2', 'INFO'), encoded('3', 'CHECK'), encoded('4', 'LOG')];
    expect(bodyFor(list)).toBe('C:2:INFO\nC:4:LOG\nC:1:REBOOT\nC:3:CHECK\n');
  });

  test('refused commands are not sent, and a list of them alone is OK', () => {
    expect(bodyFor([{ kind: 'refused', id: '9', reason: 'ZK_COMMAND_ID', detail: '' }])).toBe('OK');
  });

  test('at most 50 commands and 64 KB go in one reply; a larger one goes alone', () => {
    const many = Array.from({ length: 60 }, (_, i) => encoded(String(i), 'INFO'));
    expect(bodyFor(many).split('\n')).toHaveLength(51);
    expect(bodyFor([encoded('1', 'A', 70_000), encoded('2', 'INFO')])).toHaveLength(70_006);
    expect(fitsBatch([40_000, 20_000, 10_000])).toBe(2);
    expect(fitsBatch([])).toBe(0);
  });
});

test('C11 control characters in values become blanks', () => {
  expect(encodeOf('user.update', { pin: '5', name: 'A\tB\nC:9:REBOOT' })).toBe(
    'C:103:DATA UPDATE USERINFO PIN=5\tName=A B C:9:REBOOT\n',
  );
});

describe('C12 refusals of the encoder', () => {
  test.each([
    'SHELL ls',
    'shell ls',
    'Shell  ls',
    ' ShElL\tls',
    'SHELL',
    'PutFile a\tb',
    'GETFILE x',
    'upgrade x',
    'SHELL=1',
  ])('raw %j is forbidden', (text) =>
    expect(encodeOf('raw', { text, confirmed: true })).toMatch(/^ZK_COMMAND_(FORBIDDEN|CHARACTERS): /),
  );
  test.each(['INFO\nSHELL ls', 'INFO\r', 'IN\0FO', 'C:5:SHELL ls', '', '  ', 'INFO\u2028SHELL', '5 INFO'])(
    'raw %j is not one plain command',
    (text) => expect(encodeOf('raw', { text })).toMatch(/^ZK_COMMAND_CHARACTERS: /),
  );
  test.each([
    'DATA DELETE USERINFO',
    'DATA DELETE user *',
    'DATA DELETE USERINFO PIN=',
    'DATA DELETE USERINFO PIN=*',
    'data  delete USERINFO PIN= ',
    'DATA DEL_USER',
    'DATA DELETE BIODATA Type=9',
    'DATA DELETE USERINFO Foo=1',
    'DATA DELETE USERINFO PIN',
  ])('raw %j deletes everybody', (text) => expect(encodeOf('raw', { text })).toMatch(/^ZK_KEYLESS_DELETE: /));
  test.each(['CLEAR DATA', 'clear log', 'SET OPTION IPAddress=192.0.2.1', 'SET OPTION ComPwd=1'])(
    'raw %j needs a confirmation',
    (text) => {
      expect(encodeOf('raw', { text })).toMatch(/^ZK_COMMAND_UNCONFIRMED: /);
      expect(encodeOf('raw', { text, confirmed: true })).toBe(`C:103:${text}\n`);
    },
  );
  test.each([
    'DATA DELETE USERINFO PIN=5',
    'DATA DELETE BIODATA Type=9\tPin=5',
    'DATA QUERY USERINFO',
    'GET OPTION FROM FWVersion',
    'DATA UPDATE SMS MSG=Hi\tTAG=253',
  ])('raw %j is sent as it is', (text) => expect(encodeOf('raw', { text })).toBe(`C:103:${text}\n`));
  test.each([{}, { pin: '' }, { pin: '  ' }, { pin: '*' }])('a delete of %j is refused', (parameters) => {
    expect(encodeOf('user.delete', parameters)).toMatch(/^ZK_KEYLESS_DELETE: /);
  });
  test.each(['12345678901234567', 'a_b', '', '1 2'])('id %j is refused', (id) => {
    expect(encodeOf('info', {}, {}, id)).toMatch(/^ZK_COMMAND_ID: /);
  });
});

test('C13 real Content-Length of the vendor form: "OK: n" without a line end', () => {
  expect(exchangeOf(post('ATTLOG', TWO))).toEqual({ status: 200, body: 'OK: 2' });
});

test('C18 a record number, a trailing TAB or the stamp do not change the identity of a punch', () => {
  const row = '1001\t2026-03-09 10:10:00\t255\t1\t0';
  const forms = [`${row}\t0\t0\t0\t0\t0\t40017\n`, `${row}\t0\t0\n`, `${row}\t\n`, `${row.replace(' ', 'T')}\n`];
  const ids = forms.map((body) => summaryOf(decodeOf(post('ATTLOG', body)))['punches']).flat() as { id: string }[];
  expect(new Set(ids.map((punch) => punch.id)).size).toBe(1);
  expect(ids[0]?.id).toMatch(/^[0-9a-f]{32}$/);
});

test('C18 a work code of 0, an empty one and none are the same', () => {
  const rows = ['\t0', '\t', '', '\t\t0\t0'].map((tail) => `1001\t2026-03-09 10:10:00\t0\t1${tail}\n`);
  const ids = rows.map((body) => summaryOf(decodeOf(post('ATTLOG', body)))['punches']).flat() as { id: string }[];
  expect([ids.length, new Set(ids.map(({ id }) => id)).size]).toEqual([4, 1]);
});

test('C18 PIN, time, state, verify mode and work code each make another punch; leading zeros count', () => {
  const rows = [
    '1\t2026-03-09 10:10:00\t0\t1\t0',
    '01\t2026-03-09 10:10:00\t0\t1\t0',
    '1\t2026-03-09 10:10:01\t0\t1\t0',
    '1\t2026-03-09 10:10:00\t1\t1\t0',
    '1\t2026-03-09 10:10:00\t0\t2\t0',
    '1\t2026-03-09 10:10:00\t0\t1\t9',
  ];
  const punches = summaryOf(decodeOf(post('ATTLOG', rows.join('\n'))))['punches'] as { id: string }[];
  expect(new Set(punches.map((punch) => punch.id)).size).toBe(rows.length);
});

test('C23 a batch that comes again has the same identities', () => {
  expect(summaryOf(decodeOf(post('ATTLOG', TWO)))).toEqual(summaryOf(decodeOf(post('ATTLOG', TWO))));
});

test.each<Outcome>([
  { kind: 'unavailable' },
  { kind: 'limited', limit: 'size' },
  { kind: 'limited', limit: 'rate' },
  { kind: 'pending' },
  { kind: 'blocked' },
  { kind: 'unidentified', problem: 'missing' },
  { kind: 'unidentified', problem: 'malformed' },
  { kind: 'unidentified', problem: 'contradictory' },
])('C24 an upload that ends in %j never reads as OK', (outcome) => {
  const output = answerOf(outcome, post('ATTLOG', TWO));
  expect(output.status).toBeGreaterThanOrEqual(400);
  expect(Buffer.from(output.body).toString()).not.toMatch(/ok/i);
});

describe('C42 packages', () => {
  const tgz = (bytes: Uint8Array): object => summaryOf(decodeOf(post('ATTLOG', bytes, '&ContentType=tgz')));

  test('a package that unpacks to more than 64 MiB is kept whole and acknowledged as one record', () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    expect(tgz(bomb)).toMatchObject({ parked: [{ reason: 'ZK_PACKAGE_TOO_LARGE' }], punches: [] });
    expect(exchangeOf(post('ATTLOG', bomb, '&ContentType=tgz')).body).toBe('OK: 1');
  });

  test.each([
    ['gzip of no tar', gzipSync(Buffer.from(TWO))],
    ['a cut gzip', gzipSync(Buffer.from(TWO.repeat(100))).subarray(0, 60)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is kept whole', (_, bytes) =>
    expect(tgz(bytes)).toMatchObject({ parked: [{ reason: 'ZK_PACKAGE_UNREADABLE' }] }),
  );
});

test('C54 the second count of the terminal, and its inverse', () => {
  const known: readonly [string, number][] = [
    ['2000-01-01 00:00:00', 0],
    ['2024-02-29 23:59:59', 776563199],
    ['2026-03-09 14:05:30', 841759530],
    ['2026-12-31 23:59:59', 867801599],
    ['2018-02-22 14:54:54', 583080894],
  ];
  for (const [text, seconds] of known) {
    const [date = '', time = ''] = text.split(' ');
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
    expect(encodeZkSeconds(localTimeOf(year, month, day, hour, minute, second)!)).toBe(seconds);
    expect(decodeZkSeconds(seconds)).toBe(text);
  }
  expect(decodeZkSeconds((31 + 30) * 86_400)).toBeUndefined(); // 31 February
  expect(encodeZkSeconds(localTimeOf(1999, 12, 31)!)).toBeUndefined();
});

test('C55 card numbers', () => {
  const decimal = (text: string): string => {
    const card = readCard(text);
    return card.kind === 'card' ? card.decimal : card.kind;
  };
  expect(['[15CD5B07]', '[99F08400]', '[15CD5B0700]', '123456789'].map(decimal)).toEqual([
    '123456789',
    '8712345',
    '123456789',
    '123456789',
  ]);
  expect(['0', '', '[00000000]'].map(decimal)).toEqual(['none', 'none', 'none']);
  expect(['[XYZ]', '[123456789]', '12a', '-5'].map(decimal)).toEqual(['other', 'other', 'other', 'other']);
  const users = summaryOf(decodeOf(post('USERINFO', 'PIN=1\tCard=[XYZ]\n')))['users'];
  expect(users).toMatchObject([{ card: null, extra: { cardText: '[XYZ]' } }]);
});

describe('C66 transport', () => {
  test('a reply has four headers at most, spelt as terminals look for them', () => {
    const input = inputOf('GET', `/iclock/getrequest?SN=${SERIAL}`, '', { httpVersion: '1.0' });
    expect(answerOf({ kind: 'idle' }, input, undefined).headers).toEqual([
      'Content-Type',
      'text/plain',
      'Date',
      'Mon, 09 Mar 2026 08:35:30 GMT',
      'Content-Length',
      '2',
      'Connection',
      'close',
    ]);
  });

  test.each([
    ['close', true],
    ['Keep-Alive, Close', true],
    ['starting', false],
    ['keep-alive', false],
  ])('Connection: %s closes: %s', (value, isClosing) => {
    const input = inputOf('GET', `/iclock/ping?SN=${SERIAL}`, '', { headers: ['CONNECTION', value] });
    expect(answerOf({ kind: 'idle' }, input).headers.includes('Connection')).toBe(isClosing);
  });

  test('the handshake block is small, each line short', () => {
    const input = inputOf('GET', `${handshake.target}&PushOptionsFlag=1`);
    const { body } = exchangeOf(input);
    expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThan(2048);
    expect(body.endsWith('\n')).toBe(true);
    expect(NOW).toBe(Date.parse('2026-03-09T08:35:30Z'));
  });

  test('ErrorDelay differs between terminals, within 45 to 75 seconds, and is stable for one', () => {
    const delays = Array.from({ length: 200 }, (_, i) => errorDelaySeconds(`TST${i}`));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(45);
    expect(Math.max(...delays)).toBeLessThanOrEqual(75);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(errorDelaySeconds('TST1')).toBe(errorDelaySeconds('TST1'));
  });
});

test.each([
  ['Asia/Kolkata', 'Time=2026-03-09T14:05:30+05:30\n'],
  ['UTC', 'Time=2026-03-09T08:35:30+00:00\n'],
])('C53 the time at %s has no fraction of a second, and an offset in digits', (zone, body) => {
  const input = inputOf('GET', `/iclock/cdata?SN=${SERIAL}&type=time`);
  const terminal = terminalOf({ zone });
  const ctx = { input, identity: zkteco.identify(input), now: NOW + 426, terminal };
  const output = zkteco.answer({ kind: 'committed', decoded: decodeOf(input, terminal), commands: [] }, ctx);
  expect(Buffer.from(output.body).toString()).toBe(body);
});
