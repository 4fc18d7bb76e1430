import type { Punch } from '@biolistener/core';
import type { Upload } from '../contract/index.ts';
import type { PunchRows } from './punch-rows.ts';

type Scalar = string | number | null;

/** A column of a packed table: one value when all rows agree, which most columns of an upload do. */
export type Column<T extends Scalar> = { readonly all: T } | { readonly each: readonly T[] };

/** Punches by column: a thousand nested objects would cost more to copy between threads than to insert. */
export interface PackedPunches {
  readonly count: number;
  readonly id: Column<string>;
  readonly serialNumber: Column<string>;
  readonly brand: Column<string>;
  readonly pin: Column<string>;
  readonly instant: Column<number>;
  readonly wallTime: Column<string>;
  readonly zone: Column<string>;
  readonly certainty: Column<string>;
  readonly state: Column<number | null>;
  readonly verifyMode: Column<string | null>;
  readonly workCode: Column<string | null>;
  readonly claimedDirection: Column<string | null>;
  readonly flags: Column<string>;
  readonly extra: Column<string>;
  readonly rawLength: Column<number>;
  /** The raw bytes of all rows, one after the other. */
  readonly raw: Uint8Array;
}

type Lists = 'users' | 'templates' | 'photos' | 'operations' | 'results' | 'parked';

/** An upload as it crosses to the writer thread: empty lists stay behind. */
export type PackedUpload = Omit<Upload, 'punches' | Lists> &
  Partial<Pick<Upload, Lists>> & { readonly punches?: PackedPunches };

/** An upload as the writer takes it, whatever form it crossed in. */
export type ArrivedUpload = Omit<PackedUpload, 'punches'> & { readonly punches?: PunchRows };

export function at<T extends Scalar>(column: Column<T>, index: number): T {
  if ('all' in column) return column.all;
  const value = column.each[index];
  if (value === undefined) throw new RangeError(`row ${index} of ${column.each.length}`);
  return value;
}

function column<T extends Scalar>(punches: readonly Punch[], read: (punch: Punch) => T): Column<T> {
  const [first] = punches;
  if (first === undefined) return { each: [] };
  const all = read(first);
  return punches.every((punch) => read(punch) === all) ? { all } : { each: punches.map(read) };
}

function rawOf(punches: readonly Punch[]): Uint8Array {
  const all = new Uint8Array(punches.reduce((sum, punch) => sum + punch.raw.length, 0));
  let end = 0;
  for (const { raw } of punches) {
    all.set(raw, end);
    end += raw.length;
  }
  return all;
}

export function extraText(punch: Punch): string {
  for (const key in punch.extra) if (punch.extra[key] !== undefined) return JSON.stringify(punch.extra);
  return '{}';
}

export function packPunches(punches: readonly Punch[]): PackedPunches {
  return {
    count: punches.length,
    id: column(punches, (punch) => punch.id),
    serialNumber: column(punches, (punch) => punch.serialNumber),
    brand: column(punches, (punch) => punch.brand),
    pin: column(punches, (punch) => punch.pin),
    instant: column(punches, (punch) => punch.instant),
    wallTime: column(punches, (punch) => punch.wallTime),
    zone: column(punches, (punch) => punch.zone),
    certainty: column(punches, (punch) => punch.certainty),
    state: column(punches, (punch) => punch.state ?? null),
    verifyMode: column(punches, (punch) => punch.verifyMode ?? null),
    workCode: column(punches, (punch) => punch.workCode ?? null),
    claimedDirection: column(punches, (punch) => punch.claimedDirection ?? null),
    flags: column(punches, (punch) => (punch.flags.length === 0 ? '' : punch.flags.join(' '))),
    extra: column(punches, extraText),
    rawLength: column(punches, (punch) => punch.raw.length),
    raw: rawOf(punches),
  };
}

/**
 * A deep copy whose bytes own exactly their memory. Copying a view between threads copies the whole buffer under it:
 * for a slice of a request body that is the body, once per slice.
 */
export function compact<T>(value: T): T {
  if (value instanceof Uint8Array) return new Uint8Array(value) as T & Uint8Array;
  if (Array.isArray(value)) return value.map(compact) as T & unknown[];
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, compact(inner as unknown)])) as T; // same keys, same kinds
}

export function packUpload(upload: Upload): PackedUpload {
  const { punches, users, templates, photos, operations, results, parked, transfer, ...head } = upload;
  return {
    ...head,
    ...(punches.length > 0 && { punches: packPunches(punches) }),
    ...(users.length > 0 && { users: compact(users) }),
    ...(templates.length > 0 && { templates: compact(templates) }),
    ...(photos.length > 0 && { photos: compact(photos) }),
    ...(operations.length > 0 && { operations }),
    ...(results.length > 0 && { results }),
    ...(parked.length > 0 && { parked: compact(parked) }),
    ...(transfer && { transfer: compact(transfer) }),
  };
}
