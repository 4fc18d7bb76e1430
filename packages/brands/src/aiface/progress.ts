import { digestOf } from '@biolistener/core';
import { MOST_LISTED_BYTES } from './codes.ts';
import { countOf } from './talk.ts';
import { fieldsOf, rowsOf, type Message } from './message.ts';
import type { Word } from './pages.ts';
import { withoutImage } from './records.ts';

/** A row of almost nothing takes memory as well. */
const LEAST_BYTES = 64;

/** What is remembered of a listing while it is read: how much came, and by what a page is known that came already. */
export class Progress {
  received = 0;
  /** The most that a page said there is; of people it may be anything (protocols/aiface-websocket.md §6.2). */
  announced = 0;
  readonly #word: Word;
  readonly #seen = new Set<string>();
  #bytes = 0;

  constructor(word: Word) {
    this.#word = word;
  }

  get isTooMuch(): boolean {
    return this.#bytes > MOST_LISTED_BYTES;
  }

  /** False: all of it came already, so the cursor wrapped or did not move. Two equal records at the end of a page and the start of the next are no such thing. */
  take(message: Message): boolean {
    const rows = rowsOf(message.fields);
    const texts = rows.map(textOfRow);
    const isRepeated = rows.length > 0 && texts.every((text) => this.#seen.has(markOf(text)));
    if (this.#word !== 'getuserlist' || isRepeated) this.announced = Math.max(this.announced, countOf(message));
    if (isRepeated) return false;
    this.received += rows.length;
    for (const text of texts) {
      this.#seen.add(markOf(text));
      this.#bytes += Math.max(text.length, LEAST_BYTES);
    }
    return true;
  }
}

/** Pictures are no part of it: they would be kept for the whole listing. */
function textOfRow(row: unknown): string {
  const fields = fieldsOf(row);
  return JSON.stringify(fields ? withoutImage(fields) : row);
}

const markOf = (text: string): string => (text.length > LEAST_BYTES ? digestOf(text) : text);
