import {
  attendanceLayoutOf,
  freeTable,
  highestSlotOf,
  isSlotLayout,
  prepareTable,
  readRange,
  readSizes,
  readUsers,
  recordBytesOf,
  resolveSlots,
  strideOf,
  TerminalRefusal,
  type AttendanceLayout,
  type ReadOptions,
  type ResolvedLayout,
  type UserRecord,
} from '@biolistener/brands/zk-tcp';
import { digestOf, type LocalTime } from '@biolistener/core';
import type { Connection } from './connection.ts';

/** How far a log was read: where to go on, and by what to know that it is still the same log up to there. */
export interface ReadMark {
  readonly layout: AttendanceLayout;
  /** Bytes of records. */
  readonly bytes: number;
  /** SHA-256 of the last records before `bytes`. */
  readonly tail: string;
}

export interface Portion {
  readonly layout: AttendanceLayout | ResolvedLayout;
  /** Whole records. */
  readonly records: Uint8Array;
}

export interface AttendanceReadOptions {
  /** The connection to read over; asked again after one broke. */
  readonly connect: () => Promise<Connection>;
  readonly read: ReadOptions;
  /** Wall times after it are not believed when the layout must be found out. */
  readonly latest: LocalTime;
  /** Layout of earlier, of the same firmware. */
  readonly known?: AttendanceLayout | undefined;
  /** Go on from here where the log is the same up to it; absent: read all of it. */
  readonly since?: ReadMark | undefined;
  /** Resolves once these records are committed. Nothing behind them counts as read before. */
  readonly onPortion: (portion: Portion) => Promise<void>;
}

/**
 * counted: the terminal's own counter says, after the read, that there are exactly as many as were read.
 * uncounted: it has no counter. differs: its counter says something else however often it is read.
 */
export type Proof = 'counted' | 'uncounted' | 'differs';

export interface AttendanceOutcome {
  /** Records in the terminal's log. */
  readonly records: number;
  /** Of these so many were handed over now, repeated ones counted again. */
  readonly handed: number;
  readonly proof: Proof;
  /** Every record was read now; false where it went on from `since`. */
  readonly isWhole: boolean;
  readonly mark: ReadMark | undefined;
  readonly reconnects: number;
  /** The highest that the records of this read name; 0 where they name user ids. */
  readonly highestSlot: number;
}

/** So many records before the mark must be the same. */
const OVERLAP = 64;
const SAMPLE_BYTES = 16_384;
const SMALLEST_CHUNK = 8192;
/** Breaks in a row without a single portion between them. */
const MOST_BREAKS = 10;
const MOST_ROUNDS = 4;
/** So often a read that brought something may have to begin anew. */
const MOST_NEW_STARTS = 10;
/** One datagram: nothing in it can change places. */
const SMALLEST_UNORDERED_CHUNK = 1024;

/** What passes by connecting again. */
const PASSING: readonly string[] = ['ZKT_SILENT', 'ZKT_FRAME_INVALID', 'ZKT_SESSION_LOST', 'ZKT_READ_INCOMPLETE'];

/** Records of a log that is laid out, wherever they come from. */
interface Source {
  readonly total: number;
  range(start: number, length: number): Promise<Uint8Array>;
}

/**
 * Reads a log to its end in portions, whatever the network does: after a break it goes on where it was, once the records before
 * that place are seen to be the same, and begins anew otherwise. Holds a portion or two in memory, never the log.
 * Errors: TerminalRefusal that no new connection helps against, and whatever `onPortion` throws.
 */
export async function readAttendance(options: AttendanceReadOptions): Promise<AttendanceOutcome> {
  return new AttendanceRead(options).run();
}

class AttendanceRead {
  readonly #options: AttendanceReadOptions;
  #mark: ReadMark | undefined;
  #chunkBytes: number;
  #handed = 0;
  #reconnects = 0;
  #isWhole: boolean;
  #layout: AttendanceLayout | undefined;
  #users: readonly UserRecord[] | undefined;
  #newStarts = 0;
  #highestSlot = 0;

  constructor(options: AttendanceReadOptions) {
    this.#options = options;
    this.#mark = options.since;
    this.#isWhole = options.since === undefined;
    this.#chunkBytes = options.read.chunkBytes;
  }

  /** Again while the counter says that there are others than were read: punches went on meanwhile, or the log changed. */
  async run(): Promise<AttendanceOutcome> {
    let before: string | undefined;
    for (let round = 1; ; round += 1) {
      const { records, count } = await this.#patiently(() => this.#round());
      const seen = `${records}/${count ?? ''}`;
      const proof = count === undefined ? 'uncounted' : count === records ? 'counted' : 'differs';
      if (proof !== 'differs' || round === MOST_ROUNDS || seen === before) return this.#outcome(records, proof);
      if ((count ?? 0) < records) this.#startAnew();
      this.#layout = undefined; // the count of then may have named a wrong one
      before = seen;
    }
  }

  #outcome(records: number, proof: Proof): AttendanceOutcome {
    const rest = { handed: this.#handed, isWhole: this.#isWhole, mark: this.#mark, reconnects: this.#reconnects };
    return { records, proof, ...rest, highestSlot: this.#highestSlot };
  }

  /** Errors: ZKT_LOG_UNSTEADY where that happens again and again, so that a read ends whatever a terminal says. */
  #startAnew(): void {
    if (this.#handed > 0 && this.#mark !== undefined) this.#newStarts += 1;
    if (this.#newStarts > MOST_NEW_STARTS)
      throw new TerminalRefusal('ZKT_LOG_UNSTEADY', `it began anew ${this.#newStarts} times`);
    this.#mark = undefined;
    this.#isWhole = true;
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let breaks = 0, at = -1; ;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TerminalRefusal) || !PASSING.includes(error.code)) throw error;
        breaks = this.#handed > at ? 1 : breaks + 1;
        at = this.#handed;
        if (breaks > MOST_BREAKS) throw error;
        this.#reconnects += 1;
        if (breaks > 1) this.#chunkBytes = this.#smaller();
      }
    }
  }

  #smaller(): number {
    const least = this.#options.read.isUnordered ? SMALLEST_UNORDERED_CHUNK : SMALLEST_CHUNK;
    return Math.min(this.#chunkBytes, Math.max(least, Math.floor(this.#chunkBytes / 2)));
  }

  async #round(): Promise<{ readonly records: number; readonly count: number | undefined }> {
    const connection = await this.#options.connect();
    await this.#readUsersFirst(connection);
    const before = (await connection.run(readSizes())).records;
    const prepared = await connection.run(prepareTable('attendance', this.#options.read));
    const records =
      prepared.kind === 'whole'
        ? await this.#pass(ofMemory(prepared.records), before)
        : await this.#passOfBuffer(prepared.size, before, connection);
    if (records === undefined) return this.#round(); // the layout is known now, and that users are needed
    return { records, count: (await connection.run(readSizes())).records };
  }

  /** A terminal lays out one table at a time, so users that records need come before the records (§5.3). */
  async #readUsersFirst(connection: Connection): Promise<void> {
    const layout = this.#layout ?? this.#mark?.layout ?? this.#options.known;
    const isNeeded = layout !== undefined && isSlotLayout(layout);
    this.#users = isNeeded ? (await connection.run(readUsers(this.#options.read, {}))).users : undefined;
  }

  async #passOfBuffer(size: number, count: number | undefined, connection: Connection): Promise<number | undefined> {
    try {
      const total = size < 4 ? 0 : recordBytesOf(await connection.run(readRange(0, 4, this.#options.read)), size);
      const range = (start: number, length: number) => connection.run(readRange(4 + start, length, this.#options.read));
      return await this.#pass({ total, range }, count);
    } finally {
      if (connection.isOpen) await connection.run(freeTable()).catch(() => undefined); // a courtesy; the next read lays out anew
    }
  }

  /** The records of the log, each handed over now or before. Answers how many there are; undefined: users must be read first. */
  async #pass(source: Source, count: number | undefined): Promise<number | undefined> {
    if (source.total === 0) {
      this.#startAnew();
      return 0;
    }
    const layout = await this.#layoutOf(source, count);
    const stride = strideOf(layout);
    const resolve = this.#resolver(layout);
    if (!resolve) return undefined;
    const start = (await this.#isSameUpToMark(source, layout)) ? (this.#mark?.bytes ?? 0) : 0;
    if (start === 0) this.#startAnew();
    await this.#portions(source, start, layout, resolve);
    return source.total / stride;
  }

  /** While one portion is being committed the next one is read; the mark moves only behind what is committed. */
  async #portions(
    source: Source,
    start: number,
    layout: AttendanceLayout,
    resolve: (records: Uint8Array) => Portion,
  ): Promise<void> {
    const stride = strideOf(layout);
    let committing: Promise<void> = Promise.resolve();
    let tail: Uint8Array = new Uint8Array(0);
    try {
      for (let at = start; at < source.total;) {
        const length = Math.min(Math.max(1, Math.floor(this.#chunkBytes / stride)) * stride, source.total - at);
        const records = await source.range(at, length);
        await committing;
        at += length;
        tail = tailOf(tail, records, stride);
        const mark = await this.#markAt(source, at, tail, layout);
        committing = this.#options.onPortion(resolve(records)).then(() => this.#advance(mark, length / stride));
        committing.catch(() => undefined); // awaited with the next portion, or at the end
      }
    } finally {
      await committing;
    }
  }

  #advance(mark: ReadMark, records: number): void {
    this.#mark = mark;
    this.#handed += records;
  }

  /** After a break the first portion may be shorter than the overlap; what is missing of it is read once more. */
  async #markAt(source: Source, at: number, tail: Uint8Array, layout: AttendanceLayout): Promise<ReadMark> {
    const wanted = overlapBytes(at, strideOf(layout));
    const last = tail.length >= wanted ? tail.subarray(tail.length - wanted) : await source.range(at - wanted, wanted);
    return { layout, bytes: at, tail: digestOf(last) };
  }

  async #isSameUpToMark(source: Source, layout: AttendanceLayout): Promise<boolean> {
    const mark = this.#mark;
    if (mark?.layout !== layout || mark.bytes > source.total || mark.bytes === 0) return false;
    const wanted = overlapBytes(mark.bytes, strideOf(layout));
    return digestOf(await source.range(mark.bytes - wanted, wanted)) === mark.tail;
  }

  async #layoutOf(source: Source, count: number | undefined): Promise<AttendanceLayout> {
    const known = this.#layout ?? this.#mark?.layout ?? this.#options.known;
    const sample = await source.range(0, Math.min(SAMPLE_BYTES, this.#chunkBytes, source.total));
    const found = attendanceLayoutOf(sample, count, this.#options.latest, source.total);
    const isKnownFit = known !== undefined && source.total % strideOf(known) === 0;
    const layout = isKnownFit && (found === undefined || this.#layout !== undefined) ? known : found;
    if (layout === undefined || source.total % strideOf(layout) !== 0) throw unknownLayout(source.total, count, sample);
    this.#layout = layout;
    return layout;
  }

  /** Slots are resolved by the users of this very connection (§5.3). */
  #resolver(layout: AttendanceLayout): ((records: Uint8Array) => Portion) | undefined {
    if (!isSlotLayout(layout)) return (records) => ({ layout, records });
    const users = this.#users;
    if (!users) return undefined;
    return (records) => {
      this.#highestSlot = Math.max(this.#highestSlot, highestSlotOf(records, layout));
      return { layout: `${layout}+id`, records: resolveSlots(records, layout, users) };
    };
  }
}

const ofMemory = (records: Uint8Array): Source => ({
  total: records.length,
  range: (start, length) => Promise.resolve(records.subarray(start, start + length)),
});

const overlapBytes = (bytes: number, stride: number): number => Math.min(bytes, OVERLAP * stride);

function tailOf(before: Uint8Array, records: Uint8Array, stride: number): Uint8Array {
  const most = OVERLAP * stride;
  if (records.length >= most) return Buffer.from(records.subarray(records.length - most)); // a copy: the portion may go
  return Buffer.concat([before, records]).subarray(-most);
}

/** The first bytes hold ids and times alone, and are what is needed to add the layout (§5.3). */
function unknownLayout(total: number, count: number | undefined, sample: Uint8Array): TerminalRefusal {
  const bytes = Buffer.from(sample.subarray(0, 64)).toString('hex');
  return new TerminalRefusal('ZKT_LAYOUT_UNKNOWN', `${total} bytes for ${count ?? '?'} records, beginning ${bytes}`);
}
