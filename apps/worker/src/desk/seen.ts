import { modifiedOf, nameOf, type Row } from '@biolistener/erpnext';

/** Which version of each document was dealt with: also those that we wrote ourselves, so that our own writes are no news. */
export class Seen {
  readonly #versions = new Map<string, string>();

  isNews(row: Row): boolean {
    return this.#versions.get(nameOf(row)) !== modifiedOf(row);
  }

  add(row: Row): void {
    this.#versions.set(nameOf(row), modifiedOf(row));
  }

  forget(name: string): void {
    this.#versions.delete(name);
  }

  names(): readonly string[] {
    return [...this.#versions.keys()];
  }
}
