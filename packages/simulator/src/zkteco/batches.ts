import type { Entry, RecordTable } from '../record-table.ts';
import type { OperationRecord } from './device.ts';

/** How many records go into one upload: 200 at first, +10 after a success below 140, −30 after a failure above 30 (§3.1). */
export class BatchSize {
  readonly #fixed: number | undefined;
  #size = 200;

  constructor(rule: 'adaptive' | number) {
    this.#fixed = rule === 'adaptive' ? undefined : rule;
  }

  get size(): number {
    return this.#fixed ?? this.#size;
  }

  succeeded(): void {
    if (this.#size < 140) this.#size += 10;
  }

  failed(): void {
    if (this.#size > 30) this.#size = Math.max(30, this.#size - 30);
  }
}

/** Fingerprints that one OPERLOG post may hold in SDK firmware (Q8). */
const FINGERS_PER_POST = 3;

/** The lines of one operation, its own line first. */
export const linesOf = (operation: OperationRecord): readonly Buffer[] =>
  operation.oplog === undefined ? operation.lines : [Buffer.from(operation.oplog), ...operation.lines];

/** Whole operations up to a number of lines and of fingerprints; at least one, whatever its size. */
export function takeOperations(table: RecordTable<OperationRecord>, size: number): Entry<OperationRecord>[] {
  const taken: Entry<OperationRecord>[] = [];
  let lines = 0;
  let fingers = 0;
  for (const entry of table.take(size)) {
    const own = linesOf(entry.record);
    lines += own.length;
    fingers += own.filter((line) => line.subarray(0, 3).equals(Buffer.from('FP '))).length;
    if (taken.length > 0 && (lines > size || fingers > FINGERS_PER_POST)) break;
    taken.push(entry);
  }
  return taken;
}

/** Lines joined as a body: each ended by LF, the last one too. */
export const bodyOf = (lines: readonly Buffer[]): Buffer =>
  Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
