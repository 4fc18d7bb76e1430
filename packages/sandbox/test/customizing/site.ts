import { type ProfileName, type Sandbox, type SandboxOptions, startSandbox } from '../../src/index.ts';
import { type Ask, type Client, clientOf, resource, type Told } from '../client.ts';

export const PROFILES = ['v14', 'v15', 'v16'] as const;

/** `status`, `exc_type` and the first message: what most refusals are told apart by. */
export const outcome = (told: Told): unknown[] => [told.status, told.json['exc_type'], told.messages[0]?.message];

type Row = Readonly<Record<string, unknown>>;

/** Every flag said: only what is listed is granted (contract, trap 11). */
export function rule(role: string, granted: string, more: Row = {}): Row {
  const all = 'select read write create delete submit cancel amend report export import share print email'.split(' ');
  return {
    role,
    permlevel: 0,
    ...Object.fromEntries(all.map((flag) => [flag, granted.includes(flag) ? 1 : 0])),
    ...more,
  };
}

/** A DocType as a program would post it. */
export const doctype = (name: string, fields: readonly Row[], more: Row = {}): Row => ({
  name,
  module: 'Custom',
  custom: 1,
  fields,
  permissions: [rule('System Manager', 'read write create delete')],
  ...more,
});

export const data = (fieldname: string, more: Row = {}): Row => ({
  fieldname,
  label: fieldname.charAt(0).toUpperCase() + fieldname.slice(1).replace(/_/g, ' '),
  fieldtype: 'Data',
  ...more,
});

/** A sandbox with a client, and short words for what tests do most. */
export async function openSite(profile: ProfileName = 'v15', options: SandboxOptions = {}) {
  const site: Sandbox = await startSandbox({ port: 0, employees: 2, profile, ...options });
  const ask: Client = clientOf(site.url);
  const post = (type: string, body: unknown, more: Ask = {}): Promise<Told> => ask(resource(type), { body, ...more });
  const put = (type: string, name: string, body: unknown, more: Ask = {}): Promise<Told> =>
    ask(resource(type, name), { method: 'PUT', body, ...more });
  const get = (type: string, name: string, more: Ask = {}): Promise<Told> => ask(resource(type, name), more);
  const remove = (type: string, name: string, more: Ask = {}): Promise<Told> =>
    ask(resource(type, name), { method: 'DELETE', ...more });
  const call = (method: string, body: unknown, more: Ask = {}): Promise<Told> =>
    ask(`/api/method/${method}`, { body, ...more });
  return { site, ask, post, put, get, remove, call };
}

export type Site = Awaited<ReturnType<typeof openSite>>;
