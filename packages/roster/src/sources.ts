import type { TemplateKey } from '@biolistener/core';
import type { PhotoHead, TemplateHead } from '@biolistener/store';

/** All parts of one finger, face or hand that one terminal sent in one algorithm. Parts travel together or not at all. */
export interface TemplateSet {
  readonly serialNumber: string;
  readonly templates: readonly [TemplateHead, ...TemplateHead[]];
  readonly receivedAt: number;
}

/** What of a person can be put on terminals: for each finger, face or hand the sets, the best first; pictures newest first. */
export interface Sources {
  readonly slots: readonly (readonly TemplateSet[])[];
  readonly photos: readonly PhotoHead[];
}

/** Versions that are of one family: the same major number, or the same text where there is no number. */
export const familyOf = (version: string): string => /^0*(\d+)/.exec(version.trim())?.[1] ?? version;

/** Whether a terminal means the same record, though it may spell the version otherwise: `10` and `10.0`. */
export const isSameRecord = (a: TemplateKey, b: TemplateKey): boolean =>
  a.kind === b.kind && a.no === b.no && a.index === b.index && familyOf(a.version) === familyOf(b.version);

export const isSameSlot = (a: TemplateKey, b: TemplateKey): boolean => a.kind === b.kind && a.no === b.no;

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()];
}

function setOf(templates: readonly TemplateHead[]): TemplateSet[] {
  const [first, ...others] = templates.toSorted((a, b) => a.index - b.index);
  if (!first) return [];
  const receivedAt = Math.max(...templates.map((template) => template.receivedAt));
  return [{ serialNumber: first.serialNumber, templates: [first, ...others], receivedAt }];
}

/**
 * Sorts what terminals sent of a person into what may be put on others. `isEcho` tells what a terminal only says back
 * because it was put there: it never counts as newer, or two terminals that change what they keep would go on for ever.
 */
export function chooseSources(
  templates: readonly TemplateHead[],
  photos: readonly PhotoHead[],
  isEcho: (template: TemplateHead) => boolean = () => false,
): Sources {
  const valid = templates.filter((template) => template.isValid);
  const slots = grouped(valid, ({ kind, no, version }) => `${kind}:${no}:${familyOf(version)}`).map((slot) => {
    const sets = grouped(slot, ({ serialNumber, algorithm, version }) => `${serialNumber}|${algorithm}|${version}`);
    const ranked = sets.flatMap(setOf).map((set) => ({ set, isEcho: set.templates.some(isEcho) }));
    return ranked.sort(byRank).map(({ set }) => set);
  });
  return { slots, photos: photos.toSorted((a, b) => b.receivedAt - a.receivedAt || +a.id - +b.id) };
}

/** The first sender of equal bytes stands before the others: `receivedAt` is of their first arrival anywhere. */
const byRank = (a: { set: TemplateSet; isEcho: boolean }, b: { set: TemplateSet; isEcho: boolean }): number =>
  +a.isEcho - +b.isEcho || b.set.receivedAt - a.set.receivedAt || +a.set.templates[0].id - +b.set.templates[0].id;
