import { describe, expect, test } from '@jest/globals';
import {
  asPin,
  digestOf,
  type LocalTime,
  type Photo,
  type Punch,
  type Template,
  type TerminalUser,
} from '@biolistener/core';
import type { Decoded, RequestHead } from '@biolistener/wire';
import { decodedOf, identityOf, inputOf, pieceOf, T0, terminalOf, vault } from '../../../apps/listener/test/kit.ts';
import { driftOf, needsCommit, uploadOf, type Arrival } from './upload.ts';

const arrivalOf = (with_: Partial<Arrival> = {}, head: Partial<RequestHead> = {}): Arrival => ({
  correlationId: 'c-1',
  terminal: terminalOf(),
  identity: identityOf(),
  head: inputOf(head),
  receivedAt: T0,
  ...with_,
});
const stored = (decoded: Partial<Decoded>, arrival = arrivalOf()) => uploadOf(arrival, decodedOf(decoded), vault);

const FEATURES = Buffer.from('features that nobody may read, 0123456789 abcdefghij');
const PASSWORD = 'swordfish-4711';

const template = (encoding: Template['encoding'], with_: Partial<Template> = {}): Template => ({
  pin: asPin('1'),
  kind: 'fingerprint',
  no: 6,
  index: 0,
  algorithm: 'zk',
  version: '10',
  isValid: true,
  isDuress: false,
  declaredSize: 9,
  encoding,
  data: encoding === 'base64' ? Buffer.from(FEATURES.toString('base64')) : FEATURES,
  ...with_,
});
const user: TerminalUser = { pin: asPin('1'), name: 'A', card: '77', password: PASSWORD, extra: { a: 1 } };
const photo: Photo = {
  kind: 'user',
  pin: asPin('1'),
  wallTime: undefined,
  fileName: '1.jpg',
  declaredSize: 9,
  data: FEATURES,
};

/** All bytes and texts of a value, one after the other, as they would lie in the store. */
function everything(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, inner]) => `${key}=${everything(inner)}`)
      .join('\n');
  return String(value);
}

describe('secrets', () => {
  const all = stored({
    events: [
      { kind: 'template', template: template('base64') },
      { kind: 'template', template: template('binary', { no: 7 }) },
      { kind: 'user', user },
      { kind: 'photo', photo },
    ],
    parked: [pieceOf(`torn ${FEATURES.toString()} ${PASSWORD}`)],
  });

  test('nothing that is stored holds a password, a template, a photo or the bytes of a parked piece', () => {
    const text = everything(all);
    expect(text).toContain('fingerprint');
    for (const secret of [PASSWORD, FEATURES.toString(), FEATURES.toString('base64'), FEATURES.toString('hex')])
      expect(text).not.toContain(secret);
    expect(JSON.stringify(all)).not.toContain(PASSWORD);
  });

  test('each opens again for what it is, and for nothing else', () => {
    const open = (purpose: Parameters<typeof vault.open>[0], sealed: Parameters<typeof vault.open>[1]): string =>
      Buffer.from(vault.open(purpose, sealed)).toString();
    expect(open('template', all.templates[0]!.sealed)).toBe(FEATURES.toString('base64'));
    expect(open('template', all.templates[1]!.sealed)).toBe(FEATURES.toString());
    expect(JSON.parse(open('user', all.users[0]!.secrets!))).toEqual({ password: PASSWORD });
    expect(open('photo', all.photos[0]!.sealed)).toBe(FEATURES.toString());
    expect(open('parked', all.parked[0]!.sealed)).toContain('torn');
    expect(() => open('photo', all.templates[0]!.sealed)).toThrow();
  });

  test('the same secret sealed twice is not the same bytes', () => {
    const once = (): unknown => stored({ events: [{ kind: 'photo', photo }] }).photos[0]?.sealed.bytes;
    expect(once()).not.toEqual(once());
  });

  test('without a password, or with an empty one, there is nothing sealed for a user', () => {
    const { password: _, ...without } = user;
    const users = [without, { ...user, password: '' }].map((each) => ({ kind: 'user', user: each }) as const);
    for (const each of stored({ events: users }).users) expect(each).not.toHaveProperty('secrets');
  });

  test('a name in another character set says so', () => {
    const [one] = stored({ events: [{ kind: 'user', user: { ...user, charset: 'gb18030' } }] }).users;
    expect(one).toMatchObject({ name: 'A', card: '77', extra: { a: 1, charset: 'gb18030' } });
    expect(one).not.toHaveProperty('charset');
  });
});

describe('digests', () => {
  test('a template has one digest whether it came as base64 or as bytes, and the size as it came', () => {
    const [text, bytes] = stored({
      events: [
        { kind: 'template', template: template('base64') },
        { kind: 'template', template: template('binary') },
      ],
    }).templates;
    expect(text?.digest).toBe(digestOf(FEATURES));
    expect(bytes?.digest).toBe(text?.digest);
    expect([text?.size, bytes?.size]).toEqual([72, FEATURES.length]);
    expect(text).not.toHaveProperty('data');
    expect(text).not.toHaveProperty('declaredSize');
  });

  test('an operation is known again by its terminal, source and key, and by nothing else', () => {
    const operation = { source: 'oplog', code: '4', wallTime: undefined, isAlert: false, details: {} };
    const idOf = (key: readonly string[], with_: object = {}): string | undefined =>
      stored({ events: [{ kind: 'operation', operation: { ...operation, ...with_, key } }] }).operations[0]?.id;
    expect(idOf(['4', '10:00'], { details: { seen: 2 } })).toBe(idOf(['4', '10:00']));
    expect(idOf(['4', '10:01'])).not.toBe(idOf(['4', '10:00']));
    expect(idOf(['4', '10:00'], { source: 'errorlog' })).not.toBe(idOf(['4', '10:00']));
  });
});

describe('the request beside a parked piece', () => {
  const requestOf = (head: Partial<RequestHead>) => stored({ parked: [pieceOf('x')] }, arrivalOf({}, head)).parked[0]!;

  test('holds no credentials, cookies or keys', () => {
    const headers = ['Authorization', 'token a:s3cret', 'Cookie', 's3cret', 'Proxy-Authorization', 's3cret'];
    const more = ['token_id', 's3cret', 'X-Biolistener-Address', 's3cret', 'Content-Type', 'text/plain'];
    const target = '/iclock/cdata?SN=1&pushcommkey=s3cret&table=ATTLOG&CommKey=s3cret&ComKey=s3cret&token=s3cret';
    const { request } = requestOf({ target, headers: [...headers, ...more] });
    expect(JSON.stringify(request)).not.toContain('s3cret');
    expect(request['target']).toBe('/iclock/cdata?SN=1&pushcommkey=***&table=ATTLOG&CommKey=***&ComKey=***&token=***');
    expect(request['headers']).toEqual(['Content-Type', 'text/plain']);
  });

  test('a header whose value is the name of another is judged by its own name', () => {
    const { request } = requestOf({ headers: ['Cookie', 'dev_id', 'dev_id', 'Cookie', 'Dev_Model', 'authorization'] });
    expect(request['headers']).toEqual(['dev_id', 'Cookie', 'Dev_Model', 'authorization']);
  });

  test('is enough to read the piece again', () => {
    const { request, digest, size } = requestOf({ target: '/iclock/cdata?SN=1&table=ATTLOG' });
    expect(request).toMatchObject({
      method: 'POST',
      target: '/iclock/cdata?SN=1&table=ATTLOG',
      httpVersion: '1.1',
      operation: 'paper/lines',
    });
    expect(size).toBe(1);
    // the same bytes in another table are another piece
    expect(digest).toBe(digestOf('PAPER\nx'));
  });

  test('is bounded, whatever a sender puts into it', () => {
    const headers = Array.from({ length: 1000 }, () => ['dev_id', 'x'.repeat(5000)]).flat();
    const { request } = requestOf({ target: `/${'a'.repeat(100_000)}`, headers });
    expect(JSON.stringify(request).length).toBeLessThan(10_000);
  });
});

describe('what must be on disk before the answer', () => {
  const terminal = terminalOf({ stamps: { ATTLOG: '7' } });
  const needs = (decoded: Partial<Decoded>): boolean => needsCommit(decodedOf(decoded), terminal);

  test('records, parked pieces, transfers, and pointers that moved', () => {
    expect(needs({ events: [{ kind: 'user', user }] })).toBe(true);
    expect(needs({ parked: [pieceOf('x')] })).toBe(true);
    expect(needs({ transfer: { kind: 'drop', key: 'k' } })).toBe(true);
    expect(needs({ facts: { stamps: { ATTLOG: '8' } } })).toBe(true);
    expect(needs({ facts: { stamps: { OPERLOG: '7' } } })).toBe(true);
  });

  test('not the pointer that it has always, nor what a terminal says about itself', () => {
    expect(needs({})).toBe(false);
    expect(needs({ facts: { stamps: { ATTLOG: '7' } } })).toBe(false);
    expect(needs({ facts: { profile: { firmware: '8' }, wallClock: '2026-03-09 14:05:30' as LocalTime } })).toBe(false);
  });
});

describe('the rest of an upload', () => {
  test('says whose it was, when and how it came', () => {
    expect(stored({})).toMatchObject({
      correlationId: 'c-1',
      serialNumber: 'TEST0000001',
      brand: 'paper',
      operation: 'paper/lines',
      remoteAddress: '192.0.2.10',
      receivedAt: T0,
    });
  });

  test('keeps the order of events of a kind, and says nothing of what was not said', () => {
    const punches = ['a', 'b', 'c'].map((id) => ({ id }) as Punch); // only passed on here
    const upload = stored({ events: punches.map((punch) => ({ kind: 'punch', punch })) });
    expect(upload.punches).toEqual(punches);
    for (const name of ['profile', 'stamps', 'clockDriftSeconds', 'transfer', 'isReplay'])
      expect(upload).not.toHaveProperty(name);
  });

  test('passes on profile, pointers, results and transfers', () => {
    const result = { id: '1', code: '0', verdict: 'done', info: {} } as const;
    const transfer = { key: 'k', lastBlock: 1, bytes: Buffer.from('b'), memo: {} };
    const upload = stored({
      events: [{ kind: 'command-result', result }],
      facts: { profile: { a: 1 }, stamps: { ATTLOG: '8' } },
      transfer: { kind: 'put', transfer },
    });
    expect(upload).toMatchObject({ results: [result], profile: { a: 1 }, stamps: { ATTLOG: '8' } });
    const { bytes: _, ...plain } = transfer; // sealed: see transfer.test.ts
    expect(upload.transfer).toMatchObject({ kind: 'put', ...plain });
    expect(stored({ transfer: { kind: 'drop', key: 'k' } }).transfer).toEqual({ kind: 'drop', key: 'k' });
  });
});

describe('the drift of a clock', () => {
  const driftAt = (wallClock: string, zone?: string): number | undefined =>
    driftOf({ terminal: terminalOf(zone === undefined ? {} : { zone }), receivedAt: T0 }, wallClock as LocalTime);

  test('is how far it is ahead of the wall time of its own zone', () => {
    expect(driftAt('2026-03-09 14:05:30')).toBe(0); // 08:35:30 UTC in Kolkata
    expect(driftAt('2026-03-09 14:06:00')).toBe(30);
    expect(driftAt('2026-03-09 13:05:30')).toBe(-3600);
    expect(driftAt('2026-03-09 08:35:30', 'UTC')).toBe(0);
  });

  test('is not known without a clock or without a zone', () => {
    expect(driftOf({ terminal: terminalOf(), receivedAt: T0 }, undefined)).toBeUndefined();
    const { zone: _, ...without } = terminalOf();
    expect(driftOf({ terminal: without, receivedAt: T0 }, '2026-03-09 14:05:30' as LocalTime)).toBeUndefined();
  });
});
