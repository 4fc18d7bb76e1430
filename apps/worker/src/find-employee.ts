import type { Pin, PinPeriod } from '@biolistener/core';
import { pinOwnerAt, type DeliveryJob, type MirroredEmployee, type PinOwner } from '@biolistener/store';
import type { DeliverContext } from './deliver-context.ts';
import { MirrorMoved } from './mirror-keeper.ts';

export type FoundEmployee =
  | { readonly kind: 'one'; readonly employee: string }
  | {
      readonly kind: 'nobody';
      readonly reason: 'unknown-pin' | 'ambiguous-pin' | 'inactive-employee';
      readonly detail: string;
    };

/**
 * The employee who had the PIN of a punch when it was made (docs/pins.md). Where nobody is found, the site is asked once,
 * unless the mirror is fresh. Errors: RequestFailed when the site had to be asked and did not answer; MirrorMoved while
 * the mirror is not of the field that settings name.
 */
export async function findEmployee(job: DeliveryJob, ctx: DeliverContext): Promise<FoundEmployee> {
  const field = ctx.settings().employeeIdField;
  await requireField(field, ctx);
  let owner = await findOwner(job, field, ctx);
  if (owner.verdict.kind !== 'one' && !(await ctx.isMirrorFresh())) {
    await ctx.refreshEmployee(job.punch.pin);
    owner = await findOwner(job, field, ctx);
  }
  await requireField(field, ctx); // asked twice: what was read in between is of this field only if it was so throughout
  return tell(owner, `${field} "${job.punch.pin}"`, job.punch.flags.includes('clock-implausible'));
}

/**
 * Who has the PIN now, asked at the site itself, for a punch whose employee is gone from there. When others had it before,
 * this says nothing about the punch. Errors: as findEmployee.
 */
export async function findEmployeeAtSite(pin: Pin, ctx: DeliverContext): Promise<FoundEmployee> {
  const field = ctx.settings().employeeIdField;
  const found = await ctx.refreshEmployee(pin);
  const periods = await ctx.store.ownersOf(ctx.targetId, field, pin, 'text');
  return judgeHolders(found, periods, `${field} "${pin}"`);
}

async function requireField(field: string, ctx: DeliverContext): Promise<void> {
  if (!(await ctx.mirrorHolds(field))) throw new MirrorMoved(field);
}

const findOwner = ({ punch, receivedAt }: DeliveryJob, idField: string, ctx: DeliverContext): Promise<PinOwner> =>
  pinOwnerAt(ctx.store, { targetId: ctx.targetId, idField, siteZone: ctx.site.zone() }, punch, receivedAt);

const namesOf = (names: readonly string[]): string => names.slice(0, 5).join(', ');

/** With whom the site shows it now. */
const holdersOf = (periods: readonly PinPeriod[]): string[] =>
  periods.filter((period) => period.kind === 'site' && period.until === undefined).map(({ employee }) => employee);

function tell({ verdict, periods }: PinOwner, what: string, isTimeless: boolean): FoundEmployee {
  const nobody = (reason: 'unknown-pin' | 'ambiguous-pin' | 'inactive-employee', detail: string): FoundEmployee => ({
    kind: 'nobody',
    reason,
    detail,
  });
  switch (verdict.kind) {
    case 'one':
      return verdict;
    case 'conflict': {
      const holders = holdersOf(periods);
      const isNow = verdict.employees.every((employee) => holders.includes(employee));
      const names = namesOf(verdict.employees);
      return nobody(
        'ambiguous-pin',
        isNow ? `${what} belongs to ${names}` : `${what} belonged to ${names} at the same time`,
      );
    }
    case 'unsure':
      return nobody('ambiguous-pin', `${unsureOf(verdict.employees, what)}, and ${isTimeless ? NO_TIME : NEAR}`);
    case 'left':
      return nobody('inactive-employee', `${verdict.employee} left on ${verdict.leftOn}, before this punch`);
    case 'nobody': {
      const holders = holdersOf(periods);
      if (periods.length === 0) return nobody('unknown-pin', `no employee has ${what}`);
      const now = holders.length === 0 ? '' : `; now it belongs to ${namesOf(holders)}`;
      return nobody('unknown-pin', `no employee had ${what} at the time of this punch${now}`);
    }
  }
}

const NEAR = 'the time of this punch does not tell on which side of the change it lies';
const NO_TIME = 'the clock of the terminal does not tell when this punch was made';

const unsureOf = (employees: readonly string[], what: string): string =>
  employees.length === 1
    ? `${what} belonged to ${namesOf(employees)} for a time`
    : `${what} went between ${namesOf(employees)}`;

function judgeHolders(found: readonly MirroredEmployee[], periods: readonly PinPeriod[], what: string): FoundEmployee {
  const [first] = found;
  if (!first) return { kind: 'nobody', reason: 'unknown-pin', detail: `no employee has ${what}` };
  const owners = new Set([...found.map(({ name }) => name), ...periods.map(({ employee }) => employee)]);
  if (owners.size === 1) return { kind: 'one', employee: first.name };
  const words =
    found.length > 1 ? 'belongs to' : 'belonged to several, and the one of this punch is gone from the site:';
  return { kind: 'nobody', reason: 'ambiguous-pin', detail: `${what} ${words} ${namesOf([...owners])}` };
}
