import { z } from 'zod';
import { asPin, asPunchId, type Instant } from '@biolistener/core';
import type { PunchFilter, Store, StoredPunch } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import { punchReply, punchTraceReply } from '../replies.ts';
import { route, type AnyRoute } from '../route.ts';
import * as shapes from '../shapes.ts';
import { getTerminal } from '../work/index.ts';

/** Where a page ended: the instant, and how many of that very instant were told already. */
interface Position {
  readonly to: Instant;
  readonly told: number;
}

function readCursor(text: string): Position {
  const [, to, told] = /^(\d{1,15})\.(\d{1,5})$/.exec(text) ?? [];
  if (to === undefined) throw apiError('API_INVALID', 'cursor: is none of ours');
  return { to: Number(to), told: Number(told) };
}

async function pageOf(store: Store, filter: Omit<PunchFilter, 'limit'>, limit: number, from: Position | undefined) {
  const told = from?.told ?? 0;
  const found = await store.listPunches({ ...filter, ...(from && { to: from.to }), limit: limit + told + 1 });
  const items = found.slice(told, told + limit);
  const last = items.at(-1);
  const next =
    last === undefined || found.length <= told + limit ? null : cursorAfter(found.slice(0, told + limit), last);
  return { items, next };
}

const cursorAfter = (told: readonly StoredPunch[], last: StoredPunch): string =>
  `${last.instant}.${told.filter((one) => one.instant === last.instant).length}`;

export const punchRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/punches',
    id: 'listPunches',
    summary: 'Punches as terminals reported them, newest first',
    permission: 'read',
    params: shapes.nothing,
    query: z.strictObject({
      ...shapes.paging,
      terminal: shapes.serialNumber.optional(),
      pin: shapes.pin.optional(),
      from: shapes.instant.optional(),
      to: shapes.instant.optional(),
    }),
    reply: shapes.page(shapes.punch),
    async run({ query: { limit, cursor, terminal, pin, from, to } }, { store }) {
      const serialNumber = terminal === undefined ? undefined : (await getTerminal(store, terminal)).serialNumber;
      const filter = {
        ...(serialNumber === undefined ? {} : { serialNumber }),
        ...(pin === undefined ? {} : { pin: asPin(pin) }),
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      };
      const { items, next } = await pageOf(store, filter, limit, cursor === undefined ? undefined : readCursor(cursor));
      return { items: items.map(punchReply), next };
    },
  }),
  route({
    method: 'get',
    path: '/punches/{id}',
    id: 'tracePunch',
    summary: 'One punch with its whole way to each site',
    permission: 'read',
    params: z.object({ id: shapes.punchId }),
    query: shapes.nothing,
    reply: shapes.punchTrace,
    async run({ params: { id } }, { store }) {
      const punch = await store.findPunch(asPunchId(id));
      if (!punch) throw apiError('API_PUNCH_UNKNOWN', `no punch ${id} is stored`);
      return punchTraceReply(punch, await store.tracePunch(punch.id), await store.listTargets());
    },
  }),
];
