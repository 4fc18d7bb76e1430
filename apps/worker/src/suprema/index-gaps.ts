import { fieldsOf, idOf, integerOf, restartsIndex, type Fields } from '@biolistener/brands/suprema';

/**
 * Numbers that are missing between the first and the last one of each device. A device whose log began anew meanwhile is left
 * out: its numbers say nothing (S21). The search must be unfiltered.
 */
export class IndexGaps {
  readonly #seen = new Map<string, Set<number>>();
  readonly #restarted = new Set<string>();

  add(rows: readonly Fields[]): void {
    for (const row of rows) {
      const [deviceId, index] = [idOf(row['device_id']), integerOf(row['index'])];
      if (deviceId === undefined || index === undefined) continue;
      if (restartsIndex(integerOf(fieldsOf(row['event_type_id'])['code']) ?? 0)) this.#restarted.add(deviceId);
      const seen = this.#seen.get(deviceId) ?? new Set();
      this.#seen.set(deviceId, seen.add(index));
    }
  }

  found(): { readonly deviceId: string; readonly missing: number }[] {
    return [...this.#seen].flatMap(([deviceId, seen]) => {
      if (this.#restarted.has(deviceId)) return [];
      let [first, last] = [Infinity, -Infinity];
      for (const index of seen) [first, last] = [Math.min(first, index), Math.max(last, index)];
      const missing = last - first + 1 - seen.size;
      return missing > 0 ? [{ deviceId, missing }] : [];
    });
  }
}
