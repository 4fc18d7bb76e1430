import { afterEach, expect, jest, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { createAifaceTerminal, type AifaceTerminal } from '@biolistener/simulator';
import { liveListener, liveNginx } from '../support/live-listener.ts';
import { serial } from '../support/captures.ts';

// Terminals that hold a WebSocket, through a real nginx: upgrade on any path, large messages, commands both ways.

jest.setTimeout(60_000);

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

async function stage(sn: string) {
  const live = await liveListener();
  running.push(live);
  const nginx = await liveNginx(live.port);
  running.push(nginx);
  await live.approve(sn, 'aiface');
  return { live, nginx };
}

function terminalAt(port: number, serialNumber: string, path: string): AifaceTerminal {
  const target = { host: '127.0.0.1', port };
  const terminal = createAifaceTerminal({ serialNumber, target, path, timeScale: 0.01 });
  running.push({ stop: () => terminal.stop() });
  return terminal;
}

test.each(['/', '/pub/chat', '//x/y', '/iclock/cdata'])(
  'a terminal at %s delivers punches and a picture of megabytes',
  async (path) => {
    const { live, nginx } = await stage('AYTI40000001');
    const terminal = terminalAt(nginx.port, 'AYTI40000001', path);
    for (let at = 1; at <= 120; at += 1)
      terminal.punch({
        pin: String(at),
        at: '2026-03-09 08:00:00',
        ...(at === 7 ? { photo: Buffer.alloc(3_000_000, 7) } : {}),
      });
    terminal.start();
    await terminal.waitUntilDrained(AbortSignal.timeout(30_000));
    expect(terminal.violations).toEqual([]);
    const seen = () => live.store.findTerminal(serial('AYTI40000001'));
    expect((await seen())?.punches).toBe(120);
    while ((await seen())?.lastAddress === undefined) await pause(50); // contacts are told together, within seconds
    expect((await seen())?.lastAddress).toBe('127.0.0.1');
  },
);

test('a command goes out at once, and its answer comes back', async () => {
  const { live, nginx } = await stage('AYTI40000002');
  const sn = serial('AYTI40000002');
  const terminal = terminalAt(nginx.port, sn, '/pub/chat');
  terminal.start();
  const [queued] = await live.store.queueCommands(
    [
      {
        serialNumber: sn,
        kind: 'check',
        parameters: {},
        origin: 'cli',
        askedBy: 'cli:test',
        priority: 5,
        deadline: Date.now() + 60_000,
        maxAttempts: 1,
        bytes: 100,
      },
    ],
    Date.now(),
  );
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await live.store.findCommand(queued?.id ?? ''))?.state === 'verified') break;
    await pause(25); // the store tells nobody when a command changes
  }
  expect(await live.store.findCommand(queued?.id ?? '')).toMatchObject({ state: 'verified', proof: 'answer' });
  expect(terminal.violations).toEqual([]);
});
