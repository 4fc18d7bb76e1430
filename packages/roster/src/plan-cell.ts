import { USER_ITEM } from '@biolistener/core';
import type { RosterCell } from '@biolistener/store';
import { awaitsProof } from './plan-read-back.ts';
import type { CellContext } from './cell-context.ts';
import { CellSheet, type CellPlan } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { planAbsence, planHold, planUnreachable, takeBack } from './plan-absence.ts';
import { planPresence } from './plan-presence.ts';
import { settleRow } from './settle-row.ts';
import { viewOf } from './terminal-view.ts';
import { isValidAt } from './validity.ts';
import { userDigest } from './wanted.ts';

/**
 * What to do so that a terminal has of a person what it should have. Pure: the same cell and context give the same plan, and
 * a cell that is as it should be gives an empty one. Steps: what became of the commands → is the person wanted here → put,
 * remove, read back.
 */
export function planCell(cell: RosterCell, context: CellContext): CellPlan {
  const sheet = new CellSheet(cell, context.commandOf);
  for (const row of sheet.rows()) {
    const settled = settleRow(row, cell, context.now);
    if (settled === 'gone') sheet.drop(row.key);
    else if (settled !== row) sheet.set(row.key, settled);
  }
  closeAnswered(sheet, planRows(sheet, cell, context), context);
  return sheet.finish();
}

/** Answers what a read-back refuted. */
function planRows(sheet: CellSheet, cell: RosterCell, context: CellContext): string | undefined {
  const { terminal, person } = cell;
  const { rules, now } = context;
  const isWanted = cell.isWanted && isValidAt(person, terminal, now);
  const work = rules && { ...context, rules, cell, view: viewOf(terminal) };
  if (terminal.isSyncOff === true) planHold(sheet, work);
  else if (terminal.status !== 'approved') planUnreachable(sheet, work);
  else if (!work) planWithoutRules(sheet, cell, isWanted);
  else if (isWanted) return planPresence(sheet, work).refuted;
  else planAbsence(sheet, work);
  return undefined;
}

/** Commands that the terminal answered and nobody waits for proof of any more. */
function closeAnswered(sheet: CellSheet, refuted: string | undefined, { openCommands }: CellContext): void {
  if (sheet.rows().some((row) => awaitsProof(row, sheet))) return;
  const isProven = sheet.rows().some((row) => row.state === 'confirmed');
  for (const { id, state } of openCommands) {
    if (state !== 'answered') continue;
    if (refuted === undefined) sheet.verify(id, isProven ? 'read-back' : 'answer');
    else sheet.refute({ id, reason: 'ROSTER_READ_BACK_DIFFERS' satisfies RosterReason, detail: refuted });
  }
}

/** A brand that nobody here speaks: nothing can be put or removed, and that is said. */
function planWithoutRules(sheet: CellSheet, { person, terminal }: RosterCell, isWanted: boolean): void {
  const reason: RosterReason = 'ROSTER_BRAND_UNKNOWN';
  const detail = `Nobody here speaks the brand ${terminal.brand}.`;
  if (!isWanted) {
    for (const { key } of takeBack(sheet, sheet.rows()))
      sheet.set(key, { state: 'failed', wantedDigest: null, reason, detail });
    return;
  }
  sheet.set(USER_ITEM, { state: 'impossible', wantedDigest: userDigest(person), reason, detail });
}
