import {
  createToken,
  permissionsOf,
  tokenSetting,
  tokensIn,
  type ApiToken,
  type ExtraPermission,
  type TokenRole,
} from '@biolistener/security';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { print, printable, table, utc } from '../output.ts';
import { nearest } from '../parse/nearest.ts';
import { actorHere } from '../services/actor.ts';
import { confirm } from '../services/confirm.ts';
import { withStore } from '../services/with-store.ts';

interface Json {
  readonly json?: boolean;
}

export interface CreateOptions extends Json {
  readonly role?: TokenRole;
  readonly allow?: readonly ExtraPermission[];
  readonly days?: string;
}

const DAY_MS = 86_400_000;

/** The text of the token goes to standard output, once, and nowhere else. */
export async function makeToken(name: string, options: CreateOptions): Promise<void> {
  assertName(name);
  const expiresAt = options.days === undefined ? undefined : Date.now() + daysOf(options.days) * DAY_MS;
  await withStore(async ({ store, settings }) => {
    const tokens = tokensIn(await store.listSettings());
    if (tokens.some((one) => one.name === name))
      throw new CommandFailure(`there is a token ${name} already`, EXIT.refused, `biolistener token revoke ${name}`);
    const { text, token, value } = createToken({
      name,
      role: options.role ?? 'viewer',
      extra: [...new Set(options.allow)],
      createdAt: Date.now(),
      createdBy: actorHere(),
      expiresAt,
    });
    await store.setSetting(tokenSetting(token.id), value, actorHere());
    print(options, { ...viewOf(token), token: text }, () =>
      [
        text,
        '',
        `This is shown once. ${name} may: ${[...permissionsOf(token)].join(', ')}.`,
        `Try it: curl -H "Authorization: Bearer <token>" http://${settings.apiHost}:${settings.apiPort}/api/v1/terminals`,
      ].join('\n'),
    );
  });
}

function assertName(name: string): void {
  if (/^[A-Za-z][\w.-]{0,63}$/.test(name)) return;
  throw new CommandFailure(
    `${JSON.stringify(name.slice(0, 80))} cannot be a name`,
    EXIT.usage,
    'A name has up to 64 letters, digits, dots, dashes, and begins with a letter.',
  );
}

function daysOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new CommandFailure('--days must be a whole number from 1 to 9999', EXIT.usage);
}

const viewOf = (token: ApiToken): object => ({
  ...token,
  expiresAt: token.expiresAt ?? null,
  permissions: [...permissionsOf(token)],
});

export async function listTokens(options: Json): Promise<void> {
  await withStore(async ({ store }) => {
    const tokens = tokensIn(await store.listSettings());
    print(options, tokens.map(viewOf), () =>
      table(
        tokens,
        [
          { title: 'id', value: (one) => one.id },
          { title: 'name', value: (one) => one.name },
          { title: 'role', value: (one) => one.role },
          { title: 'also', value: (one) => (one.extra.length === 0 ? undefined : one.extra.join(', ')) },
          { title: 'made', value: (one) => `${utc(one.createdAt)} by ${one.createdBy}` },
          { title: 'until', value: (one) => untilText(one, Date.now()) },
        ],
        'Nobody may use the API yet: biolistener token create <name>',
      ),
    );
  });
}

const untilText = ({ expiresAt }: ApiToken, now: number): string =>
  expiresAt === undefined ? 'revoked' : expiresAt <= now ? `${utc(expiresAt)}, over` : utc(expiresAt);

export async function revokeToken(text: string, options: Json & { readonly yes?: boolean }): Promise<void> {
  await withStore(async ({ store }) => {
    const tokens = tokensIn(await store.listSettings());
    const token = tokens.find((one) => one.name === text || one.id === text);
    if (!token) throw unknown(text, tokens);
    await confirm(`Whoever uses the token ${token.name} is shut out.`, options);
    await store.setSetting(tokenSetting(token.id), null, actorHere());
    print(options, viewOf(token), () => `The token ${token.name} (${token.id}) is worthless from now on.`);
  });
}

function unknown(text: string, tokens: readonly ApiToken[]): CommandFailure {
  const near = nearest(
    text,
    tokens.map(({ name }) => name),
    3,
  );
  const advice = near.length > 0 ? `Did you mean ${near.join(', ')}?` : '`biolistener token list` shows them.';
  return new CommandFailure(`there is no token ${printable(text)}`, EXIT.notFound, advice);
}
