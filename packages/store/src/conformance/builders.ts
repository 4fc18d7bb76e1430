import {
  asPin,
  asSerialNumber,
  digestOf,
  punchIdOf,
  type LocalTime,
  type Punch,
  type PunchId,
  type SerialNumber,
} from '@biolistener/core';
import type { Attempt, ParkedPiece, QuarantinedRequest, Store, StoredTemplate, Upload } from '../contract/index.ts';

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
