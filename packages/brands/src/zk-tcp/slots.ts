import type { JsonObject } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import { CODE } from './codes.ts';
import { TerminalRefusal } from './dialog.ts';
import type { UserRecord } from './user-record.ts';

const LARGEST_SLOT = 0xffff;
/** In the profile: the highest slot that was ever seen to be somebody's. */
const HIGHEST = 'highestSlot';

type Known = Pick<TerminalView, 'profile'>;

const numberIn = ({ profile }: Known, name: string): number => {
  const value = profile[name];
  return typeof value === 'number' && value > 0 ? value : 0;
};

/** Slots that are handed out: as many as there is room for users. Whether a terminal takes higher ones, nobody has seen. */
const lastSlot = (terminal: Known): number =>
  Math.min(LARGEST_SLOT, numberIn(terminal, 'userCapacity') || LARGEST_SLOT);

function highestSlot(terminal: Known, seen: Iterable<number>): number {
  const last = lastSlot(terminal);
  let highest = numberIn(terminal, HIGHEST);
  for (const slot of seen) if (slot <= last) highest = Math.max(highest, slot);
  return highest;
}

/** What slots that users or records have teach about a terminal, for its profile: nothing, where it is known. */
export function slotNews(terminal: Known, seen: Iterable<number>): JsonObject {
  const highest = highestSlot(terminal, seen);
  return highest > numberIn(terminal, HIGHEST) ? { [HIGHEST]: highest } : {};
}

/**
 * The slot of a user id; a new one gets the one above all that were ever seen. The document has the lowest free one (§4.4), but
 * where the log names slots alone that would be the slot of somebody whose records are still there (§5.3). Only where none is
 * left above does the lowest free one do.
 */
export function slotFor(userId: string, users: readonly UserRecord[], terminal: Known): number {
  const known = users.find((user) => user.userId === userId);
  if (known) return known.uid;
  const taken = new Set(users.map(({ uid }) => uid));
  const above = highestSlot(terminal, taken) + 1;
  return above <= lastSlot(terminal) ? above : lowestFree(taken);
}

function lowestFree(taken: ReadonlySet<number>): number {
  let uid = 1;
  while (taken.has(uid)) uid += 1;
  if (uid > LARGEST_SLOT) throw new TerminalRefusal('ZKT_REFUSED', 'every slot for a user is taken', CODE.error);
  return uid;
}
