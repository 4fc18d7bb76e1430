import { collate, type Doc, numberOf, textOf } from './document.ts';
import type { Change } from './journal.ts';
import type { Store } from './store.ts';

/** Kinds of rows that are no DocType: naming counters, the secrets of Password fields, what files hold, installed apps. */
export const SERIES = '__Series';
export const AUTH = '__Auth';
export const FILE_BYTES = '__File';
export const APP = '__App';
/** Kinds that nobody counts or lists. */
export const HIDDEN_KINDS: readonly string[] = [AUTH, FILE_BYTES, APP];

/**
 * One request's changes: seen by itself, by nobody else until `commit`.
 * Looking up rows reads what is committed now; `isVisible` tells what the snapshot of the request's start would show,
 * which is what makes parallel duplicates possible (erpnext-contract.md §3.5).
 */
export class Transaction {
  private readonly store: Store;
  private readonly snapshot: number;
  /** By DocType, then by collated name. */
  private changes = new Map<string, Map<string, Change>>();
  private jobs = new Map<string, () => void>();

  constructor(store: Store, snapshot: number) {
    this.store = store;
    this.snapshot = snapshot;
  }

  find(doctype: string, name: string): Doc | undefined {
    const own = this.ownOf(doctype, name);
    return own ? own.doc : this.store.find(doctype, name);
  }

  *all(doctype: string): Iterable<Doc> {
    yield* this.merged(doctype, this.store.all(doctype), () => true);
  }

  *by(doctype: string, field: string, text: string): Iterable<Doc> {
    const wanted = collate(text);
    yield* this.merged(doctype, this.store.by(doctype, field, text), (doc) => collate(textOf(doc, field)) === wanted);
  }

  /** False for rows that were committed after this request began. */
  isVisible(doctype: string, name: string): boolean {
    return this.ownOf(doctype, name) !== undefined || this.store.bornAt(doctype, name) <= this.snapshot;
  }

  put(doctype: string, name: string, doc: Doc): void {
    this.set({ doctype, name, doc });
  }

  remove(doctype: string, name: string): void {
    this.set({ doctype, name, doc: undefined });
  }

  /** The next number of a naming series; rolled back with the rest, so a number can come again. */
  next(series: string): number {
    const current = numberOf(this.find(SERIES, series), 'current') + 1;
    this.put(SERIES, series, { name: series, current });
    return current;
  }

  /** Asks for something once this is committed; of two with one key the later counts. */
  afterCommit(key: string, job: () => void): void {
    this.jobs.set(key, job);
  }

  /** What was asked for; whoever commits runs it when the data is safe. */
  takeJobs(): (() => void)[] {
    const jobs = [...this.jobs.values()];
    this.jobs.clear();
    return jobs;
  }

  commit(): void {
    this.store.commit([...this.changes.values()].flatMap((own) => [...own.values()]));
    this.changes.clear();
  }

  rollback(): void {
    this.changes.clear();
    this.jobs.clear();
  }

  /** Runs a step that either changes all it meant to, or nothing. */
  attempt<T>(step: () => T): T {
    const before = new Map([...this.changes].map(([doctype, own]) => [doctype, new Map(own)]));
    const jobs = new Map(this.jobs);
    try {
      return step();
    } catch (error) {
      this.changes = before;
      this.jobs = jobs;
      throw error;
    }
  }

  private ownOf(doctype: string, name: string): Change | undefined {
    return this.changes.get(doctype)?.get(collate(name));
  }

  private set(change: Change): void {
    let own = this.changes.get(change.doctype);
    if (!own) {
      own = new Map();
      this.changes.set(change.doctype, own);
    }
    own.set(collate(change.name), change);
  }

  private *merged(doctype: string, stored: Iterable<Doc>, fits: (doc: Doc) => boolean): Iterable<Doc> {
    const own = this.changes.get(doctype);
    if (own === undefined) {
      yield* stored;
      return;
    }
    for (const doc of stored) if (!own.has(collate(textOf(doc, 'name')))) yield doc;
    for (const { doc } of [...own.values()]) if (doc !== undefined && fits(doc)) yield doc;
  }
}
