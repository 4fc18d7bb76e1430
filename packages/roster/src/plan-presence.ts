import { templateItem, templateOfItem, USER_ITEM, type Instant, type RosterItemKey } from '@biolistener/core';
import type { RosterCell, StoredCommand } from '@biolistener/store';
import { tryAgain, type CellWork } from './cell-context.ts';
import { isOpen, isQuery, type CellSheet, type Row } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { cancelBareUser, planRemoval, takeBack } from './plan-absence.ts';
import { askReadBack, compareReadBacks } from './plan-read-back.ts';
import { canBeReadBack, isUnproven, planWrites, type Write } from './plan-write.ts';
import { likenessOf } from './seen.ts';
import { isSameSlot } from './sources.ts';
import { takeOver } from './take-over.ts';
import { wantedOf, type Impossible, type Wanted, type WantedRecord } from './wanted.ts';

/**
 * The person is to be on the terminal: what is missing is put there, what is too much is taken off, the rest is proven.
 * Answers what a read-back refuted, as a sentence.
 */
export function planPresence(sheet: CellSheet, found: CellWork): { readonly refuted: string | undefined } {
  const wanted = wantedOf(found.cell, found.sources, found.rules, found.view);
  for (const each of wanted.impossible) markImpossible(sheet, each, found);
  const taken = takeOver(sheet, wanted, found);
  if (taken === 'kept') return { refuted: undefined };
  const work = taken === 'cleaned' ? withNothingThere(found) : found;
  const compared = compareReadBacks(sheet, wanted, work);
  const lost = withLostUser(sheet, wanted, work);
  const looked = new Set([...compared.writes, ...lost].map(({ record }) => record.key));
  const others = wanted.records.filter(({ key }) => !looked.has(key));
  const writes = [...compared.writes, ...lost, ...others.flatMap((record) => decide(sheet, record, wanted, work))];
  removeLeftovers(sheet, wanted, work);
  planWrites(sheet, writes, wanted, work);
  askReadBack(sheet, wanted, work);
  return { refuted: compared.refuted };
}

/** A removal goes out: what the terminal told before it says nothing, and everything is put behind it. */
const withNothingThere = (work: CellWork): CellWork => ({
  ...work,
  cell: { ...work.cell, seen: undefined, seenTemplates: [] },
});

/** A record was refused for want of its user, whom the terminal was known to have: the user is put again, and the record behind it. */
function withLostUser(sheet: CellSheet, wanted: Wanted, { settings }: CellWork): Write[] {
  const user = sheet.get(USER_ITEM);
  if (user?.state !== 'confirmed' && user?.state !== 'accepted') return [];
  const since = user.readBackAt ?? user.command?.answeredAt ?? 0;
  const refused = sheet
    .rows()
    .filter((row) => wasWithoutUser(row) && (row.command?.answeredAt ?? 0) > since && row.attempts < settings.attempts);
  if (refused.length === 0) return [];
  const detail = 'The terminal says that it does not have the user.';
  const reason: RosterReason = 'ROSTER_DRIFT';
  sheet.set(USER_ITEM, { state: 'failed', wantedDigest: user.wantedDigest, attempts: 0, reason, detail });
  const attempts = new Map([[USER_ITEM, 0], ...refused.map((row) => [row.key, row.attempts] as const)]);
  return wanted.records.flatMap((record) => {
    const made = attempts.get(record.key);
    return made === undefined ? [] : [{ record, again: { attempts: made } }];
  });
}

const wasWithoutUser = ({ state, command }: Row): boolean =>
  state === 'failed' && command?.resultInfo['isUserMissing'] === true;

/** What is there all the same stays as it is: the terminal took it when it still could, or tells of it. */
function markImpossible(sheet: CellSheet, each: Impossible, { cell }: CellWork): void {
  const { key, digest, reason, detail } = each;
  const row = sheet.get(key);
  const isThere = row?.state === 'confirmed' || row?.state === 'accepted';
  if (isThere && row.wantedDigest === digest && (row.putDigest === digest || isTold(each, cell))) return;
  sheet.cancel(row?.command);
  sheet.set(key, { state: 'impossible', wantedDigest: digest, attempts: 0, reason, detail });
}

const isTold = ({ key, digest }: Impossible, { seen, seenTemplates }: RosterCell): boolean =>
  key === USER_ITEM
    ? seen !== undefined
    : seenTemplates.some((template) => template.digest === digest && templateItem(template) === key);

/** What to do about one record that should be there. Nothing: it is there, on its way, or given up. */
function decide(sheet: CellSheet, record: WantedRecord, wanted: Wanted, work: CellWork): Write[] {
  const row = sheet.get(record.key);
  const write = [{ record, again: { attempts: 0 } }];
  if (!row || row.state === 'impossible' || row.state === 'wanted')
    return adopt(sheet, record, wanted, work, changedAt(row?.command)) ? [] : write;
  if (row.wantedDigest === null) return afterRemoval(sheet, row, record, wanted, work) ? [] : write;
  const isChanged = row.wantedDigest !== record.digest;
  switch (row.state) {
    case 'queued':
      if (!isChanged || row.command?.state !== 'queued') return [];
      sheet.cancel(row.command);
      return write;
    case 'accepted':
    case 'confirmed':
      if (!isChanged && wasAskedInVain(row)) return write;
      // what was told before the last command says nothing
      if (isChanged) return adopt(sheet, record, wanted, work, row.command?.createdAt) ? [] : write;
      return row.state === 'confirmed' ? driftOf(sheet, row, record, wanted, work) : [];
    case 'failed': {
      if (adopt(sheet, record, wanted, work, row.command?.createdAt)) return [];
      const again = tryAgain(row, record.digest, work);
      return again ? [{ record, again }] : [];
    }
    case 'removing':
      return write;
  }
}

/** It was taken over as it is, and the terminal did not say that it has it: some are silent about whom they do not have. */
const wasAskedInVain = (row: Row): boolean =>
  isUnproven(row) && isQuery(row.command) && row.command?.state === 'failed' && row.command.reason !== 'cancelled';

/** When a terminal was last told to change something; what it said before that says nothing. 0: it never was. */
const changedAt = (command: Row['command']): Instant =>
  command !== undefined && command.attempts > 0 && !isQuery(command) ? command.createdAt : 0;

const mayHaveRemoved = ({ kind, attempts }: StoredCommand): boolean => kind.endsWith('.delete') && attempts > 0;

/** A removal left once, answered or not: what was told of the terminal before says nothing any more. */
const mayBeGone = ({ attempts, command }: Row): boolean =>
  attempts > 0 || (command !== undefined && mayHaveRemoved(command));

/** It was to be removed, and is wanted again: a command that did not leave is stopped, and what is there stays. */
function afterRemoval(sheet: CellSheet, row: Row, record: WantedRecord, wanted: Wanted, work: CellWork): boolean {
  sheet.cancel(row.command);
  cancelBareUser(sheet, work);
  return !mayBeGone(row) && adopt(sheet, record, wanted, work);
}

/**
 * What a terminal shows already needs no command: from now on it is in our charge. A password cannot be seen, and while a
 * former person of the PIN is there nobody knows whose it is. After a removal the terminal is asked: what it sends by itself
 * may be an upload from before, sent again.
 */
function adopt(sheet: CellSheet, record: WantedRecord, wanted: Wanted, work: CellWork, since = 0): boolean {
  if (work.hasPredecessor === true || (record.key === USER_ITEM && wanted.person.hasPassword)) return false;
  const { cell, rules, seenSince, now } = work;
  const likeness = likenessOf(record, wanted.person, cell, rules, Math.max(seenSince + 1, since));
  if (likeness.kind !== 'same') return false;
  const isProven = work.removedAt <= (sheet.get(record.key)?.readBackAt ?? 0) || !canBeReadBack([record.key], work);
  const row = { wantedDigest: record.digest, attempts: 0, ...(record.isNative ? { putDigest: undefined } : {}) };
  if (isProven) sheet.set(record.key, { ...row, state: 'confirmed', readBackAt: now });
  // without what it was asked before: that question said nothing of this
  else sheet.set(record.key, { ...row, state: 'accepted', putDigest: undefined, command: undefined });
  return true;
}

/** Confirmed once, and gone or changed by what the terminal said since. */
function driftOf(sheet: CellSheet, row: Row, record: WantedRecord, wanted: Wanted, work: CellWork): Write[] {
  if (isOpen(row.command)) return []; // it is being asked
  if (row.command && mayHaveRemoved(row.command)) {
    sheet.set(record.key, { state: 'accepted', wantedDigest: record.digest, putDigest: undefined });
    return []; // it left before it could be stopped
  }
  const likeness = likenessOf(record, wanted.person, work.cell, work.rules, work.seenSince + 1);
  if (likeness.kind !== 'missing' && likeness.kind !== 'differs') return [];
  const detail = likeness.kind === 'differs' ? likeness.detail : 'The terminal no longer has it.';
  const reason: RosterReason = 'ROSTER_DRIFT';
  sheet.set(record.key, { state: 'failed', wantedDigest: record.digest, attempts: 0, reason, detail });
  return [{ record, again: { attempts: 0 } }];
}

/** Rows of records that the person no longer has. What is put over them anyway needs no command. */
function removeLeftovers(sheet: CellSheet, wanted: Wanted, work: CellWork): void {
  const known = new Set<RosterItemKey>([...wanted.records, ...wanted.impossible].map(({ key }) => key));
  const leftovers = sheet.rows().filter((row) => !known.has(row.key));
  const [replaced, others] = [
    leftovers.filter((row) => isReplaced(row, wanted)),
    leftovers.filter((row) => !isReplaced(row, wanted)),
  ];
  for (const row of replaced) {
    sheet.cancel(row.command);
    sheet.drop(row.key);
  }
  planRemoval(sheet, takeBack(sheet, others), work);
}

function isReplaced({ key }: Row, { records }: Wanted): boolean {
  const named = templateOfItem(key);
  return named !== undefined && records.some(({ template }) => template !== undefined && isSameSlot(template, named));
}
