import type { Value } from './database.ts';
import { at, type Column, type PackedPunches } from './pack.ts';

/** Punches on their way into the table, whatever form they crossed in: by column, or row by row (`upload-row.ts`). */
export interface PunchRows {
  readonly count: number;
  id(index: number): string;
  serialNumber(index: number): string;
  brand(index: number): string;
  /** All rows are of one terminal and one brand. */
  readonly isOneSource: boolean;
  /** Adds what is stored as it came, in the order of `AS_IT_CAME`. */
  addValues(index: number, into: Value[]): void;
  /** Columns of `AS_IT_CAME` in which all rows agree, and on what. */
  readonly alike: ReadonlyMap<string, Value>;
  /** As `addValues`, without those. */
  addOwnValues(index: number, into: Value[]): void;
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

/** In the order of `AS_IT_CAME`, without the raw bytes. */
const columnsOf = (packed: PackedPunches): readonly Column<string | number | null>[] => [
  packed.pin,
  packed.instant,
  packed.wallTime,
  packed.zone,
  packed.certainty,
  packed.state,
  packed.verifyMode,
  packed.workCode,
  packed.claimedDirection,
  packed.flags,
  packed.extra,
];

export function rowsOfColumns(packed: PackedPunches): PunchRows {
  const starts = startsOf(packed);
  const columns = columnsOf(packed);
  const own = columns.filter((column) => 'each' in column);
  const add = (from: typeof columns, index: number, into: Value[]): void => {
    for (const column of from) into.push(at(column, index));
    into.push(packed.raw.subarray(starts[index], starts[index + 1]));
  };
  return {
    count: packed.count,
    id: (index) => at(packed.id, index),
    serialNumber: (index) => at(packed.serialNumber, index),
    brand: (index) => at(packed.brand, index),
    isOneSource: 'all' in packed.serialNumber && 'all' in packed.brand,
    addValues: (index, into) => add(columns, index, into),
    alike: new Map(
      columns.flatMap((column, index) => ('all' in column ? [[AS_IT_CAME[index] ?? '', column.all]] : [])),
    ),
    addOwnValues: (index, into) => add(own, index, into),
  };
}

/** Where each row's raw bytes start, and behind the last where they end. */
function startsOf({ count, rawLength }: PackedPunches): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (let index = 0; index < count; index += 1) starts[index + 1] = (starts[index] ?? 0) + at(rawLength, index);
  return starts;
}
