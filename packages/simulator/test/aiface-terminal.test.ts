import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  createAifaceTerminal,
  profilesOf,
  punchKey,
  type AifaceOptions,
  type AifaceTerminal,
} from '@biolistener/simulator';

// The client of protocols/aiface-websocket.md §13, against a server that answers by hand.

type Message = Readonly<Record<string, unknown>>;
type Answer = (message: Message, socket: WebSocket) => Message | undefined;

class HandServer {
  readonly heard: Message[] = [];
  readonly closes: number[] = [];
  readonly sockets: WebSocket[] = [];
  readonly #http: Server = createServer();
  readonly #waiting = new Set<() => void>();

  constructor(answer: Answer) {
    const server = new WebSocketServer({ server: this.#http });
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined); // the terminal just goes
      socket.on('close', (code) => this.#note(() => this.closes.push(code)));
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message; // the terminal writes objects
        const reply = answer(message, socket);
        if (reply) socket.send(JSON.stringify(reply));
        this.#note(() => this.heard.push(message));
      });
    });
  }

  async open(): Promise<{ readonly host: string; readonly port: number }> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return { host: '127.0.0.1', port: (this.#http.address() as AddressInfo).port }; // it listens on TCP
  }

  of(cmd: string): Message[] {
    return this.heard.filter((each) => each['cmd'] === cmd);
  }

  answersTo(ret: string): Message[] {
    return this.heard.filter((each) => each['ret'] === ret);
  }

  say(message: Message): void {
    this.sockets.at(-1)?.send(JSON.stringify(message));
  }

  #note(what: () => void): void {
    what();
    for (const look of this.#waiting) look();
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((done) => this.#http.close(done));
  }
}

const opened: { readonly server: HandServer; readonly terminal: AifaceTerminal }[] = [];
afterEach(async () => {
  for (const { server, terminal } of opened.splice(0)) {
    await terminal.stop();
    await server.close();
  }
});

const yes: Answer = (message) =>
  message['cmd'] === undefined
    ? undefined
    : { ret: message['cmd'], result: true, count: message['count'], logindex: message['logindex'] };

async function start(answer: Answer = yes, own: Partial<AifaceOptions> = {}) {
  const server = new HandServer(answer);
  const target = await server.open();
  const terminal = createAifaceTerminal({ serialNumber: 'AYTI60000001', target, timeScale: 0.01, seed: 3, ...own });
  opened.push({ server, terminal });
  return { server, terminal };
}

/** Its greeting was answered: commands may come. */
const online = (terminal: AifaceTerminal): Promise<void> =>
  new Promise((resolve) => {
    if (terminal.isOnline) resolve();
    else terminal.on('online', resolve);
  });

test('it says who it is, and nothing else before that is answered', async () => {
  let isOpen = false;
  const { server, terminal } = await start((message, socket) =>
    isOpen ? yes(message, socket) : { ret: 'reg', result: false },
  );
  terminal.punch({ pin: '5' });
  terminal.start();
  await server.until(() => server.of('reg').length >= 3);
  expect(server.heard.every((each) => each['cmd'] === 'reg')).toBe(true);
  expect(server.heard[0]).toMatchObject({ sn: 'AYTI60000001', devinfo: { modelname: 'AI06', usednewlog: 1 } });
  isOpen = true;
  await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
  expect(server.of('sendlog')).toHaveLength(1);
});

test('it adopts the time that it is told', async () => {
  const { server, terminal } = await start((message) =>
    message['cmd'] === 'reg' ? { ret: 'reg', result: true, cloudtime: '2031-05-06 07:08:09' } : undefined,
  );
  terminal.start();
  await online(terminal);
  server.say({ cmd: 'gettime' });
  await server.until(() => server.answersTo('gettime').length > 0);
  expect(server.answersTo('gettime')[0]?.['time']).toMatch(/^2031-05-06 07:08:/);
});

test('it drops the connection without a goodbye when nobody answers, and comes again with the same', async () => {
  const { server, terminal } = await start(
    (message, socket) =>
      message['cmd'] === 'sendlog' && server.of('sendlog').length === 0 ? undefined : yes(message, socket),
    { timeoutMs: 1000 },
  );
  terminal.punch({ pin: '5' });
  terminal.start();
  await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
  expect(server.closes).toEqual([1006]);
  const [first, second] = server.of('sendlog');
  expect(second?.['record']).toEqual(first?.['record']);
});

describe('an acknowledgement that repeats nothing', () => {
  const bare: Answer = (message) => ({ ret: message['cmd'], result: true });

  test('is none to strict firmware, which sends the same for ever, and tells the breach', async () => {
    const { server, terminal } = await start(bare);
    terminal.punch({ pin: '5' });
    terminal.start();
    await server.until(() => server.of('sendlog').length >= 3);
    expect(terminal.acked).toEqual([]);
    expect(terminal.violations.map(({ sentence }) => sentence)).toContain('count is not the one that was sent (§1.4)');
  });

  test('is one to firmware that is not', async () => {
    const { terminal } = await start(bare, { profile: 'tfs30' });
    terminal.punch({ pin: '5' });
    terminal.start();
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(terminal.acked).toHaveLength(1);
  });
});

test('a second command while one is worked on is dropped, and is a mistake of the server', async () => {
  const { server, terminal } = await start();
  terminal.start();
  await online(terminal);
  server.say({ cmd: 'getdevinfo' });
  server.say({ cmd: 'gettime' });
  await server.until(() => server.answersTo('getdevinfo').length > 0);
  expect(terminal.violations).toMatchObject([
    { operation: 'gettime', sentence: 'a second command while one is out (§1.7)' },
  ]);
  server.say({ cmd: 'gettime' });
  await server.until(() => server.answersTo('gettime').length > 0);
  expect(server.answersTo('gettime')).toHaveLength(1);
});

test('people are told one credential at a time, again until it is taken, and not where the server wants none', async () => {
  let refusals = 2;
  const { server, terminal } = await start((message, socket) =>
    message['cmd'] === 'senduser' && refusals-- > 0 ? { ret: 'senduser', result: false } : yes(message, socket),
  );
  terminal.enrol({ pin: '7', name: 'A', card: '99', password: '1234' });
  terminal.start();
  await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
  expect(server.of('senduser').map((each) => each['backupnum'])).toEqual([10, 10, 10, 11]);
  const mute = await start((message, socket) => ({ ...yes(message, socket), nosenduser: true }));
  mute.terminal.enrol({ pin: '7', name: 'A', card: '99' });
  mute.terminal.start();
  await mute.terminal.waitUntilDrained(AbortSignal.timeout(60_000));
  expect(mute.server.of('senduser')).toEqual([]);
});

test.each([
  [{ replyWithCmdKey: true }, { cmd: 'gettime' }],
  [{ trailingSpaceKeys: true }, { 'ret ': 'gettime' }],
])('switched to %j it answers %j', async (overrides, expected) => {
  const { server, terminal } = await start(
    (message, socket) => yes({ cmd: message['cmd'] ?? message['cmd '] }, socket),
    {
      overrides,
    },
  );
  terminal.start();
  await online(terminal);
  server.say({ cmd: 'gettime' });
  await server.until(() => server.heard.length > 1);
  expect(server.heard.at(-1)).toMatchObject(expected);
});

test('unknown words are refused, or met with silence', async () => {
  const { server, terminal } = await start();
  terminal.start();
  await online(terminal);
  server.say({ cmd: 'frobnicate' });
  await server.until(() => server.answersTo('frobnicate').length > 0);
  expect(server.answersTo('frobnicate')).toMatchObject([{ result: false, msg: 'can not find this command' }]);
  const silent = await start(yes, { profile: 'tfs30' });
  silent.terminal.start();
  await online(silent.terminal);
  silent.server.say({ cmd: 'frobnicate' });
  silent.server.say({ cmd: 'gettime' }); // dropped: it still thinks
  expect(silent.server.answersTo('frobnicate')).toEqual([]);
});

// What terminal-conformance.test.ts asks of those that speak HTTP.
describe.each(profilesOf('aiface'))('with the profile %s', (profile) => {
  const punchesIn = (server: HandServer): unknown[] =>
    server.of('sendlog').flatMap(({ record }) => (record as { readonly time: string }[]).map(({ time }) => time));

  test('it delivers a punch as it was made, and counts it once', async () => {
    const { server, terminal } = await start(yes, { profile });
    const punch = terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    expect(terminal.pending()).toBe(1);
    terminal.start();
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(terminal.acked.map(punchKey)).toEqual([punchKey(punch)]);
    expect(punchesIn(server)).toEqual(['2026-03-09 08:00:05']);
    expect(terminal.violations).toEqual([]);
  });

  test('it sends again what was taken when the reply was lost', async () => {
    const { server, terminal } = await start(
      (message, socket) => {
        if (message['cmd'] !== 'sendlog' || server.of('sendlog').length > 0) return yes(message, socket);
        socket.terminate();
        return undefined;
      },
      { profile },
    );
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    terminal.start();
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(punchesIn(server)).toHaveLength(2);
    expect(terminal.acked).toHaveLength(1);
  });

  test('it keeps its records over a restart', async () => {
    const { terminal } = await start(yes, { profile });
    terminal.start();
    await online(terminal);
    const restarted = new Promise((resolve) => terminal.on('restart', () => resolve(true)));
    terminal.reboot();
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    expect(terminal.pending()).toBe(1);
    await restarted;
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(terminal.acked).toHaveLength(1);
    expect(terminal.violations).toEqual([]);
  });

  test('it reports a person who enrols at its keypad', async () => {
    const { server, terminal } = await start(yes, { profile });
    terminal.enrol({ pin: '77', name: 'Ana Luz', card: '5' });
    terminal.enrolTemplate('77', 'visible-face');
    terminal.start();
    await terminal.waitUntilDrained(AbortSignal.timeout(60_000));
    expect(server.of('senduser').map((each) => [each['enrollid'], each['name'], each['backupnum']])).toEqual([
      [77, 'Ana Luz', 11],
      [77, 'Ana Luz', 51],
    ]);
    expect(terminal.violations).toEqual([]);
  });
});
