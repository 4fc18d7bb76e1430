import { z } from 'zod';
import { apiError } from '../../errors.ts';
import { cellReply, maybeIso } from '../replies.ts';
import { route, type AnyRoute } from '../route.ts';
import * as shapes from '../shapes.ts';
import { applyRosters, planPrunes, planRosters, prune, rosterStatus, type RosterScope } from '../work/index.ts';

const scopeShape = z.strictObject(shapes.scope);

function scopeOf({ device, place, pin, employee }: z.output<typeof scopeShape>): RosterScope {
  const scopes: RosterScope[] = [
    ...(device === undefined ? [] : [{ kind: 'device', serialNumber: device } as const]),
    ...(place === undefined ? [] : [{ kind: 'place', place } as const]),
    ...(pin === undefined ? [] : [{ kind: 'pin', pin } as const]),
    ...(employee === undefined ? [] : [{ kind: 'employee', employee } as const]),
  ];
  if (scopes.length > 1) throw apiError('API_INVALID', 'only one of device, place, pin, employee may choose');
  return scopes[0] ?? { kind: 'all' };
}

const count = z.number();
const stranger = z.object({ serialNumber: shapes.serialNumber, pin: z.string(), isAdministrator: z.boolean() });

export const rosterRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/roster',
    id: 'getRosterStatus',
    summary: 'How rosters stand: progress, forecast, what is stuck, who left and may still be somewhere',
    permission: 'read',
    params: shapes.nothing,
    query: scopeShape,
    reply: z.object({
      terminals: z.array(
        z.object({
          serialNumber: shapes.serialNumber,
          persons: count,
          settled: count,
          underWay: count,
          stuck: count,
          openBytes: count,
          oldestOpenAt: shapes.maybeInstant,
          forecastSeconds: count.nullable(),
        }),
      ),
      drift: z.array(shapes.cell),
      risks: z.array(shapes.cell),
      changesWaiting: count,
    }),
    async run({ query }, ctx) {
      const { terminals, drift, risks, marks } = await rosterStatus(ctx, scopeOf(query));
      return {
        terminals: terminals.map(({ serialNumber, persons, progress, openBytes, oldestOpenAt, forecastSeconds }) => ({
          ...{ serialNumber, persons, openBytes },
          settled: progress.settled,
          underWay: progress.underWay,
          stuck: progress.stuck,
          oldestOpenAt: maybeIso(oldestOpenAt),
          forecastSeconds: forecastSeconds ?? null,
        })),
        drift: drift.map(({ cell, items }) => cellReply({ ...cell, items })),
        risks: risks.map(cellReply),
        changesWaiting: marks,
      };
    },
  }),
  route({
    method: 'get',
    path: '/roster/plan',
    id: 'planRoster',
    summary: 'What would be sent and deleted; changes nothing',
    permission: 'read',
    params: shapes.nothing,
    query: scopeShape.extend({ retry: z.enum(['true', 'false']).default('false') }),
    reply: z.object({
      items: z.array(
        z.object({
          serialNumber: shapes.serialNumber,
          pin: z.string(),
          commands: z.array(z.object({ kind: z.string(), bytes: count })),
          cancels: count,
          problems: z.array(z.object({ key: z.string(), reason: z.string(), detail: shapes.text })),
        }),
      ),
    }),
    async run({ query: { retry, ...scope } }, ctx) {
      const planned = await planRosters(ctx, scopeOf(scope), { isRetry: retry === 'true' });
      const items = planned.map(({ cell, plan }) => ({
        serialNumber: cell.terminal.serialNumber,
        pin: cell.person.pin,
        commands: plan.commands.map(({ kind, bytes }) => ({ kind, bytes })),
        cancels: plan.cancel.length,
        problems: plan.changes.flatMap(({ key, item }) =>
          item?.reason === undefined ? [] : [{ key, reason: item.reason, detail: item.detail ?? null }],
        ),
      }));
      return { items };
    },
  }),
  route({
    method: 'post',
    path: '/roster/apply',
    id: 'applyRoster',
    summary: 'Queue what has to be sent and deleted. prune deletes users nobody here accounts for, and needs people',
    permission: 'roster',
    params: shapes.nothing,
    query: shapes.nothing,
    body: scopeShape.extend({
      retry: z.boolean().default(false).describe('Also what failed and is not tried any more'),
      prune: z.boolean().default(false),
    }),
    reply: z.object({ cells: count, commands: count, pruned: count, strangers: z.array(stranger) }),
    status: 202,
    async run({ body: { retry, prune: isPruning, ...scope } }, ctx) {
      if (isPruning) ctx.demand('people');
      const plans = isPruning ? await planPrunes(ctx, ctx.caller, scopeOf(scope)) : [];
      const { cells, commands } = await applyRosters(ctx, scopeOf(scope), { isRetry: retry });
      const strangers = plans.flatMap(({ serialNumber, remove, keep }) => [
        ...remove.map(({ pin }) => ({ serialNumber, pin, isAdministrator: false })),
        ...keep.map(({ pin }) => ({ serialNumber, pin, isAdministrator: true })),
      ]);
      return { cells, commands, pruned: await prune(ctx, plans), strangers };
    },
  }),
];
