import { USER_ITEM } from '@biolistener/core';
import { rosterCommand, type CellWork } from './cell-context.ts';
import type { CellSheet } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import type { Wanted } from './wanted.ts';

/** What the terminal still has under this PIN was told of before its former person left. */
const isOfFormer = ({ cell, seenSince }: CellWork): boolean =>
  seenSince > 0 &&
  ((cell.seen !== undefined && cell.seen.seenAt <= seenSince) ||
    cell.seenTemplates.some((template) => template.receivedAt <= seenSince));

/**
 * Somebody new gets a PIN under which a terminal still knows the former person, whom nobody put there: their fingers would
 * count for whoever has the PIN now. So that user goes first, unless it is an administrator; then nothing is put.
 * Answers whether the new person may be put, and whether nothing of what the terminal tells is theirs as that user goes.
 */
export function takeOver(sheet: CellSheet, wanted: Wanted, work: CellWork): 'as-it-is' | 'cleaned' | 'kept' {
  const { cell, rules, view } = work;
  const user = sheet.get(USER_ITEM);
  const isBegun = user !== undefined && user.reason !== 'ROSTER_ADMINISTRATOR';
  if (work.hasPredecessor === true || isBegun || !isOfFormer(work)) return 'as-it-is';
  if ((cell.seen?.privilege ?? 0) > 0) {
    const reason: RosterReason = 'ROSTER_ADMINISTRATOR';
    const detail = 'The former person of this PIN is an administrator of the terminal.';
    for (const { key, digest } of wanted.records)
      sheet.set(key, { state: 'failed', wantedDigest: digest, reason, detail });
    return 'kept';
  }
  for (const draft of rules.planRemove(cell.person.pin, [USER_ITEM], view, cell.seen?.extra))
    sheet.send(rosterCommand(work, draft), []);
  return 'cleaned';
}
