import { PHOTO_ITEM, type Instant, type RosterItemKey } from '@biolistener/core';
import type { StoredCommand } from '@biolistener/store';
import { rosterCommand, tryAgain, type CellWork } from './cell-context.ts';
import { isOpen, isQuery, type CellSheet, type Row } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { likenessOf, type Likeness } from './seen.ts';
import type { Wanted, WantedRecord } from './wanted.ts';
import type { Write } from './plan-write.ts';

/** Some firmware sends the records after it said that the question is answered. */
const GRACE_MS = 3000;

const isAnswered = (command: StoredCommand | undefined): command is StoredCommand =>
  isQuery(command) && (command?.state === 'verified' || command?.state === 'answered');

export interface ReadBackOutcome {
  /** Records that must be written once more. */
  readonly writes: readonly Write[];
  /** Something was refuted: the sentence. */
  readonly refuted: string | undefined;
}

/** Holds what was read back against what should be there. */
export function compareReadBacks(sheet: CellSheet, wanted: Wanted, work: CellWork): ReadBackOutcome {
  const writes: Write[] = [];
  let refuted: string | undefined;
  for (const record of wanted.records) {
    const row = sheet.get(record.key);
    const { command } = row ?? {};
    if (!row || !isFresh(row, record) || !isAnswered(command)) continue;
    const likeness = likenessOf(record, wanted.person, work.cell, work.rules, command.createdAt);
    if (likeness.kind === 'unknown') continue; // never claimed: it stays accepted
    if (isWaiting(likeness, command, work.now)) {
      sheet.lookAgainAt((command.answeredAt ?? work.now) + GRACE_MS);
    } else if (likeness.kind === 'missing' || likeness.kind === 'differs') {
      refuted = refute(sheet, row, likeness);
      writes.push(...writeAgain(sheet, record, work));
    } else confirm(sheet, row, likeness, work.now);
  }
  return { writes, refuted };
}

/** Asked after it was put, and not compared yet. */
const isFresh = (row: Row, record: WantedRecord): boolean =>
  row.wantedDigest === record.digest &&
  (row.state === 'accepted' ||
    (row.state === 'confirmed' && row.command !== undefined && row.command.createdAt > (row.readBackAt ?? 0)));

const isWaiting = (likeness: Likeness, command: StoredCommand, now: Instant): boolean =>
  (likeness.kind === 'missing' || likeness.kind === 'differs') && now < (command.answeredAt ?? 0) + GRACE_MS;

function confirm(sheet: CellSheet, { key, wantedDigest, putDigest }: Row, likeness: Likeness, now: Instant): void {
  const presence = {
    reason: 'ROSTER_PRESENT_ONLY' satisfies RosterReason,
    detail: 'It is there; the terminal keeps it in a form of its own.',
  };
  const proof = likeness.kind === 'present' ? presence : {};
  sheet.set(key, { state: 'confirmed', wantedDigest, putDigest, attempts: 0, readBackAt: now, ...proof });
}

/** What was not put and turns out otherwise is drift, which counts from none; a write that failed its proof is an attempt. */
function refute(sheet: CellSheet, row: Row, likeness: Likeness): string {
  const isDrift = row.state === 'confirmed' || row.putDigest === undefined;
  const isMissing = likeness.kind === 'missing';
  const failed: RosterReason = isMissing ? 'ROSTER_READ_BACK_MISSING' : 'ROSTER_READ_BACK_DIFFERS';
  const reason: RosterReason = isDrift ? 'ROSTER_DRIFT' : failed;
  const detail = likeness.kind === 'differs' ? likeness.detail : 'The terminal does not have it.';
  const attempts = isDrift ? 0 : row.attempts + 1;
  sheet.set(row.key, { state: 'failed', wantedDigest: row.wantedDigest, attempts, reason, detail });
  return detail;
}

function writeAgain(sheet: CellSheet, record: WantedRecord, work: CellWork): Write[] {
  const row = sheet.get(record.key);
  if (row?.reason === 'ROSTER_DRIFT') return [{ record, again: { attempts: 0 } }];
  const again = row && tryAgain(row, record.digest, work);
  return again ? [{ record, again }] : [];
}

/**
 * Asks the terminal for what it said yes to, once nothing for this person is on its way there. What the same question tells
 * about is compared as well: a write may have taken away what was enrolled while it was under way.
 */
export function askReadBack(sheet: CellSheet, wanted: Wanted, work: CellWork): void {
  const keys = wanted.records.map(({ key }) => key).filter((key) => mustAsk(sheet, key, work));
  const mayWait = !keys.some((key) => isJustTakenOver(sheet, key));
  if (keys.length === 0 || (mayWait && sheet.rows().some((row) => isOnItsWay(row, sheet, work.now)))) return;
  const { cell, rules, view } = work;
  const told = wanted.records.map(({ key }) => key).filter((key) => keys.includes(key) || isComparable(sheet, key));
  for (const draft of rules.planReadBack(cell.person.pin, told, view, cell.seen?.extra)) {
    const covered = draft.covers.filter((key) => told.includes(key));
    if (covered.some((key) => keys.includes(key))) sheet.send(rosterCommand(work, draft), covered);
  }
}

/** In doubt: asked at once, as a row that names an earlier question would be taken for one that was asked. */
const isJustTakenOver = (sheet: CellSheet, key: RosterItemKey): boolean => {
  const row = sheet.get(key);
  return row?.state === 'accepted' && row.putDigest === undefined && row.command === undefined;
};

const isComparable = (sheet: CellSheet, key: RosterItemKey): boolean => {
  const row = sheet.get(key);
  return row?.state === 'confirmed' && !sheet.isAttached(key) && !isOpen(row.command);
};

const isOnItsWay = (row: Row, sheet: CellSheet, now: Instant): boolean =>
  (row.state === 'queued' || row.state === 'removing') &&
  (sheet.isAttached(row.key) || (isOpen(row.command) && (row.command?.notBefore ?? 0) <= now));

function mustAsk(sheet: CellSheet, key: RosterItemKey, { isReread, settings, now }: CellWork): boolean {
  const row = sheet.get(key);
  if (!row || sheet.isAttached(key) || (isQuery(row.command) && isOpen(row.command))) return false;
  const isLong = isReread === true && settings.rereadEveryMs > 0;
  if (row.state === 'accepted') {
    const detail = row.command?.detail;
    if (!isQuery(row.command)) return true;
    if (isAnswered(row.command)) return false; // compared, or in its grace
    sheet.set(key, { ...row, reason: 'ROSTER_READ_BACK_FAILED' satisfies RosterReason, detail });
    return isLong;
  }
  return row.state === 'confirmed' && isLong && (row.readBackAt ?? 0) <= now - settings.rereadEveryMs;
}

/** Whether a row waits for what the terminal will tell. Pictures are never told. */
export const awaitsProof = (row: Row, sheet: CellSheet): boolean =>
  row.state === 'accepted' &&
  row.key !== PHOTO_ITEM &&
  (sheet.isAttached(row.key) || (isQuery(row.command) && (isOpen(row.command) || isAnswered(row.command))));
