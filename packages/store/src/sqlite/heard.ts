import type { SerialNumber } from '@biolistener/core';
import type { Database } from './database.ts';
import { cellMark, mark, pinMark } from './marks.ts';
import { int, numberOf } from './rows.ts';

/**
 * What a record of a person was to us when a terminal sent it.
 * news: nobody had it before. change: it differs from what this terminal said last. copy: new here, known from elsewhere.
 * again: the same as before.
 */
export type Novelty = 'news' | 'change' | 'copy' | 'again';

const CELLS = `SELECT p.id, sum(i.state IN ('queued', 'accepted', 'removing')) AS n
  FROM persons p JOIN roster_items i ON i.terminal_id = ?1 AND i.person_id = p.id WHERE p.pin = ?2 GROUP BY p.id`;

/**
 * Collects what one upload said of people, and marks what has to be looked at again. A terminal that reads back what was put
 * there concerns its own cells and not the whole person: else a thousand terminals that read back one enrolment would have
 * all their cells compared a thousand times.
 */
export class Heard {
  readonly #db: Database;
  readonly #terminal: number;
  readonly #serialNumber: SerialNumber;
  readonly #byPin = new Map<string, Set<Novelty>>();

  constructor(db: Database, terminal: number, serialNumber: SerialNumber) {
    this.#db = db;
    this.#terminal = terminal;
    this.#serialNumber = serialNumber;
  }

  add(pin: string, novelty: Novelty): void {
    const known = this.#byPin.get(pin);
    if (known) known.add(novelty);
    else this.#byPin.set(pin, new Set([novelty]));
  }

  write(): void {
    const subjects = [...this.#byPin].flatMap(([pin, novelties]) => this.#subjectsOf(pin, novelties));
    mark(this.#db, subjects);
  }

  #subjectsOf(pin: string, novelties: ReadonlySet<Novelty>): string[] {
    const cells = this.#db.all(CELLS, this.#terminal, pin);
    const isUnderWay = cells.some((cell) => numberOf(cell) > 0);
    const isForAll =
      novelties.has('news') ||
      (novelties.has('change') && !isUnderWay) ||
      (novelties.has('copy') && cells.length === 0);
    const isForCell = isUnderWay || novelties.has('copy');
    return [
      ...(isForAll ? [pinMark(pin)] : []),
      ...(isForCell ? cells.map((cell) => cellMark(this.#serialNumber, int(cell, 'id'))) : []),
    ];
  }
}
