import {
  digitsToMs,
  msToDigits,
  readStamp,
  roundWindow,
  textOf,
  type Fields,
  type SearchWindow,
} from '@biolistener/brands/suprema';
import { asSerialNumber } from '@biolistener/core';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { BioStarApi } from './api.ts';
import { completeSearch } from './complete-search.ts';
import { loadCursor, saveCursor, type Cursor, type Owed } from './cursor.ts';
import type { EventIntake } from './event-intake.ts';
import { IndexGaps } from './index-gaps.ts';
import { Refused } from './refused.ts';
import type { SupremaPace, SupremaServer } from './settings.ts';

export interface RoundsDeps {
  readonly api: BioStarApi;
  readonly intake: EventIntake;
  readonly store: Store;
  readonly server: SupremaServer;
  readonly pace: SupremaPace;
  readonly log: Log;
  readonly now: () => number;
}

export interface RoundResult {
  readonly events: number;
  readonly newPunches: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const REREAD_DAYS = 8;
const RECENT_MS = 10 * MINUTE;
const WIDE_MS = 2 * DAY;
/** A search of server time was refused: it may have been that one alone, so it is tried again. */
const SERVER_TIME_AGAIN_MS = 60 * MINUTE;

/**
 * The record: searches that leave nothing out, each followed by the cursor only when all of it is stored. A round that fails
 * half-way moves nothing. Source: protocols/suprema.md §6.3; cases S8, S9, S21, S22, S25.
 */
export class Rounds {
  readonly #deps: RoundsDeps;
  /** Until then server time is not searched; 0: no search of it was refused. */
  #byEventTimeUntil = 0;

  constructor(deps: RoundsDeps) {
    this.#deps = deps;
  }

  /** Everything that came since the last round. */
  async round(): Promise<RoundResult> {
    const cursor = await loadCursor(this.#deps.store, this.#deps.server.url);
    const main = await this.#main(cursor);
    const settled = await this.#settleOwed({ ...cursor, ...main.cursor });
    const reread = await this.#reread(settled.cursor);
    await saveCursor(this.#deps.store, this.#deps.server.url, reread.cursor);
    const parts = [main, settled, reread];
    return {
      events: parts.reduce((sum, part) => sum + part.events, 0),
      newPunches: parts.reduce((sum, part) => sum + part.newPunches, 0),
    };
  }

  /** Events of one device between two instants, for a person who asks. */
  readRange(from: number, to: number, deviceId: string): Promise<RoundResult> {
    return this.#read({ column: 'datetime', from: wholeSecond(from), to: wholeSecond(to), deviceId });
  }

  async #main(cursor: Cursor): Promise<RoundResult & { readonly cursor: Partial<Cursor> }> {
    if (this.#deps.now() < this.#byEventTimeUntil) return this.#byEventTime(cursor);
    try {
      const read = await this.#byServerTime(cursor);
      this.#byEventTimeUntil = 0;
      return read;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#noteRefusal(error);
      return this.#byEventTime(cursor);
    }
  }

  #noteRefusal({ code }: Refused): void {
    if (this.#byEventTimeUntil === 0)
      this.#deps.log.warn({ code }, 'the BioStar server cannot search its own time; searching by event time');
    this.#byEventTimeUntil = this.#deps.now() + SERVER_TIME_AGAIN_MS;
  }

  async #byServerTime(cursor: Cursor): Promise<RoundResult & { readonly cursor: Partial<Cursor> }> {
    const { server, now, log } = this.#deps;
    const { window, isClockBack } = roundWindow(cursor.highServer, now(), server.zone, server.firstDays);
    if (isClockBack)
      log.warn(
        { highServer: cursor.highServer, zone: server.zone },
        'the clock of the BioStar server went back, or its zone is set wrong here; a day is read again',
      );
    const read = await this.#read(window);
    const kept = isClockBack ? undefined : cursor.highServer;
    const highServer =
      [kept, read.highServer]
        .filter((each) => each !== undefined)
        .sort()
        .at(-1) ?? cursor.highServer;
    return { ...read, cursor: { highServer, owed: mergeOwed(cursor.owed, read.owed) } };
  }

  /** Older servers: the last minutes each time, the last two days now and then, for what was late; after an outage all since. */
  async #byEventTime(cursor: Cursor): Promise<RoundResult & { readonly cursor: Partial<Cursor> }> {
    const { now, pace, server } = this.#deps;
    const isWide = now() - cursor.wideAt >= pace.wideMs;
    const isFirst = cursor.wideAt === 0;
    const since = isFirst ? server.firstDays * DAY : now() - cursor.wideAt + RECENT_MS;
    const read = await this.#read(recent(now(), isWide ? Math.max(WIDE_MS, since) : RECENT_MS));
    const owed = mergeOwed(cursor.owed, read.owed);
    return { ...read, cursor: { owed, ...(isWide ? { wideAt: now() } : {}) } };
  }

  /** Devices whose events found no room, and that are approved by now, are read from where that began. */
  async #settleOwed(cursor: Cursor): Promise<RoundResult & { readonly cursor: Cursor }> {
    const owed = new Map(Object.entries(cursor.owed));
    const sum = { events: 0, newPunches: 0 };
    for (const [deviceId, since] of Object.entries(cursor.owed)) {
      if (!(await this.#deps.intake.findApproved(asSerialNumber(deviceId)))) continue;
      const read = await this.readRange(since - MINUTE, this.#deps.now() + DAY, deviceId);
      sum.events += read.events;
      sum.newPunches += read.newPunches;
      owed.delete(deviceId);
    }
    return { ...sum, cursor: { ...cursor, owed: Object.fromEntries(owed) } };
  }

  /** Once a day the last days again, by event time: whatever every other way missed, and whether numbers are missing. */
  async #reread(cursor: Cursor): Promise<RoundResult & { readonly cursor: Cursor }> {
    const { now, pace, log } = this.#deps;
    if (cursor.rereadAt === 0) return { events: 0, newPunches: 0, cursor: { ...cursor, rereadAt: now() } };
    if (now() - cursor.rereadAt < pace.rereadMs) return { events: 0, newPunches: 0, cursor };
    const gaps = new IndexGaps();
    const back = Math.max(REREAD_DAYS * DAY, now() - cursor.rereadAt + DAY);
    const read = await this.#read(recent(now(), back), gaps);
    for (const { deviceId, missing } of gaps.found())
      log.warn(
        { serialNumber: deviceId, missing },
        'numbers are missing in the log of a device as its server shows it',
      );
    if (read.newPunches > 0) log.warn({ punches: read.newPunches }, 'the daily reading found punches that were missed');
    const owed = mergeOwed(cursor.owed, read.owed);
    return { ...read, cursor: { ...cursor, owed, rereadAt: now() } };
  }

  async #read(
    window: SearchWindow,
    gaps?: IndexGaps,
  ): Promise<RoundResult & { owed: Owed; highServer: string | undefined }> {
    const { api, intake } = this.#deps;
    const sum = { events: 0, newPunches: 0, owed: {} as Owed, highServer: undefined as string | undefined };
    for await (const rows of completeSearch(api, window)) {
      const taken = await intake.take(rows);
      gaps?.add(rows);
      sum.events += taken.events;
      sum.newPunches += taken.newPunches;
      sum.owed = mergeOwed(sum.owed, taken.owed);
      sum.highServer = highest([...rows.map(serverTime), sum.highServer]);
    }
    return sum;
  }
}

const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;
const recent = (now: number, back: number): SearchWindow => ({
  column: 'datetime',
  from: wholeSecond(now - back),
  to: wholeSecond(now + DAY), // a clock that is ahead stores events of tomorrow
});

function serverTime(row: Fields): string | undefined {
  const stamp = readStamp(textOf(row['server_datetime']));
  return stamp && msToDigits(digitsToMs(stamp));
}

const highest = (stamps: readonly (string | undefined)[]): string | undefined =>
  stamps.reduce((high, each) => (high === undefined || (each !== undefined && each > high) ? each : high), undefined);

function mergeOwed(a: Owed, b: Owed): Owed {
  const merged: Record<string, number> = { ...a };
  for (const [id, since] of Object.entries(b)) merged[id] = Math.min(since, merged[id] ?? since);
  return merged;
}
