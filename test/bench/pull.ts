import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TCP_READ, tableInput, zkTcp } from '@biolistener/brands/zk-tcp';
import { asSerialNumber, type LocalTime } from '@biolistener/core';
import { Connection, readAttendance } from '@biolistener/pull';
import { createVault, keyringOfText } from '@biolistener/security';
import { ZkTcpTerminal } from '@biolistener/simulator';
import { openSqliteStore } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { PullProcess } from '../../apps/worker/src/pull/index.ts';
import { median, quiet } from './load.ts';

const SN = asSerialNumber('BENCHZK000001');
const HOST = '127.0.0.1';
const LATEST = '2099-01-01 00:00:00' as LocalTime;

export interface PullResult {
  readonly records: number;
  /** Read, proven complete and decoded into punches. */
  readonly readPerSecond: number;
  /** The same, and in the store with a sync, by the process that calls terminals. */
  readonly storedPerSecond: number;
  readonly barePerSecond: number;
  readonly readRatio: number;
  readonly storedRatio: number;
}

interface Ports {
  readonly terminal: number;
  readonly bare: number;
}

/** The terminal's process: a terminal with a full log, and a bare server that sends the very bytes of that log to whoever comes. */
async function serve(count: number): Promise<void> {
  const terminal = new ZkTcpTerminal({ serialNumber: SN });
  for (let at = 0; at < count; at += 1) {
    const wallTime = new Date(Date.UTC(2026, 0, 5) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');
    terminal.record({ userId: String(1 + (at % 3000)), wallTime, state: at % 2 });
  }
  const log = terminal.memory.logBlob();
  const bare = createServer((socket) => socket.on('error', () => undefined).end(log)).listen(0, HOST);
  await once(bare, 'listening');
  const ports: Ports = { terminal: await terminal.start(), bare: (bare.address() as AddressInfo).port }; // it listens on a port
  process.on('disconnect', () => process.exit());
  process.send?.(ports);
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  await quiet();
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

/** As many bytes over a socket that means nothing. */
async function readBare(port: number): Promise<void> {
  let bytes = 0;
  const socket = connect({ host: HOST, port }).on('data', (chunk) => (bytes += chunk.length));
  await once(socket, 'close');
  if (bytes === 0) throw new Error('the bare server sent nothing');
}

async function readOnly(port: number, count: number): Promise<void> {
  const connection = await Connection.open({ host: HOST, port, transport: 'tcp', commKey: 0 });
  const terminal = { serialNumber: SN, zone: 'Asia/Kolkata', profile: {}, stamps: {} };
  let punches = 0;
  const { proof } = await readAttendance({
    connect: () => Promise.resolve(connection),
    read: TCP_READ,
    latest: LATEST,
    onPortion: ({ layout, records }) => {
      punches += zkTcp.decode(tableInput(SN, layout, records, HOST), { now: Date.now(), terminal }).events.length;
      return Promise.resolve();
    },
  });
  await connection.close();
  if (punches !== count || proof !== 'counted') throw new Error(`${punches} of ${count} records, ${proof}`);
}

/** A store of its own each time: what was read before would be only looked up. */
async function readAndStore(port: number, dir: string, count: number): Promise<number> {
  const store = await openSqliteStore({ path: join(dir, 'store.db') });
  const settings = { zone: 'Asia/Kolkata', options: { address: HOST, port, live: false } };
  await store.changeTerminal(SN, { status: 'approved', settings }, 'bench', 'zk-tcp');
  const vault = createVault(keyringOfText('5c'.repeat(32)));
  const clock = { now: Date.now, random: Math.random };
  const pull = new PullProcess({ store, vault, clock, log: silentLog, nudge: () => undefined });
  const ms = await timed(async () => {
    pull.start();
    while (pull.status().terminals[0]?.readAt === undefined) await new Promise((next) => setTimeout(next, 5));
  });
  await pull.stop();
  const { punches } = await store.counts();
  await store.close();
  if (punches !== count) throw new Error(`${punches} of ${count} records are stored`);
  return ms;
}

async function round(ports: Ports, count: number): Promise<{ read: number; stored: number; bare: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-pull-'));
  try {
    const bare = await timed(() => readBare(ports.bare));
    const read = await timed(() => readOnly(ports.terminal, count));
    return { bare, read, stored: await readAndStore(ports.terminal, dir, count) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Records per second of a whole log of a simulated terminal in a process of its own, against its bytes over a bare socket. */
export async function measurePull(records: number, rounds: number): Promise<PullResult> {
  const child: ChildProcess = fork(import.meta.filename, [String(records)], { execArgv: ['--no-warnings'] });
  try {
    const [ports] = (await once(child, 'message')) as [Ports]; // sent by `serve`
    const all: Awaited<ReturnType<typeof round>>[] = [];
    for (let at = 0; at <= rounds; at += 1) all.push(await round(ports, records));
    const warm = all.slice(1); // the first round warms everything up
    const rate = (ms: number): number => (records / ms) * 1000;
    return {
      records,
      readPerSecond: rate(median(warm.map(({ read }) => read))),
      storedPerSecond: rate(median(warm.map(({ stored }) => stored))),
      barePerSecond: rate(median(warm.map(({ bare }) => bare))),
      readRatio: median(warm.map(({ bare, read }) => bare / read)),
      storedRatio: median(warm.map(({ bare, stored }) => bare / stored)),
    };
  } finally {
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }
}

if (import.meta.main) {
  const [count, ways = ''] = process.argv.slice(2);
  if (process.send) await serve(Number(count));
  else console.log(JSON.stringify(await measurePull(Number(count ?? 100_000), Number(ways || 5)), undefined, 2));
}
