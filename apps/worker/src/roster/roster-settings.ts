import type { RunTimeSettings } from '@biolistener/config';
import type { RosterSettings } from '@biolistener/roster';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The run-time settings in the roster's words. */
export const rosterSettings = (settings: RunTimeSettings): RosterSettings => ({
  enrolmentPolicy: settings['enrolment.policy'],
  attempts: settings['roster.attempts'],
  retryAfterMs: settings['roster.retry_minutes'] * MINUTE,
  commandAttempts: settings['command.attempts'],
  rosterDeadlineMs: settings['roster.deadline_days'] * 24 * HOUR,
  commandDeadlineMs: settings['command.deadline_hours'] * HOUR,
  forceCloseAfterMs: settings['command.force_close_days'] * 24 * HOUR,
  rereadEveryMs: settings['roster.reread_hours'] * HOUR,
  isRawAllowed: settings['command.raw'],
});
