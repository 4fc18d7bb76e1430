import type { RosterRules } from '@biolistener/wire';

/** Names are cut without a word: 8 characters is the shortest seen (protocols/ebkn-fkweb.md §5.4, §6.4). */
const SHORTEST_CUT = 8;

function isSameName(sent: string, seen: string): boolean {
  return sent.trim() === seen.trim() || (Array.from(seen).length >= SHORTEST_CUT && sent.startsWith(seen));
}

const digitsOf = (card: string): string => card.replace(/^0+(?=\d)/, '');

export const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) => [
  ...(isSameName(person.name ?? '', seen.name ?? '') ? [] : (['name'] as const)),
  ...(person.card === undefined || digitsOf(person.card) === digitsOf(seen.card ?? '') ? [] : (['card'] as const)),
  ...(person.isAdministrator && seen.privilege === 0 ? (['privilege'] as const) : []),
  ...(person.hasPassword && !seen.hasPassword ? (['password'] as const) : []),
];
