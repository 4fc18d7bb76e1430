import type { AttendanceLayout } from '@biolistener/brands/zk-tcp';
import type { Json, JsonObject } from '@biolistener/core';
import type { Proof, ReadMark } from '@biolistener/pull';

/** What is remembered between reads, in the profile of the terminal under `pull`. */
export interface PullMemory {
  readonly mark?: ReadMark;
  readonly records?: number;
  readonly proof?: Proof;
  readonly firmware?: string;
  /** When it was read last, and when all of it. */
  readonly readAt?: number;
  readonly wholeAt?: number;
  readonly users?: number;
  readonly fingerprints?: number;
  /** Punches that a read found and nobody had sent before, ever. */
  readonly found?: number;
  /** Of these, how many the last read that found any found. */
  readonly foundLast?: number;
}

const objectIn = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // an object of Json

const numberOf = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

function markIn(value: Json | undefined): ReadMark | undefined {
  const { layout, bytes, tail } = objectIn(value);
  const isMark = typeof layout === 'string' && typeof bytes === 'number' && typeof tail === 'string';
  return isMark ? { layout: layout as AttendanceLayout, bytes, tail } : undefined; // it was written by `memoryJson`
}

const PROOFS: readonly Proof[] = ['counted', 'uncounted', 'differs'];

export function memoryIn(profile: JsonObject): PullMemory {
  const said = objectIn(profile['pull']);
  const all = {
    mark: markIn(said['mark']),
    proof: PROOFS.find((proof) => proof === said['proof']),
    firmware: typeof said['firmware'] === 'string' ? said['firmware'] : undefined,
    records: numberOf(said['records']),
    readAt: numberOf(said['readAt']),
    wholeAt: numberOf(said['wholeAt']),
    users: numberOf(said['users']),
    fingerprints: numberOf(said['fingerprints']),
    found: numberOf(said['found']),
    foundLast: numberOf(said['foundLast']),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export const memoryJson = ({ mark, ...rest }: PullMemory): JsonObject => ({
  ...(rest as JsonObject), // numbers and texts
  ...(mark === undefined ? {} : { mark: { ...mark } }),
});
