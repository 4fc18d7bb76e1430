import { CODE, TABLE, type TableName } from './codes.ts';
import { ask, mustDo, refused, TerminalRefusal, WITHIN, type Dialog } from './dialog.ts';
import type { Frame } from './frame.ts';
import { bufferSizeOf, prepareBufferData, readBufferData } from './requests.ts';

export interface ReadOptions {
  /** Bytes that are asked for at once: 65472 on TCP, 16384 on UDP, less on slow links. */
  readonly chunkBytes: number;
  /** For terminals without the buffered read. */
  readonly isLegacyAllowed: boolean;
  /** Pieces of an answer may be lost, doubled or change places, and nothing in them says so: UDP. */
  readonly isUnordered?: true;
}

/** No firmware is known to give more at once (§5.2). */
export const LARGEST_CHUNK = 0xffc0;
export const TCP_READ: ReadOptions = { chunkBytes: LARGEST_CHUNK, isLegacyAllowed: true };
export const UDP_READ: ReadOptions = { chunkBytes: 16_384, isLegacyAllowed: true, isUnordered: true };
/** More than any terminal holds: a size beyond it is damage. */
const LARGEST = 256 * 1024 * 1024;
const TRIES = 3;
/** Where two answers must agree. */
const TRIES_UNORDERED = 6;

const u32 = (data: Uint8Array, at = 0): number =>
  data.length < at + 4 ? 0 : Buffer.from(data.buffer, data.byteOffset, data.length).readUInt32LE(at);

const incomplete = (detail: string): TerminalRefusal => new TerminalRefusal('ZKT_READ_INCOMPLETE', detail);

/** A table that is about to be read: all of it at once, or a buffer that waits to be read in ranges and then freed. */
export type PreparedTable =
  | { readonly kind: 'whole'; readonly records: Uint8Array }
  /** `size` counts the four bytes of the total in front of the records. */
  | { readonly kind: 'buffer'; readonly size: number };

/** The first step of a buffered read. `freeTable` must follow where it answers a buffer. Source: §5.2, §5.4. */
export function* prepareTable(table: TableName, options: ReadOptions): Dialog<PreparedTable> {
  const reply = yield* ask(CODE.prepareBuffer, prepareBufferData(table), WITHIN.prepare);
  if (reply.command === CODE.data) return { kind: 'whole', records: recordsOf(reply.data) };
  if (reply.command === CODE.prepareData) return { kind: 'whole', records: yield* readStream(table, options, reply) };
  if (reply.command !== CODE.ok) return { kind: 'whole', records: yield* readLegacy(table, options, reply) };
  const size = bufferSizeOf(reply.data);
  if (size === undefined || size > LARGEST) throw incomplete(`a buffer of ${size ?? 'no'} bytes is announced`);
  return { kind: 'buffer', size };
}

/** The terminal forgets what it prepared; what it says to that does not matter. */
export function* freeTable(): Dialog<void> {
  yield* ask(CODE.freeData);
}

/**
 * The records of a table, without the four bytes of their total. Nothing is returned unless all of it arrived.
 * Source: protocols/zk-tcp.md §5.2, §5.4; cases C19 to C24.
 */
export function* readTable(table: TableName, options: ReadOptions): Dialog<Uint8Array> {
  const prepared = yield* prepareTable(table, options);
  if (prepared.kind === 'whole') return prepared.records;
  try {
    return recordsOf(yield* readChunks(prepared.size, options));
  } finally {
    yield* freeTable();
  }
}

/** How many bytes of records a buffer holds, by its first four bytes: never more than the buffer has (§5.2). */
export function recordBytesOf(start: Uint8Array, size: number): number {
  const total = u32(start);
  if (total > size - 4) throw incomplete(`${size - 4} of ${total} bytes of records`);
  return total;
}

function* readChunks(size: number, options: ReadOptions): Dialog<Uint8Array> {
  const whole = Buffer.alloc(size);
  for (let start = 0; start < size; start += options.chunkBytes) {
    const length = Math.min(options.chunkBytes, size - start);
    whole.set(yield* readRange(start, length, options), start);
  }
  return whole;
}

/** Bytes, and in how many pieces they came. */
interface Received {
  readonly bytes: Uint8Array;
  readonly pieces: number;
}

const NONE: Received = { bytes: new Uint8Array(0), pieces: 0 };

/** The same offset may be asked for again: it changes nothing. On UDP a lost datagram shows as silence (C35). */
export function* readRange(
  start: number,
  length: number,
  { isUnordered }: Pick<ReadOptions, 'isUnordered'> = {},
): Dialog<Uint8Array> {
  const read = function* (): Dialog<Received> {
    return yield* chunkOf(yield* ask(CODE.readBuffer, readBufferData(start, length), WITHIN.chunk));
  };
  const whole = yield* isUnordered ? confirmed(read, length) : insistent(read, length);
  if (whole.length === length) return whole;
  throw incomplete(`${whole.length} of ${length} bytes from ${start} on`);
}

function* insistent(read: () => Dialog<Received>, length: number): Dialog<Uint8Array> {
  let last: Uint8Array = NONE.bytes;
  for (let attempt = 1; attempt <= TRIES && last.length !== length; attempt += 1) last = (yield* orNothing(read)).bytes;
  return last;
}

/** An answer in one piece is what it is. Of several pieces nobody knows their order until a second answer is the same. */
function* confirmed(read: () => Dialog<Received>, length: number): Dialog<Uint8Array> {
  let before: Uint8Array = NONE.bytes;
  for (let attempt = 1; attempt <= TRIES_UNORDERED; attempt += 1) {
    const { bytes, pieces } = yield* orNothing(read);
    if (bytes.length !== length) continue;
    if (pieces === 1 || (before.length === length && Buffer.compare(before, bytes) === 0)) return bytes;
    before = bytes;
  }
  return NONE.bytes;
}

/** What comes short, double or not at all is nothing, and may be asked for again. */
const MISSING: readonly string[] = ['ZKT_SILENT', 'ZKT_READ_INCOMPLETE'];

function* orNothing(read: () => Dialog<Received>): Dialog<Received> {
  try {
    return yield* read();
  } catch (error) {
    if (error instanceof TerminalRefusal && MISSING.includes(error.code)) return NONE;
    throw error;
  }
}

function* chunkOf(reply: Frame): Dialog<Received> {
  if (reply.command === CODE.data) return { bytes: reply.data, pieces: 1 };
  if (reply.command === CODE.prepareData) return yield* collect(u32(reply.data));
  // the end of an answer whose beginning was lost
  if (reply.command === CODE.ok) throw incomplete('nothing but its end');
  throw refused(CODE.readBuffer, reply);
}

/** DATA frames up to an announced size, and the OK behind them. */
function* collect(size: number): Dialog<Received> {
  if (size > LARGEST) throw incomplete(`${size} bytes are announced`);
  const parts: Uint8Array[] = [];
  for (let have = 0; ;) {
    const frame: Frame = yield { withinMs: WITHIN.chunk };
    if (frame.command === CODE.ok) return { bytes: Buffer.concat(parts), pieces: parts.length };
    if (frame.command !== CODE.data) throw refused(CODE.readBuffer, frame);
    // a piece without bytes brings the end no nearer, and so could come for ever
    if (frame.data.length === 0 && size > 0) throw incomplete('a piece of no bytes');
    have += frame.data.length;
    if (have > size) throw incomplete(`more than the ${size} bytes that were announced`);
    parts.push(frame.data);
  }
}

/** What PREPARE_DATA announces, all of it or nothing. */
export function* collectWhole(announced: Frame): Dialog<Uint8Array> {
  const size = u32(announced.data);
  const { bytes } = yield* collect(size);
  if (bytes.length !== size) throw incomplete(`${bytes.length} of ${size} bytes`);
  return bytes;
}

const LEGACY_DATA: Partial<Record<TableName, number>> = { users: 5, fingerprints: 2 };

/** Terminals without buffered reads stream the whole table (§5.4). */
function* readLegacy(table: TableName, options: ReadOptions, reply: Frame): Dialog<Uint8Array> {
  const isMissing = reply.command === CODE.unknown || reply.command === CODE.error;
  if (!isMissing || !options.isLegacyAllowed || table === 'operations') throw refused(CODE.prepareBuffer, reply);
  const type = LEGACY_DATA[table];
  const request = type === undefined ? undefined : Buffer.from([type]);
  const again = (): Dialog<Frame> => ask(TABLE[table].command, request, WITHIN.prepare);
  const first = yield* again();
  if (first.command === CODE.ok) return new Uint8Array(0); // an empty table
  if (first.command === CODE.data) return recordsOf(first.data);
  const records = yield* streamed(TABLE[table].command, first, again, options);
  yield* mustDo(CODE.freeData);
  return records;
}

/** Some units answer the first step of a buffered read with the whole table (§5.2). */
const readStream = (table: TableName, options: ReadOptions, first: Frame): Dialog<Uint8Array> =>
  streamed(CODE.prepareBuffer, first, () => ask(CODE.prepareBuffer, prepareBufferData(table), WITHIN.prepare), options);

/** A table that comes as one answer; on UDP it counts when it came twice the same. */
function* streamed(
  command: number,
  first: Frame,
  again: () => Dialog<Frame>,
  { isUnordered }: ReadOptions,
): Dialog<Uint8Array> {
  if (first.command !== CODE.prepareData) throw refused(command, first);
  const size = u32(first.data);
  let next: Frame | undefined = first;
  const read = function* (): Dialog<Received> {
    const reply: Frame = next ?? (yield* again());
    next = undefined;
    if (reply.command !== CODE.prepareData) throw refused(command, reply);
    return yield* collect(u32(reply.data));
  };
  const blob = isUnordered ? yield* confirmed(read, size) : (yield* read()).bytes;
  if (blob.length !== size) throw incomplete(`${blob.length} of ${size} bytes`);
  return recordsOf(blob);
}

/** `u32 total` and records; bytes behind the total are padding. */
function recordsOf(blob: Uint8Array): Uint8Array {
  if (blob.length < 4) return new Uint8Array(0);
  return blob.subarray(4, 4 + recordBytesOf(blob, blob.length));
}
