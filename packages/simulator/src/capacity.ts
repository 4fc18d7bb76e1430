import type { SimulatedTemplate, SimulatedUser } from './terminal.ts';

/** How much a terminal holds; what is absent has no end. */
export interface Capacity {
  readonly users?: number;
  readonly fingerprints?: number;
  readonly faces?: number;
  /** Bytes of one picture of a person. */
  readonly photoBytes?: number;
}

const isFinger = (each: SimulatedTemplate): boolean => each.kind === 'fingerprint';

const slotOf = (each: SimulatedTemplate): string => `${each.kind}/${each.no}/${each.index ?? 0}`;

/** Whether a terminal that holds these people has no room for what is new of one of them; replacing needs none. */
export function isFull(capacity: Capacity, people: ReadonlyMap<string, SimulatedUser>, fresh: SimulatedUser): boolean {
  const before = people.get(fresh.pin);
  if (!before && people.size >= (capacity.users ?? Infinity)) return true;
  const held = new Set((before?.templates ?? []).map(slotOf));
  const added = (fresh.templates ?? []).filter((each) => !held.has(slotOf(each)));
  if (added.length === 0) return false;
  const all = [...people.values()].flatMap((user) => user.templates ?? []).concat(added);
  const fingers = all.filter(isFinger).length;
  const isFingersFull = added.some(isFinger) && fingers > (capacity.fingerprints ?? Infinity);
  const isFacesFull = added.some((each) => !isFinger(each)) && all.length - fingers > (capacity.faces ?? Infinity);
  return isFingersFull || isFacesFull;
}
