import type { ParkReason } from '@biolistener/store';
import { fixOf } from '../services/catalogs.ts';

export interface Explanation {
  /** What it means, as the end of "It is parked: …". */
  readonly what: string;
  readonly todo: string;
  /** Goes by itself once the cause is mended; the others go only when a person names them. */
  readonly isAutomatic: boolean;
}

/** Why a punch is parked, in words for the people who can mend it. */
export const PARK_REASONS: Readonly<Record<ParkReason, Explanation>> = {
  'unknown-pin': {
    what: 'no employee has this PIN',
    todo: 'In ERPNext, put the PIN into the field "Attendance Device ID" of the employee. The punch then goes by itself.',
    isAutomatic: true,
  },
  'ambiguous-pin': {
    what: 'several employees have this PIN',
    todo: 'In ERPNext, leave the PIN with one employee only. The punch then goes by itself.',
    isAutomatic: true,
  },
  'inactive-employee': {
    what: 'the employee is not active in ERPNext',
    todo: 'Set the employee active if the punch is to count, or discard it. Once active, it goes by itself.',
    isAutomatic: true,
  },
  refused: {
    what: 'ERPNext refused the check-in',
    todo: 'Read what ERPNext said, mend it there, then `biolistener parked retry --reason refused`.',
    isAutomatic: true,
  },
  'clock-implausible': {
    what: 'the clock of the terminal cannot have been right',
    todo: 'Set the clock of the terminal, and enter the check-in by hand in ERPNext; then discard this one.',
    isAutomatic: false,
  },
  'unregistered-card': {
    what: 'a card was shown that nobody registered',
    todo: 'Register the card at the terminal, and enter the check-in by hand if it was a known person; then discard this one.',
    isAutomatic: false,
  },
  internal: {
    what: 'something of ours went wrong',
    todo: 'Report it with the detail. After an update: `biolistener parked retry --reason internal`.',
    isAutomatic: true,
  },
};

const SKIP_REASONS: Readonly<Record<string, string>> = {
  discarded: 'a person discarded it',
  'verification-only': 'it was an identity check, no attendance',
};

export const isParkReason = (reason: string): reason is ParkReason => Object.hasOwn(PARK_REASONS, reason);

export const whatOf = (reason: string | undefined): string => {
  if (reason === undefined) return 'no reason was noted';
  return isParkReason(reason) ? PARK_REASONS[reason].what : (SKIP_REASONS[reason] ?? reason);
};

/** What to do about a parked punch or an unread piece, whichever the reason is of. */
export async function todoOf(reason: string | undefined): Promise<string> {
  if (reason !== undefined && isParkReason(reason)) return PARK_REASONS[reason].todo;
  const known = reason === undefined ? undefined : await fixOf(reason);
  return (
    known?.fix ??
    'Look at it with `biolistener parked show`; after an update, `biolistener parked retry` reads it again.'
  );
}
