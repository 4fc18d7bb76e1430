import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CODE, encodeFrame, FrameReader, type Frame } from '@biolistener/brands/zk-tcp';
import { asSerialNumber } from '@biolistener/core';
import { ZkTcpTerminal, type ZkTcpFaults } from '@biolistener/simulator';
import { openSqliteStore, type Store } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { PullProcess, type KeeperStatus } from '../../src/pull/index.ts';
import { until } from './stage.ts';
import { vault } from './vault.ts';

// One process calls a good terminal and all of the bad ones at the same time.

jest.setTimeout(240_000);

const RECORDS = 400;
const wallAt = (at: number): string =>
  new Date(Date.UTC(2026, 0, 5) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');

let store: Store;
let dir = '';
let pull: PullProcess;
const terminals: ZkTcpTerminal[] = [];
const servers: Server[] = [];
const sockets = new Set<Socket>();
const loose: unknown[] = [];
const onLoose = (error: unknown): void => void loose.push(error);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'biolistener-hostile-'));
  store = await openSqliteStore({ path: join(dir, 'store.db') });
  const clock = { now: Date.now, random: () => 0.5 };
  pull = new PullProcess({ store, vault, clock, log: silentLog, nudge: () => undefined });
  process.on('unhandledRejection', onLoose);
});

afterEach(async () => {
  await pull.stop();
  for (const socket of sockets) socket.destroy();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.stop()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  await store.close();
  await rm(dir, { recursive: true });
  process.off('unhandledRejection', onLoose);
});

const add = (serialNumber: string, port: number): Promise<unknown> => {
  const options = { address: '127.0.0.1', port, patience: 0.05 };
  const settings = { zone: 'Asia/Kolkata', options };
  return store.changeTerminal(asSerialNumber(serialNumber), { status: 'approved', settings }, 'test', 'zk-tcp');
};

async function simulated(serialNumber: string, faults: ZkTcpFaults): Promise<ZkTcpTerminal> {
  const terminal = new ZkTcpTerminal({ serialNumber, faults });
  terminals.push(terminal);
  for (let at = 0; at < RECORDS; at += 1) terminal.record({ userId: String(1 + (at % 50)), wallTime: wallAt(at) });
  await add(serialNumber, await terminal.start());
  return terminal;
}

/** A server that says whatever `behave` makes it say. */
async function raw(serialNumber: string, behave: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    behave(socket);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  await add(serialNumber, (server.address() as AddressInfo).port);
}

const frames =
  (answer: (frame: Frame, socket: Socket) => Buffer | undefined) =>
  (socket: Socket): void => {
    const reader = new FrameReader();
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        const bytes = answer(frame, socket);
        if (bytes && !socket.destroyed) socket.write(bytes);
      }
    });
  };
const reply = (command: number, to: Frame, data: Uint8Array = new Uint8Array(0)): Buffer =>
  encodeFrame({ command, session: 7, reply: to.reply, data });

/** Deterministic noise. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(Array.from({ length }, () => (state = (state * 48_271) % 0x7fff_ffff) & 0xff));
}

const statusOf = (serialNumber: string): KeeperStatus | undefined =>
  pull.status().terminals.find((one) => one.serialNumber === serialNumber);

test('bad terminals fail by themselves; what is right is read, nobody is confused with another, and nothing crashes', async () => {
  const good = await simulated('GOOD000001', {});
  // odd, and right all the same
  await simulated('ODD0000001', { isStale: true, segmentBytes: 1 });
  await simulated('ODD0000002', { isChecksumWrong: true, padBytes: 9, dataBytes: 33, isEventInChunk: true });
  const odd = ['ODD0000001', 'ODD0000002'];
  // wrong
  await simulated('BAD0000001', { isChunkShort: true });
  await simulated('BAD0000002', { isTotalTooLarge: true });
  await simulated('BAD0000003', {
    refuse: new Map([
      [1503, 4242],
      [13, 4242],
    ]),
  });
  await simulated('BAD0000004', { mute: new Set([1503]) });
  await raw('BAD0000005', (socket) => socket.on('data', () => void socket.write(noise(4000))));
  await raw('BAD0000006', (socket) => socket.destroy());
  await raw('BAD0000007', () => undefined);
  await raw(
    'BAD0000008',
    frames((frame) => reply(4242, frame, noise(30))),
  );
  let last: Buffer | undefined;
  // each answer comes with the next question
  await raw(
    'BAD0000009',
    frames((frame) => {
      const late = last;
      last = reply(CODE.ok, frame, Buffer.from('~SerialNumber=GOOD000001\0'));
      return frame.command === CODE.connect ? last : late;
    }),
  );
  await raw(
    'BAD0000010',
    frames((frame) => (frame.command === CODE.connect ? Buffer.from('5050827dffffff7f', 'hex') : undefined)),
  );
  const flood = encodeFrame({ command: CODE.event, session: 1, reply: 0, data: noise(32) });
  await raw(
    'BAD0000011',
    frames((frame, socket) => {
      if (frame.command === CODE.connect) return reply(CODE.ok, frame);
      if (frame.command === CODE.optionRead) socket.write(Buffer.concat(Array.from({ length: 2000 }, () => flood)));
      return undefined;
    }),
  );
  const bad = Array.from({ length: 11 }, (_, at) => `BAD${String(at + 1).padStart(7, '0')}`);

  pull.start();
  await until(() => ([...odd, 'GOOD000001'].every((sn) => statusOf(sn)?.readAt !== undefined) ? true : undefined), 50);
  await until(() => (bad.every((sn) => statusOf(sn)?.state === 'failing') ? true : undefined), 50);
  // while all of these go on failing, a punch at the good one arrives
  good.punch({ userId: '7', wallTime: '2026-06-01 08:00:00' });
  const of = async (sn: string): Promise<number> =>
    (await store.listPunches({ serialNumber: asSerialNumber(sn), limit: 1000 })).length;
  await until(async () => ((await of('GOOD000001')) === RECORDS + 1 ? true : undefined), 50);
  expect(await Promise.all(odd.map(of))).toEqual([RECORDS, RECORDS]);
  expect(await Promise.all(bad.map(of))).toEqual(bad.map(() => 0));
  for (const sn of bad) expect([sn, statusOf(sn)?.trouble]).toEqual([sn, expect.stringMatching(/\w/)]);
  expect(await store.listParked({ limit: 10 })).toEqual([]);
  expect(terminals.map(({ isDisabled }) => isDisabled)).toEqual(terminals.map(() => false));
  expect(loose).toEqual([]);
});
