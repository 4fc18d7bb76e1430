import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { loadSettings } from '@biolistener/config';
import { asSerialNumber } from '@biolistener/core';
import { startListener } from '@biolistener/listener';
import { createVault, keyringOfText } from '@biolistener/security';
import { openSqliteStore } from '@biolistener/store';
import { openMetrics, silentLog } from '@biolistener/telemetry';

// Memory of idle sockets: part of `npm run bench`, and by itself `node test/bench/sockets.ts [count]`. One process listens, one
// holds the other ends, this one looks.

const PAGE = 4096;
const AT_ONCE = 200;
const serialOf = (at: number): string => `BENCHAI${String(at).padStart(6, '0')}`;

/** The listener's process: tells its port, and its memory after a collection whenever it is asked. */
async function listen(path: string): Promise<void> {
  const store = await openSqliteStore({ path });
  const settings = { ...loadSettings({ BIOLISTENER_CONFIG: '' }).settings, listenerPort: 0 };
  const parts = {
    vault: createVault(keyringOfText('5c'.repeat(32))),
    metrics: openMetrics({ withProcess: false }),
    log: silentLog,
  };
  const running = await startListener({ settings, store, ...parts, nudge: () => undefined });
  process.on('message', () => {
    global.gc?.();
    process.send?.({ heap: process.memoryUsage().heapUsed });
  });
  process.on('disconnect', () => void running.stop().then(() => store.close()));
  process.send?.({ port: running.port });
}

/** The terminals' process: greets by each socket, and then only answers pings. */
async function hold(port: number, count: number): Promise<void> {
  const sockets: WebSocket[] = [];
  const open = async (at: number): Promise<void> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/pub/chat`, { perMessageDeflate: false });
    sockets.push(socket);
    await once(socket, 'open');
    const info = { modelname: 'AI06', firmware: 'ai806_f06v_v5.17', facesize: 3000, fpalgo: 'thbio3.0' };
    socket.send(JSON.stringify({ cmd: 'reg', sn: serialOf(at), devinfo: info }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    if (!answer.includes('"result":true')) throw new Error(`not taken: ${answer.toString()}`);
  };
  for (let at = 0; at < count; at += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, more) => open(at + more)));
  process.on('message', () =>
    process.send?.({ open: sockets.filter((socket) => socket.readyState === socket.OPEN).length }),
  );
  process.on('disconnect', () => sockets.forEach((socket) => socket.terminate()));
  process.send?.({ open: sockets.length });
}

const heard = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0];
const rssMiB = ({ pid }: ChildProcess): number =>
  (Number(readFileSync(`/proc/${pid ?? 0}/statm`, 'utf8').split(' ')[1]) * PAGE) / 1024 / 1024;

async function memoryOf(child: ChildProcess): Promise<{ heapMiB: number; rssMiB: number }> {
  child.send('collect');
  const { heap } = await heard<{ heap: number }>(child);
  return { heapMiB: heap / 1024 / 1024, rssMiB: rssMiB(child) };
}

async function approve(path: string, count: number): Promise<void> {
  const store = await openSqliteStore({ path });
  const settings = { zone: 'Asia/Kolkata' };
  for (let at = 0; at < count; at += 1)
    await store.changeTerminal(asSerialNumber(serialOf(at)), { status: 'approved', settings }, 'bench', 'aiface');
  await store.close();
}

export interface SocketMemory {
  readonly sockets: number;
  readonly before: { readonly heapMiB: number; readonly rssMiB: number };
  readonly after: { readonly heapMiB: number; readonly rssMiB: number };
  readonly rssKiBEach: number;
  readonly heapKiBEach: number;
  /** Sockets that were still open after the idle time, pings answered. */
  readonly alive: number;
}

/** Memory of a listener that knows `count` terminals, without and with a greeted, idle socket of each. */
export async function measureSockets(count: number, idleSeconds: number): Promise<SocketMemory> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-sockets-'));
  const path = join(dir, 'store.db');
  const children: ChildProcess[] = [];
  const child = (...words: string[]): ChildProcess => {
    const made = fork(import.meta.filename, words, { execArgv: ['--no-warnings', '--expose-gc'] });
    children.push(made);
    return made;
  };
  try {
    await approve(path, count);
    const listener = child('listen', path);
    const { port } = await heard<{ port: number }>(listener);
    await pause(2000);
    const before = await memoryOf(listener);
    const holder = child('hold', String(port), String(count));
    await heard(holder);
    await pause(idleSeconds * 1000);
    holder.send('how many');
    const { open: alive } = await heard<{ open: number }>(holder);
    const after = await memoryOf(listener);
    const each = (a: number, b: number): number => ((a - b) * 1024) / count;
    return {
      sockets: count,
      before,
      after,
      rssKiBEach: each(after.rssMiB, before.rssMiB),
      heapKiBEach: each(after.heapMiB, before.heapMiB),
      alive,
    };
  } finally {
    for (const each of children.toReversed()) {
      const gone = once(each, 'exit');
      if (each.connected) each.disconnect();
      await gone;
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [role = '', ...rest] = process.argv.slice(2);
  if (role === 'listen') await listen(rest[0] ?? '');
  else if (role === 'hold') await hold(Number(rest[0]), Number(rest[1]));
  else console.log(JSON.stringify(await measureSockets(Number(role || 10_000), 60), undefined, 2));
}
