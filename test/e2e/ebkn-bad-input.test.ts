import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { sealSharedKey, sharedKeySetting } from '@biolistener/security';
import { VECTORS } from '../../packages/brands/src/ebkn/vectors.ts';
import { serial } from '../support/captures.ts';
import { ebknRequest, framed, responseCode, type EbknRequest } from '../support/ebkn-http.ts';
import { liveListener, liveNginx, vault, type LiveListener } from '../support/live-listener.ts';
import { ask, exchange, zkGet, zkPost } from '../support/raw-http.ts';

// What bad-input.test.ts does to zkteco, done to ebkn, through nginx: the answer is always 200, response_code decides.

jest.setTimeout(120_000);

const NOW = Date.parse('2026-03-09T08:35:30Z');
const GOOD = Buffer.from(VECTORS.A01, 'hex');
let live: LiveListener;
let nginx: Awaited<ReturnType<typeof liveNginx>>;

beforeAll(async () => {
  live = await liveListener({ now: () => NOW, settings: { BIOLISTENER_MAX_BODY_MIB: '2' } });
  nginx = await liveNginx(live.port, { bodySize: '2m' });
  await live.approve('FRONT1', 'ebkn');
  await live.approve('BLOCKED1', 'ebkn', { zone: 'Asia/Kolkata' }, 'blocked');
});
afterAll(async () => {
  await nginx.stop();
  await live.stop();
});

const say = async (request: Omit<EbknRequest, 'id'> & { readonly id?: string }) => {
  const reply = await ask(nginx.port, ebknRequest({ id: 'FRONT1', ...request }));
  return [reply.status, responseCode(reply)];
};
const glog = (own: object) =>
  framed({
    fk_bin_data_lib: 'FKDataHS103',
    io_mode: 16777216,
    io_time: '20260309100000',
    verify_mode: 1073741824,
    ...own,
  });
const punchesOf = (pin: string) => live.store.listPunches({ pin: asPin(pin), limit: 10 });
const parkedAt = async (id: string) =>
  (await live.store.listParked({ serialNumber: serial(id), limit: 50 })).map(({ reason }) => reason);

test('an unknown terminal is quarantined and not told OK; a blocked one leaves nothing', async () => {
  expect(await say({ id: 'NEW1', body: GOOD })).toEqual([200, 'ERROR_DB_ACCESS']);
  expect(await live.store.findTerminal(serial('NEW1'))).toMatchObject({ status: 'pending', quarantined: 1 });
  expect(await say({ id: 'BLOCKED1', body: GOOD })).toEqual([200, 'ERROR_DB_ACCESS']);
  expect(await live.store.findTerminal(serial('BLOCKED1'))).toMatchObject({ quarantined: 0, punches: 0 });
});

test.each([
  ['no dev_id', ['dev_id:']],
  ['a dev_id with blanks', ['dev_id: A B']],
  ['a dev_id of 200 characters', [`dev_id: ${'7'.repeat(200)}`]],
  ['two different dev_id', ['dev_id: FRONT1', 'dev_id: FRONT2']],
])('%s is an error and is kept', async (_, headers) => {
  const before = (await parkedAt('-')).length;
  expect(await say({ headers, body: glog({ user_id: `nobody ${before}` }) })).toEqual([200, 'ERROR']);
  expect((await parkedAt('-')).slice(0, 1)).toEqual(['LISTENER_NO_SERIAL']);
  expect((await live.store.counts()).punches).toBe(0);
});

test('the same dev_id twice, and the same Content-Type twice, are one', async () => {
  expect(await say({ headers: ['dev_id: FRONT1', 'dev_id: FRONT1'], body: glog({ user_id: '11' }) })).toEqual([
    200,
    'OK',
  ]);
  expect(await punchesOf('11')).toHaveLength(1);
});

test('impossible dates are parked and acknowledged; clocks of 2000 and of tomorrow week are flagged', async () => {
  const at = (io_time: string) => say({ body: glog({ user_id: '12', io_time }) });
  expect(await at('20260230010101')).toEqual([200, 'OK']);
  expect(await parkedAt('FRONT1')).toEqual(['EB_RECORD_TIME']);
  expect([await at('20000101000007'), await at('20260316100000'), await at('20260309142000')]).toEqual(
    Array(3).fill([200, 'OK']),
  );
  expect((await punchesOf('12')).map(({ wallTime, flags }) => [wallTime, flags[0]]).sort()).toEqual([
    ['2000-01-01 00:00:07', 'clock-implausible'],
    ['2026-03-09 14:20:00', 'clock-ahead'],
    ['2026-03-16 10:00:00', 'clock-implausible'],
  ]);
});

test('ids: zeros go, blanks stay, 200 characters and none at all are parked', async () => {
  const by = (user_id: string) => say({ body: glog({ user_id }) });
  expect([await by('00000042'), await by('4 2'), await by('7'.repeat(200)), await by('')]).toEqual(
    Array(4).fill([200, 'OK']),
  );
  expect([(await punchesOf('42')).length, (await punchesOf('4 2')).length]).toEqual([1, 1]);
  expect((await parkedAt('FRONT1')).length).toBe(3);
});

test('SQL, HTML, formulas and escapes in names are stored as they are', async () => {
  const names = ["'; DROP TABLE punches; --", '<script>alert(1)</script>', '=1+1', '\u001b[31mred\u001b[0m\nnext'];
  for (const [at, user_name] of names.entries())
    expect(await say({ code: 'realtime_enroll_data', body: framed({ user_id: String(500 + at), user_name }) })).toEqual(
      [200, 'OK'],
    );
  const stored = await live.store.strangersAt(serial('FRONT1'), 100);
  expect(names.map((_, at) => stored.find(({ pin }) => pin === String(500 + at))?.name)).toEqual(names);
});

test('a body that is shorter than announced is never acknowledged', async () => {
  const cut = ebknRequest({ id: 'FRONT1', body: glog({ user_id: '13' }) }).subarray(0, -5);
  const raw = await exchange(nginx.port, cut, { end: true }).catch(() => Buffer.alloc(0));
  expect(raw.toString('latin1')).not.toContain('response_code: OK');
  expect(await punchesOf('13')).toEqual([]);
});

test('a body over the limit is refused without OK, and the terminal is heard again after it', async () => {
  const raw = await exchange(nginx.port, ebknRequest({ id: 'FRONT1', body: Buffer.alloc(3_000_000) })).catch(() =>
    Buffer.alloc(0),
  );
  expect(raw.toString('latin1', 0, 400)).not.toContain('response_code: OK');
  expect(await say({ body: glog({ user_id: '14' }) })).toEqual([200, 'OK']);
});

async function setKey(serialNumber: string, brand: string): Promise<void> {
  await live.store.setSetting(sharedKeySetting(serialNumber), sealSharedKey(vault, 's3cret'), 'test');
  await live.approve(serialNumber, brand);
}

test('without the token that was set nothing is taken, and with it everything', async () => {
  await setKey('KEYED1', 'ebkn');
  const by = (headers: readonly string[]) => say({ id: 'KEYED1', body: glog({ user_id: '15' }), headers });
  expect(await by([])).toEqual([200, 'ERROR_DB_ACCESS']);
  expect(await by(['token_id: guess'])).toEqual([200, 'ERROR_DB_ACCESS']);
  expect(await live.store.findTerminal(serial('KEYED1'))).toMatchObject({ punches: 0, quarantined: 0 });
  expect(await by(['token_id: s3cret'])).toEqual([200, 'OK']);
  expect(await punchesOf('15')).toHaveLength(1);
});

test('a zkteco terminal shows its key when it greets, and is taken from then on', async () => {
  await setKey('KEYED2', 'zkteco');
  const upload = zkPost('KEYED2', 'ATTLOG', '16\t2026-03-09 10:00:00\t0\t1\t0\t0\t0\n');
  const greet = (query: string) => ask(nginx.port, zkGet(`/iclock/cdata?SN=KEYED2&options=all&pushver=2.4.1${query}`));
  expect([
    (await ask(nginx.port, upload)).status,
    (await greet('')).status,
    (await greet('&pushcommkey=x')).status,
  ]).toEqual([403, 403, 403]);
  const greeted = await greet('&pushcommkey=s3cret');
  expect([greeted.status, greeted.body.includes('s3cret')]).toEqual([200, false]);
  expect((await ask(nginx.port, upload)).body.toString()).toBe('OK: 1');
});
