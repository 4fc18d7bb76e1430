import { USER_ITEM, type Instant, type RecordVerdict, type RosterItemKey } from '@biolistener/core';
import type { CommandDraft } from '@biolistener/wire';
import { rosterCommand, type Again, type CellWork } from './cell-context.ts';
import type { CellSheet, Row } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { headOf, type Wanted, type WantedRecord } from './wanted.ts';

/** A record that is to be put, and how often that was tried. */
export interface Write {
  readonly record: WantedRecord;
  readonly again: Again;
}

const wait = (sheet: CellSheet, { record }: Write, reason: RosterReason, detail: string): void =>
  sheet.set(record.key, { state: 'wanted', wantedDigest: record.digest, attempts: 0, reason, detail });

/** Commands for all that is to be put into a cell; rows name them. */
export function planWrites(sheet: CellSheet, writes: readonly Write[], wanted: Wanted, work: CellWork): void {
  if (writes.length === 0) return;
  if (work.hasPredecessor === true) {
    const detail = 'The person who had this PIN before is still to be removed from the terminal.';
    for (const write of writes) wait(sheet, write, 'ROSTER_PREDECESSOR', detail);
    return;
  }
  const possible = withTheirUser(sheet, withoutRefused(sheet, writes, work));
  const byKey = new Map(possible.map((write) => [write.record.key, write]));
  const drafts = work.rules.planWrite(wanted.person, [...byKey.keys()], work.view);
  // one wait for all of them: a template must not come before its user
  const notBefore = Math.max(0, ...possible.map(({ again }) => again.notBefore ?? 0));
  for (const draft of drafts) sendWrite(sheet, draft, byKey, notBefore, work);
  const covered = new Set(drafts.flatMap((draft) => draft.covers));
  for (const { record } of possible) if (!covered.has(record.key)) markNotCarried(sheet, record);
}

/**
 * What a terminal enrolled itself is wanted there whatever it is; lost there, it must be something that can be put back. Where
 * only a removal went out that nobody answered, the terminal is asked whether it still has it.
 */
function withoutRefused(sheet: CellSheet, writes: readonly Write[], work: CellWork): readonly Write[] {
  return writes.filter(({ record: { key, digest, template } }) => {
    const verdict: RecordVerdict = template ? work.rules.canTake(headOf(template), work.view) : { canTake: true };
    if (verdict.canTake) return true;
    const { reason, detail } = verdict;
    const isDoubtful = sheet.get(key)?.state === 'removing' && canBeReadBack([key], work);
    const state = isDoubtful ? { state: 'accepted' as const } : { state: 'impossible' as const, reason, detail };
    sheet.set(key, { ...state, wantedDigest: digest, attempts: 0 });
    return false;
  });
}

/** Taken over as the terminal told it, and not shown yet when it was asked. */
export const isUnproven = ({ state, putDigest }: Row): boolean => state === 'accepted' && putDigest === undefined;

/** A template without its user is refused everywhere: it waits while the user cannot be put, or may not be there. */
function withTheirUser(sheet: CellSheet, writes: readonly Write[]): readonly Write[] {
  const user = sheet.get(USER_ITEM);
  const isUserGoing = writes.some(({ record }) => record.key === USER_ITEM);
  if (isUserGoing || !user || (user.state !== 'failed' && !isUnproven(user))) return writes;
  const isFailed = user.state === 'failed';
  const why = isFailed ? 'The terminal did not take the user.' : 'The terminal is asked whether it has the user.';
  for (const write of writes) wait(sheet, write, 'ROSTER_USER_FIRST', why);
  return [];
}

function sendWrite(
  sheet: CellSheet,
  draft: CommandDraft,
  byKey: ReadonlyMap<RosterItemKey, Write>,
  notBefore: Instant,
  work: CellWork,
): void {
  const going = draft.covers.flatMap((key) => byKey.get(key) ?? []);
  const needsProof = canBeReadBack(draft.covers, work);
  const when = { needsProof, notBefore: notBefore > work.now ? notBefore : undefined };
  sheet.send(
    rosterCommand(work, draft, when),
    going.map(({ record }) => record.key),
  );
  for (const { record, again } of going) {
    const { reason, detail } = sheet.get(record.key) ?? {};
    const why = again.attempts > 0 || reason === 'ROSTER_DRIFT' ? { reason, detail } : {};
    sheet.set(record.key, { state: 'queued', wantedDigest: record.digest, attempts: again.attempts, ...why });
  }
}

export const canBeReadBack = (keys: readonly RosterItemKey[], { cell, rules, view }: CellWork): boolean =>
  rules.planReadBack(cell.person.pin, keys, view, cell.seen?.extra).length > 0;

function markNotCarried(sheet: CellSheet, record: WantedRecord): void {
  const reason: RosterReason = 'ROSTER_NOT_CARRIED';
  const detail = 'Another record of the person takes its place on this terminal.';
  sheet.set(record.key, { state: 'impossible', wantedDigest: record.digest, reason, detail });
}
