import { openSqliteStore } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { PullProcess } from '../../src/pull/index.ts';
import { vault } from './vault.ts';

// A process of its own that calls terminals: `fork(puller.ts, [path of the store])`. Tells the state of its
// terminal when that changes, and to any message the memory that it uses.

const store = await openSqliteStore({ path: process.argv[2] ?? '' });
const clock = { now: Date.now, random: () => 0.5 };
const pull = new PullProcess({ store, vault, clock, log: silentLog, nudge: () => undefined });
pull.start();
let told = '';
const telling = setInterval(() => {
  const state = pull.status().terminals[0]?.state ?? 'none';
  if (state !== told) process.send?.(state);
  told = state;
}, 20);
process.on('message', () => {
  global.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  process.send?.(`memory ${heapUsed + arrayBuffers}`);
});
// its parent is gone, or wants an end in order
process.on('disconnect', () => {
  clearInterval(telling);
  void pull
    .stop()
    .then(() => store.close())
    .then(() => process.exit());
});
