import { NOBODY, type SerialNumber } from '@biolistener/core';
import { storeError } from '../errors.ts';
import type { Database, Row } from './database.ts';
import { int } from './rows.ts';

/** Pieces that wait for a person, and what they count for in bytes. */
export interface ParkedRoom {
  readonly items: number;
  readonly bytes: number;
}

export interface ParkedLimits {
  /** Of all requests without a usable serial number together: anybody may send those. */
  readonly nobody: ParkedRoom;
  /** Of each terminal. */
  readonly terminal: ParkedRoom;
}

export const PARKED_LIMITS: ParkedLimits = {
  nobody: { items: 1_000, bytes: 64 * 2 ** 20 },
  terminal: { items: 20_000, bytes: 256 * 2 ** 20 },
};

/** What is parked of one terminal: read once, and written once after all pieces of an upload. */
export class Room {
  #items: number;
  #bytes: number;
  readonly #limit: ParkedRoom;

  constructor(used: Row, limit: ParkedRoom) {
    this.#items = int(used, 'parked_items');
    this.#bytes = int(used, 'parked_bytes');
    this.#limit = limit;
  }

  take(bytes: number): boolean {
    if (this.#items >= this.#limit.items || this.#bytes + bytes > this.#limit.bytes) return false;
    this.#items += 1;
    this.#bytes += bytes;
    return true;
  }

  write(db: Database, terminal: number): void {
    const sql = 'UPDATE terminals SET parked_items = ?, parked_bytes = ? WHERE id = ?';
    db.run(sql, this.#items, this.#bytes, terminal);
  }
}

export function roomOf(db: Database, terminal: number, serialNumber: SerialNumber, limits: ParkedLimits): Room {
  const used = db.get('SELECT parked_items, parked_bytes FROM terminals WHERE id = ?', terminal);
  if (!used) throw storeError('STORE_REJECTED', `no row for terminal ${serialNumber}`);
  return new Room(used, serialNumber === NOBODY ? limits.nobody : limits.terminal);
}
