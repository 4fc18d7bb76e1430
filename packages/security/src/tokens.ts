import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digestOf, type Instant, type JsonObject } from '@biolistener/core';

/** What the holder of a token may do. Every route of the API needs one of these. */
export const PERMISSIONS = ['read', 'commands', 'roster', 'people', 'terminals', 'door.open', 'erase'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Opening doors and erasing come with no role: they are given one by one. */
export const EXTRA_PERMISSIONS = ['door.open', 'erase'] as const satisfies readonly Permission[];
export type ExtraPermission = (typeof EXTRA_PERMISSIONS)[number];

/** viewer looks. operator keeps terminals going. manager decides about people and terminals too. */
export const TOKEN_ROLES = {
  viewer: ['read'],
  operator: ['read', 'commands', 'roster'],
  manager: ['read', 'commands', 'roster', 'people', 'terminals'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;
export type TokenRole = keyof typeof TOKEN_ROLES;

/** A token as it is stored: without the token itself, which nobody can get back. */
export interface ApiToken {
  /** 8 hex digits, the part of the token that is no secret. */
  readonly id: string;
  /** Goes into the audit as `api:<name>`. */
  readonly name: string;
  readonly role: TokenRole;
  readonly extra: readonly ExtraPermission[];
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly expiresAt: Instant | undefined;
}

export const permissionsOf = ({ role, extra }: Pick<ApiToken, 'role' | 'extra'>): ReadonlySet<Permission> =>
  new Set<Permission>([...TOKEN_ROLES[role], ...extra]);

const SETTING = 'api.token.';
/** Key of the store's settings under which a token is kept. */
export const tokenSetting = (id: string): string => `${SETTING}${id}`;

/** `bl_<id>_<43 signs>`: what begins so is found in logs and files by people who look for secrets that leaked. */
const FORM = /^bl_([0-9a-f]{8})_[\w-]{43}$/;

export interface NewToken {
  /** Shown once. */
  readonly text: string;
  readonly token: ApiToken;
  /** For the store's settings. */
  readonly value: JsonObject;
}

/** Makes a token of 256 random bits. Only their digest is stored: there is nothing to guess that a slow hash would guard. */
export function createToken(words: Omit<ApiToken, 'id'>): NewToken {
  const id = randomBytes(4).toString('hex');
  const text = `bl_${id}_${randomBytes(32).toString('base64url')}`;
  const { expiresAt, extra, ...rest } = words;
  const value = { ...rest, extra: [...extra], expiresAt: expiresAt ?? null, digest: digestOf(text) };
  return { text, token: { id, ...words }, value };
}

interface Setting {
  readonly key: string;
  readonly value: unknown;
}

/** Tokens among the settings of the store; what is no token is left out. */
export const tokensIn = (rows: readonly Setting[]): ApiToken[] => rows.flatMap((row) => readRow(row)?.token ?? []);

/**
 * The token that a request brought, unless it is unknown or out of date. Takes the same time whichever digit is wrong.
 */
export function findToken(rows: readonly Setting[], text: string, now: Instant): ApiToken | undefined {
  const [, id] = FORM.exec(text) ?? [];
  const row = id === undefined ? undefined : rows.find(({ key }) => key === tokenSetting(id));
  const read = row && readRow(row);
  if (!read || !isSame(read.digest, digestOf(text))) return undefined;
  const { expiresAt } = read.token;
  return expiresAt !== undefined && expiresAt <= now ? undefined : read.token;
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function readRow({ key, value }: Setting): { readonly token: ApiToken; readonly digest: string } | undefined {
  if (!key.startsWith(SETTING) || typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { name, role, extra, createdAt, createdBy, expiresAt, digest } = fields;
  if (typeof name !== 'string' || typeof digest !== 'string' || !isRole(role)) return undefined;
  const token: ApiToken = {
    id: key.slice(SETTING.length),
    name,
    role,
    extra: Array.isArray(extra) ? extra.filter(isExtra) : [],
    createdAt: typeof createdAt === 'number' ? createdAt : 0,
    createdBy: typeof createdBy === 'string' ? createdBy : '',
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
  };
  return { token, digest };
}

const isRole = (role: unknown): role is TokenRole => typeof role === 'string' && Object.hasOwn(TOKEN_ROLES, role);
const isExtra = (extra: unknown): extra is ExtraPermission => EXTRA_PERMISSIONS.some((one) => one === extra);
