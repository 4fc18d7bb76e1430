import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { asPin, toLocal, type CommandKind, type JsonObject } from '@biolistener/core';
import type { AifaceTerminal, SimulatedTerminal } from '@biolistener/simulator';
import { storeError, type Store } from '@biolistener/store';
import { aifaceAt, handSocket, logOf, refusedUpgrade, regOf, rowOf, type HandSocket } from './live-sockets.ts';
import { liveMailbox, serial, until, type LiveMailbox, type LiveMailboxOptions } from './live-mailbox.ts';

// Cases of protocols/aiface-websocket.md §14 that need sockets: a real listener, a real store, and terminals that were
// written from the document. The others stand beside the codec in packages/brands.

jest.setTimeout(120_000);

const SN = serial('AYTI10091234');
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

async function live(options: LiveMailboxOptions = {}, terminalOptions = {}): Promise<LiveMailbox> {
  const mailbox = await liveMailbox({ sockets: { tickMs: 10 }, ...options });
  running.push(mailbox);
  await mailbox.approve(SN, 'aiface', {}, terminalOptions);
  await until(async () => ((await mailbox.store.findTerminal(SN)) ? true : undefined), 'the terminal');
  return mailbox;
}

async function hand(mailbox: LiveMailbox, path?: string, headers?: Record<string, string>): Promise<HandSocket> {
  const socket = await handSocket(mailbox.port, path, headers);
  running.push({ stop: () => Promise.resolve(socket.socket.terminate()) });
  return socket;
}

/** Greets until it is known: listeners hear of approvals a moment later. */
async function greet(socket: HandSocket, sn: string = SN): Promise<Record<string, unknown>> {
  return until(async () => {
    socket.say(regOf(sn));
    const answer = await socket.next();
    return answer['result'] === true ? answer : undefined;
  }, 'a greeting that is taken');
}

function started<T extends SimulatedTerminal>(terminal: T): T {
  running.push({ stop: () => terminal.stop() });
  terminal.start();
  return terminal;
}

const punchesOf = async ({ store }: LiveMailbox): Promise<number> =>
  (await store.listPunches({ serialNumber: SN, limit: 5000 })).length;
/** A clock that a test moves; the listener's ticks are real. */
function clock(): { now: () => number; move(ms: number): void } {
  let ahead = 0;
  return { now: () => Date.now() + ahead, move: (ms) => (ahead += ms) };
}

test('C1: nothing is said before a greeting, and who does not greet is hung up on', async () => {
  const time = clock();
  const mailbox = await live({ now: time.now });
  const socket = await hand(mailbox);
  time.move(31_000);
  expect(await socket.closed()).toBe(1008);
  expect(socket.heard).toEqual([]);
});

test('C2, C5: a greeting is answered once, with the time of the wall; a record once, with what it counts', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  const answer = await greet(socket);
  expect(answer).toEqual({
    ret: 'reg',
    result: true,
    cloudtime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
  const wall = Date.parse(`${String(answer['cloudtime']).replace(' ', 'T')}+05:30`);
  expect(Math.abs(wall - Date.now())).toBeLessThan(5_000);
  socket.say(logOf(SN, [rowOf()]));
  expect(await socket.next()).toMatchObject({ ret: 'sendlog', result: true, count: 1, logindex: 0 });
  expect(await punchesOf(mailbox)).toBe(1);
});

test('C3: an unknown terminal waits for approval, its records are kept apart, and it is told no', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  socket.say(regOf('ZXUNKNOWN1'));
  expect(await socket.next()).toEqual({ ret: 'reg', result: false, reason: 'not registered' });
  socket.say(logOf('ZXUNKNOWN1', [rowOf()]));
  expect(await socket.next()).toEqual({ ret: 'sendlog', result: false, reason: 1 });
  const terminal = await mailbox.store.findTerminal(serial('ZXUNKNOWN1'));
  expect(terminal).toMatchObject({ status: 'pending', brand: 'aiface', quarantined: 1, punches: 0 });
  await mailbox.approve(serial('ZXUNKNOWN1'), 'aiface');
  await greet(socket, 'ZXUNKNOWN1');
  expect(socket.socket.readyState).toBe(WebSocket.OPEN);
});

describe('C4: the upgrade', () => {
  test('is taken on any path, and nothing is selected', async () => {
    const mailbox = await live();
    for (const path of ['/', '/pub/chat', '/x/y']) {
      const { socket } = await hand(mailbox, path);
      expect([socket.protocol, socket.extensions]).toEqual(['', '']);
    }
  });

  test('needs the token in the path where one is set', async () => {
    const mailbox = await live({ sockets: { tickMs: 10, pathToken: 'q7' } });
    expect(await refusedUpgrade(mailbox.port, '/pub/chat')).toBe(404);
    expect(await refusedUpgrade(mailbox.port, '/t/q8/pub/chat')).toBe(404);
    const socket = await hand(mailbox, '/t/q7/pub/chat');
    expect(await greet(socket)).toMatchObject({ result: true });
    expect(mailbox.log.lines.join()).not.toContain('q7');
  });

  test('is no way around either by the same messages over HTTP', async () => {
    const body = JSON.stringify(logOf(SN, [rowOf()]));
    const post = async ({ port }: LiveMailbox, path: string, headers = {}): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });
      return [answer.status, await answer.text()];
    };
    const byPath = await live({ sockets: { tickMs: 10, pathToken: 'q7' } });
    await greet(await hand(byPath, '/t/q7/pub/chat'));
    for (const path of ['/pub/api', '/t/q8/pub/api']) expect(await post(byPath, path)).toEqual([404, 'REFUSED\n']);
    expect(await post(byPath, '/t/q7/pub/api')).toEqual([200, expect.stringContaining('"count":1')]);
    expect(await punchesOf(byPath)).toBe(1);
    expect(byPath.log.lines.join()).not.toContain('q7');
    const byBearer = await live({ sockets: { tickMs: 10, bearer: 'b7' } });
    await greet(await hand(byBearer, '/', { Authorization: 'Bearer b7' }));
    expect(await post(byBearer, '/pub/api')).toEqual([401, 'REFUSED\n']);
    expect(await post(byBearer, '/pub/api', { Authorization: 'Bearer b7' })).toMatchObject([200, {}]);
  });

  test('needs the bearer where one is set', async () => {
    const mailbox = await live({ sockets: { tickMs: 10, bearer: 'b7' } });
    expect(await refusedUpgrade(mailbox.port, '/pub/chat')).toBe(401);
    await hand(mailbox, '/', { Authorization: 'Bearer b7' });
  });
});

test('C6, C32: a thousand records and a picture are one commit and one answer; nothing secret is logged', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  await greet(socket);
  const image = Buffer.alloc(150_000, 'k').toString('base64');
  const rows = Array.from({ length: 1000 }, (_, at) => rowOf({ enrollid: at + 1, ...(at === 500 ? { image } : {}) }));
  socket.say(logOf(SN, rows, 1000));
  expect(await socket.next()).toMatchObject({ result: true, count: 1000, logindex: 1000 });
  expect(await punchesOf(mailbox)).toBe(1000);
  socket.say({ cmd: 'senduser', enrollid: 17, name: 'A', backupnum: 10, record: 48150 });
  expect(await socket.next()).toMatchObject({ ret: 'senduser', result: true, backupnum: 10 });
  expect(mailbox.log.lines.join('\n')).not.toMatch(/48150|a2tra2tr/);
});

test('C7: what comes again is not stored again, and is answered again', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  await greet(socket);
  const rows = [1, 2, 3, 4].map((enrollid) => rowOf({ enrollid }));
  for (const batch of [
    logOf(SN, rows, 4),
    logOf(SN, rows, 4),
    logOf(SN, [...rows.slice(2), rowOf({ enrollid: 5 })], 9),
  ]) {
    socket.say(batch);
    expect(await socket.next()).toMatchObject({ result: true });
  }
  expect(await punchesOf(mailbox)).toBe(5);
});

test('C8, C9: what could not be stored is refused; what was stored before a crash is acknowledged when it comes again', async () => {
  let mode: 'well' | 'full' | 'crash' = 'well';
  const wrapStore = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'commitUpload' || mode === 'well')
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        return async (upload: Parameters<Store['commitUpload']>[0]) => {
          if (mode === 'crash') await target.commitUpload(upload);
          throw storeError('STORE_UNAVAILABLE', 'gone');
        };
      },
    });
  const mailbox = await live({ wrapStore });
  const socket = await hand(mailbox);
  await greet(socket);
  for (const each of ['full', 'crash', 'well'] as const) {
    mode = each;
    socket.say(logOf(SN, [rowOf()], 3));
    expect(await socket.next()).toMatchObject(
      each === 'well' ? { result: true, count: 1, logindex: 3 } : { result: false, reason: 1 },
    );
  }
  expect(await punchesOf(mailbox)).toBe(1);
});

test('C15, C25, C26: credentials, unknown words and noise', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  await greet(socket);
  socket.say({ cmd: 'senduser', enrollid: 17, name: 'A', backupnum: 11, record: 40918273 });
  socket.say({ cmd: 'senduser', sn: SN, enrollid: 17, name: 'A', backupnum: 0, record: 'ab(9)cd' });
  socket.say({ cmd: 'senduser', sn: SN, enrollid: 17, name: 'A' });
  for (let n = 0; n < 3; n += 1) expect(await socket.next()).toMatchObject({ ret: 'senduser', result: true });
  for (const noise of ['not json', '', '[1,2]']) socket.say(noise);
  socket.socket.send(Buffer.from([1, 2, 3]));
  socket.say({ cmd: 'frobnicate' });
  expect(await socket.next()).toEqual({ ret: 'frobnicate', result: true });
  socket.say({ cmd: 'otacheck' });
  expect(await socket.next()).toEqual({ ret: 'otacheck', result: false });
  const reasons = (await mailbox.store.listParked({ serialNumber: SN, state: 'parked', limit: 20 })).map(
    ({ reason }) => reason,
  );
  expect(reasons.sort()).toEqual(['AI_MESSAGE_UNKNOWN', ...Array<string>(3).fill('AI_MESSAGE_UNREADABLE')]);
});

test('a record before the greeting is refused, but for a terminal that was here a moment ago', async () => {
  const mailbox = await live();
  const first = await hand(mailbox);
  first.say(logOf(SN, [rowOf()]));
  expect(await first.next()).toMatchObject({ ret: 'sendlog', result: false });
  await greet(first);
  first.socket.terminate();
  await until(() => Promise.resolve(mailbox.log.lines.find((line) => line.includes('lost its socket'))), 'the loss');
  const second = await hand(mailbox);
  second.say(logOf(SN, [rowOf()]));
  expect(await second.next()).toMatchObject({ result: true, count: 1 });
  second.say(logOf('SOMEBODYELSE', [rowOf()]));
  expect(await second.next()).toMatchObject({ result: false });
});

test('C17: commands that are asked for at once go one after the other, to a terminal that tolerates no second one', async () => {
  const mailbox = await live();
  const terminal = started(aifaceAt(mailbox.port, SN, { people: [{ pin: '5', card: '77' }] }));
  const ids = await Promise.all(
    ['info', 'user.query', 'check', 'clock.set'].map((kind) =>
      mailbox.queue({ serialNumber: SN, kind: kind as 'info' }),
    ),
  );
  for (const id of ids) await mailbox.reaches(id, 'verified');
  expect(terminal.violations).toEqual([]);
  expect(await mailbox.store.findCommand(ids[1] ?? '')).toMatchObject({ resultInfo: { users: 1, rows: 1 } });
});

test('C19: silence is told at the limit, the late answer is nobody’s, and the next command works', async () => {
  const time = clock();
  const mailbox = await live({ now: time.now });
  const socket = await hand(mailbox);
  await greet(socket);
  const id = await mailbox.queue({ serialNumber: SN, kind: 'user.query', parameters: { pin: '17' }, maxAttempts: 1 });
  expect(await socket.next()).toMatchObject({ cmd: 'getuserinfo', enrollid: 17 });
  socket.say(logOf(SN, [rowOf()])); // served while the command is out
  expect(await socket.next()).toMatchObject({ ret: 'sendlog', result: true });
  time.move(10_500);
  await mailbox.reaches(id, 'failed');
  socket.say({ ret: 'getuserinfo', result: true, enrollid: 17, backupnum: 10, record: 1 });
  const next = await mailbox.queue({ serialNumber: SN, kind: 'info' });
  expect(await socket.next()).toEqual({ cmd: 'getdevinfo' });
  socket.say({ ret: 'getdevinfo', result: true });
  await mailbox.reaches(next, 'verified');
});

test('C22: the newest socket wins; what was under way goes again by it', async () => {
  const time = clock();
  const mailbox = await live({ now: time.now });
  const first = await hand(mailbox);
  await greet(first);
  const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
  expect(await first.next()).toEqual({ cmd: 'getdevinfo' });
  const second = await hand(mailbox);
  await greet(second);
  expect(await first.closed()).toBe(1000);
  time.move(6_000); // what failed for now waits five seconds
  expect(await second.next()).toEqual({ cmd: 'getdevinfo' });
  second.say({ ret: 'getdevinfo', result: true });
  await mailbox.reaches(id, 'verified');
});

test('a terminal that is pinned to its address keeps its socket', async () => {
  const mailbox = await live({}, { pinAddress: true });
  const first = await hand(mailbox);
  await greet(first);
  const second = await hand(mailbox, '/', { 'X-Biolistener-Address': '192.0.2.77' });
  second.say(regOf(SN));
  expect(await second.next()).toMatchObject({ ret: 'reg', result: false });
  expect(await second.closed()).toBe(1008);
  first.say({ cmd: 'heartbeat' });
  expect(await first.next()).toEqual({ ret: 'heartbeat', result: true });
  const alerts = await mailbox.store.listOperations({ serialNumber: SN, alertsOnly: true, limit: 5 });
  expect(alerts).toMatchObject([{ code: 'two-addresses', details: { address: '192.0.2.77', other: '127.0.0.1' } }]);
});

test('and keeps it against somebody who comes to another process, but not against itself', async () => {
  const mailbox = await live({}, { pinAddress: true });
  const other = await besides(mailbox);
  await greet(await hand(mailbox));
  const strange = await handSocket(other.port, '/', { 'X-Biolistener-Address': '192.0.2.77' });
  running.push({ stop: () => Promise.resolve(strange.socket.terminate()) });
  strange.say(regOf(SN));
  expect(await strange.next()).toMatchObject({ ret: 'reg', result: false });
  expect(await strange.closed()).toBe(1008);
  const own = await handSocket(other.port);
  running.push({ stop: () => Promise.resolve(own.socket.terminate()) });
  expect(await greet(own)).toMatchObject({ result: true });
});

test('C23: a terminal that does not listen any more is let go', async () => {
  const time = clock();
  const mailbox = await live({ now: time.now });
  const terminal = started(aifaceAt(mailbox.port, SN, { overrides: { reconnectSeconds: 100_000 } }));
  await until(() => Promise.resolve(mailbox.log.lines.find((line) => line.includes('holds a socket'))), 'the socket');
  terminal.halfOpen();
  time.move(91_000);
  const line = await until(
    () => Promise.resolve(mailbox.log.lines.find((each) => each.includes('lost its socket'))),
    'the loss',
  );
  expect(line).toContain(SN);
});

test('what a terminal does not push by itself is read from it, where the site says that it does not', async () => {
  const time = clock();
  const mailbox = await live({ now: time.now }, { readNewLogs: true });
  const terminal = started(aifaceAt(mailbox.port, SN, { overrides: { firstPunchOnly: true, regHeartbeat: 20 } }));
  const today = toLocal(Date.now(), 'Asia/Kolkata').slice(0, 10);
  for (const hour of ['08', '12', '17']) terminal.punch({ pin: '17', at: `${today} ${hour}:00:00` });
  await until(async () => ((await punchesOf(mailbox)) === 1 ? true : undefined), 'the first punch, pushed');
  time.move(61_000);
  await until(async () => ((await punchesOf(mailbox)) === 3 ? true : undefined), 'all punches of the day, read');
  time.move(61_000);
  await until(
    () => Promise.resolve(terminal.heard.find((each) => each['cmd'] === 'getnewlog')),
    'the next reading, of new ones alone',
  );
  expect(await punchesOf(mailbox)).toBe(3);
  expect(terminal.violations).toEqual([]);
});

test('C24: greetings that repeat are answered each time', async () => {
  const mailbox = await live();
  const terminal = started(aifaceAt(mailbox.port, SN, { overrides: { regHeartbeat: 5 } }));
  await until(
    () =>
      Promise.resolve(
        terminal.heard.filter((each) => each['ret'] === 'reg' && each['result'] === true).length >= 4 || undefined,
      ),
    'four greetings',
  );
  expect(terminal.violations).toEqual([]);
});

test('C31: a terminal that a crash left busy is let go after its greeting', async () => {
  const mailbox = await live();
  const left = serial('AYTI10095678');
  const first = await hand(mailbox);
  first.say(regOf(left));
  expect(await first.next()).toMatchObject({ result: false }); // nobody approved it, and the store knows it now
  await mailbox.store.noteContacts([
    { serialNumber: left, at: Date.now(), address: '', profile: { isDisabled: true } },
  ]);
  await mailbox.approve(left, 'aiface');
  const terminal = started(aifaceAt(mailbox.port, left));
  await until(
    () => Promise.resolve(terminal.heard.find((each) => each['cmd'] === 'enabledevice')),
    'enabledevice after the greeting',
  );
  const isForgotten = async (): Promise<true | undefined> =>
    (await mailbox.store.findTerminal(left))?.profile['isDisabled'] === undefined ? true : undefined;
  await until(isForgotten, 'the memory of it gone');
});

test('C34: sixty terminals come back at once with a thousand records each, and none gives up', async () => {
  const mailbox = await live();
  const names = Array.from({ length: 60 }, (_, at) => serial(`AYTI2000${String(at).padStart(4, '0')}`));
  for (const name of names) await mailbox.approve(name, 'aiface');
  const terminals = names.map((name) => aifaceAt(mailbox.port, name, { overrides: { batch: 1000 } }));
  for (const terminal of terminals)
    for (let at = 0; at < 1000; at += 1) terminal.punch({ pin: String(at + 1), at: '2026-03-09 08:00:00' });
  terminals.forEach(started);
  await Promise.all(terminals.map((terminal) => terminal.waitUntilDrained(AbortSignal.timeout(110_000))));
  expect(terminals.flatMap(({ violations }) => violations)).toEqual([]);
  const counts = await Promise.all(names.map(async (name) => (await mailbox.store.findTerminal(name))?.punches));
  expect(new Set(counts)).toEqual(new Set([1000]));
});

test('fragments are one message, and one that is too large ends the socket', async () => {
  const mailbox = await live();
  const socket = await hand(mailbox);
  await greet(socket);
  const text = JSON.stringify(logOf(SN, [rowOf()]));
  socket.socket.send(text.slice(0, 20), { fin: false });
  socket.socket.send(text.slice(20), { fin: true });
  expect(await socket.next()).toMatchObject({ ret: 'sendlog', result: true, count: 1 });
  socket.socket.send(Buffer.alloc(10 * 1024 * 1024 + 1, 'x'), { binary: false });
  expect(await socket.closed()).toBe(1009);
});

test.each(['ai06', 'tfs30', 'aif43v'])(
  'every command reaches a %s terminal, and is proven by its memory',
  async (profile) => {
    const mailbox = await live();
    const terminal = started(aifaceAt(mailbox.port, SN, { profile, people: [{ pin: '3', card: '33' }] }));
    await until(() => Promise.resolve(terminal.heard.find((each) => each['result'] === true)), 'the greeting');
    const run = async (kind: CommandKind, parameters: JsonObject = {}): Promise<JsonObject> => {
      const id = await mailbox.queue({ serialNumber: SN, kind, parameters });
      await mailbox.reaches(id, 'verified');
      return (await mailbox.store.findCommand(id))?.resultInfo ?? {};
    };
    const photo = Buffer.from('a picture').toString('base64');
    await run('user.update', { pin: '17', name: 'Test Person', card: '40918273', password: '48150' });
    await run('photo.update', { pin: '17', name: 'Test Person', data: photo });
    expect(terminal.user('17')).toMatchObject({
      name: 'Test Person',
      card: '40918273',
      password: '48150',
      photo: Buffer.from('a picture'),
    });
    expect(await run('user.query', { pin: '17' })).toMatchObject({ isThere: true });
    expect(await run('user.query')).toMatchObject({ users: 2, rows: 4 });
    await run('template.delete', { pin: '17', kind: 'photo' });
    expect(terminal.user('17')?.photo).toBeUndefined();
    await run('enrol.start', { pin: '17', kind: 'visible-face', name: 'Test Person' });
    await until(async () => (await mailbox.store.templatesOf(asPin('17')))[0], 'the face that was enrolled');
    await run('user.delete', { pin: '17' });
    expect(terminal.user('17')).toBeUndefined();
    for (const at of [1, 2, 3]) terminal.punch({ pin: '3', at: `2026-03-0${at} 08:00:00` });
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(await run('logs.query', { from: '2026-03-02', to: '2026-03-02' })).toMatchObject({ records: 1 });
    expect(await run('logs.query')).toMatchObject({ records: 3 });
    expect(await punchesOf(mailbox)).toBe(3); // read again, and still the same
    await run('logs.clear', { confirmed: true });
    expect(await run('logs.query')).toMatchObject({ records: 0 });
    for (const kind of ['clock.set', 'check', 'info', 'door.open', 'restart'] as const) await run(kind);
    expect(terminal.violations).toEqual([]);
  },
);

/** A second listener, in a process of its own over the same store. */
async function besides(mailbox: LiveMailbox): Promise<{ readonly port: number; taken(): Promise<number> }> {
  const child = fork(join(import.meta.dirname, 'socket-process.ts'), [mailbox.path], { execArgv: ['--no-warnings'] });
  const gone = once(child, 'exit');
  running.push({
    stop: async () => {
      child.disconnect();
      await gone;
    },
  });
  const [told] = (await once(child, 'message')) as [{ port: number }];
  return {
    port: told.port,
    async taken() {
      child.send('how many');
      const [answer] = (await once(child, 'message')) as [{ taken: number }];
      return answer.taken;
    },
  };
}

test('a command reaches the process that holds the socket, and only that one takes it', async () => {
  const mailbox = await live();
  const other = await besides(mailbox);
  const here = started(aifaceAt(mailbox.port, SN));
  const away = serial('AYTI30000001');
  await mailbox.approve(away, 'aiface');
  const there = started(aifaceAt(other.port, away));
  const doors = (terminal: AifaceTerminal): number =>
    terminal.heard.filter((each) => each['cmd'] === 'opendoor').length;
  await mailbox.reaches(await mailbox.queue({ serialNumber: SN, kind: 'door.open' }), 'verified');
  expect([doors(here), doors(there), await other.taken()]).toEqual([1, 0, 0]);
  await mailbox.reaches(await mailbox.queue({ serialNumber: away, kind: 'door.open' }), 'verified');
  expect([doors(here), doors(there)]).toEqual([1, 1]);
  expect(await other.taken()).toBeGreaterThan(0);
});

test('a command goes to the newest socket of a terminal, also when the older one lives on in another process', async () => {
  const mailbox = await live();
  const other = await besides(mailbox);
  const old = await hand(mailbox);
  await greet(old);
  const newest = await handSocket(other.port);
  running.push({ stop: () => Promise.resolve(newest.socket.terminate()) });
  await greet(newest);
  const heard = old.heard.length;
  for (let at = 0; at < 8; at += 1) {
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    expect(await newest.next()).toEqual({ cmd: 'getdevinfo' });
    newest.say({ ret: 'getdevinfo', result: true });
    await mailbox.reaches(id, 'verified');
  }
  expect(await old.closed()).toBe(1000);
  expect(old.heard).toHaveLength(heard);
});

test('a terminal that comes to another process takes what was under way along, but for a door', async () => {
  const mailbox = await live();
  const other = await besides(mailbox);
  const first = await hand(mailbox);
  await greet(first);
  const door = await mailbox.queue({ serialNumber: SN, kind: 'door.open' });
  expect(await first.next()).toEqual({ cmd: 'opendoor' });
  await mailbox.reaches(door, 'sent');
  const second = await handSocket(other.port);
  running.push({ stop: () => Promise.resolve(second.socket.terminate()) });
  await greet(second);
  await expect(mailbox.reaches(door, 'verified')).rejects.toThrow('silent');
  expect(await mailbox.store.findCommand(door)).toMatchObject({ state: 'failed', attempts: 1 });
});
