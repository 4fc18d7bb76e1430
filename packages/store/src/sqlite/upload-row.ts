import { asSerialNumber, bufferOf, type Punch } from '@biolistener/core';
import type { Upload } from '../contract/index.ts';
import type { Value } from './database.ts';
import { extraText, type ArrivedUpload } from './pack.ts';
import { AS_IT_CAME, type PunchRows } from './punch-rows.ts';

type Scalar = string | number | null;

/**
 * A punch as its stored values: its id, terminal and brand (null: those of the upload), then the columns of `AS_IT_CAME`; raw
 * bytes as latin1.
 */
type PunchRow = readonly [id: string, serialNumber: string | null, brand: string | null, ...values: Scalar[]];

/** What few uploads have: as an object of its own, and absent most of the time. */
type Rest = Pick<Upload, 'isReplay' | 'isContactTold' | 'lease' | 'profile' | 'stamps' | 'clockDriftSeconds'> &
  Partial<Pick<Upload, 'operations' | 'results'>>;

/**
 * A small upload as it crosses to the writer thread, for uploads without bytes of their own. A list has no names that would
 * have to be written, read and looked up again: for one punch that is most of what crossing costs.
 */
export type UploadRow = readonly [
  correlationId: string,
  serialNumber: string,
  brand: string,
  operation: string,
  remoteAddress: string,
  receivedAt: number,
  punches: readonly PunchRow[],
  rest: Rest,
];

/** Up to so many punches an upload crosses as a row: for few that is several times cheaper than columns. */
const MOST_PUNCHES = 50;

/** Whether nothing of an upload but its punches' raw lines is bytes, and those are few. */
export const fitsRow = (upload: Upload): boolean =>
  upload.punches.length <= MOST_PUNCHES &&
  upload.users.length + upload.templates.length + upload.photos.length + upload.parked.length === 0 &&
  upload.transfer === undefined;

/** One sign a byte. */
const latin1Of = (bytes: Uint8Array): string => bufferOf(bytes).toString('latin1');

const punchRowOf = (punch: Punch, upload: Upload): PunchRow => [
  punch.id,
  punch.serialNumber === upload.serialNumber ? null : punch.serialNumber,
  punch.brand === upload.brand ? null : punch.brand,
  punch.pin,
  punch.instant,
  punch.wallTime,
  punch.zone,
  punch.certainty,
  punch.state ?? null,
  punch.verifyMode ?? null,
  punch.workCode ?? null,
  punch.claimedDirection ?? null,
  punch.flags.length === 0 ? '' : punch.flags.join(' '),
  extraText(punch),
  latin1Of(punch.raw),
];

function restOf({
  isReplay,
  isContactTold,
  lease,
  profile,
  stamps,
  clockDriftSeconds,
  operations,
  results,
}: Upload): Rest {
  return {
    ...(isReplay === true && { isReplay }),
    ...(isContactTold === true && { isContactTold }),
    ...(lease && { lease }),
    ...(profile && { profile }),
    ...(stamps && { stamps }),
    ...(clockDriftSeconds !== undefined && { clockDriftSeconds }),
    ...(operations.length > 0 && { operations }),
    ...(results.length > 0 && { results }),
  };
}

export const rowOfUpload = (upload: Upload): UploadRow => [
  upload.correlationId,
  upload.serialNumber,
  upload.brand,
  upload.operation,
  upload.remoteAddress,
  upload.receivedAt,
  upload.punches.map((punch) => punchRowOf(punch, upload)),
  restOf(upload),
];

/** How many stand in front of the values, and where the raw bytes are. */
const HEAD = 3;
const RAW = HEAD + AS_IT_CAME.indexOf('raw');

function rowsOfList(rows: readonly PunchRow[], serialNumber: string, brand: string): PunchRows {
  const row = (index: number): PunchRow => {
    const found = rows[index];
    if (!found) throw new RangeError(`row ${index} of ${rows.length}`);
    return found;
  };
  const addValues = (index: number, into: Value[]): void => {
    const values = row(index);
    for (let column = HEAD; column < RAW; column += 1) into.push(values[column] ?? null);
    into.push(Buffer.from(String(values[RAW]), 'latin1'));
  };
  return {
    count: rows.length,
    id: (index) => row(index)[0],
    serialNumber: (index) => row(index)[1] ?? serialNumber,
    brand: (index) => row(index)[2] ?? brand,
    isOneSource: false, // nobody looked: for so few rows it is not worth it
    addValues,
    alike: new Map(),
    addOwnValues: addValues,
  };
}

/** The inverse of `rowOfUpload`. */
export function uploadOfRow(row: UploadRow): ArrivedUpload {
  const [correlationId, serialNumber, brand, operation, remoteAddress, receivedAt, punches, rest] = row;
  const head = {
    correlationId,
    serialNumber: asSerialNumber(serialNumber),
    brand,
    operation,
    remoteAddress,
    receivedAt,
  };
  return { ...head, ...rest, ...(punches.length > 0 && { punches: rowsOfList(punches, serialNumber, brand) }) };
}
