import type { Value } from './database.ts';
import { at, type PackedPunches } from './pack.ts';

/** Punches on their way into the table, whatever form they crossed in: by column, or row by row (`upload-row.ts`). */
export interface PunchRows {
  readonly count: number;
  id(index: number): string;
  serialNumber(index: number): string;
  brand(index: number): string;
  /** Adds what is stored as it came, in the order of `AS_IT_CAME`. */
  addValues(index: number, into: Value[]): void;
}

/** Columns of the table whose values are bound as they crossed. */
export const AS_IT_CAME = [
  'pin',
  'instant',
  'wall_time',
  'zone',
  'certainty',
  'state',
  'verify_mode',
  'work_code',
  'claimed_direction',
  'flags',
  'extra',
  'raw',
] as const;

export function rowsOfColumns(packed: PackedPunches): PunchRows {
  const starts = startsOf(packed);
  return {
    count: packed.count,
    id: (index) => at(packed.id, index),
    serialNumber: (index) => at(packed.serialNumber, index),
    brand: (index) => at(packed.brand, index),
    addValues(index, into) {
      into.push(
        at(packed.pin, index),
        at(packed.instant, index),
        at(packed.wallTime, index),
        at(packed.zone, index),
        at(packed.certainty, index),
        at(packed.state, index),
        at(packed.verifyMode, index),
        at(packed.workCode, index),
        at(packed.claimedDirection, index),
        at(packed.flags, index),
        at(packed.extra, index),
        packed.raw.subarray(starts[index], starts[index + 1]),
      );
    },
  };
}

/** Where each row's raw bytes start, and behind the last where they end. */
function startsOf({ count, rawLength }: PackedPunches): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (let index = 0; index < count; index += 1) starts[index + 1] = (starts[index] ?? 0) + at(rawLength, index);
  return starts;
}
