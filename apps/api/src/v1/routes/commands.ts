import { z } from 'zod';
import { asPin, type JsonObject } from '@biolistener/core';
import type { Permission } from '@biolistener/security';
import { COMMAND_STATES } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import { commandReply } from '../replies.ts';
import { route, type AnyRoute } from '../route.ts';
import * as shapes from '../shapes.ts';
import {
  askCommand,
  ASKED_KINDS,
  cancelCommand,
  getCommand,
  getTerminal,
  isAskedKind,
  retryCommand,
  type AskedKind,
} from '../work/index.ts';

/** What a kind needs besides; everything else comes with `commands`. */
const NEEDS: Readonly<Partial<Record<AskedKind, Permission>>> = {
  'door.open': 'door.open',
  'user.delete': 'people',
  'logs.clear': 'terminals',
  raw: 'terminals',
};

const permissionFor = (kind: string): Permission => (isAskedKind(kind) ? (NEEDS[kind] ?? 'commands') : 'commands');

const params = z.object({ id: shapes.commandId });
const parameters = z
  .record(z.string().max(40), z.union([z.string().max(2000), z.number(), z.boolean()]))
  .default({})
  .describe('By kind: pin, from, to, what, kind, no, overwrite, card, text; docs/api.md has the table');

export const commandRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/commands',
    id: 'listCommands',
    summary: 'Commands to terminals, newest first',
    permission: 'read',
    params: shapes.nothing,
    query: z.strictObject({
      ...shapes.paging,
      terminal: shapes.serialNumber.optional(),
      pin: shapes.pin.optional(),
      state: z.enum(COMMAND_STATES).optional(),
      origin: z.enum(['roster', 'desk', 'cli', 'api', 'service']).optional(),
    }),
    reply: shapes.page(shapes.command),
    async run({ query: { limit, cursor, terminal, pin, state, origin } }, { store }) {
      if (cursor !== undefined && !/^\d{1,16}$/.test(cursor)) throw apiError('API_INVALID', 'cursor: is none of ours');
      const serialNumber = terminal === undefined ? undefined : (await getTerminal(store, terminal)).serialNumber;
      const found = await store.listCommands({
        limit: limit + 1,
        ...(serialNumber === undefined ? {} : { serialNumber }),
        ...(pin === undefined ? {} : { pin: asPin(pin) }),
        ...(state === undefined ? {} : { states: [state] }),
        ...(origin === undefined ? {} : { origin }),
        ...(cursor === undefined ? {} : { beforeId: cursor }),
      });
      const items = found.slice(0, limit);
      return { items: items.map(commandReply), next: found.length > limit ? items.at(-1)?.id : null };
    },
  }),
  route({
    method: 'get',
    path: '/commands/{id}',
    id: 'getCommand',
    summary: 'One command and what became of it',
    permission: 'read',
    params,
    query: shapes.nothing,
    reply: shapes.command,
    run: async ({ params: { id } }, { store }) => commandReply(await getCommand(store, id)),
  }),
  route({
    method: 'post',
    path: '/commands',
    id: 'sendCommand',
    summary:
      'Ask a terminal to do something. door.open needs that permission; user.delete needs people, logs.clear and raw need terminals',
    permission: 'read',
    params: shapes.nothing,
    query: shapes.nothing,
    body: z.strictObject({ serialNumber: shapes.serialNumber, kind: z.enum(ASKED_KINDS), parameters }),
    reply: shapes.command.extend({ isMerged: z.boolean().describe('The same waited there already') }),
    status: 202,
    async run({ body }, ctx) {
      ctx.demand(permissionFor(body.kind));
      const given: JsonObject = body.parameters;
      const { command, isMerged } = await askCommand(ctx, ctx.caller, body.serialNumber, body.kind, given);
      return { ...commandReply(command), isMerged };
    },
  }),
  route({
    method: 'post',
    path: '/commands/{id}/retry',
    id: 'retryCommand',
    summary: 'Ask again, as a new command, for what failed',
    permission: 'read',
    params,
    query: shapes.nothing,
    reply: shapes.command,
    status: 202,
    async run({ params: { id } }, ctx) {
      ctx.demand(permissionFor((await getCommand(ctx.store, id)).kind));
      return commandReply(await retryCommand(ctx, ctx.caller, id));
    },
  }),
  route({
    method: 'post',
    path: '/commands/{id}/cancel',
    id: 'cancelCommand',
    summary: 'Take back what is open',
    permission: 'commands',
    params,
    query: shapes.nothing,
    reply: shapes.command,
    run: async ({ params: { id } }, ctx) => commandReply(await cancelCommand(ctx, ctx.caller, id)),
  }),
];
