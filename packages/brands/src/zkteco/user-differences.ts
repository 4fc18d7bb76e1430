import type { RosterRules } from '@biolistener/wire';
import { readCard } from './numbers.ts';
import { sanitise } from './parameters.ts';

/** Names are cut at 24 bytes on old units, 48 on new (protocols/zkteco-push.md §3.5); a little less when the cut falls into a character. */
const SHORTEST_CUT = 20;

function isSameName(sent: string, seen: string): boolean {
  const ours = sanitise(sent);
  const theirs = seen.replace(/\uFFFD$/, '');
  if (ours.trim() === theirs.trim()) return true;
  return Buffer.byteLength(theirs) >= SHORTEST_CUT && ours.startsWith(theirs);
}

const decimalOf = (card: string | undefined): string => {
  const read = readCard(card ?? '');
  return read.kind === 'card' ? read.decimal : '';
};

/** Passwords are not compared: firmware differs in whether it tells them. */
export const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) => [
  ...(person.name === undefined || isSameName(person.name, seen.name ?? '') ? [] : (['name'] as const)),
  ...(person.card === undefined || decimalOf(person.card) === decimalOf(seen.card) ? [] : (['card'] as const)),
  ...(person.isAdministrator && seen.privilege === 0 ? (['privilege'] as const) : []),
];
