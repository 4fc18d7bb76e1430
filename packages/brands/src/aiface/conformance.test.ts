import { describe, expect, test } from '@jest/globals';
import { aiface } from './index.ts';
import { answerOf, Bench, decodeOf, eventsOf, inputOf, NOW, viewOf, bytesOf } from './test-kit.ts';

// The numbered cases of protocols/aiface-websocket.md §14, as far as they need no socket. The others stand in
// apps/listener/test/socket.test.ts.

const record = (own: object = {}): object => ({
  enrollid: 17,
  time: '2025-03-04 08:15:28',
  mode: 8,
  inout: 0,
  event: 0,
  ...own,
});
const log = (rows: readonly unknown[], own: object = {}): object => ({
  cmd: 'sendlog',
  sn: 'AYTI10091234',
  count: rows.length,
  logindex: 10,
  record: rows,
  ...own,
});
const punches = (message: unknown, terminal = viewOf()) =>
  eventsOf(decodeOf(message, terminal), 'punch').map((event) => event.punch);
const REG = {
  cmd: 'reg',
  sn: 'AYTI10091234',
  devinfo: {
    modelname: 'AI06',
    firmware: 'ai806_f06v_v5.17',
    usersize: 3000,
    facesize: 3000,
    fpsize: 10,
    fpalgo: 'thbio3.0',
    time: '2025-03-04 08:15:30',
    usednewlog: 7,
  },
};

test('C2: a known terminal is answered once, with the time of its own wall', () => {
  expect(answerOf(REG, 'committed')).toEqual({ ret: 'reg', result: true, cloudtime: '2025-03-04 08:15:30' });
  expect(answerOf(REG, { kind: 'idle' })).toEqual({ ret: 'reg', result: true, cloudtime: '2025-03-04 08:15:30' });
  const kept = viewOf({ options: { keepClock: true, noUserPush: true } });
  expect(answerOf(REG, 'committed', kept)).toEqual({ ret: 'reg', result: true, nosenduser: true });
});

test('C3: an unknown one hears why not, and no time', () => {
  expect(answerOf(REG, { kind: 'pending' })).toEqual({ ret: 'reg', result: false, reason: 'not registered' });
  expect(answerOf(log([record()]), { kind: 'pending' })).toEqual({ ret: 'sendlog', result: false, reason: 1 });
});

test('a greeting teaches the profile, measures the clock, and another firmware forgets what was not answered', () => {
  const { facts } = decodeOf(REG, viewOf({ profile: { firmware: 'old', unsupported: ['getnewlog'] } }));
  expect(facts.wallClock).toBe('2025-03-04 08:15:30');
  expect(facts.profile).toMatchObject({ model: 'AI06', fpalgo: 'thbio3.0', unsupported: null, used: { newlog: 7 } });
  const flat = { cmd: 'reg', sn: 'A1', modelname: 'AI06', firmware: 'f' };
  expect(decodeOf(flat, viewOf({ profile: {} })).facts.profile).toMatchObject({ model: 'AI06', firmware: 'f' });
  const off = { ...REG, devinfo: { ...REG.devinfo, time: '2025-03-04 07:15:30' } };
  expect(decodeOf(off).facts.profile).toMatchObject({ isClockSuspect: true });
});

test('C5: the answer repeats count and logindex as they came', () => {
  expect(answerOf(log([record()], { logindex: 0 }), 'committed')).toMatchObject({
    result: true,
    count: 1,
    logindex: 0,
  });
  expect(answerOf(log([record()], { logindex: '7' }), 'committed')).toMatchObject({ count: 1, logindex: '7' });
  expect(punches(log([record()]))[0]).toMatchObject({ pin: '17', state: 0, verifyMode: '8', claimedDirection: 'IN' });
});

test('C7, C7a: a punch is the same in another batch, under another mode, and without zeros in its time', () => {
  const [first] = punches(log([record({ mode: 1 })]));
  const [again] = punches(
    log([record({ enrollid: 9 }), record({ mode: 0, time: '2025-3-4 8:15:28' })], { logindex: 99 }),
  ).slice(1);
  expect(again?.id).toBe(first?.id);
  const others = [
    record({ inout: 1 }),
    record({ event: 1 }),
    record({ enrollid: 18 }),
    record({ time: '2025-03-04 08:15:29' }),
  ];
  expect(new Set([first, ...punches(log(others))].map((punch) => punch?.id)).size).toBe(5);
});

test('C8: what is not stored is not acknowledged', () => {
  for (const kind of ['unavailable', 'blocked'] as const)
    expect(answerOf(log([record()]), { kind })).toEqual({ ret: 'sendlog', result: false, reason: 1 });
  expect(answerOf(log([record()]), { kind: 'limited', limit: 'rate' })).toMatchObject({ result: false });
});

test('C10: one impossible date of five is put aside, readable by itself, and all are acknowledged', () => {
  const rows = [1, 2, 3, 4].map((enrollid) => record({ enrollid }));
  const message = log([...rows, record({ time: '2025-02-30 08:00:00' })]);
  const decoded = decodeOf(message);
  expect(eventsOf(decoded, 'punch')).toHaveLength(4);
  expect(decoded.parked).toMatchObject([{ reason: 'AI_RECORD_TIME', table: 'sendlog' }]);
  expect(answerOf(message, 'committed')).toMatchObject({ result: true, count: 5 });
  const mended = Buffer.from(decoded.parked[0]?.raw ?? [])
    .toString()
    .replace('02-30', '02-28');
  expect(punches(mended)).toMatchObject([{ pin: '17', wallTime: '2025-02-28 08:00:00' }]);
});

test('C11: leading zeros do not make another person, and stay readable', () => {
  const [padded, plain] = punches(log([record({ enrollid: '0017' }), record({ event: 1 })]));
  expect([padded?.pin, plain?.pin]).toEqual(['17', '17']);
  expect(padded?.extra['enrollid']).toBe('0017');
  const long = '{"cmd":"sendlog","record":[{"enrollid":123456789012345678,"time":"2025-03-04 08:15:28"}]}';
  expect(punches(long)[0]?.pin).toBe('123456789012345678');
});

test('C12: doors and strangers are no attendance', () => {
  const decoded = decodeOf(log([record({ enrollid: 0, event: 6 }), record({ enrollid: 99999999, event: 2 })]));
  expect(eventsOf(decoded, 'punch')).toEqual([]);
  expect(
    eventsOf(decoded, 'operation').map(({ operation }) => [operation.source, operation.code, operation.isAlert]),
  ).toEqual([
    ['door', '6', true],
    ['stranger', '2', false],
  ]);
});

test('C13: modes are read by the dialect, and kept as they came', () => {
  const verify = (mode: number, own: Parameters<typeof viewOf>[0] = {}) => {
    const [punch] = punches(log([record({ mode })]), viewOf(own));
    return [punch?.extra['verify'], punch?.verifyMode];
  };
  expect(verify(8)).toEqual(['face', '8']);
  expect(verify(3, { options: { modeTable: 'bs2025' } })).toEqual(['face', '3']);
  expect(verify(3, { profile: { firmware: 'ai518_f43h_v1.27' } })).toEqual(['face', '3']);
  expect(verify(77)).toEqual(['other', '77']);
  expect(verify(3)).toEqual(['card', '3']);
  expect(verify(0, { profile: { sizes: { face: 100 } } })).toEqual(['face', '0']);
});

test('C14: the door opens for a live single record of somebody allowed, and for nothing else', () => {
  const access = (rows: object[], rule: unknown, now = NOW): unknown =>
    (answerOf(log(rows), 'committed', viewOf({ options: { access: rule as never } }), now) as { access?: number })
      .access;
  expect(access([record()], ['17'])).toBe(1);
  expect(access([record()], 'all')).toBe(1);
  expect(access([record()], ['18'])).toBe(0);
  expect(access([record()], ['17'], NOW + 600_000)).toBe(0);
  expect(access([record(), record({ event: 1 })], ['17'])).toBe(0);
  expect(access([record({ enrollid: 0 })], 'all')).toBe(0);
  expect(answerOf(log([record()]), 'committed')).not.toHaveProperty('access');
});

test('C15: credentials with and without slot and serial number', () => {
  const base = { cmd: 'senduser', sn: 'AYTI10091234', enrollid: 17, name: 'R. Vale', admin: 0 };
  const card = { ...base, backupnum: 11, record: 40918273 };
  const { sn: _, ...nameless } = { ...base, backupnum: 0, record: 'ab(12)cd' };
  expect(answerOf(card, 'committed')).toMatchObject({ ret: 'senduser', result: true, enrollid: 17, backupnum: 11 });
  expect(eventsOf(decodeOf(card), 'user')).toMatchObject([{ user: { pin: '17', name: 'R. Vale', card: '40918273' } }]);
  expect(eventsOf(decodeOf(base), 'user')).toHaveLength(1);
  expect(aiface.identify(inputOf(nameless)).serialNumber).toBe('AYTI10091234');
  const [finger] = eventsOf(decodeOf(nameless), 'template');
  expect(finger?.template).toMatchObject({ kind: 'fingerprint', no: 0, algorithm: 'thbio', version: 'thbio3.0' });
  expect(Buffer.from(finger?.template.data ?? []).toString()).toBe('ab(12)cd');
  const photo = {
    ...base,
    backupnum: 50,
    record: `data:image/jpeg;base64,${Buffer.from([255, 216, 1]).toString('base64')}`,
  };
  expect(eventsOf(decodeOf(photo), 'photo')).toMatchObject([
    { photo: { kind: 'comparison', data: Buffer.from([255, 216, 1]) } },
  ]);
  expect(decodeOf({ ...base, backupnum: 77, record: 'x' }).parked).toMatchObject([
    { reason: 'AI_SLOT_UNKNOWN', isSensitive: true },
  ]);
});

test('C16: an unknown code opens nothing, and its text is not kept', () => {
  const message = { cmd: 'sendqrcode', sn: 'AYTI10091234', record: 'SECRET-77' };
  expect(answerOf(message, 'committed')).toMatchObject({ ret: 'sendqrcode', result: true, access: 0, enrollid: 0 });
  expect(JSON.stringify(decodeOf(message))).not.toContain('SECRET-77');
});

test('C21: keys with blanks, and an answer that calls itself a command', () => {
  expect(
    punches('{"cmd ":"sendlog","record":[{"enrollid ":17,"time":"2025-03-04 08:15:28","mode":"8"}]}'),
  ).toHaveLength(1);
  const bench = new Bench();
  bench.register();
  bench.command('logs.query', { what: 'new' });
  expect(bench.hears('{"cmd":"getnewlog","count":0}').kind).toBe('answer');
  expect(bench.results).toMatchObject([{ verdict: 'done', info: { records: 0 } }]);
});

test('C25: unknown words are told yes and kept; firmware is never taken', () => {
  expect(answerOf({ cmd: 'frobnicate' }, 'committed')).toEqual({ ret: 'frobnicate', result: true });
  expect(decodeOf({ cmd: 'frobnicate' }).parked).toMatchObject([{ reason: 'AI_MESSAGE_UNKNOWN' }]);
  expect(answerOf({ cmd: 'otacheck' }, 'committed')).toEqual({ ret: 'otacheck', result: false });
  expect(answerOf({ cmd: 'heartbeat' }, { kind: 'idle' })).toEqual({ ret: 'heartbeat', result: true });
});

test('C26: what is no JSON object is not answered', () => {
  const bench = new Bench();
  for (const noise of ['', 'hello', '[1]', '12', '{"a":', '{}']) {
    expect(bench.hears(noise).kind).toBe('ignored');
    expect(answerOf(noise, 'committed')).toBeUndefined();
  }
  expect(bench.session.receive(bytesOf({ cmd: 'reg', sn: 'A' }), true, bench.ctx).kind).toBe('ignored');
});

test('C29: a wall time that happened twice is the first, and says so', () => {
  const berlin = viewOf({ zone: 'Europe/Berlin' });
  const [punch] = eventsOf(
    decodeOf(log([record({ time: '2025-10-26 02:30:00' })]), berlin, Date.UTC(2025, 9, 27)),
    'punch',
  );
  expect(punch?.punch).toMatchObject({ certainty: 'ambiguous', flags: ['time-ambiguous'] });
  expect(new Date(punch?.punch.instant ?? 0).toISOString()).toBe('2025-10-26T00:30:00.000Z');
});

test('C33: names in any script make the round trip', () => {
  const name = 'Zoë 🙂 سلام';
  const [event] = eventsOf(decodeOf({ cmd: 'senduser', enrollid: 17, name }), 'user');
  expect(event?.user.name).toBe(name);
  const bench = new Bench();
  bench.register();
  bench.command('user.update', { pin: '17', name, card: '40918273' });
  expect(bench.last).toEqual({ cmd: 'setuserinfo', enrollid: 17, name, backupnum: 11, admin: 0, record: 40918273 });
});

describe('invalid UTF-8', () => {
  test('is replaced, and the message read', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"cmd":"senduser","enrollid":17,"name":"A'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const decoded = aiface.decode({ ...inputOf(''), body: bytes }, { now: NOW, terminal: viewOf() });
    expect(eventsOf(decoded, 'user')[0]?.user.name).toBe('A\ufffd');
  });
});

test('C2: the time of the answer is that of its second and of the zone of each terminal', () => {
  const timeAt = (now: number, zone: string): unknown =>
    (answerOf(REG, { kind: 'idle' }, viewOf({ zone }), now) as { cloudtime?: unknown }).cloudtime;
  expect([
    timeAt(NOW, 'Asia/Kolkata'),
    timeAt(NOW, 'UTC'),
    timeAt(NOW + 999, 'Asia/Kolkata'),
    timeAt(NOW + 1000, 'Asia/Kolkata'),
    timeAt(NOW, 'Asia/Kolkata'),
  ]).toEqual([
    '2025-03-04 08:15:30',
    '2025-03-04 02:45:30',
    '2025-03-04 08:15:30',
    '2025-03-04 08:15:31',
    '2025-03-04 08:15:30',
  ]);
});
