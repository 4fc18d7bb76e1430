import { afterEach, expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';
import type { Brand } from '@biolistener/wire';
import { getZktecoProfile, type SimulatedTerminal, type TerminalOptions } from '@biolistener/simulator';
import { AccessTerminal } from '../src/zkteco/access-terminal.ts';
import { MiniListener } from './support/mini-listener.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function setUp(more: Partial<TerminalOptions> = {}) {
  const brand = brands.find((each) => each.name === 'zkteco') as Brand; // it is in the list
  const listener = new MiniListener(brand);
  const target = await listener.open();
  const options = {
    serialNumber: 'TST9000000001',
    target,
    seed: 5,
    timeScale: 0.002,
    ...more,
  };
  const terminal = new AccessTerminal(getZktecoProfile('inbio-sec312'), options);
  const violations: string[] = [];
  terminal.on('violation', ({ operation, sentence }) => violations.push(`${operation}: ${sentence}`));
  open.push({
    stop: async () => {
      await terminal.stop();
      await listener.close();
    },
  });
  return { listener, terminal, violations };
}

const punchesOf = (listener: MiniListener) =>
  listener.decoded.flatMap(({ events }) => events.flatMap((each) => (each.kind === 'punch' ? [each.punch] : [])));

const online = (terminal: SimulatedTerminal): Promise<void> =>
  new Promise((resolve) => terminal.on('online', () => resolve()));

test('registers, is configured, asks for the time, and carries a token that fits from then on', async () => {
  const { listener, terminal, violations } = await setUp();
  const isOnline = online(terminal);
  terminal.start();
  await isOnline;
  await listener.until(() => listener.requests.some((each) => each.target.includes('rtstate')));
  const paths = listener.requests.map((each) => /iclock\/(\w+)/.exec(each.target)?.[1]);
  expect(paths.slice(0, 4)).toEqual(['cdata', 'registry', 'push', 'rtdata']);
  expect(listener.profile).toMatchObject({
    dialect: 'SEC',
    token: 'fits',
    deviceType: 'acc',
    firmware: 'Ver 5.7.8 Sim',
  });
  expect(violations).toEqual([]);
});

test('a passage that was told live and again out of the log is one punch', async () => {
  const { listener, terminal } = await setUp();
  terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
  terminal.start();
  await terminal.waitUntilDrained();
  await listener.answered([listener.queue('logs.query')]);
  terminal.punch({ pin: '1002', at: '2026-03-09 08:00:06' });
  await terminal.waitUntilDrained();
  await listener.answered([listener.queue('logs.query')]);
  const ids = new Map(punchesOf(listener).map(({ id, pin }) => [id, pin]));
  expect([...ids.values()].sort()).toEqual(['1001', '1002']);
  expect(listener.requests.filter((each) => each.target.includes('table=rtlog'))).toHaveLength(1);
  expect(punchesOf(listener)).toHaveLength(5); // out of the log, live, and all of it again by each query
});

test('somebody who is put on it may open its doors, and nothing of theirs is left when they are removed', async () => {
  const { listener, terminal } = await setUp();
  const isOnline = online(terminal);
  terminal.start();
  await isOnline;
  await listener.answered([listener.queue('info')]);
  const finger = {
    kind: 'fingerprint',
    no: 3,
    version: '10',
    data: Buffer.from(`oc ${'x'.repeat(40)}`).toString('base64'),
  };
  await listener.answered([listener.queue('user.update', { pin: '7', name: 'Ana' })]);
  expect([terminal.user('7')?.name, terminal.doorsOf('7')]).toEqual(['Ana', 3]);
  terminal.enrolTemplate('7', 'fingerprint', 4);
  await terminal.waitUntilDrained();
  await listener.answered([listener.queue('template.update', { pin: '8', ...finger })]);
  expect(listener.results.at(-1)).toMatchObject({ code: '-27', verdict: 'failed-for-now' });
  await listener.answered([listener.queue('user.delete', { pin: '7' })]);
  expect([terminal.user('7'), terminal.doorsOf('7')]).toEqual([undefined, 0]);
});

test('no room for a user: the command failed, although its last line did not', async () => {
  const { listener, terminal } = await setUp({ capacity: { users: 1 }, people: [{ pin: '1' }] });
  const isOnline = online(terminal);
  terminal.start();
  await isOnline;
  const id = listener.queue('user.update', { pin: '2', name: 'Bo' });
  await listener.answered([id]);
  expect(listener.resultOf(id)).toMatchObject({ code: '-18', verdict: 'failed-for-good' });
});

test('opens a door and restarts when it is told, and registers again', async () => {
  const { listener, terminal } = await setUp();
  terminal.start();
  const restarted = new Promise<void>((resolve) => terminal.on('restart', () => resolve()));
  const ids = [listener.queue('door.open', { door: 2, seconds: 8 }), listener.queue('restart')];
  const seen: string[] = [];
  terminal.on('command', ({ text }) => seen.push(text));
  await restarted;
  await listener.answered(ids);
  expect(seen).toEqual(['CONTROL DEVICE 0102010800', 'CONTROL DEVICE 0300000000']);
  expect(listener.requests.filter((each) => each.target.includes('registry'))).toHaveLength(2);
});

test('its clock is set in UTC with its zone, and what it shows afterwards is right', async () => {
  const { listener, terminal } = await setUp();
  terminal.start();
  await listener.answered([listener.queue('info')]);
  terminal.setClock(3600);
  await listener.answered([listener.queue('clock.set')]);
  expect(Math.abs(terminal.clock.now() - Date.now())).toBeLessThan(30_000); // an hour off before; the test zone is UTC
});
