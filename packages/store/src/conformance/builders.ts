import {
  asPin,
  asSerialNumber,
  digestOf,
  USER_ITEM,
  type CommandResult,
  punchIdOf,
  type LocalTime,
  type Punch,
  type PunchId,
  type SerialNumber,
} from '@biolistener/core';
import type {
  Attempt,
  NewCommand,
  ParkedPiece,
  PersonChange,
  QuarantinedRequest,
  RosterChange,
  Store,
  StoredCommand,
  StoredPhoto,
  StoredTemplate,
  TakeOptions,
  Upload,
} from '../contract/index.ts';

export const SN = asSerialNumber('TEST0000001');
export const OTHER_SN = asSerialNumber('TEST0000002');
export const TARGET = 'site-1';
/** 2026-03-09T08:00:00Z */
export const T0 = Date.UTC(2026, 2, 9, 8);
export const MINUTE = 60_000;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The punch number `n`: one minute after the one before, of one of ten people. */
export function punchOf(n: number, with_: Partial<Punch> = {}): Punch {
  const serialNumber = with_.serialNumber ?? SN;
  const pin = with_.pin ?? asPin(String(1 + (n % 10)));
  const instant = with_.instant ?? T0 + n * MINUTE;
  const wallTime = new Date(instant).toISOString().slice(0, 19).replace('T', ' ') as LocalTime;
  return {
    id: punchIdOf(serialNumber, [pin, n]),
    serialNumber,
    brand: 'test-brand',
    pin,
    wallTime,
    zone: 'UTC',
    instant,
    certainty: 'exact',
    state: 0,
    verifyMode: '1',
    workCode: undefined,
    claimedDirection: undefined,
    flags: [],
    extra: {},
    raw: bytesOf(`${pin}\t${wallTime}\t0\t1`),
    ...with_,
  };
}

export const punchesOf = (from: number, to: number): Punch[] =>
  Array.from({ length: to - from }, (_, offset) => punchOf(from + offset));

export const uploadOf = (punches: readonly Punch[], with_: Partial<Upload> = {}): Upload => ({
  correlationId: 'c-1',
  serialNumber: SN,
  brand: 'test-brand',
  operation: 'cdata/ATTLOG',
  remoteAddress: '192.0.2.10',
  receivedAt: T0,
  punches,
  users: [],
  templates: [],
  photos: [],
  operations: [],
  results: [],
  parked: [],
  ...with_,
});

export const sealedOf = (text: string) => ({ keyId: 'k1', bytes: bytesOf(text) });

export const pieceOf = (text: string): ParkedPiece => ({
  reason: 'row-short',
  detail: 'time is missing',
  table: 'ATTLOG',
  digest: digestOf(text),
  size: text.length,
  isSensitive: false,
  sealed: sealedOf(text),
  request: { target: '/iclock/cdata?table=ATTLOG' },
});

export const requestOf = (text: string, with_: Partial<QuarantinedRequest> = {}): QuarantinedRequest => ({
  serialNumber: SN,
  brand: 'test-brand',
  operation: 'cdata/ATTLOG',
  remoteAddress: '192.0.2.10',
  receivedAt: T0,
  digest: digestOf(text),
  size: text.length,
  sealed: sealedOf(text),
  ...with_,
});

export const templateOf = (data: string, with_: Partial<StoredTemplate> = {}): StoredTemplate => ({
  pin: asPin('1'),
  kind: 'fingerprint',
  no: 6,
  index: 0,
  algorithm: 'zk',
  version: '10',
  isValid: true,
  isDuress: false,
  encoding: 'base64',
  size: data.length,
  digest: digestOf(data),
  sealed: sealedOf(data),
  ...with_,
});

export const attemptOf = (outcome: Attempt['outcome'], at = T0): Attempt => ({
  at,
  ms: 12,
  outcome,
  status: 200,
  detail: `it was ${outcome}`,
});

export const addTarget = (store: Store, id = TARGET) =>
  store.upsertTarget({ id, kind: 'sandbox', url: 'http://site.invalid', label: 'Test', isActive: true });

/** Commits punches and makes their deliveries. */
export async function deliverable(store: Store, punches: readonly Punch[]): Promise<PunchId[]> {
  await store.commitUpload(uploadOf(punches));
  await addTarget(store);
  await store.fanOut(TARGET, 100_000, T0);
  return punches.map((punch) => punch.id);
}

export const contactOf = (serialNumber: SerialNumber = SN, at = T0) => ({
  serialNumber,
  at,
  address: '192.0.2.10',
  brand: 'test-brand',
});

export const photoOf = (data: string, with_: Partial<StoredPhoto> = {}): StoredPhoto => ({
  kind: 'comparison',
  pin: asPin('1'),
  wallTime: undefined,
  fileName: '1.jpg',
  size: data.length,
  digest: digestOf(data),
  sealed: sealedOf(data),
  ...with_,
});

export const DAY = 86_400_000;

/** A command for SN that anybody might ask for, alive for a day. */
export const orderOf = (with_: Partial<NewCommand> = {}): NewCommand => ({
  serialNumber: SN,
  kind: 'info',
  parameters: {},
  origin: 'api',
  askedBy: 'api:test',
  priority: 5,
  deadline: T0 + DAY,
  maxAttempts: 3,
  bytes: 100,
  ...with_,
});

export const ANSWER_WITHIN_MS = 60_000;
export const LEASE_MS = 5_000;

export const takeOf = (with_: Partial<TakeOptions> = {}): TakeOptions => ({
  limit: 100,
  maxBytes: 1_000_000,
  now: T0,
  leaseMs: LEASE_MS,
  isOneOutstanding: false,
  ...with_,
});

/** Approves terminals, making them when they are new. */
export async function approve(store: Store, ...serialNumbers: SerialNumber[]): Promise<void> {
  for (const serialNumber of serialNumbers)
    await store.changeTerminal(
      serialNumber,
      { status: 'approved', settings: { zone: 'UTC' } },
      'cli:root',
      'test-brand',
    );
}

/** Queues and answers the ids. */
export const queue = async (store: Store, ...orders: NewCommand[]): Promise<string[]> =>
  (await store.queueCommands(orders, T0)).map(({ id }) => id);

/** Takes what there is and marks it sent. */
export async function send(store: Store, with_: Partial<TakeOptions> = {}): Promise<StoredCommand[]> {
  const options = takeOf(with_);
  const taken = await store.takeCommands(SN, options);
  const ids = taken.map(({ id }) => id);
  await store.markSent(ids, options.now, ANSWER_WITHIN_MS);
  return taken;
}

export const resultOf = (id: string, verdict: CommandResult['verdict'], code = '0'): CommandResult => ({
  id,
  code,
  verdict,
  info: {},
});

export const answer = (store: Store, results: readonly CommandResult[], receivedAt = T0) =>
  store.commitUpload(uploadOf([], { results, receivedAt }));

export const personOf = (with_: Partial<PersonChange> = {}): PersonChange => ({
  pin: asPin('1'),
  name: 'Asha Nair',
  origin: 'cli',
  ...with_,
});

/** The user of a person at SN, in some state. */
export const rowOf = (
  personId: string,
  item: Partial<NonNullable<RosterChange['item']>> | undefined,
  with_: Partial<RosterChange> = {},
): RosterChange => ({
  personId,
  serialNumber: SN,
  key: USER_ITEM,
  item: item && {
    state: 'wanted',
    wantedDigest: 'd1',
    putDigest: undefined,
    attempts: 0,
    reason: undefined,
    detail: undefined,
    readBackAt: undefined,
    ...item,
  },
  ...with_,
});

/** Takes all marks away and answers their subjects. */
export async function takeMarks(store: Store): Promise<string[]> {
  const marks = await store.listMarks(1_000);
  await store.clearMarks(marks);
  return marks.map(({ subject }) => subject);
}
