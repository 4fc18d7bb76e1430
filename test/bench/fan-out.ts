import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrand } from '@biolistener/brands';
import { asPin, asSerialNumber } from '@biolistener/core';
import {
  closeRedis,
  JOBS,
  openCommandRedis,
  openJobQueue,
  openJobWorker,
  type ConvergePayload,
} from '@biolistener/queue';
import { Converger, DEFAULT_ROSTER_SETTINGS } from '@biolistener/roster';
import { openSqliteStore, type Store } from '@biolistener/store';
import { Queue } from 'bullmq';
import { Child } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';
import { median } from './load.ts';
import { serialOf } from './stage.ts';

export interface FanOutResult {
  /** For one person at all terminals. */
  readonly commands: number;
  readonly commandsPerSecond: number;
  readonly bullJobsPerSecond: number;
  readonly ratio: number;
}

const ACTOR = 'bench';
/** A terminal with a fingerprint reader, as its first exchanges have shown it. */
const PROFILE = { dialect: 'ATT', fingerprintVersion: '10', faceVersion: '7' };

/**
 * One person with one finger, newly allowed at `terminals` terminals: from the mark to the last command in the store, by way
 * of Redis and a worker. Against BullMQ: as many jobs with the content of those commands, added in one call.
 */
export async function measureFanOut(terminals: number, rounds: number): Promise<FanOutResult> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-fan-out-'));
  const [port = 0] = await freePorts(1);
  const redisServer = redisIn(join(dir, 'redis'), port);
  redisServer.start();
  const closers: (() => Promise<unknown>)[] = [];
  try {
    await redisServer.untilUp();
    const store = await openSqliteStore({ path: join(dir, 'store.db') });
    closers.push(() => store.close());
    await addTerminals(store, terminals);
    const fanOut = openFanOut(store, `redis://127.0.0.1:${port}`);
    closers.push(() => fanOut.close());
    const raw = new Queue('raw', { connection: { host: '127.0.0.1', port } });
    closers.push(() => raw.close());
    await raw.waitUntilReady();
    const times: { readonly commands: number; readonly ours: number; readonly bull: number }[] = [];
    for (let at = 0; at <= rounds; at += 1) {
      const ours = await timeFanOut(store, fanOut, String(1000 + at));
      times.push({ ...ours, bull: await timeBulk(raw, store, ours.commands) });
    }
    const warm = times.slice(1); // the first round warms both up
    return {
      commands: warm[0]?.commands ?? 0,
      commandsPerSecond: median(warm.map(({ commands, ours }) => (commands / ours) * 1000)),
      bullJobsPerSecond: median(warm.map(({ commands, bull }) => (commands / bull) * 1000)),
      ratio: median(warm.map(({ ours, bull }) => bull / ours)),
    };
  } finally {
    for (const close of closers.toReversed()) await close();
    await redisServer.end('SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As `up` starts it: with an append-only file. */
function redisIn(dir: string, port: number): Child {
  mkdirSync(dir);
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--save', ''];
  const isUp = async (): Promise<boolean> => {
    const redis = openCommandRedis(`redis://127.0.0.1:${port}`);
    try {
      await new Promise((ready, failed) => redis.once('ready', ready).once('error', failed));
      return true;
    } finally {
      closeRedis(redis);
    }
  };
  return new Child({ name: 'redis', command: 'redis-server', words, env: process.env, isUp });
}

async function addTerminals(store: Store, count: number): Promise<void> {
  const change = { status: 'approved', settings: { zone: 'Asia/Kolkata' } } as const;
  for (let at = 0; at < count; at += 1) {
    const serialNumber = asSerialNumber(serialOf(at));
    await store.changeTerminal(serialNumber, change, ACTOR, 'zkteco');
    await store.noteTerminal({ serialNumber, at: Date.now(), address: '192.0.2.1', brand: 'zkteco', profile: PROFILE });
  }
}

interface FanOut {
  /** Resolves once everything that the mark names was looked at. */
  run(mark: ConvergePayload): Promise<void>;
  close(): Promise<void>;
}

/** The queue and the worker of the product, with its planner and the rules of its brands. */
function openFanOut(store: Store, url: string): FanOut {
  const converger = new Converger({
    store,
    rulesOf: (brand) => findBrand(brand)?.roster,
    settings: () => DEFAULT_ROSTER_SETTINGS,
    now: () => Date.now(),
  });
  const redis = openCommandRedis(url);
  let fail: (error: unknown) => void = () => undefined;
  let finish: () => void = () => undefined;
  const queue = openJobQueue(JOBS.converge, redis, '', (error) => fail(error));
  const handle = async ({ subject }: ConvergePayload): Promise<'finished'> => {
    await converger.converge(subject).then(finish, fail);
    return 'finished';
  };
  const worker = openJobWorker(JOBS.converge, url, '', handle, (error) => fail(error));
  void worker.resume();
  return {
    async run(mark) {
      const done = new Promise<void>((resolve, reject) => ([finish, fail] = [resolve, reject]));
      await queue.add([mark]);
      await done;
    },
    async close() {
      await worker.close();
      await queue.close();
      closeRedis(redis);
    },
  };
}

async function timeFanOut(store: Store, fanOut: FanOut, pin: string): Promise<{ commands: number; ours: number }> {
  await enrolElsewhere(store, pin);
  const person = await store.putPerson(
    { pin: asPin(pin), name: `Person ${pin}`, isEverywhere: true, origin: 'cli' },
    ACTOR,
    Date.now(),
  );
  const subject = `person:${person.id}`;
  const before = await openCommands(store);
  const startedAt = performance.now();
  await fanOut.run({ subject, version: Date.now() });
  const ours = performance.now() - startedAt;
  await store.clearMarks(await store.listMarks(10_000));
  return { commands: (await openCommands(store)) - before, ours };
}

const openCommands = async (store: Store): Promise<number> => (await store.countCommands()).queued;

/** The finger comes from a terminal that is none of those that it goes to. */
async function enrolElsewhere(store: Store, pin: string): Promise<void> {
  const serialNumber = asSerialNumber('BENCHSOURCE');
  const bytes = randomBytes(1640);
  await store.changeTerminal(serialNumber, { status: 'blocked' }, ACTOR, 'zkteco');
  await store.commitUpload({
    correlationId: 'bench',
    serialNumber,
    brand: 'zkteco',
    operation: 'bench',
    remoteAddress: '192.0.2.1',
    receivedAt: Date.now(),
    punches: [],
    users: [],
    templates: [
      {
        pin: asPin(pin),
        kind: 'fingerprint',
        no: 5,
        index: 0,
        version: '10',
        algorithm: 'zk',
        isValid: true,
        isDuress: false,
        encoding: 'base64',
        size: bytes.length,
        digest: createHash('sha256').update(bytes).digest('hex'),
        sealed: { keyId: 'bench', bytes },
      },
    ],
    photos: [],
    operations: [],
    results: [],
    parked: [],
  });
}

async function timeBulk(queue: Queue, store: Store, count: number): Promise<number> {
  const [like] = await store.listCommands({ limit: 1 });
  const jobs = Array.from({ length: count }, () => ({
    name: 'command',
    data: { serialNumber: like?.serialNumber, kind: like?.kind, parameters: like?.parameters },
  }));
  const startedAt = performance.now();
  await queue.addBulk(jobs);
  const ms = performance.now() - startedAt;
  await queue.obliterate({ force: true });
  return ms;
}
