import { randomBytes } from 'node:crypto';
import type { BioStarSwitches } from './switches.ts';

export interface Session {
  readonly id: string;
  readonly account: string;
  usedAt: number;
  /** The socket of this session said who it is. */
  isBound: boolean;
  /** Events were asked for after that. */
  isStarted: boolean;
}

/** Accounts and who is logged in. */
export class Sessions {
  readonly #switches: BioStarSwitches;
  readonly #now: () => number;
  readonly #accounts: Map<string, string>;
  readonly #open = new Map<string, Session>();
  logins = 0;
  failedLogins = 0;

  constructor(switches: BioStarSwitches, now: () => number, accounts: Readonly<Record<string, string>>) {
    this.#switches = switches;
    this.#now = now;
    this.#accounts = new Map(Object.entries(accounts));
  }

  login(account: string, password: string): Session | undefined {
    if (this.#accounts.get(account) !== password) {
      this.failedLogins += 1;
      return undefined;
    }
    this.logins += 1;
    if (this.#switches.singleSessionPerAccount)
      for (const [id, session] of this.#open) if (session.account === account) this.#open.delete(id);
    const id = randomBytes(16).toString('hex');
    const session = { id, account, usedAt: this.#now(), isBound: false, isStarted: false };
    this.#open.set(id, session);
    return session;
  }

  find(id: string | undefined): Session | undefined {
    const session = this.#open.get(id ?? '');
    if (!session) return undefined;
    const { sessionTtlMs } = this.#switches;
    if (sessionTtlMs > 0 && this.#now() - session.usedAt > sessionTtlMs) {
      this.#open.delete(session.id);
      return undefined;
    }
    session.usedAt = this.#now();
    return session;
  }

  /** Without counting as use. */
  isOpen = (id: string): boolean => this.#open.has(id);

  end(id: string): void {
    this.#open.delete(id);
  }

  endAll(): void {
    this.#open.clear();
  }
}
