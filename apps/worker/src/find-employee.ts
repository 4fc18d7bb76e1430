import type { Pin } from '@biolistener/core';
import type { MirroredEmployee } from '@biolistener/store';
import type { DeliverContext } from './deliver-context.ts';

export type FoundEmployee =
  | { readonly kind: 'one'; readonly employee: MirroredEmployee }
  | { readonly kind: 'nobody'; readonly reason: 'unknown-pin' | 'ambiguous-pin'; readonly detail: string };

/**
 * The employee of a PIN, by exact text. Whom the mirror does not know is asked for once at the site, unless the mirror
 * is fresh. Errors: RequestFailed when the site had to be asked and did not answer.
 */
export async function findEmployee(pin: Pin, ctx: DeliverContext): Promise<FoundEmployee> {
  let found = await ctx.store.findEmployees(ctx.targetId, pin);
  if (found.length === 0 && !(await ctx.isMirrorFresh())) found = await ctx.refreshEmployee(pin);
  const field = ctx.settings().employeeIdField;
  const [first] = found;
  if (!first) return { kind: 'nobody', reason: 'unknown-pin', detail: `no employee has ${field} "${pin}"` };
  if (found.length === 1) return { kind: 'one', employee: first };
  const names = found.map((employee) => employee.name).slice(0, 5);
  return { kind: 'nobody', reason: 'ambiguous-pin', detail: `${field} "${pin}" belongs to ${names.join(', ')}` };
}
