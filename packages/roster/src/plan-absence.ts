import { USER_ITEM, type RosterItemKey } from '@biolistener/core';
import { mergeKeyOf, type CommandDraft } from '@biolistener/wire';
import { rosterCommand, tryAgain, type Again, type CellWork } from './cell-context.ts';
import { isOpen, isQuery, type CellSheet, type Row } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { heardUntil, mayBeThere, SILENCES } from './settle-row.ts';

const isRemoving = (row: Row): boolean => row.state === 'removing' && isOpen(row.command);

/** Cancels what was to be put, and forgets rows of which nothing can be there. Answers what is left. */
export function takeBack(sheet: CellSheet, rows: readonly Row[]): Row[] {
  return rows.filter((row) => {
    if (row.state === 'queued') sheet.cancel(row.command);
    if (mayBeThere(row)) return true;
    sheet.drop(row.key);
    return false;
  });
}

/** Nobody is to be on it any more, but it cannot be reached: what is there stays in sight. */
export function planUnreachable(sheet: CellSheet, work: CellWork | undefined): void {
  const left = takeBack(sheet, sheet.rows());
  if (work && left.length > 0) cancelBareUser(sheet, work);
  for (const { key, command } of left) {
    sheet.cancel(command);
    const reason: RosterReason = 'ROSTER_TERMINAL_BLOCKED';
    const detail = 'The terminal is blocked or not approved, so it cannot be cleaned.';
    sheet.set(key, { state: 'removing', wantedDigest: null, reason, detail });
  }
}

/** Syncing is off: what is on its way and not yet sent comes back, the rest stays as it is. */
export function planHold(sheet: CellSheet, work: CellWork | undefined): void {
  const reason: RosterReason = 'ROSTER_SYNC_OFF';
  if (work && sheet.rows().some(({ state }) => state === 'removing')) cancelBareUser(sheet, work);
  for (const row of sheet.rows()) {
    if (row.command?.state !== 'queued' || (row.state !== 'queued' && row.state !== 'removing')) continue;
    sheet.cancel(row.command);
    const state = row.state === 'queued' ? 'wanted' : 'removing';
    const detail = 'Syncing of the terminal is switched off.';
    sheet.set(row.key, { state, wantedDigest: row.wantedDigest, reason, detail });
  }
}

/** The person is not to be on the terminal: everything of theirs that we put or took charge of goes. */
export function planAbsence(sheet: CellSheet, work: CellWork): void {
  const ours = takeBack(sheet, sheet.rows());
  if (ours.length === 0) return;
  if ((work.cell.seen?.privilege ?? 0) > 0) return keepAdministrator(sheet, ours, work);
  planRemoval(sheet, withTheirUser(sheet, ours), work);
}

/** A finger that is told after its user was removed has a user again, and some brands remove nothing without it. */
function withTheirUser(sheet: CellSheet, ours: readonly Row[]): readonly Row[] {
  if (ours.some(({ key }) => key === USER_ITEM)) return ours;
  sheet.set(USER_ITEM, { state: 'removing', wantedDigest: null });
  const user = sheet.get(USER_ITEM);
  return user ? [user, ...ours] : ours;
}

function keepAdministrator(sheet: CellSheet, ours: readonly Row[], work: CellWork): void {
  cancelBareUser(sheet, work);
  const reason: RosterReason = 'ROSTER_ADMINISTRATOR';
  const detail = 'The terminal says that this user is one of its administrators.';
  for (const { key, command } of ours) {
    sheet.cancel(command);
    sheet.set(key, { state: 'failed', wantedDigest: null, reason, detail });
  }
}

/** The terminal answered the removal, only not so that anything is proven. */
const isUnclear = ({ reason, command }: Row): boolean => reason === 'ROSTER_UNCLEAR' && !isQuery(command);

/** To ask is no attempt: what was tried for the last time may have worked. */
const againOf = (row: Row, work: CellWork): Again | undefined =>
  work.rules.planBareUser && isUnclear(row) ? { attempts: row.attempts } : tryAgain(row, null, work);

/** Rows with the command that removes them on its way are left to it, unless another of them needs one. */
export function planRemoval(sheet: CellSheet, ours: readonly Row[], work: CellWork): void {
  const due = ours.flatMap((row) => {
    const waitsUntil = heardUntil(row, work.cell, work.now);
    if (waitsUntil !== undefined) sheet.lookAgainAt(waitsUntil);
    if (waitsUntil !== undefined || isRemoving(row)) return [];
    const again = row.state === 'failed' ? againOf(row, work) : { attempts: 0 };
    return again ? [{ row, again }] : [];
  });
  if (due.length === 0) return;
  const keys = ours.some(({ key }) => key === USER_ITEM) ? ours.map(({ key }) => key) : due.map(({ row }) => row.key);
  const agains = new Map(due.map(({ row, again }) => [row.key, again]));
  const drafts = planProvenRemoval(sheet, keys, work);
  for (const draft of drafts) sendRemoval(sheet, draft, agains, work);
  const covered = new Set(drafts.flatMap((draft) => draft.covers));
  for (const { row } of due) if (!covered.has(row.key)) markUnremovable(sheet, row);
}

/**
 * The removal; where the one before it came to nothing at a terminal that may be silent for want of the user, a way that gets an
 * answer: a bare user goes first. One that answered unclearly is only asked, as the user is often gone then (EBKN WS535BW1).
 */
function planProvenRemoval(sheet: CellSheet, keys: readonly RosterItemKey[], work: CellWork): readonly CommandDraft[] {
  const { rules, view, cell } = work;
  const { pin } = cell.person;
  const removal = rules.planRemove(pin, keys, view, cell.seen?.extra);
  const user = keys.includes(USER_ITEM) ? sheet.get(USER_ITEM) : undefined;
  if (!rules.planBareUser || user?.state !== 'failed' || user.command?.state !== 'failed') return removal;
  const question = isUnclear(user) ? rules.planReadBack(pin, [USER_ITEM], view, cell.seen?.extra) : [];
  if (question.length > 0) return question.map((draft) => ({ ...draft, covers: keys }));
  return [...rules.planBareUser(pin, view, cell.seen?.extra), ...removal];
}

/** It belongs to a removal that nobody wants any more, no row names it, and it must not go over what is there or put there now. */
export function cancelBareUser(sheet: CellSheet, { rules, view, cell, openCommands }: CellWork): void {
  // the terminal may have told of the PIN since: what is queued can be as it was before that
  const told = [cell.seen?.extra, undefined];
  const bare = told.flatMap((extra) => rules.planBareUser?.(cell.person.pin, view, extra) ?? []);
  const keys = new Set(bare.map(({ mergeKey }) => mergeKey));
  for (const command of openCommands)
    if (command.state === 'queued' && keys.has(mergeKeyOf(command.kind, command.parameters))) sheet.cancel(command);
}

function sendRemoval(
  sheet: CellSheet,
  draft: CommandDraft,
  againOf: ReadonlyMap<RosterItemKey, Again>,
  work: CellWork,
): void {
  const waiting = draft.covers.length > 0 ? draft.covers : [...againOf.keys()]; // a bare user waits as the removal behind it does
  const notBefore = Math.max(0, ...waiting.map((key) => againOf.get(key)?.notBefore ?? 0));
  const covered = draft.covers.filter((key) => sheet.get(key) !== undefined);
  const when = { ...(notBefore > 0 ? { notBefore } : {}), ...(isQuery(draft) ? { leastAttempts: SILENCES } : {}) };
  sheet.send(rosterCommand(work, draft, when), covered);
  for (const key of covered) {
    const row = sheet.get(key);
    if (row && isRemoving(row)) sheet.cancel(row.command);
    const attempts = againOf.get(key)?.attempts ?? row?.attempts ?? 0;
    const why = attempts > 0 ? { reason: row?.reason, detail: row?.detail } : {};
    sheet.set(key, { state: 'removing', wantedDigest: null, attempts, ...why });
  }
}

function markUnremovable(sheet: CellSheet, row: Row): void {
  const reason: RosterReason = 'ROSTER_CANNOT_REMOVE';
  const detail = 'The terminal can only remove the whole person, not this record alone.';
  sheet.set(row.key, { state: 'failed', wantedDigest: null, reason, detail });
}
