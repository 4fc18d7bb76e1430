import { z } from 'zod';
import { asPin, type LocalDate } from '@biolistener/core';
import { apiError } from '../../errors.ts';
import { cellReply, photoReply, templateReply, userReply } from '../replies.ts';
import { route, type AnyRoute, type CallContext } from '../route.ts';
import * as shapes from '../shapes.ts';
import {
  addPerson,
  assignPerson,
  changePerson,
  endPerson,
  erasePin,
  getTerminal,
  unassignPerson,
  viewPerson,
  type PersonWords,
} from '../work/index.ts';

const params = z.object({ pin: shapes.pin });
const card = z.string().regex(/^\d{1,20}$/);
const words = {
  name: shapes.label.nullish(),
  employee: shapes.label.nullish(),
  card: card.nullish().describe('Card number, decimal; is never told back'),
  isAdministrator: z.boolean().optional(),
  isEverywhere: z.boolean().optional(),
  validFrom: shapes.day.nullish(),
  validTo: shapes.day.nullish(),
};

function wordsOf(body: z.output<z.ZodObject<typeof words>>): PersonWords {
  const { name, employee, card: number, isAdministrator, isEverywhere, validFrom, validTo } = body;
  if (typeof validFrom === 'string' && typeof validTo === 'string' && validTo < validFrom)
    throw apiError('API_INVALID', 'validTo: must not be before validFrom');
  return {
    ...(name === undefined ? {} : { name }),
    ...(employee === undefined ? {} : { employee }),
    ...(number === undefined ? {} : { card: number }),
    ...(isAdministrator === undefined ? {} : { isAdministrator }),
    ...(isEverywhere === undefined ? {} : { isEverywhere }),
    ...(validFrom === undefined ? {} : { validFrom: validFrom as LocalDate | null }), // the schema took only days
    ...(validTo === undefined ? {} : { validTo: validTo as LocalDate | null }),
  };
}

async function details(ctx: CallContext, pin: string) {
  const { person, assignments, cells } = await viewPerson(ctx, pin);
  return { ...userReply(person), assignments, cells: cells.map(cellReply) };
}

const where = z
  .strictObject({ serialNumbers: z.array(shapes.serialNumber).max(1000).optional(), place: shapes.label.optional() })
  .refine(({ serialNumbers, place }) => (serialNumbers ?? []).length > 0 || place !== undefined, {
    message: 'serialNumbers or place must say where',
  });

const whereOf = ({ serialNumbers, place }: z.output<typeof where>) => ({
  ...(serialNumbers === undefined ? {} : { serialNumbers }),
  ...(place === undefined ? {} : { place }),
});

export const userRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/users',
    id: 'listUsers',
    summary: 'People on terminals',
    permission: 'read',
    params: shapes.nothing,
    query: z.strictObject({
      ...shapes.paging,
      state: z.enum(['active', 'left']).default('active'),
      text: z.string().max(140).optional().describe('Part of name, PIN or employee'),
      employee: shapes.label.optional(),
      terminal: shapes.serialNumber.optional(),
    }),
    reply: shapes.page(shapes.user),
    async run({ query: { limit, cursor, state, text, employee, terminal } }, { store }) {
      if (cursor !== undefined && !/^\d{1,16}$/.test(cursor)) throw apiError('API_INVALID', 'cursor: is none of ours');
      const serialNumber = terminal === undefined ? undefined : (await getTerminal(store, terminal)).serialNumber;
      const found = await store.listPersons({
        state,
        limit: limit + 1,
        ...(text === undefined ? {} : { text }),
        ...(employee === undefined ? {} : { employee }),
        ...(serialNumber === undefined ? {} : { serialNumber }),
        ...(cursor === undefined ? {} : { afterId: cursor }),
      });
      const items = found.slice(0, limit);
      return { items: items.map(userReply), next: found.length > limit ? items.at(-1)?.id : null };
    },
  }),
  route({
    method: 'get',
    path: '/users/{pin}',
    id: 'getUser',
    summary: 'One person, and what each terminal has of them',
    permission: 'read',
    params,
    query: shapes.nothing,
    reply: shapes.userDetails,
    run: ({ params: { pin } }, ctx) => details(ctx, pin),
  }),
  route({
    method: 'post',
    path: '/users',
    id: 'addUser',
    summary: 'Make a new person known',
    permission: 'people',
    params: shapes.nothing,
    query: shapes.nothing,
    body: z.strictObject({
      ...words,
      pin: shapes.pin,
      serialNumbers: z.array(shapes.serialNumber).max(1000).optional(),
    }),
    reply: shapes.userDetails,
    status: 201,
    async run({ body: { pin, serialNumbers, ...body } }, ctx) {
      await addPerson(ctx, ctx.caller, asPin(pin), wordsOf(body), serialNumbers);
      return details(ctx, pin);
    },
  }),
  route({
    method: 'patch',
    path: '/users/{pin}',
    id: 'changeUser',
    summary: 'Change a person; null forgets. What Desk decided stays, and is named',
    permission: 'people',
    params,
    query: shapes.nothing,
    body: z.strictObject(words),
    reply: shapes.userDetails.extend({ keptByDesk: z.array(z.string()) }),
    async run({ params: { pin }, body }, ctx) {
      const { keptByDesk } = await changePerson(ctx, ctx.caller, pin, wordsOf(body));
      return { ...(await details(ctx, pin)), keptByDesk };
    },
  }),
  route({
    method: 'post',
    path: '/users/{pin}/leave',
    id: 'endUser',
    summary: 'The person left: removed everywhere, the PIN is free',
    permission: 'people',
    params,
    query: shapes.nothing,
    reply: shapes.user,
    run: async ({ params: { pin } }, ctx) => userReply(await endPerson(ctx, ctx.caller, pin)),
  }),
  ...(['assign', 'unassign'] as const).map((what) =>
    route({
      method: 'post',
      path: `/users/{pin}/${what}`,
      id: `${what}User`,
      summary: what === 'assign' ? 'Put a person on terminals' : 'Take a person off terminals',
      permission: 'people',
      params,
      query: shapes.nothing,
      body: where,
      reply: shapes.userDetails,
      async run({ params: { pin }, body }, ctx) {
        const act = what === 'assign' ? assignPerson : unassignPerson;
        await act(ctx, ctx.caller, pin, whereOf(body));
        return details(ctx, pin);
      },
    }),
  ),
  route({
    method: 'get',
    path: '/users/{pin}/templates',
    id: 'listTemplates',
    summary: 'Templates and pictures of a PIN, without their bytes',
    permission: 'read',
    params,
    query: shapes.nothing,
    reply: z.object({ items: z.array(shapes.template) }),
    async run({ params: { pin } }, { store }) {
      const [templates, photos] = await Promise.all([store.templatesOf(asPin(pin)), store.photosOf(asPin(pin))]);
      return { items: [...templates.map(templateReply), ...photos.map(photoReply)] };
    },
  }),
  route({
    method: 'delete',
    path: '/users/{pin}/templates',
    id: 'eraseTemplates',
    summary: 'Erase templates, pictures and passwords of a PIN for good; the reply is the certificate',
    permission: 'erase',
    params,
    query: z.strictObject({ confirm: shapes.pin.describe('The PIN once more') }),
    reply: z.object({
      what: z.literal('biolistener-erasure'),
      erasedAt: shapes.instant,
      erasedBy: z.string(),
      person: z.object({ pin: z.string(), id: z.string().optional(), employee: z.string().optional() }),
      erased: z.object({
        templates: z.number(),
        photos: z.number(),
        passwords: z.number(),
        historyRows: z.number(),
      }),
      digests: z.array(z.string()),
      keyIds: z.array(z.string()),
      stillAt: z.array(z.string()),
      seal: z.string(),
    }),
    async run({ params: { pin }, query: { confirm } }, ctx) {
      if (confirm !== pin) throw apiError('API_INVALID', 'confirm: must be the PIN once more');
      return erasePin(ctx, ctx.caller, pin, ctx.keyIds());
    },
  }),
];
