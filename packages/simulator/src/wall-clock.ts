/** A wall clock reading without a zone, as milliseconds: the reading taken as if it were UTC. */
export type WallMs = number;

const WALL_SHAPE = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** `YYYY-MM-DD HH:MM:SS`. */
export const wallText = (wall: WallMs): string => new Date(wall).toISOString().slice(0, 19).replace('T', ' ');
/** `YYYYMMDDhhmmss`, the EBKN spelling. */
export const compactWall = (wall: WallMs): string => wallText(wall).replace(/\D/g, '');
/** `YYYY-MM-DDTHH:MM:SS`, the stamp of the TFT dialect. */
export const isoWall = (wall: WallMs): string => wallText(wall).replace(' ', 'T');

/** Reads `YYYY-MM-DD HH:MM:SS` (a `T` will do); throws RangeError for a text that is no such reading. */
export function parseWall(text: string): WallMs {
  const spaced = text.replace('T', ' ');
  const wall = WALL_SHAPE.test(spaced) ? Date.parse(`${spaced.replace(' ', 'T')}Z`) : Number.NaN;
  if (Number.isNaN(wall) || wallText(wall) !== spaced) throw new RangeError(`not a wall time: ${text}`);
  return wall;
}

/** Reads `YYYYMMDDhhmmss`; undefined for a text that is no such reading. */
export function parseCompactWall(text: string): WallMs | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  try {
    return parseWall(`${year}-${month}-${day} ${hour}:${minute}:${second}`);
  } catch {
    return undefined; // digits that are no date: the caller answers in the brand's words
  }
}

/** The ZK second count: every month has 31 slots (protocols/zkteco-push.md §5.3). */
export function zkSeconds(wall: WallMs): number {
  const at = new Date(wall);
  const days = (at.getUTCFullYear() - 2000) * 372 + at.getUTCMonth() * 31 + at.getUTCDate() - 1;
  return days * 86_400 + at.getUTCHours() * 3600 + at.getUTCMinutes() * 60 + at.getUTCSeconds();
}

/** The clock of one terminal: true time, moved by the zone that it was told and by its own error. */
export class DeviceClock {
  offsetMinutes: number;
  #errorMs = 0;
  readonly #trueTime: () => number;

  constructor(offsetMinutes: number, trueTime: () => number = Date.now) {
    this.offsetMinutes = offsetMinutes;
    this.#trueTime = trueTime;
  }

  now(): WallMs {
    return this.at(this.#trueTime());
  }

  /** What this clock shows at a true instant. */
  at(instant: number): WallMs {
    return instant + this.offsetMinutes * 60_000 + this.#errorMs;
  }

  /** Turns the hands to a reading; from there the clock runs on. */
  set(wall: WallMs): void {
    this.#errorMs += wall - this.now();
  }

  /** Makes the clock wrong by so many seconds; 0 mends it. */
  setError(seconds: number): void {
    this.#errorMs = seconds * 1000;
  }

  /** A dead battery: the first second of a year, 2000 for ZK, 2000 or 2015 for EBKN. */
  resetTo(year: number): void {
    this.set(Date.UTC(year, 0, 1));
  }
}
