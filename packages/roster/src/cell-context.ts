import type { Instant } from '@biolistener/core';
import type { NewCommand, RosterCell, StoredCommand } from '@biolistener/store';
import type { CommandDraft, RosterRules, TerminalView } from '@biolistener/wire';
import type { Row } from './cell-sheet.ts';
import type { CommandOf } from './echo.ts';
import { retryWaitMs, type RosterSettings } from './settings.ts';
import type { Sources } from './sources.ts';

/** All that the plan of a cell depends on, besides the cell. */
export interface CellContext {
  readonly sources: Sources;
  /** Absent: nobody here speaks the terminal's brand. */
  readonly rules: RosterRules | undefined;
  readonly now: Instant;
  readonly settings: RosterSettings;
  /** Finds the commands that rows name. */
  readonly commandOf: CommandOf;
  /** Open commands of the roster for this PIN at this terminal. */
  readonly openCommands: readonly StoredCommand[];
  /** When the terminal may last have removed something of this PIN, whoever asked for it; 0: it was never told to. */
  readonly removedAt: Instant;
  /** What terminals said of the PIN before is of somebody else. */
  readonly seenSince: Instant;
  /** A former person of the PIN is still to be removed here. */
  readonly hasPredecessor?: boolean;
  /** A person said: try again what failed. */
  readonly isRetry?: boolean;
  /** Ask again for what was confirmed long ago. */
  readonly isReread?: boolean;
}

/** The same with what follows from the cell. */
export interface CellWork extends CellContext {
  readonly cell: RosterCell;
  readonly view: TerminalView;
  readonly rules: RosterRules;
}

/** The roster waits behind what people ask. */
const ROSTER_PRIORITY = 9;
/** Users before what belongs to them, also where a user was queued anew and their template was not. */
const USER_PRIORITY = 8;

const priorityOf = ({ kind }: CommandDraft): number =>
  kind === 'user.update' || kind === 'user.delete' ? USER_PRIORITY : ROSTER_PRIORITY;

export interface CommandWhen {
  readonly needsProof?: boolean;
  readonly notBefore?: Instant | undefined;
  /** Given out so often at least, whatever the settings say. */
  readonly leastAttempts?: number;
}

export function rosterCommand(work: CellWork, draft: CommandDraft, when: CommandWhen = {}): NewCommand {
  const { cell, settings, now } = work;
  return {
    serialNumber: cell.terminal.serialNumber,
    kind: draft.kind,
    parameters: draft.parameters,
    origin: 'roster',
    askedBy: 'system',
    pin: cell.person.pin,
    mergeKey: draft.mergeKey,
    priority: priorityOf(draft),
    deadline: now + settings.rosterDeadlineMs,
    maxAttempts: Math.max(settings.commandAttempts, when.leastAttempts ?? 1),
    bytes: draft.bytes,
    ...(when.notBefore === undefined ? {} : { notBefore: when.notBefore }),
    ...(when.needsProof === true ? { needsProof: true } : {}),
  };
}

export interface Again {
  readonly attempts: number;
  readonly notBefore?: Instant;
}

const NEVER_BY_ITSELF: ReadonlySet<string> = new Set(['ROSTER_CANCELLED', 'ROSTER_CANNOT_REMOVE']);

/**
 * Whether and when a failed row is tried again. What is wanted changed: at once, counting from none. Refused: after a wait
 * that doubles, as often as the settings say. Silent although it took the command each time: once more at once, as the way may
 * have been bad, then as if refused, and anew whenever the whole terminal is looked at, as is whatever should not be there. Never
 * fetched: when the terminal was heard after it was given up.
 */
export function tryAgain(row: Row, wantedDigest: string | null, work: CellWork): Again | undefined {
  const { settings, now, isRetry, isReread, cell } = work;
  const isSilent = row.reason === 'ROSTER_SILENT';
  if (row.wantedDigest !== wantedDigest || isRetry === true) return { attempts: 0 };
  if (NEVER_BY_ITSELF.has(row.reason ?? '')) return undefined;
  if (isReread === true && (isSilent || wantedDigest === null)) return { attempts: 0 };
  if (row.attempts >= settings.attempts) return undefined;
  const wasTaken = row.command?.state === 'failed';
  if (isSilent && wasTaken && row.attempts <= 1) return { attempts: row.attempts };
  if (!isSilent || wasTaken) return { attempts: row.attempts, notBefore: now + retryWaitMs(settings, row.attempts) };
  const isHeard = cell.terminal.lastContactAt > (row.command?.closedAt ?? now);
  return isHeard ? { attempts: row.attempts } : undefined;
}
