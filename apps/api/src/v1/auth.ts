import { findToken, permissionsOf, type ApiToken, type Permission } from '@biolistener/security';
import type { SettingRow, Store } from '@biolistener/store';
import { apiError } from '../errors.ts';
import type { Caller } from './route.ts';

/** Settings in memory, read again when somebody changed something: a token that was revoked ends with the next request. */
export class Tokens {
  readonly #store: Pick<Store, 'revision' | 'listSettings'>;
  readonly #now: () => number;
  #revision = -1;
  #rows: readonly SettingRow[] = [];

  constructor(store: Pick<Store, 'revision' | 'listSettings'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Errors: API_UNAUTHORISED. */
  async identify(header: string | undefined): Promise<ApiToken> {
    const [, text = ''] = /^Bearer +(\S{1,200})$/i.exec(header ?? '') ?? [];
    const token = text === '' ? undefined : findToken(await this.#settings(), text, this.#now());
    if (token) return token;
    throw apiError('API_UNAUTHORISED', text === '' ? 'a token is needed' : 'this token is not valid');
  }

  async #settings(): Promise<readonly SettingRow[]> {
    const revision = await this.#store.revision();
    if (revision !== this.#revision) {
      this.#rows = await this.#store.listSettings();
      this.#revision = revision;
    }
    return this.#rows;
  }
}

export function callerOf(token: ApiToken): Caller {
  const permissions = permissionsOf(token);
  return { actor: `api:${token.name}`, origin: 'api', mayOpenDoors: permissions.has('door.open'), permissions };
}

/** Errors: API_FORBIDDEN. */
export function demand({ actor, permissions }: Caller, permission: Permission): void {
  if (!permissions.has(permission)) throw apiError('API_FORBIDDEN', `${actor} lacks the permission ${permission}`);
}
