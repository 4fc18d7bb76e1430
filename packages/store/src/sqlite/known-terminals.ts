import type { Database } from './database.ts';
import type { KnownTerminal } from './first-sight.ts';

/** Far above what one machine serves; a bound all the same. */
const MOST = 50_000;

/**
 * Rows of terminals that uploads need again and again, of which something is kept already: two look-ups less for each
 * punch. Right only as long as nobody else changes those rows. So all is forgotten when another connection committed
 * anything (`data_version` of SQLite tells), before any write of this thread that is no upload, and when something is undone.
 */
export class KnownTerminals {
  readonly #known = new Map<string, KnownTerminal>();
  #version: unknown;

  /** Once per transaction, inside it: then nobody else can commit before it ends. */
  follow(db: Database): void {
    const version = db.get('PRAGMA data_version')?.['data_version'];
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  find(serialNumber: string): KnownTerminal | undefined {
    return this.#known.get(serialNumber);
  }

  remember(serialNumber: string, terminal: KnownTerminal): void {
    if (this.#known.size >= MOST) this.forget();
    this.#known.set(serialNumber, terminal);
  }

  forget(): void {
    this.#known.clear();
  }
}
