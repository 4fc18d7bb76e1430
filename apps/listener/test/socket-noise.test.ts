import { afterEach, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { handSocket, aifaceAt, logOf, regOf, rowOf } from './live-sockets.ts';
import { liveMailbox, serial, until, type LiveMailbox } from './live-mailbox.ts';

// What one terminal does wrong is its own trouble: a neighbour at the same listener delivers, hears its commands, and nothing of the
// noise is taken for an answer of the neighbour's.

jest.setTimeout(120_000);

const [GOOD, BAD] = [serial('AYTI50000001'), serial('AYTI50000002')];
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

async function live(env: Readonly<Record<string, string>> = {}): Promise<LiveMailbox> {
  const mailbox = await liveMailbox({ sockets: { tickMs: 10 }, env });
  running.push(mailbox);
  for (const sn of [GOOD, BAD]) await mailbox.approve(sn, 'aiface');
  return mailbox;
}

/** A socket below the protocol: the upgrade is made, and then any bytes can follow. */
async function rawSocket(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined); // it is made to be hung up on
  await once(socket, 'connect');
  const key = Buffer.alloc(16, 7).toString('base64');
  socket.write(
    `GET /pub/chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

/** Not `once`: whoever is hung up on while they still send may see a reset first, which is an end as well. */
const endOf = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

const MASK = Buffer.from([1, 2, 3, 4]);
const masked = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ (MASK[at % 4] ?? 0)));
/** A frame whose length may be a lie. */
function frame(first: number, payload: Buffer, said = payload.length): Buffer {
  const head = Buffer.alloc(said < 126 ? 2 : 10);
  head[0] = first;
  head[1] = 0x80 | (said < 126 ? said : 127);
  if (said >= 126) head.writeBigUInt64BE(BigInt(said), 2);
  return Buffer.concat([head, MASK, masked(payload)]);
}

const text = (message: object): Buffer => Buffer.from(JSON.stringify(message));

const BROKEN: readonly (readonly [string, Buffer])[] = [
  ['a frame that announces more than it has', frame(0x81, text(regOf(BAD)), 500_000)],
  ['a frame that announces more than anybody may send', frame(0x81, Buffer.alloc(8), Number.MAX_SAFE_INTEGER)],
  ['a frame that is not masked', Buffer.concat([Buffer.from([0x81, 2]), Buffer.from('{}')])],
  ['a reserved opcode', frame(0x83, text(regOf(BAD)))],
  ['reserved bits', frame(0xf1, text(regOf(BAD)))],
  ['a control frame that is too long', frame(0x89, Buffer.alloc(200))],
  ['a continuation of nothing', frame(0x80, text(regOf(BAD)))],
  ['a closing frame with an impossible code', frame(0x88, Buffer.from([0, 1]))],
  ['bytes of another protocol', Buffer.from('POST / HTTP/1.1\r\n\r\n')],
];

test('broken frames end their own socket, and a neighbour notices nothing', async () => {
  const mailbox = await live();
  const neighbour = aifaceAt(mailbox.port, GOOD);
  running.push({ stop: () => neighbour.stop() });
  neighbour.start();
  for (const [what, bytes] of BROKEN) {
    const socket = await rawSocket(mailbox.port);
    socket.write(bytes);
    neighbour.punch({ pin: '17' });
    await neighbour.waitUntilDrained(AbortSignal.timeout(60_000));
    await mailbox.reaches(await mailbox.queue({ serialNumber: GOOD, kind: 'check' }), 'verified');
    expect([what, neighbour.isOnline, neighbour.violations]).toEqual([what, true, []]);
    socket.destroy();
  }
  expect((await mailbox.store.findTerminal(GOOD))?.punches).toBe(BROKEN.length);
});

test('messages that never become whole are counted as what they hold in memory, and cost their sender the socket', async () => {
  const mailbox = await live();
  const before = await rawSocket(mailbox.port);
  const gone = endOf(before);
  before.write(frame(0x81, Buffer.alloc(2 * 1024 * 1024, 'x'), 9 * 1024 * 1024)); // no greeting has as much
  await gone;
  const socket = await handSocket(mailbox.port);
  running.push({ stop: () => Promise.resolve(socket.socket.terminate()) });
  await until(async () => {
    socket.say(regOf(GOOD));
    return (await socket.next())['result'] === true ? true : undefined;
  }, 'a greeting that is taken');
  const picture = Buffer.alloc(3 * 1024 * 1024, 'k').toString('base64');
  socket.say(logOf(GOOD, [rowOf({ image: picture })], 5)); // a large one of a terminal that greeted is taken
  expect(await socket.next()).toMatchObject({ result: true, logindex: 5 });
});

test('a whole message that is too large before any greeting is not read, and one with a picture is', async () => {
  const mailbox = await live();
  const stranger = await handSocket(mailbox.port);
  running.push({ stop: () => Promise.resolve(stranger.socket.terminate()) });
  stranger.say(logOf(GOOD, [rowOf({ image: Buffer.alloc(400_000, 'k').toString('base64') })]));
  expect(await stranger.next()).toMatchObject({ ret: 'sendlog', result: false }); // read, and nobody's
  stranger.say(logOf(GOOD, [rowOf({ image: Buffer.alloc(900_000, 'k').toString('base64') })]));
  expect(await stranger.closed()).toBe(1009);
  expect(stranger.heard).toHaveLength(1);
  expect(mailbox.log.lines.join()).toContain('too much before any greeting');
});

test('a large message right behind the greeting is of a terminal that greeted', async () => {
  const mailbox = await live();
  const socket = await handSocket(mailbox.port);
  running.push({ stop: () => Promise.resolve(socket.socket.terminate()) });
  await until(async () => ((await mailbox.store.findTerminal(GOOD)) ? true : undefined), 'the terminal');
  socket.say(regOf(GOOD));
  socket.say(logOf(GOOD, [rowOf({ image: Buffer.alloc(900_000, 'k').toString('base64') })], 6));
  expect(await socket.next()).toMatchObject({ ret: 'reg' });
  expect(await socket.next()).toMatchObject({ ret: 'sendlog' });
});

test('all that one address sends at once has a limit, also in pieces', async () => {
  const mailbox = await live({ BIOLISTENER_IN_FLIGHT_MIB: '8' });
  const names = [1, 2].map((at) => serial(`AYTI5100000${at}`));
  for (const name of names) await mailbox.approve(name, 'aiface');
  const sockets = await Promise.all(names.map(() => rawSocket(mailbox.port)));
  const closed = sockets.map(endOf);
  for (const [at, socket] of sockets.entries()) {
    socket.write(frame(0x81, text(regOf(names[at] ?? ''))));
    await once(socket, 'data');
    socket.write(frame(0x81, Buffer.alloc(5 * 1024 * 1024, 'x'), 9 * 1024 * 1024));
  }
  await Promise.race(closed);
  expect(mailbox.log.lines.filter((line) => line.includes('too much at once'))).toHaveLength(1);
  const neighbour = aifaceAt(mailbox.port, GOOD, { headers: { 'X-Biolistener-Address': '192.0.2.7' } });
  running.push({ stop: () => neighbour.stop() });
  neighbour.start();
  for (const socket of sockets) socket.destroy();
  neighbour.punch({ pin: '17' });
  await neighbour.waitUntilDrained(AbortSignal.timeout(60_000));
});

/** Answers and messages that fit nothing; `cmd` is what the other terminal is being asked. */
const noiseFor = (cmd: string): readonly unknown[] => [
  { ret: cmd, sn: GOOD, result: true, enrollid: 17, backupnum: 10, record: 666 },
  { ret: cmd, result: true, count: -1, from: 1e308, to: null, record: [null, [], 'x', { enrollid: {} }] },
  { ret: cmd, result: false, reason: { deep: true } },
  { cmd, sn: GOOD, result: true },
  { ret: 'frobnicate', result: true },
  { ret: '', result: 'perhaps' },
  { cmd: 'sendlog', count: 99_999_999, logindex: 'x'.repeat(2000), record: 'no list' },
  { cmd: 'sendlog', record: [{ enrollid: '17', time: 'now' }, {}, 5, rowOf({ enrollid: -3 }), rowOf({ time: null })] },
  { cmd: 'senduser', enrollid: 'x', backupnum: 'y', record: {} },
  { cmd: 'x'.repeat(5000) },
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '{"cmd":"reg","sn":"A","sn":"B"}',
  '{"__proto__":{"cmd":"reg"},"constructor":1,"cmd":"toString"}',
  '\u0000\u0001',
];

test('answers that nobody asked for, late ones and nonsense are nobody’s: the neighbour’s command gets its own', async () => {
  const mailbox = await live();
  const [good, bad] = [await handSocket(mailbox.port), await handSocket(mailbox.port)];
  for (const { socket } of [good, bad]) running.push({ stop: () => Promise.resolve(socket.terminate()) });
  for (const [socket, sn] of [
    [good, GOOD],
    [bad, BAD],
  ] as const) {
    await until(async () => {
      socket.say(regOf(sn));
      return (await socket.next())['result'] === true ? true : undefined;
    }, 'a greeting that is taken');
  }
  const id = await mailbox.queue({ serialNumber: GOOD, kind: 'user.query', parameters: { pin: '17' } });
  expect(await good.next()).toMatchObject({ cmd: 'getuserinfo', enrollid: 17 });
  for (const noise of noiseFor('getuserinfo')) bad.say(noise);
  bad.say(logOf(BAD, [rowOf()], 4711));
  await until(() => Promise.resolve(bad.heard.find((each) => each.includes('4711'))), 'the answer behind the noise');
  expect((await mailbox.store.findCommand(id))?.state).toBe('sent');
  for (const [backupnum, record] of [
    [10, 48150],
    [11, 40918273],
  ]) {
    good.say({ ret: 'getuserinfo', result: true, enrollid: 17, name: 'A', backupnum, admin: 0, record });
    if (backupnum === 10) expect(await good.next()).toMatchObject({ cmd: 'getuserinfo', backupnum: 11 });
  }
  await mailbox.reaches(id, 'verified');
  expect(await mailbox.store.findTerminal(GOOD)).toMatchObject({ punches: 0, parked: 0 });
  expect((await mailbox.store.findTerminal(BAD))?.punches).toBe(1);
});
