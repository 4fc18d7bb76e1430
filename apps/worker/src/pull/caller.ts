import {
  listen,
  EVENT,
  identify,
  readOption,
  TerminalRefusal,
  type TerminalIdentity,
} from '@biolistener/brands/zk-tcp';
import type { Terminal } from '@biolistener/core';
import { commKeySetting, Connection, parseCommKey } from '@biolistener/pull';
import type { PullSettings } from './address.ts';
import type { PullDeps } from './deps.ts';
import type { Enabled } from './enabled.ts';
import { openWebhookSecret } from '@biolistener/security';

/** Keeps the one connection to one terminal, and makes it again when it is gone. */
export class Caller {
  readonly #deps: PullDeps;
  readonly #terminal: Terminal;
  readonly #settings: PullSettings;
  readonly #enabled: Enabled;
  readonly #check: () => void;
  readonly #checkHolding: () => void;
  readonly #onPunch: () => void;
  #connection: Connection | undefined;

  constructor(options: {
    readonly deps: PullDeps;
    readonly terminal: Terminal;
    readonly settings: PullSettings;
    readonly enabled: Enabled;
    /** Throws when nothing new may be begun with it. */
    readonly check: () => void;
    /** Throws when nobody here may speak with it any more. */
    readonly checkHolding: () => void;
    /** Somebody punches: a hint. */
    readonly onPunch: () => void;
  }) {
    this.#deps = options.deps;
    this.#terminal = options.terminal;
    this.#settings = options.settings;
    this.#enabled = options.enabled;
    this.#check = options.check;
    this.#checkHolding = options.checkHolding;
    this.#onPunch = options.onPunch;
  }

  /** Errors: those of Connection.open; ZKT_OTHER_TERMINAL; STORE_LEASE_LOST. */
  readonly connect = (): Promise<Connection> => {
    this.#check();
    return this.reconnect();
  };

  /** Also while the service stops: a terminal is not left disabled for that. Errors: as above. */
  readonly reconnect = async (): Promise<Connection> => {
    this.#checkHolding();
    if (this.#connection?.isOpen === true) return this.#connection;
    await this.close();
    const { host, port, transport, patience } = this.#settings;
    const commKey = await this.#commKey();
    const onEvent = (code: number): void => (code === EVENT.attendance ? this.#onPunch() : undefined);
    const connection = await Connection.open({ host, port, transport, patience, commKey, onEvent });
    this.#connection = connection;
    try {
      await this.#greet(connection);
    } catch (error) {
      await this.close();
      throw error;
    }
    return connection;
  };

  /** Says goodbye. Never throws. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  /** The same for a service that stops: what is under way has a moment to end. Never throws. */
  async leave(withinMs: number): Promise<void> {
    const connection = this.#connection;
    const patience = setTimeout(() => connection?.abort(), withinMs);
    await this.close();
    clearTimeout(patience);
  }

  identify(connection: Connection): Promise<TerminalIdentity> {
    return connection.run(identify());
  }

  /** Nothing is done with a terminal before it is known to be this one, and able to take a finger. */
  async #greet(connection: Connection): Promise<void> {
    const said = (await connection.run(readOption('~SerialNumber'))) ?? '';
    const name = said === '' ? ((await connection.run(readOption('MAC'))) ?? '') : said;
    if (name !== this.#terminal.serialNumber)
      throw new TerminalRefusal('ZKT_OTHER_TERMINAL', `${name === '' ? 'one without a name' : name} answers there`);
    await this.#enabled.settle(connection);
    if (this.#settings.isLive) await this.#listen(connection);
  }

  /** Units that do not tell of punches are read by the clock alone. */
  async #listen(connection: Connection): Promise<void> {
    await connection.run(listen(EVENT.attendance)).catch((error: unknown) => {
      if (!connection.isOpen) throw error;
    });
  }

  async #commKey(): Promise<number> {
    const key = commKeySetting(this.#terminal.serialNumber);
    const row = (await this.#deps.store.listSettings()).find((one) => one.key === key);
    return parseCommKey(openWebhookSecret(this.#deps.vault, row?.value) ?? '') ?? 0;
  }
}
