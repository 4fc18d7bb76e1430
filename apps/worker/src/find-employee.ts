import type { Pin } from '@biolistener/core';
import type { MirroredEmployee } from '@biolistener/store';
import type { DeliverContext } from './deliver-context.ts';
import { MirrorMoved } from './mirror-keeper.ts';

export type FoundEmployee =
  | { readonly kind: 'one'; readonly employee: string }
  | { readonly kind: 'nobody'; readonly reason: 'unknown-pin' | 'ambiguous-pin'; readonly detail: string };

/**
 * The employee of a PIN, by exact text. Whom the mirror does not know is asked for once at the site, unless the mirror
 * is fresh. Errors: RequestFailed when the site had to be asked and did not answer; MirrorMoved while the mirror is not
 * of the field that settings name.
 */
export async function findEmployee(pin: Pin, ctx: DeliverContext): Promise<FoundEmployee> {
  const field = ctx.settings().employeeIdField;
  await requireField(field, ctx);
  let found = await ctx.store.findEmployees(ctx.targetId, pin);
  if (found.length === 0 && !(await ctx.isMirrorFresh())) found = await ctx.refreshEmployee(pin);
  await requireField(field, ctx); // asked twice: what was read in between is of this field only if it was so throughout
  return judge(pin, found, field);
}

/** Asks the site itself. Errors: as findEmployee. */
export const findEmployeeAtSite = async (pin: Pin, ctx: DeliverContext): Promise<FoundEmployee> =>
  judge(pin, await ctx.refreshEmployee(pin), ctx.settings().employeeIdField);

async function requireField(field: string, ctx: DeliverContext): Promise<void> {
  if (!(await ctx.mirrorHolds(field))) throw new MirrorMoved(field);
}

function judge(pin: Pin, found: readonly MirroredEmployee[], field: string): FoundEmployee {
  const [first] = found;
  if (!first) return { kind: 'nobody', reason: 'unknown-pin', detail: `no employee has ${field} "${pin}"` };
  if (found.length === 1) return { kind: 'one', employee: first.name };
  const names = found.map((employee) => employee.name).slice(0, 5);
  return { kind: 'nobody', reason: 'ambiguous-pin', detail: `${field} "${pin}" belongs to ${names.join(', ')}` };
}
