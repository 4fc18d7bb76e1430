import { allow, field, type Meta } from '../src/index.ts';

/** A DocType that has one of each: contract cases about "X" are asked of it. */
export const TEST_DOCTYPES: readonly Meta[] = [
  {
    name: 'Thing',
    app: 'frappe',
    module: 'Core',
    autoname: 'field:serial',
    fields: [
      field('serial', 'Data', { reqd: true, unique: true }),
      field('title', 'Data', { reqd: true }),
      field('kind', 'Select', { options: '\nA\nB' }),
      field('role', 'Link', { options: 'Role' }),
      field('at', 'Datetime'),
      field('clock', 'Time'),
      field('secret', 'Password'),
      field('last_seen', 'Data'),
      field('size', 'Int'),
      field('rows', 'Table', { options: 'Thing Row' }),
    ],
    permissions: [allow('System Manager', 'all'), allow('HR User', ['read'])],
  },
  {
    name: 'Thing Row',
    app: 'frappe',
    module: 'Core',
    autoname: 'hash',
    isTable: true,
    fields: [field('part', 'Data', { reqd: true }), field('amount', 'Int'), field('note', 'Data')],
    permissions: [],
  },
];

export interface Ask {
  readonly method?: string;
  /** Key and secret in one; '' sends no header. */
  readonly as?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON body; empty when it is none. */
  readonly json: Record<string, unknown>;
  /** A value inside the body: `data.rows.0.name`. */
  readonly at: (path: string) => unknown;
  /** `_server_messages`, decoded twice. */
  readonly messages: readonly { message: string; title: string }[];
}

const isJson = (response: Response): boolean => response.headers.get('content-type') === 'application/json';

function dig(tree: unknown, path: string): unknown {
  let value = tree;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[step]; // an object or an array: both are read by key
  }
  return value;
}

/** Asks a sandbox as one of its users; `sandbox` unless told. */
export function clientOf(url: string) {
  return async (path: string, ask: Ask = {}): Promise<Told> => {
    const { as = 'sandbox', body, raw, headers = {} } = ask;
    const response = await fetch(url + path, {
      method: ask.method ?? (body === undefined && raw === undefined ? 'GET' : 'POST'),
      headers: {
        Accept: 'application/json',
        ...(as === '' ? {} : { Authorization: `token ${as}:${as}` }),
        ...(body === undefined && raw === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined && raw === undefined ? {} : { body: raw ?? JSON.stringify(body) }),
      ...(ask.signal ? { signal: ask.signal } : {}),
    });
    const text = await response.text();
    const json = isJson(response) ? (JSON.parse(text) as Told['json']) : {};
    const packed = JSON.parse((json['_server_messages'] as string | undefined) ?? '[]') as string[];
    const messages = packed.map((line) => JSON.parse(line) as { message: string; title: string });
    return { status: response.status, headers: response.headers, text, json, at: (path) => dig(json, path), messages };
  };
}

export type Client = ReturnType<typeof clientOf>;

/** `/api/resource/…` with encoded parts and a query of JSON values. */
export function resource(doctype: string, name?: string, query: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const tail = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `/api/resource/${encodeURIComponent(doctype)}${tail}${search.size > 0 ? `?${search.toString()}` : ''}`;
}

export const CHECKIN_METHODS = '/api/method/hrms.hr.doctype.employee_checkin.employee_checkin';
export const ADD_LOG = `${CHECKIN_METHODS}.add_log_based_on_employee_field`;
