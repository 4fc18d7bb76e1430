import { disable, enable } from '@biolistener/brands/zk-tcp';
import { messageOf, type SerialNumber } from '@biolistener/core';
import type { Connection } from '@biolistener/pull';
import type { PullDeps } from './deps.ts';

/** Terminals that have the time-out of §7 come back by themselves after so long. */
const DISABLE_SECONDS = 60;

/**
 * A terminal that says "working" and takes no finger is the worst that a read can leave behind. So a note is in the store
 * before it is disabled, and stays there until it has said that it is enabled: every new connection looks at the note first.
 */
export class Enabled {
  readonly #deps: PullDeps;
  readonly #name: string;

  constructor(deps: PullDeps, serialNumber: SerialNumber) {
    this.#deps = deps;
    this.#name = `pull-disabled.${serialNumber}`;
  }

  /** Asked of the store each time: another process may have written the note, and died. */
  async isOwed(): Promise<boolean> {
    return (await this.#deps.store.getCursor(this.#name)) === 'yes';
  }

  /** Enables it when it is owed. Errors: as the connection. */
  async settle(connection: Connection): Promise<void> {
    if (!(await this.isOwed())) return;
    await connection.run(enable());
    await this.#note(false);
  }

  /** Does work while nobody can punch; `reconnect` gives a connection afterwards, also where the first one broke or the service stops. */
  async during<T>(connection: Connection, reconnect: () => Promise<Connection>, work: () => Promise<T>): Promise<T> {
    await this.#note(true);
    try {
      await connection.run(disable(DISABLE_SECONDS));
      return await work();
    } finally {
      await this.#settleNow(reconnect);
    }
  }

  /** What fails here is tried with the next connection: the note stays. */
  async #settleNow(reconnect: () => Promise<Connection>): Promise<void> {
    try {
      await this.settle(await reconnect());
    } catch (error) {
      this.#deps.log.error(
        { reason: messageOf(error) },
        'a terminal may be disabled; it is enabled with the next connection',
      );
    }
  }

  async #note(isOwed: boolean): Promise<void> {
    await this.#deps.store.setCursor(this.#name, isOwed ? 'yes' : 'no');
  }
}
