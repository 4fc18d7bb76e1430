import { collate, type Doc, textOf } from './document.ts';
import type { Change, Journal } from './journal.ts';

interface Stored {
  readonly doc: Doc;
  /** Number of the commit that first stored it: who began before that does not see it in a snapshot. */
  readonly born: number;
}

/** All rows of one DocType, by name, with an index per column that asked for one. */
class Table {
  readonly rows = new Map<string, Stored>();
  /** MariaDB compares names as it compares all text: collated name → name. */
  private readonly names = new Map<string, string>();
  private readonly indexes = new Map<string, Map<string, Set<string>>>();

  find(name: string): Stored | undefined {
    const exact = this.rows.get(name);
    if (exact) return exact;
    const other = this.names.get(collate(name));
    return other === undefined ? undefined : this.rows.get(other);
  }

  put(name: string, doc: Doc, commit: number): void {
    const before = this.rows.get(name);
    if (before) this.unlink(name, before.doc);
    this.rows.set(name, { doc, born: before?.born ?? commit });
    this.names.set(collate(name), name);
    for (const [field, index] of this.indexes) link(index, doc, field, name);
  }

  remove(name: string): void {
    const before = this.rows.get(name);
    if (!before) return;
    this.unlink(name, before.doc);
    this.rows.delete(name);
    this.names.delete(collate(name));
  }

  /** Names of the rows whose column equals a text; builds the index at the first question. */
  namesBy(field: string, text: string): ReadonlySet<string> {
    let index = this.indexes.get(field);
    if (!index) {
      index = new Map();
      this.indexes.set(field, index);
      for (const [name, { doc }] of this.rows) link(index, doc, field, name);
    }
    return index.get(collate(text)) ?? NOBODY;
  }

  private unlink(name: string, doc: Doc): void {
    for (const [field, index] of this.indexes) {
      const key = collate(textOf(doc, field));
      const names = index.get(key);
      names?.delete(name);
      if (names?.size === 0) index.delete(key);
    }
  }
}

const NOBODY: ReadonlySet<string> = new Set();

function link(index: Map<string, Set<string>>, doc: Doc, field: string, name: string): void {
  const key = collate(textOf(doc, field));
  const names = index.get(key);
  if (names) names.add(name);
  else index.set(key, new Set([name]));
}

/**
 * The site's data: everything in memory, every commit in the journal.
 * Commits are applied at once and become durable together a moment later; no answer may leave before `settled()`.
 */
export class Store {
  private readonly tables = new Map<string, Table>();
  private readonly journal: Journal;
  private commits = 0;
  private planted: Change[] = [];

  constructor(journal: Journal) {
    this.journal = journal;
    for (const change of journal.load()) this.apply(change);
  }

  /** The number of the last commit. A snapshot is that number: later rows are invisible to who looks through it. */
  get snapshot(): number {
    return this.commits;
  }

  find(doctype: string, name: string): Doc | undefined {
    return this.tables.get(doctype)?.find(name)?.doc;
  }

  bornAt(doctype: string, name: string): number {
    return this.tables.get(doctype)?.find(name)?.born ?? this.commits;
  }

  *all(doctype: string): Iterable<Doc> {
    for (const { doc } of this.tables.get(doctype)?.rows.values() ?? []) yield doc;
  }

  *by(doctype: string, field: string, text: string): Iterable<Doc> {
    const table = this.tables.get(doctype);
    if (!table) return;
    for (const name of table.namesBy(field, text)) {
      const stored = table.rows.get(name);
      if (stored) yield stored.doc;
    }
  }

  count(doctype: string): number {
    return this.tables.get(doctype)?.rows.size ?? 0;
  }

  doctypes(): string[] {
    return [...this.tables.keys()];
  }

  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.commits += 1;
    for (const change of changes) this.apply(change);
    this.journal.append(changes);
  }

  /**
   * Puts rows there that come with the program and not with the data: they are in no journal. What the data says of the
   * same name counts more.
   */
  plant(changes: readonly Change[]): void {
    const fresh = changes.filter(({ doctype, name }) => this.find(doctype, name) === undefined);
    for (const change of fresh) this.apply(change);
    this.planted.push(...fresh);
  }

  /** Takes planted rows away again, except those that were written since. */
  unplant(): void {
    for (const { doctype, name, doc } of this.planted) {
      if (this.find(doctype, name) === doc) this.apply({ doctype, name, doc: undefined });
    }
    this.planted = [];
  }

  settled(): Promise<void> {
    return this.journal.settled();
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  private apply({ doctype, name, doc }: Change): void {
    let table = this.tables.get(doctype);
    if (!table) {
      table = new Table();
      this.tables.set(doctype, table);
    }
    if (doc === undefined) table.remove(name);
    else table.put(name, doc, this.commits);
  }
}
