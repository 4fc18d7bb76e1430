import { asSerialNumber, type SerialNumber, type Terminal } from '@biolistener/core';
import { createVault, keyringOfText } from '@biolistener/security';
import type { CommitReceipt, Store, StoredCommand, Upload } from '@biolistener/store';
import { openMetrics, type Log } from '@biolistener/telemetry';
import type { Brand, Decoded, Identity, Outcome, WireInput, WireOutput } from '@biolistener/wire';
import type { ListenerDeps } from '../src/deps.ts';
import { createKeyBook } from '../src/key-book.ts';
import { createGate, createRateLimiter } from '../src/limits.ts';
import { createRegistry, type Registry } from '../src/registry.ts';
import { createSentBook } from '../src/sent-book.ts';

/** 2026-03-09T08:35:30Z */
export const T0 = Date.UTC(2026, 2, 9, 8, 35, 30);
export const SN = asSerialNumber('TEST0000001');
export const vault = createVault(keyringOfText('5c'.repeat(32)));

export const terminalOf = (with_: Partial<Terminal> = {}): Terminal => ({
  serialNumber: SN,
  brand: 'paper',
  status: 'approved',
  zone: 'Asia/Kolkata',
  profile: {},
  stamps: {},
  firstSeenAt: 0,
  lastContactAt: 0,
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
  ...with_,
});

/** A store of which only what the test gives is there; anything else that is asked of it fails by name. */
export function fakeStore(own: Partial<Store>): Store {
  return new Proxy(own, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name) as unknown;
      return () => Promise.reject(new Error(`the store was asked for ${String(name)}`));
    },
  }) as Store; // whatever is missing answers with a failure
}

export const receiptOf = (with_: Partial<CommitReceipt> = {}): CommitReceipt => ({
  newPunches: 0,
  duplicatePunches: 0,
  newParked: 0,
  refusedParked: 0,
  ...with_,
});

export const decodedOf = (with_: Partial<Decoded> = {}): Decoded => ({
  events: [],
  parked: [],
  facts: {},
  reply: {},
  ...with_,
});

/** A command as the store hands it out. */
export const commandOf = (id: string, with_: Partial<StoredCommand> = {}): StoredCommand => ({
  id,
  kind: 'restart',
  parameters: {},
  serialNumber: SN,
  state: 'leased',
  origin: 'desk',
  askedBy: 'desk:test',
  deskName: undefined,
  pin: undefined,
  priority: 5,
  notBefore: undefined,
  deadline: T0 + 3_600_000,
  attempts: 1,
  maxAttempts: 3,
  bytes: 10,
  needsProof: false,
  leaseUntil: T0 + 60_000,
  resultCode: undefined,
  resultInfo: {},
  reason: undefined,
  detail: undefined,
  proof: undefined,
  createdAt: T0,
  sentAt: undefined,
  answeredAt: undefined,
  closedAt: undefined,
  ...with_,
});

/** One piece that could not be read: the smallest thing that needs a commit. */
export const pieceOf = (text: string): Decoded['parked'][number] => ({
  reason: 'PAPER_TORN',
  detail: 'torn',
  table: 'PAPER',
  raw: Buffer.from(text),
  isSensitive: false,
});

export const inputOf = (with_: Partial<WireInput> = {}): WireInput => ({
  method: 'POST',
  target: '/paper?SN=TEST0000001',
  httpVersion: '1.1',
  headers: ['Host', 'x'],
  remoteAddress: '192.0.2.10',
  body: Buffer.from('line\n'),
  ...with_,
});

export const identityOf = (with_: Partial<Identity> = {}): Identity => ({
  serialNumber: SN,
  operation: 'paper/lines',
  isPoll: false,
  ...with_,
});

/** A brand that says in its reply how the request ended, and nothing else. */
export const brandOf = (own: Partial<Brand> = {}): Brand => ({
  name: 'paper',
  title: 'Paper',
  commands: [],
  keypad: [],
  errors: {},
  answerWithinMs: 120_000,
  roster: {
    canTake: () => ({ canTake: true }),
    planWrite: () => [],
    planRemove: () => [],
    planReadBack: () => [],
    abilities: () => ({ commands: [], templates: [], takesPhotos: false, canReadBack: false }),
  },
  claims: () => true,
  identify: () => identityOf(),
  decode: () => decodedOf(),
  answer: (outcome) => saying(outcome.kind),
  encode: (command) => ({ kind: 'encoded', id: command.id, word: command.kind, bytes: Buffer.from(command.id) }),
  ...own,
});

export const saying = (text: string, status = 200): WireOutput => ({ status, headers: [], body: Buffer.from(text) });
export const textOf = (output: WireOutput): string => Buffer.from(output.body).toString();
export const wordOf = (outcome: Outcome): string => outcome.kind;

export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
    isLevelEnabled: () => true,
  };
  return log;
}

export interface Bench {
  readonly deps: ListenerDeps;
  readonly registry: Registry;
  readonly log: ReturnType<typeof memoryLog>;
  /** What was committed, in order. */
  readonly uploads: Upload[];
  /** How often the outbox was told. */
  readonly nudges: () => number;
}

/** The listener's parts around a fake store that takes everything, and terminals that it knows already. */
export async function benchOf(
  options: {
    readonly store?: Partial<Store>;
    readonly terminals?: readonly Terminal[];
    readonly withCommands?: readonly SerialNumber[];
    readonly settings?: Awaited<ReturnType<Store['listSettings']>>;
    readonly deps?: Partial<ListenerDeps>;
  } = {},
): Promise<Bench> {
  const uploads: Upload[] = [];
  const store = fakeStore({
    commitUpload: (upload) => {
      uploads.push(upload);
      return Promise.resolve(receiptOf({ newPunches: upload.punches.length, newParked: upload.parked.length }));
    },
    revision: () => Promise.resolve(1),
    allTerminals: () => Promise.resolve([...(options.terminals ?? [terminalOf()])]),
    terminalsWithCommands: () => Promise.resolve([...(options.withCommands ?? [])]),
    nextCommandAt: () => Promise.resolve(undefined),
    listSettings: () => Promise.resolve([...(options.settings ?? [])]),
    ...options.store,
  });
  const registry = createRegistry(store, () => T0);
  await registry.refresh();
  const log = memoryLog();
  const keys = createKeyBook({ store, vault, registry, log, now: () => T0 });
  await keys.refresh();
  let nudges = 0;
  const deps: ListenerDeps = {
    brands: [brandOf()],
    store,
    vault,
    registry,
    keys,
    sent: createSentBook({ store, registry, log, now: () => T0, patience: options.deps?.mailbox?.patience }),
    mailbox: { portionBytes: 64 * 1024, leaseMs: 60_000 },
    limits: {
      addressRate: createRateLimiter(1000, 1000),
      terminalRate: createRateLimiter(1000, 1000),
      terminalSlots: createGate(8, Infinity),
      bodyBytes: createGate(1 << 20, 1 << 20),
      maxBodyBytes: 1 << 20,
      bodyTimeoutMs: 1000,
    },
    metrics: openMetrics({ withProcess: false }),
    log,
    now: () => T0,
    nudge: () => (nudges += 1),
    trustedProxies: new Set(['127.0.0.1']),
    keepUnknownRequests: true,
    ...options.deps,
  };
  return { deps, registry, log, uploads, nudges: () => nudges };
}

/** A promise that the test settles itself. */
export function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  return Promise.withResolvers<T>();
}

/** Everything that is ready to run has run. */
export const turned = (): Promise<void> => new Promise((done) => setImmediate(done));
