import { templateOfItem, USER_ITEM, type Instant } from '@biolistener/core';
import type { RosterCell, StoredCommand } from '@biolistener/store';
import { isOpen, isQuery, type Row } from './cell-sheet.ts';
import type { RosterReason } from './errors.ts';
import { isSameRecord } from './sources.ts';

type Failure = Pick<Row, 'state' | 'reason' | 'detail' | 'attempts'>;

const isDone = (command: StoredCommand): boolean => command.state === 'answered' || command.state === 'verified';

/** Words of the store; every other reason is a code already. */
const REASONS: Readonly<Record<string, RosterReason>> = {
  refused: 'ROSTER_REFUSED',
  busy: 'ROSTER_REFUSED',
  unclear: 'ROSTER_UNCLEAR',
  silent: 'ROSTER_SILENT',
  'too-late': 'ROSTER_SILENT',
  cancelled: 'ROSTER_CANCELLED',
};

/** A terminal that never fetched the command has refused nothing: that is no attempt. */
function failureOf(command: StoredCommand, attempts: number): Failure {
  const word = command.reason ?? (command.state === 'expired' ? 'too-late' : command.state);
  const isAttempt = command.state === 'failed';
  return {
    state: 'failed',
    reason: REASONS[word] ?? word,
    detail: command.detail ?? (command.resultCode && `The terminal answered with code ${command.resultCode}.`),
    attempts: attempts + (isAttempt ? 1 : 0),
  };
}

/** What a terminal told of later than this after a removal was enrolled anew: it is removed once more, as the first time. */
const ANEW_MS = 3000;
const ANEW: Pick<Row, 'state' | 'reason' | 'detail'> = {
  state: 'removing',
  reason: 'ROSTER_READ_BACK_DIFFERS' satisfies RosterReason,
  detail: 'It was enrolled there again after it had been deleted.',
};

/** Whether the terminal told of a record after it said that the record is deleted. */
function isStillThere(row: Row, cell: RosterCell, since: Instant): boolean {
  if (row.key === USER_ITEM) return cell.seen !== undefined && cell.seen.seenAt > since;
  const named = templateOfItem(row.key);
  return named !== undefined && cell.seenTemplates.some((seen) => seen.seenAt > since && isSameRecord(seen, named));
}

/** So often a question has to be met with silence until that counts: one answer can be lost on the way. */
export const SILENCES = 2;

const isSilence = ({ state, reason, attempts }: StoredCommand): boolean =>
  state === 'failed' && reason === 'silent' && attempts >= SILENCES;

/** It was given the question for the last time before that. */
const wasHeard = ({ sentAt }: StoredCommand, { terminal }: RosterCell): boolean =>
  terminal.lastContactAt > (sentAt ?? Infinity);

/** Contacts are written every few seconds: that of the poll which ended the question comes after its end. */
const HEARD_WITHIN_MS = 15_000;

/** Until when it is worth to wait whether a terminal that was silent to a question is there at all. */
export function heardUntil({ state, command }: Row, cell: RosterCell, now: Instant): Instant | undefined {
  if (state !== 'removing' || !command || !isQuery(command) || !isSilence(command)) return undefined;
  const until = (command.closedAt ?? 0) + HEARD_WITHIN_MS;
  return now < until && !wasHeard(command, cell) ? until : undefined;
}

/**
 * What came of a question whether somebody is gone, as only terminals are asked that do not answer for whom they do not have:
 * see `planProvenRemoval`.
 */
function settleQuestion(row: Row, command: StoredCommand, cell: RosterCell): Row | 'gone' {
  if (isSilence(command) && wasHeard(command, cell)) return 'gone';
  const failure = failureOf(command, row.attempts);
  if (!isDone(command)) return { ...row, ...failure, wantedDigest: null };
  // bytes that nobody had before the question were enrolled after the removal
  const isAnew = cell.seenTemplates.some(({ receivedAt }) => receivedAt > command.createdAt);
  if (isAnew) return { ...row, ...ANEW, attempts: 0, wantedDigest: null };
  const isThere = isStillThere({ ...row, key: USER_ITEM }, cell, command.createdAt - 1);
  const reason: RosterReason = isThere ? 'ROSTER_READ_BACK_DIFFERS' : 'ROSTER_READ_BACK_FAILED';
  const detail = isThere ? 'The terminal still has the user.' : 'The terminal did not say whether it has the user.';
  return { ...row, state: 'failed', wantedDigest: null, reason, detail, attempts: row.attempts + 1 };
}

function settleRemoval(row: Row, command: StoredCommand, cell: RosterCell): Row | 'gone' {
  if (isQuery(command)) return settleQuestion(row, command, cell);
  if (!isDone(command)) return { ...row, ...failureOf(command, row.attempts), wantedDigest: null };
  const since = command.answeredAt ?? command.closedAt ?? command.createdAt;
  if (!isStillThere(row, cell, since)) return 'gone';
  if (isStillThere(row, cell, since + ANEW_MS)) return { ...row, ...ANEW, attempts: 0, wantedDigest: null };
  return {
    ...row,
    state: 'failed',
    reason: 'ROSTER_READ_BACK_DIFFERS' satisfies RosterReason,
    detail: 'The terminal said that it is deleted, and told of it afterwards.',
    attempts: row.attempts + 1,
  };
}

function settleWrite(row: Row, command: StoredCommand | undefined): Row {
  if (!command) return { ...row, state: 'wanted' };
  if (isDone(command))
    return {
      ...row,
      state: 'accepted',
      putDigest: row.wantedDigest ?? undefined,
      reason: undefined,
      detail: undefined,
    };
  return { ...row, ...failureOf(command, row.attempts) };
}

/** Their command may be answered yet. */
const GIVEN_UP: ReadonlySet<string> = new Set<RosterReason>(['ROSTER_SILENT', 'ROSTER_UNCLEAR']);

/** Their command was stopped by us. */
const HELD: ReadonlySet<string> = new Set<RosterReason>(['ROSTER_TERMINAL_BLOCKED', 'ROSTER_SYNC_OFF']);

/** What became of a row by what became of its command. */
export function settleRow(row: Row, cell: RosterCell, now: Instant): Row | 'gone' {
  const { state, command } = row;
  const isReadBack = isQuery(command) && state !== 'queued' && state !== 'removing';
  if (isOpen(command) || isReadBack || heardUntil(row, cell, now) !== undefined) return row;
  if (state === 'queued') return settleWrite(row, command);
  if (state === 'removing') return command && !HELD.has(row.reason ?? '') ? settleRemoval(row, command, cell) : row;
  const isLate = state === 'failed' && GIVEN_UP.has(row.reason ?? '') && command !== undefined && isDone(command);
  if (!isLate) return row;
  return row.wantedDigest === null ? settleRemoval(row, command, cell) : settleWrite(row, command);
}

const DOUBTFUL: ReadonlySet<string> = new Set<RosterReason>([
  'ROSTER_SILENT',
  'ROSTER_UNCLEAR',
  'ROSTER_CANCELLED',
  'ROSTER_READ_BACK_MISSING',
  'ROSTER_READ_BACK_DIFFERS',
]);

/** Whether something that we put, or took charge of, may be on the terminal. */
export function mayBeThere(row: Row): boolean {
  if (row.putDigest !== undefined) return true;
  switch (row.state) {
    case 'accepted':
    case 'confirmed':
    case 'removing':
      return true;
    case 'queued':
      return row.command?.state === 'leased' || row.command?.state === 'sent' || (row.command?.attempts ?? 0) > 0;
    case 'failed':
      return row.wantedDigest === null || DOUBTFUL.has(row.reason ?? '');
    case 'wanted':
    case 'impossible':
      return false;
  }
}
