import { afterEach, expect, jest, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { findBrand } from '@biolistener/brands';
import { createEbknTerminal, createZktecoTerminal, type SimulatedTerminal } from '@biolistener/simulator';
import { silentLog } from '@biolistener/telemetry';
import { ClockKeeper } from '../../apps/worker/src/clock-keeper.ts';
import { serial } from '../support/captures.ts';
import { liveListener, type LiveListener } from '../support/live-listener.ts';

// Clocks that are wrong, of simulated terminals that keep their own, and the command that sets them.

jest.setTimeout(120_000);

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

async function started<T extends { stop(): Promise<void> }>(part: Promise<T> | T): Promise<T> {
  const up = await part;
  running.push(up);
  return up;
}

const keeperOf = ({ store }: LiveListener): ClockKeeper =>
  new ClockKeeper(
    {
      store,
      settings: () => ({ clockBeyondSeconds: 60 }),
      keepsClock: (brand) => findBrand(brand)?.keepsClock === true,
      clock: { now: () => Date.now(), random: () => 0 },
      log: silentLog,
    },
    'test',
  );

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await pause(50); // the store tells nobody of a change
  }
}

let pins = 0;

/** What its clock shows now stands on the next punch. */
function errorSeconds(terminal: SimulatedTerminal, offsetMinutes: number): number {
  pins += 1;
  const { wallTime } = terminal.punch({ pin: String(pins), at: new Date() });
  return Math.round((Date.parse(`${wallTime.replace(' ', 'T')}Z`) - Date.now()) / 1000) - offsetMinutes * 60;
}

test('an EBKN terminal that is half an hour ahead is set within a poll, and once', async () => {
  const live = await started(liveListener());
  await live.approve('CLOCK1', 'ebkn', { zone: 'Asia/Kolkata' });
  const target = { host: '127.0.0.1', port: live.port };
  const terminal = createEbknTerminal({ serialNumber: 'CLOCK1', target, utcOffsetMinutes: 330, timeScale: 0.02 });
  running.push({ stop: () => terminal.stop() });
  terminal.setClock(1800);
  terminal.start();
  const drift = async () => (await live.store.findTerminal(serial('CLOCK1')))?.clockDriftSeconds ?? 0;
  await until(async () => (await drift()) > 1700, 'the drift is measured');
  const keeper = keeperOf(live);
  await keeper.round();
  await keeper.round();
  await until(() => Promise.resolve(Math.abs(errorSeconds(terminal, 330)) < 30), 'the clock is set');
  const commands = await live.store.listCommands({ serialNumber: serial('CLOCK1'), limit: 9 });
  expect(commands.map(({ kind, askedBy }) => [kind, askedBy])).toEqual([['clock.set', 'system']]);
  expect(terminal.violations).toEqual([]);
});

test('a ZKTeco terminal whose wall got another offset is made to greet again, and keeps that time', async () => {
  const live = await started(liveListener());
  await live.approve('CLOCK2', 'zkteco', { zone: 'Asia/Kolkata' });
  const target = { host: '127.0.0.1', port: live.port };
  const terminal = createZktecoTerminal({ serialNumber: 'CLOCK2', target, timeScale: 0.02 });
  running.push({ stop: () => terminal.stop() });
  terminal.start();
  const told = async () => (await live.store.findTerminal(serial('CLOCK2')))?.profile['toldOffsetMinutes'];
  await until(async () => (await told()) === 330, 'it was told its offset');
  const keeper = keeperOf(live);
  await keeper.round();
  expect(await live.store.listCommands({ serialNumber: serial('CLOCK2'), limit: 9 })).toEqual([]);
  await live.approve('CLOCK2', 'zkteco', { zone: 'Asia/Dubai' });
  await keeper.round();
  await until(async () => (await told()) === 240, 'it was told the new one');
  await until(() => Promise.resolve(Math.abs(errorSeconds(terminal, 240)) < 30), 'its clock follows');
  expect(terminal.violations).toEqual([]);
});
