import { z } from 'zod';
import { asSerialNumber, isZone } from '@biolistener/core';
import { viewOf } from '@biolistener/roster';
import type { TerminalChange, TerminalListing } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import { terminalDetailsReply, terminalReply } from '../replies.ts';
import { route, type AnyRoute, type CallContext } from '../route.ts';
import * as shapes from '../shapes.ts';
import { getTerminal } from '../work/index.ts';

const params = z.object({ serialNumber: shapes.serialNumber });
const zone = z.string().refine(isZone, 'must be an IANA zone such as Asia/Kolkata').describe('Zone of its wall');
const changes = {
  name: shapes.label.nullish(),
  place: shapes.label.nullish(),
  deviceId: shapes.label.nullish(),
  role: z.enum(['in', 'out', 'both']).optional(),
  zone: zone.optional(),
  isSyncOff: z.boolean().optional().describe('Nobody is put on it or taken off it'),
};

const details = (one: TerminalListing, { rulesOf }: CallContext) =>
  terminalDetailsReply(one, rulesOf(one.brand)?.abilities(viewOf(one)).commands ?? []);

/** Only what was said; `null` forgets. */
function settingsOf(body: z.output<z.ZodObject<typeof changes>>): NonNullable<TerminalChange['settings']> {
  const { name, place, deviceId, role, zone: wall, isSyncOff } = body;
  return {
    ...(name === undefined ? {} : { name }),
    ...(place === undefined ? {} : { place }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(role === undefined ? {} : { role }),
    ...(wall === undefined ? {} : { zone: wall }),
    ...(isSyncOff === undefined ? {} : { isSyncOff }),
  };
}

async function change(serial: string, wanted: TerminalChange, ctx: CallContext) {
  const before = await getTerminal(ctx.store, serial);
  await ctx.store.changeTerminal(before.serialNumber, wanted, ctx.caller.actor);
  return details(await getTerminal(ctx.store, serial), ctx);
}

export const terminalRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/terminals',
    id: 'listTerminals',
    summary: 'Terminals by serial number',
    permission: 'read',
    params: shapes.nothing,
    query: z.strictObject({
      ...shapes.paging,
      status: z.enum(['pending', 'approved', 'blocked']).optional(),
      place: shapes.label.optional(),
    }),
    reply: shapes.page(shapes.terminal),
    async run({ query: { status, place, limit, cursor = '' } }, { store }) {
      const all = await store.listTerminals(status === undefined ? {} : { status });
      const fitting = all
        .filter((one) => (place === undefined || one.place === place) && one.serialNumber > cursor)
        .toSorted((a, b) => (a.serialNumber < b.serialNumber ? -1 : 1));
      const items = fitting.slice(0, limit);
      return { items: items.map(terminalReply), next: fitting.length > limit ? items.at(-1)?.serialNumber : null };
    },
  }),
  route({
    method: 'get',
    path: '/terminals/{serialNumber}',
    id: 'getTerminal',
    summary: 'One terminal, with what it can be asked',
    permission: 'read',
    params,
    query: shapes.nothing,
    reply: shapes.terminalDetails,
    run: async ({ params: { serialNumber } }, ctx) => details(await getTerminal(ctx.store, serialNumber), ctx),
  }),
  route({
    method: 'post',
    path: '/terminals/{serialNumber}/approve',
    id: 'approveTerminal',
    summary: 'Take what it sends from now on, and what was kept of it',
    permission: 'terminals',
    params,
    query: shapes.nothing,
    body: z.strictObject({
      ...changes,
      brand: z.string().max(40).optional().describe('Needed for one that never called'),
    }),
    reply: shapes.terminalDetails,
    async run({ params: { serialNumber }, body }, ctx) {
      const { store, caller, rulesOf } = ctx;
      const known = await store.findTerminal(asSerialNumber(serialNumber));
      if (!known && body.brand === undefined) await getTerminal(store, serialNumber);
      if (body.brand !== undefined && !rulesOf(body.brand))
        throw apiError('API_INVALID', `nobody here speaks the brand ${body.brand}`);
      if (body.zone === undefined && known?.zone === undefined)
        throw apiError('API_INVALID', 'zone: a terminal that has none yet needs one to be approved');
      const wanted = { status: 'approved', settings: settingsOf(body) } as const;
      await store.changeTerminal(asSerialNumber(serialNumber), wanted, caller.actor, body.brand);
      return details(await getTerminal(store, serialNumber), ctx);
    },
  }),
  route({
    method: 'post',
    path: '/terminals/{serialNumber}/block',
    id: 'blockTerminal',
    summary: 'Take nothing of it any more',
    permission: 'terminals',
    params,
    query: shapes.nothing,
    reply: shapes.terminalDetails,
    run: ({ params: { serialNumber } }, ctx) => change(serialNumber, { status: 'blocked' }, ctx),
  }),
  route({
    method: 'patch',
    path: '/terminals/{serialNumber}',
    id: 'changeTerminal',
    summary: 'Change name, zone, role, place; null forgets',
    permission: 'terminals',
    params,
    query: shapes.nothing,
    body: z.strictObject(changes),
    reply: shapes.terminalDetails,
    run: ({ params: { serialNumber }, body }, ctx) => change(serialNumber, { settings: settingsOf(body) }, ctx),
  }),
];
