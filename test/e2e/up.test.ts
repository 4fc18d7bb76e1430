import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asSerialNumber, toLocal } from '@biolistener/core';
import { startSandbox } from '@biolistener/sandbox';
import { openSqliteStore } from '@biolistener/store';
import { freePorts } from '../support/ports.ts';
import { ask, zkGet, zkPost } from '../support/raw-http.ts';

// The real command with everything that it brings: one installation through the days of an operator, good and bad.

jest.setTimeout(240_000);

const BIN = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
const ZONE = 'Asia/Kolkata';
const SN = 'UP00000000001';
const AUTHORIZATION = 'token sandbox:sandbox';

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Up {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
  said(): string;
}

type Ports = Readonly<Record<'terminals' | 'api' | 'listener' | 'redis' | 'sandbox', number>>;

const until = async (
  what: string | (() => string),
  isSo: () => Promise<boolean> | boolean,
  timeoutMs = 90_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${typeof what === 'string' ? what : what()}`);
    await pause(50);
  }
};

const isOpen = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => (socket.destroy(), done(true))).once('error', () => done(false));
  });

/** A folder of its own, ports of its own, and whatever `up` is running in it. */
class Place {
  readonly dir = mkdtempSync(join(tmpdir(), 'biolistener-up-'));
  readonly dataDir = join(this.dir, 'data');
  readonly ports: Ports;
  readonly #launched: Up[] = [];
  #up: Up | undefined;

  private constructor(ports: Ports) {
    this.ports = ports;
  }

  static async open(): Promise<Place> {
    const [terminals = 0, api = 0, listener = 0, redis = 0, sandbox = 0] = await freePorts(5);
    return new Place({ terminals, api, listener, redis, sandbox });
  }

  /** Runs the command and does not wait. */
  launch(more: Readonly<Record<string, string>> = {}): Up {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.dir,
      BIOLISTENER_DATA_DIR: this.dataDir,
      BIOLISTENER_TIME_ZONE: ZONE,
      BIOLISTENER_PORT: String(this.ports.terminals),
      BIOLISTENER_API_PORT: String(this.ports.api),
      BIOLISTENER_LISTENER_PORT: String(this.ports.listener),
      BIOLISTENER_REDIS_PORT: String(this.ports.redis),
      BIOLISTENER_SANDBOX_PORT: String(this.ports.sandbox),
      BIOLISTENER_LOG_FORMAT: 'json',
      BIOLISTENER_LOG_LEVEL: 'warn',
      ...more,
    };
    const words = [BIN, 'up', '--json'];
    const child = spawn(process.execPath, words, { env, cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
    const exited = new Promise<Exit>((done) => child.once('close', (code, signal) => done({ code, signal })));
    const up = { process: child, exited, said: () => said };
    this.#launched.push(up);
    return up;
  }

  /** Up and taking terminals; does nothing when it is up already. */
  async up(more: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#up && this.#up.process.exitCode === null && this.#up.process.signalCode === null) return;
    const up = this.launch(more);
    this.#up = up;
    const end = { isOver: false };
    void up.exited.then(() => (end.isOver = true));
    const isUp = (): boolean => up.said().includes('"up":true');
    await until('up', () => end.isOver || isUp(), 60_000);
    if (end.isOver) throw new Error(`it did not come up: ${up.said()}`);
  }

  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (!this.#up) throw new Error('nothing is up');
    this.#up.process.kill(signal);
    return this.#up.exited;
  }

  /** As a closed window, or a `tee` that died of the same Ctrl-C. */
  closeOutput(): void {
    this.#up?.process.stdout?.destroy();
    this.#up?.process.stderr?.destroy();
  }

  get said(): string {
    return this.#up?.said() ?? '';
  }

  pidOf(part: 'redis' | 'nginx'): number {
    const file = join(this.dataDir, part, `${part}.pid`);
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  }

  /** Every living process that was started in this place: their working folder is within it, whatever they call themselves. */
  processes(): { readonly pid: number; readonly title: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          if (!readlinkSync(`/proc/${name}/cwd`).startsWith(this.dir)) return [];
          return [{ pid: Number(name), title: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
        } catch {
          return []; // it ended between the look and the read, or is not ours to see
        }
      });
  }

  async approve(serialNumber: string): Promise<void> {
    const store = await openSqliteStore({ path: join(this.dataDir, 'store', 'biolistener.db') });
    const change = { status: 'approved', settings: { zone: ZONE } } as const;
    await store.changeTerminal(asSerialNumber(serialNumber), change, 'test');
    await store.close();
  }

  /** One punch as a terminal sends it, through nginx. */
  async send(row: Row): Promise<string> {
    const reply = await ask(this.ports.terminals, zkPost(SN, 'ATTLOG', `${row.pin}\t${row.time}\t0\t1\t0\t0\t0\n`));
    return reply.body.toString();
  }

  /** As a terminal does it: again and again until it is told that it was taken. */
  async sendUntilTaken(row: Row): Promise<void> {
    await until(`taken: ${row.pin}`, async () => (await this.send(row).catch(() => '')) === 'OK: 1');
  }

  /** `employee time` of each check-in in the sandbox of this place. */
  async checkins(): Promise<string[]> {
    const query = 'fields=["employee","time"]&limit_page_length=0';
    const url = `http://127.0.0.1:${this.ports.sandbox}/api/resource/Employee%20Checkin?${query}`;
    const answer = await fetch(url, { headers: { Authorization: AUTHORIZATION } });
    const { data } = (await answer.json()) as { data: { employee: string; time: string }[] };
    return data.map(({ employee, time }) => `${employee} ${time.slice(0, 19)}`).sort();
  }

  async untilDelivered(rows: readonly Row[]): Promise<void> {
    const wanted = rows.map(checkinOf);
    let missing = wanted;
    const isDelivered = async (): Promise<boolean> => {
      const found = await this.checkins().catch((): string[] => []);
      missing = wanted.filter((checkin) => !found.includes(checkin));
      return missing.length === 0;
    };
    await until(() => `delivered: ${missing.join(', ')}\n${this.said.slice(-4000)}`, isDelivered, 60_000);
  }

  async remove(): Promise<void> {
    for (const up of this.#launched) {
      up.process.kill('SIGTERM');
      await up.exited;
    }
    for (const { pid } of this.processes()) process.kill(pid, 'SIGKILL'); // left over by a test that failed
    await until('nothing is left', () => this.processes().length === 0);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

interface Row {
  readonly pin: string;
  readonly time: string;
}

let made = 0;
/** A new punch: each of another second of the last hours, of the next of fifty people. */
function newPunch(): Row {
  made += 1;
  return { pin: String((made % 50) + 1), time: toLocal(Date.now() - made * 61_000, ZONE) };
}

const checkinOf = ({ pin, time }: Row): string => `HR-EMP-${pin.padStart(5, '0')} ${time}`;

describe('one installation', () => {
  let place: Place;
  /** Everything that a terminal was told is taken. */
  const taken: Row[] = [];
  const punch = async (): Promise<Row> => {
    const row = newPunch();
    expect(await place.send(row)).toBe('OK: 1');
    taken.push(row);
    return row;
  };

  beforeAll(async () => {
    place = await Place.open();
  });
  beforeEach(() => place.up());
  afterAll(() => place.remove());

  test('says as JSON where everything is, and everything is there', async () => {
    const [line = ''] = place.said.split('\n').filter((each) => each.includes('"up":true'));
    expect(JSON.parse(line)).toMatchObject({
      up: true,
      status: `http://127.0.0.1:${place.ports.api}/`,
      target: { kind: 'sandbox', url: `http://127.0.0.1:${place.ports.sandbox}` },
      data: place.dataDir,
    });
    for (const port of Object.values(place.ports)) expect(await isOpen(port)).toBe(true);
    const health = (await (await fetch(`http://127.0.0.1:${place.ports.api}/health`)).json()) as {
      parts: { part: string; state: string }[];
    };
    const parts = health.parts.map(({ part }) => part).sort();
    expect(parts).toEqual(['listener', 'nginx', 'sandbox', 'worker']);
  });

  test('a punch of a terminal that nobody knows is not taken, and becomes a check-in once it is approved', async () => {
    const row = newPunch();
    expect(await place.send(row)).toBe('UNKNOWN DEVICE\n');
    expect(await place.checkins()).toEqual([]);
    await place.approve(SN);
    await place.untilDelivered([row]); // what was quarantined counts, without the terminal sending it again
    await place.sendUntilTaken(row);
    taken.push(row);
    await place.untilDelivered([await punch()]);
    expect(await place.checkins()).toEqual(taken.map(checkinOf).sort());
  });

  test('a second one in the same folder is refused and leaves the first alone', async () => {
    const second = place.launch();
    expect(await second.exited).toEqual({ code: 5, signal: null });
    expect(second.said()).toContain('is up in this folder');
    await place.untilDelivered([await punch()]);
  });

  test('while Redis is dead punches are taken, and delivered once it is back', async () => {
    const before = place.pidOf('redis');
    process.kill(before, 'SIGKILL');
    const rows = [await punch(), await punch(), await punch()];
    await place.untilDelivered(rows);
    expect(place.pidOf('redis')).not.toBe(before);
  });

  test('an nginx that dies comes back', async () => {
    const before = place.pidOf('nginx');
    process.kill(-before, 'SIGKILL'); // master and workers, as a crash of all takes them
    const row = newPunch();
    await place.sendUntilTaken(row);
    taken.push(row);
    await place.untilDelivered([row]);
    expect(place.pidOf('nginx')).not.toBe(before);
  });

  test('after a SIGKILL the next one takes over what stayed behind, and nothing that was taken is lost', async () => {
    const rows: Row[] = [];
    for (let i = 0; i < 20; i += 1) rows.push(await punch());
    const left = [place.pidOf('redis'), place.pidOf('nginx')];
    expect(await place.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    const orphans = place.processes().map(({ pid }) => pid);
    expect(orphans).toEqual(expect.arrayContaining(left));
    await place.up();
    await place.untilDelivered([...rows, await punch()]);
    const now = place.processes().map(({ pid }) => pid);
    expect(now.filter((pid) => orphans.includes(pid))).toEqual([]);
  });

  test('all in all each punch that was taken is one check-in', async () => {
    await place.untilDelivered(taken);
    expect(await place.checkins()).toEqual(taken.map(checkinOf).sort());
  });

  test('whoever reads its output may go away: it goes on, and still stops in order', async () => {
    await place.end('SIGTERM');
    await place.up({ BIOLISTENER_LOG_LEVEL: 'debug' }); // so that it has something to say
    place.closeOutput();
    await place.untilDelivered([await punch(), await punch()]);
    expect(await place.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(place.processes()).toEqual([]);
    expect(existsSync(join(place.dataDir, 'up.lock'))).toBe(false);
  });

  test('Ctrl-C stops everything in order: status 0, no process, no port, no lock', async () => {
    expect(await place.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(place.processes()).toEqual([]);
    for (const port of Object.values(place.ports)) expect(await isOpen(port)).toBe(false);
    expect(existsSync(join(place.dataDir, 'up.lock'))).toBe(false);
  });

  test('what went to the sandbox goes to the real site once one is configured, each punch once', async () => {
    await place.end('SIGTERM');
    const site = await startSandbox({ port: 0, timeZone: ZONE });
    try {
      // an HR manager may neither add the punch id field nor read the zone of the site
      const access = { ERPNEXT_URL: site.url, ERPNEXT_API_KEY: 'hr-manager', ERPNEXT_API_SECRET: 'hr-manager' };
      await place.up({ ...access, BIOLISTENER_ERPNEXT_TIME_ZONE: ZONE });
      expect(await isOpen(place.ports.sandbox)).toBe(false);
      taken.push(newPunch());
      await place.sendUntilTaken(taken.at(-1)!);
      const there = (): string[] =>
        site
          .checkins()
          .map(({ employee, time }) => `${employee as string} ${(time as string).slice(0, 19)}`) // both are Data fields
          .sort();
      await until('all at the real site', () => there().length >= taken.length);
      expect(there()).toEqual(taken.map(checkinOf).sort());
    } finally {
      await place.end('SIGTERM');
      await site.stop();
    }
  });
});

describe('what is in the way', () => {
  let place: Place;
  const closers: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    place = await Place.open();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await place.remove();
  });

  const held = async (part: keyof Ports): Promise<string> => {
    // reads what it is asked and says nothing
    const other = createServer((socket) => void socket.on('error', () => undefined).resume());
    other.listen(place.ports[part], '127.0.0.1');
    await once(other, 'listening');
    closers.push(() => new Promise((done) => other.close(done)));
    const up = place.launch();
    expect(await up.exited).toEqual({ code: 1, signal: null });
    return up.said();
  };

  test.each([
    ['redis', 'BIOLISTENER_REDIS_PORT'],
    ['listener', 'BIOLISTENER_LISTENER_PORT'],
    ['api', 'BIOLISTENER_API_PORT'],
  ] as const)(
    'another program on the port of %s: told by number and setting, nothing stays behind',
    async (part, name) => {
      const said = await held(part);
      expect(said).toMatch(new RegExp(`port ${place.ports[part]} .*is held by another program`));
      expect(said).toMatch(new RegExp(`${name}\\b`));
      expect(place.processes()).toEqual([]);
      expect(existsSync(join(place.dataDir, 'up.lock'))).toBe(false);
    },
  );

  test('another program on the port for terminals: told by number and name, nothing stays behind', async () => {
    expect(await held('terminals')).toMatch(
      new RegExp(`port ${place.ports.terminals} is held by .* \\(pid ${process.pid}\\)`),
    );
    expect(place.processes()).toEqual([]);
    expect(existsSync(join(place.dataDir, 'up.lock'))).toBe(false);
  });

  test('a Redis of somebody else that has the number of an old one of ours is left alone', async () => {
    const [port = 0] = await freePorts(1);
    const theirDir = mkdtempSync(join(tmpdir(), 'biolistener-theirs-'));
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', theirDir, '--save', ''];
    const theirs = spawn('redis-server', words, { stdio: 'ignore' });
    const gone = once(theirs, 'exit');
    closers.push(async () => {
      theirs.kill('SIGKILL');
      await gone;
      rmSync(theirDir, { recursive: true, force: true });
    });
    await until('their Redis', () => isOpen(port));
    mkdirSync(join(place.dataDir, 'redis'), { recursive: true });
    writeFileSync(join(place.dataDir, 'redis', 'redis.pid'), `${theirs.pid ?? 0}\n`);
    await place.up();
    expect([theirs.exitCode, theirs.signalCode, await isOpen(port)]).toEqual([null, null, true]);
  });

  test('without redis-server the attempt ends, with what is missing and where to look', async () => {
    const up = place.launch({ PATH: place.dir });
    expect(await up.exited).toEqual({ code: 1, signal: null });
    expect(up.said()).toContain('the private Redis did not start');
    expect(up.said()).toMatch(/redis\/redis\.log.*Is redis-server installed\?/);
    expect(place.processes()).toEqual([]);
  });

  test('an nginx whose master alone dies is replaced, and leaves nothing behind', async () => {
    await place.up();
    const before = place.pidOf('nginx');
    process.kill(before, 'SIGKILL');
    await until('another nginx', () => ![0, before].includes(place.pidOf('nginx')));
    const reply = await ask(place.ports.terminals, zkGet('/-/biolistener'));
    expect([reply.status, reply.body.toString()]).toEqual([200, 'biolistener\n']);
    expect((await place.end('SIGTERM')).code).toBe(0);
    expect(place.processes()).toEqual([]);
  });
});
