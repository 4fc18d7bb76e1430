import type { Pin } from '@biolistener/core';
import type { Attempt, DeliveryJob } from '@biolistener/store';
import type { DeliverContext } from './deliver-context.ts';
import { findEmployee, type FoundEmployee } from './find-employee.ts';
import { spellingsOf } from './mirror-looks.ts';

/**
 * Whose check-in a punch becomes: whose PIN it was then, but once the site may hold it for somebody, only that employee's. A
 * PIN that moved to another meanwhile would else make a second check-in (docs/delivery.md#never-twice).
 * Errors: as findEmployee.
 */
export async function whosePunch(job: DeliveryJob, ctx: DeliverContext): Promise<FoundEmployee> {
  if (job.employee !== undefined && (await mayBeAtSite(job, ctx))) return { kind: 'one', employee: job.employee };
  return findEmployee(job, ctx);
}

/** The employee is decided right before sending, so a decision without any attempt is a process that died in between. */
async function mayBeAtSite(job: DeliveryJob, ctx: DeliverContext): Promise<boolean> {
  if (job.checkin !== undefined || job.attempts === 0) return true;
  const attempts = await ctx.store.listAttempts(ctx.targetId, job.punchId);
  const last = attempts.findLast((attempt) => !isOurOwnWord(attempt));
  return last === undefined || !isRefusal(last);
}

/** Parked without asking the site, because the PIN led to nobody: says nothing about what was sent before. */
const isOurOwnWord = ({ outcome, status }: Attempt): boolean => outcome === 'parked' && status === undefined;

/** The site read this very punch and stored nothing; 5xx may be the word of a proxy. */
const isRefusal = ({ outcome, status }: Attempt): boolean =>
  outcome === 'parked' && status !== undefined && status < 500;

/**
 * Under which PINs punches of an employee may wait, the asked one among them: a second PIN, a former one, or one without the
 * zeros that a terminal takes off. Whose each punch is, is for `whosePunch`.
 */
export async function lanePins(employee: string, { punch }: DeliveryJob, ctx: DeliverContext): Promise<Pin[]> {
  const pins = await ctx.store.pinsOf(ctx.targetId, ctx.settings().employeeIdField, employee);
  return [...new Set([punch.pin, ...spellingsOf(pins)])];
}
