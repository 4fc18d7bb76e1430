import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openWorkplace, type Outcome, type Workplace } from './run-bin.ts';
import { DELIVERED, FRONT, HOSTILE, IMPLAUSIBLE, NEW, openStore, seed, TARGET, UNKNOWN, WAITING } from './seed.ts';

// each command is a process of its own, on a machine that may be busy
jest.setTimeout(120_000);

/** The tests go through one installation in the order of an operator's day. */
let place: Workplace;

beforeAll(async () => {
  place = await openWorkplace();
  await seed(place.dataDir);
});
afterAll(() => place.remove());

/** No byte that a terminal window acts on, but the line breaks of our own. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const expectSafe = ({ stdout, stderr }: Outcome): void => {
  expect(stdout).not.toMatch(UNSAFE);
  expect(stderr).not.toMatch(UNSAFE);
};

describe('device', () => {
  test('list shows every terminal with its state, and nothing of it moves the cursor', async () => {
    const outcome = await place.run('device', 'list');
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain(FRONT);
    expect(outcome.stdout).toMatch(new RegExp(`${NEW} .*pending`));
    expect(outcome.stdout).toContain('\\u001b[31mred');
    expectSafe(outcome);
  });

  test('list narrows by status and place', async () => {
    const pending = await place.json('device', 'list', '--status', 'pending');
    expect(pending.value).toMatchObject([{ serialNumber: NEW, status: 'pending', quarantined: 1 }]);
    const there = await place.json('device', 'list', '--place', 'Pune');
    expect(there.value).toMatchObject([{ serialNumber: FRONT }]);
    expect((await place.run('device', 'list', '--status', 'lost')).code).toBe(2);
  });

  test('show says what to do about a terminal that waits', async () => {
    const outcome = await place.run('device', 'show', NEW);
    expect(outcome.stdout).toContain(`biolistener device approve ${NEW}`);
    expect(outcome.stdout).toContain('1 request (cdata/ATTLOG; 40 bytes)');
    const { value } = await place.json('device', 'show', FRONT);
    expect(value).toMatchObject({ terminal: { serialNumber: FRONT, parked: 2 }, quarantine: [], alerts: [] });
  });

  test('an unknown serial number ends with 3 and names those that look like it', async () => {
    const outcome = await place.run('device', 'show', 'FRONT00002');
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain(`Known and similar: ${FRONT}`);
    const { code, value } = await place.json('device', 'show', 'ZZZZ');
    expect(code).toBe(3);
    expect(value).toMatchObject({ error: 'NOT_FOUND', message: 'no terminal ZZZZ is known' });
  });

  test('approve takes the zone of the settings and says so, and counts what leaves quarantine', async () => {
    const outcome = await place.run('device', 'approve', NEW, '--name', 'Back door', '--role', 'in');
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.stdout).toContain('read in Asia/Kolkata, which is BIOLISTENER_TIME_ZONE');
    expect(outcome.stdout).toContain('1 request of it from quarantine');
    const { value } = await place.json('device', 'show', NEW);
    expect(value).toMatchObject({
      terminal: { status: 'approved', zone: 'Asia/Kolkata', name: 'Back door', role: 'in' },
    });
  });

  test('approve refuses a zone that does not exist, and offers one that does', async () => {
    const outcome = await place.run('device', 'approve', NEW, '--zone', 'Asia/Kolkatta');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/"Asia\/Kolkatta" is no time zone[^]*Did you mean Asia\//);
  });

  test('approve of a serial number that never called needs its brand', async () => {
    const without = await place.run('device', 'approve', 'FRESH00003');
    expect(without.code).toBe(3);
    expect(without.stderr).toContain('--brand zkteco');
    expect((await place.run('device', 'approve', 'FRESH00003', '--brand', 'nokia')).code).toBe(2);
    const { code, value } = await place.json('device', 'approve', 'FRESH00003', '--brand', 'zkteco', '--zone', 'UTC');
    expect(code).toBe(0);
    expect(value).toMatchObject({
      terminal: { status: 'approved', zone: 'UTC', lastContactAt: null },
      wasStatus: null,
    });
  });

  test('set changes what is named, warns about the zone, and an empty text forgets', async () => {
    const words = [
      '--zone',
      'Asia/Dubai',
      '--state-map',
      '0=IN,1=OUT,4=none',
      '--option',
      'verifyTable=new',
      '--option',
      'n=5',
    ];
    const outcome = await place.run('device', 'set', NEW, ...words);
    expect(outcome.stdout).toContain('keep the times that Asia/Kolkata gave them');
    const { value } = await place.json('device', 'set', NEW, '--name', '', '--option', 'n=');
    expect(value).toMatchObject({
      terminal: { zone: 'Asia/Dubai', stateMap: { 0: 'IN', 1: 'OUT', 4: 'none' }, options: { verifyTable: 'new' } },
    });
    expect(value).not.toHaveProperty('terminal.name');
    expect(value).not.toHaveProperty('terminal.options.n');
    expect((await place.json('device', 'set', NEW, '--sync', 'off')).value).toMatchObject({
      terminal: { isSyncOff: true },
    });
    expect((await place.run('device', 'show', NEW)).stdout).toMatch(/syncing: +off[^]*can be asked: +.*restart/);
    expect((await place.run('device', 'set', NEW, '--sync', 'on')).code).toBe(0);
    expect((await place.run('device', 'set', NEW)).code).toBe(2);
    expect((await place.run('device', 'set', NEW, '--state-map', '0=UP')).code).toBe(2);
  });

  test('block is written into the audit with who did it', async () => {
    expect((await place.json('device', 'block', 'FRESH00003')).value).toMatchObject({
      terminal: { status: 'blocked' },
    });
    const store = await openStore(place.dataDir);
    try {
      const [entry] = await store.listAudit({ subject: 'FRESH00003', limit: 1 });
      expect(entry).toMatchObject({ action: 'terminal.change' });
      expect(entry?.actor).toMatch(/^cli:\w+/);
    } finally {
      await store.close();
    }
  });
});

describe('punch', () => {
  test('list shows where each punch is, safely', async () => {
    const outcome = await place.run('punch', 'list');
    expect(outcome.stdout).toContain('in ERPNext as EMP-CKIN-03-2026-000001');
    expect(outcome.stdout).toContain('parked: no employee has this PIN');
    expect(outcome.stdout).toContain('\\u009b2J');
    expectSafe(outcome);
  });

  test('list narrows by PIN, state and time', async () => {
    const idsOf = async (...words: string[]): Promise<unknown> =>
      ((await place.json('punch', 'list', ...words)).value as { id: string }[]).map((one) => one.id);
    expect(await idsOf('--pin', '17')).toEqual([DELIVERED.id]);
    expect(await idsOf('--state', 'done', '--state', 'parked')).toEqual([UNKNOWN.id, DELIVERED.id, IMPLAUSIBLE.id]);
    expect(await idsOf('--from', '2026-03-09 08:41', '--to', '2026-03-09 08:41')).toEqual([WAITING.id]);
    expect(await idsOf('--to', '2000-01-01', '--serial', FRONT)).toEqual([IMPLAUSIBLE.id]);
    expect((await place.run('punch', 'list', '--from', 'noon')).code).toBe(2);
    expect((await place.run('punch', 'list', '--state', 'lost')).code).toBe(2);
    expect((await place.run('punch', 'list', '--limit', '0')).code).toBe(2);
  });

  test('show takes the first digits of an id', async () => {
    const outcome = await place.run('punch', 'show', DELIVERED.id.slice(0, 8));
    expect(outcome.stdout).toContain('2026-03-09 08:35:30 in Asia/Kolkata');
    expect(outcome.stdout).toContain('1 time, kept once');
    expect((await place.json('punch', 'show', DELIVERED.id)).value).toMatchObject({
      pin: '17',
      delivery: { state: 'done' },
    });
    expect((await place.run('punch', 'show', 'abcdef0123')).code).toBe(3);
    expect((await place.run('punch', 'show', 'nonsense')).code).toBe(2);
    expectSafe(await place.run('punch', 'show', HOSTILE.id));
  });

  test('replay by filter asks first, and leaves out what may only go by name', async () => {
    const refused = await place.run('punch', 'replay', '--state', 'parked');
    expect(refused).toMatchObject({ code: 5 });
    expect(refused.stderr).toContain('Say --yes');
    const { code, value } = await place.json('punch', 'replay', '--to', '2000-01-02', '--yes');
    expect({ code, value }).toMatchObject({ code: 0, value: { chosen: 0, replayed: 0, leftOut: 1 } });
    expect((await place.run('punch', 'replay')).code).toBe(2);
  });

  test('replay of one id puts it back on its way without a question', async () => {
    expect((await place.json('punch', 'replay', DELIVERED.id)).value).toMatchObject({ replayed: 1 });
    const store = await openStore(place.dataDir);
    try {
      expect(await store.loadDelivery(TARGET, DELIVERED.id)).toMatchObject({ state: 'waiting' });
      const attempt = { at: Date.now(), ms: 5, outcome: 'duplicate', status: 409, detail: 'the site has it' } as const;
      await store.finishDelivery(TARGET, DELIVERED.id, attempt, undefined);
    } finally {
      await store.close();
    }
  });
});

describe('parked', () => {
  test('list shows both kinds with what to do', async () => {
    const outcome = await place.run('parked', 'list');
    expect(outcome.stdout).toContain('Punches that ERPNext does not have');
    expect(outcome.stdout).toContain('Pieces that could not be read');
    expect(outcome.stdout).toMatch(/unknown-pin \(1\): In ERPNext, put the PIN/);
    expectSafe(outcome);
    const { value } = await place.json('parked', 'list', '--kind', 'pieces');
    expect(value).toMatchObject({ punches: [], pieces: [{ ref: '#2', isSensitive: true }, { ref: '#1' }] });
    expect(JSON.stringify(value)).not.toContain('sealed');
  });

  test('show opens bytes that are no secret, and tells size and digest of those that are', async () => {
    const open = await place.run('parked', 'show', '1');
    expect(open.stdout).toContain('not a time\\u001b[31m');
    expectSafe(open);
    const secret = await place.run('parked', 'show', '#2');
    expect(secret.stdout).toContain('SHA-256');
    expect(secret.stdout).not.toContain('secret-features');
    expect((await place.json('parked', 'show', '#2')).value).toMatchObject({ text: null, size: 19 });
    expect((await place.json('parked', 'show', UNKNOWN.id)).value).toMatchObject({ pin: '99' });
    expect((await place.run('parked', 'show', '77')).code).toBe(3);
  });

  test('retry asks before it sends what has an implausible clock, and --all leaves it out', async () => {
    const refused = await place.run('parked', 'retry', '--reason', 'clock-implausible');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('2000-01-01 00:00:00');
    expect((await place.json('parked', 'retry', '--all')).value).toEqual({ punches: 1, pieces: 2 });
    const { value } = await place.json('parked', 'list');
    expect(value).toMatchObject({
      punches: [{ id: IMPLAUSIBLE.id }],
      pieces: [{ state: 'retry' }, { state: 'retry' }],
    });
    expect((await place.run('parked', 'retry')).code).toBe(2);
  });

  test('a reason that nobody knows is refused with those that there are, and one that nothing waits for is not', async () => {
    for (const command of ['list', 'retry']) {
      const outcome = await place.run('parked', command, '--reason', 'unknwon-pin');
      expect([outcome.code, outcome.stdout]).toEqual([2, '']);
      expect(outcome.stderr).toContain('Did you mean unknown-pin?');
      expect(outcome.stderr).toMatch(/unknown-pin, ambiguous-pin, .*internal, or the code of a piece/);
      const value = { error: 'USAGE', message: 'no reason is called "toString"' };
      expect(await place.json('parked', command, '--reason', 'toString')).toMatchObject({ code: 2, value });
      for (const known of ['ambiguous-pin', 'LISTENER_NO_SERIAL', 'ZK_LINE_SHAPELESS'])
        expect((await place.run('parked', command, '--reason', known)).code).toBe(0);
    }
  });

  test('retry of what is not parked names nothing', async () => {
    expect((await place.run('parked', 'retry', UNKNOWN.id)).code).toBe(3);
  });

  test('discard needs a yes and is written into the audit', async () => {
    expect((await place.run('parked', 'discard', IMPLAUSIBLE.id, '1')).code).toBe(5);
    expect((await place.json('parked', 'discard', IMPLAUSIBLE.id, '1', '--yes')).value).toMatchObject({
      punches: 1,
      pieces: 1,
    });
    const store = await openStore(place.dataDir);
    try {
      expect(await store.loadDelivery(TARGET, IMPLAUSIBLE.id)).toMatchObject({ state: 'skipped', reason: 'discarded' });
      expect(await store.findParked(1)).toMatchObject({ state: 'discarded' });
      const [entry] = await store.listAudit({ subject: `punch:${IMPLAUSIBLE.id}`, limit: 1 });
      expect(entry?.actor).toMatch(/^cli:/);
    } finally {
      await store.close();
    }
  });
});

describe('trace', () => {
  test('tells the whole way of a delivered punch with times and the link', async () => {
    const outcome = await place.run('trace', DELIVERED.id.slice(0, 10));
    expect(outcome.code).toBe(0);
    for (const part of [
      'Punched.',
      'Received from 192.0.2.17',
      'Stored on disk',
      'sent it again 1 time',
      'status 502',
      'HR-EMP-00017',
    ])
      expect(outcome.stdout).toContain(part);
    expect(outcome.stdout).toContain('https://erp.example.com/app/employee-checkin/EMP-CKIN-03-2026-000001');
    expectSafe(outcome);
  });

  test('gives programs each step with its time', async () => {
    const { value } = await place.json('trace', DELIVERED.id);
    expect(value).toMatchObject({
      kind: 'punch',
      now: { state: 'done' },
      delivery: { checkin: 'EMP-CKIN-03-2026-000001' },
    });
    const { steps } = value as { steps: { what: string; at?: string }[] };
    expect(steps.map((step) => step.what)).toEqual(
      expect.arrayContaining(['punched', 'received', 'stored', 'resent', 'handed-out', 'decided', 'attempt']),
    );
    expect(steps[1]?.at).toBe('2026-03-09T03:05:31.200Z');
  });

  test('says what a waiting punch waits for', async () => {
    const outcome = await place.run('trace', WAITING.id);
    expect(outcome.stdout).toContain('It waits for its turn.');
    expect(outcome.stdout).toMatch(/What to do\n {2}No service answers at/);
  });

  test('of a PIN or a terminal: the last punches and what is in the way', async () => {
    const ofPin = await place.run('trace', '17');
    expect(ofPin.stdout).toContain('The last punches of PIN 17');
    const ofTerminal = await place.run('trace', FRONT);
    expect(ofTerminal.stdout).toContain('In the way');
    expect(ofTerminal.stdout).toContain('No service answers at');
    expectSafe(ofTerminal);
    expect((await place.json('trace', FRONT, '--limit', '2')).value).toMatchObject({ kind: 'serial', of: FRONT });
  });

  test('of something unknown: not found, with what may be meant', async () => {
    const outcome = await place.run('trace', 'FRONT0001');
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain(FRONT);
  });
});

describe('config', () => {
  test('set checks the value, show has it with who set it, unset takes it back', async () => {
    expect((await place.run('config', 'set', 'log_type.policy', 'sometimes')).code).toBe(2);
    expect((await place.run('config', 'set', 'log_typ.policy', 'role')).stderr).toContain(
      'Did you mean log_type.policy',
    );
    expect((await place.run('config', 'set', 'ERPNEXT_URL', 'x')).stderr).toContain('fixed at start');
    expect((await place.json('config', 'set', 'log_type.policy', 'role')).value).toEqual({
      key: 'log_type.policy',
      value: 'role',
    });
    const { value } = await place.json('config', 'show');
    const { runTime } = value as { runTime: { key: string; value: unknown; origin: string }[] };
    const policy = runTime.find((one) => one.key === 'log_type.policy');
    expect(policy?.value).toBe('role');
    expect(policy?.origin).toMatch(/^cli:/);
    expect((await place.json('config', 'unset', 'log_type.policy')).value).toMatchObject({ value: 'none' });
    expect((await place.run('config', 'show')).stdout).toMatch(/log_type\.policy +none +default/);
  });

  test('check ends with 4 for a name that nothing reads, and is one JSON value all the same', async () => {
    const { code, stdout } = await place.runWith({ BIOLISTENER_PROT: '1' }, 'config', 'check', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ fits: true, unknownNames: ['BIOLISTENER_PROT'] });
    expect((await place.json('config', 'check')).code).toBe(0);
  });

  test('check refuses a key that is none, by the name of its setting', async () => {
    const { code, stdout, stderr } = await place.runWith({ BIOLISTENER_MASTER_KEY: 'short' }, 'config', 'check');
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('BIOLISTENER_MASTER_KEY must be 64 hex digits or the base64 of 32 bytes');
  });

  test('show never shows a secret', async () => {
    const secret = 'redis://:very-secret@127.0.0.1:1/0';
    const { stdout } = await place.runWith({ REDIS_URL: secret }, 'config', 'show', '--json');
    expect(stdout).not.toContain('very-secret');
  });
});

describe('without a store', () => {
  test('commands that look do not make one', async () => {
    const empty = await openWorkplace();
    try {
      const outcome = await empty.run('device', 'list');
      expect(outcome.code).toBe(3);
      expect(outcome.stderr).toContain('there is no store at');
      const { code, value } = await empty.json('config', 'show');
      expect(code).toBe(0);
      expect(value).toHaveProperty('runTime');
      expect((await empty.run('device', 'list')).code).toBe(3);
    } finally {
      empty.remove();
    }
  });
});

test('words that do not fit end with 2, also for programs', async () => {
  const { code, value } = await place.json('device', 'show');
  expect(code).toBe(2);
  expect(value).toMatchObject({ error: 'USAGE' });
});
