import { digestOf, type Instant, type Pin } from '@biolistener/core';
import {
  changedFields,
  DEVICE_USER,
  isMissing,
  isStale,
  modifiedOf,
  nameOf,
  readUser,
  rowsToSend,
  siteTime,
  syncFields,
  templateFields,
  wordIn,
  type DeskRowStatus,
  type DeskSite,
  type Fields,
  type Row,
  type UserDecision,
} from '@biolistener/erpnext';
import type { Person } from '@biolistener/store';
import type { DeskContext } from './deps.ts';
import { actorOf, type DeviceSync } from './devices.ts';
import type { EmployeeWatch } from './employees.ts';
import { Given } from './given.ts';
import { OneDocument } from './one-document.ts';
import { PersonKeeper } from './person-keeper.ts';
import type { DeskSecrets, SecretTrouble } from './secrets.ts';
import { Seen } from './seen.ts';
import type { Turn } from './turn.ts';
import { statusesOf, withChildren } from './user-rows.ts';

/** More changed documents than this are cheaper to read as two lists than one by one. */
const FEW = 20;

interface Held {
  readonly decision: UserDecision;
  /** The whole document, as last read or written. */
  readonly document: Row;
  /** Of the password; told beside what devices say. */
  readonly trouble: SecretTrouble | undefined;
  /** Put together out of lists. */
  readonly isListed: boolean;
  /** When to look again whether there is something to tell. */
  readonly nextAt: number;
  /** Grows while nothing changes. */
  readonly waitMs: number;
}

/** Biometric Device User ↔ persons and their assignments (docs/desk-sync.md). */
export class UserSync {
  readonly seen = new Seen();
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #persons: PersonKeeper;
  readonly #employees: EmployeeWatch;
  readonly #secrets: DeskSecrets;
  readonly #given: Given;
  readonly #held = new Map<string, Held>();
  readonly #each: OneDocument;

  constructor(ctx: DeskContext, site: DeskSite, devices: DeviceSync, employees: EmployeeWatch, secrets: DeskSecrets) {
    this.#ctx = ctx;
    this.#site = site;
    this.#persons = new PersonKeeper(ctx, devices, employees);
    this.#given = new Given(ctx);
    this.#employees = employees;
    this.#secrets = secrets;
    this.#each = new OneDocument(ctx, DEVICE_USER);
  }

  /** Rows of a list: the child tables are read along. */
  async applyRows(rows: readonly Row[]): Promise<void> {
    const isListed = rows.length > FEW;
    // nobody allowed anywhere is unlikely, and would take everybody off every terminal: then each is looked at itself
    const listed = isListed ? await withChildren(this.#site, rows) : undefined;
    for (const document of listed ?? (await this.#oneByOne(rows))) await this.apply(document, isListed);
  }

  async apply(document: Row, isListed = false): Promise<void> {
    const decision = readUser(document);
    if (decision === undefined) return;
    await this.#each.apply(decision.name, () => this.#apply(document, decision, isListed, actorOf(document)));
    this.seen.add(document);
  }

  async #apply(document: Row, decision: UserDecision, isListed: boolean, actor: string): Promise<void> {
    await this.#given.note(decision.name);
    const person = await this.#persons.enforce(decision, actor);
    // for nobody else who may have the PIN now
    const trouble = person && (await this.#secrets.password(document, person.pin, person.id, actor));
    this.#held.set(decision.name, { decision, document, trouble, isListed, nextAt: 0, waitMs: 0 });
  }

  /** Whether somebody with this PIN stands in Desk. */
  has(pin: Pin): boolean {
    return this.#held.has(pin);
  }

  withoutEmployee(): number {
    return [...this.#held.values()].filter(({ decision }) => decision.employee === undefined).length;
  }

  async ensure(pin: Pin): Promise<Person | undefined> {
    const known = await this.#ctx.store.findPerson(pin);
    if (known) return known;
    const document = await this.#site.find(DEVICE_USER, pin);
    if (document !== undefined) await this.apply(document);
    return this.#ctx.store.findPerson(pin);
  }

  /** Whether a row of a list says something else than what is held: a rename rewrites links and is no save. */
  isOther(row: Row): boolean {
    const held = this.#held.get(nameOf(row))?.decision;
    const text = (decision: UserDecision | undefined) => JSON.stringify({ ...decision, devices: [] });
    return held !== undefined && text(readUser(row)) !== text(held);
  }

  /** Whom changes of employees concern. */
  async employeesChanged(employees: readonly string[]): Promise<void> {
    const changed = new Set(employees);
    const ofThem = await this.#employeesNow(employees);
    for (const { decision, document, isListed } of [...this.#held.values()]) {
      const { name, employee } = decision;
      const isConcerned = ofThem.has(name) || (employee !== undefined && changed.has(employee));
      const isRenamed = isConcerned && ofThem.get(name) !== employee;
      if (isRenamed) await this.#each.apply(name, () => this.#readAgain(name));
      else if (isConcerned)
        await this.#each.apply(name, () => this.#apply(document, decision, isListed, 'desk:employee'));
    }
    for (const employee of employees) await this.#endPersonsOf(employee);
  }

  /** As the site has it now, by name of the document; at the start all are listed anyway. */
  async #employeesNow(employees: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    if (this.#held.size === 0) return found;
    const query = { doctype: DEVICE_USER, fields: ['name', 'employee'] };
    for await (const rows of this.#site.among(query, 'employee', employees))
      for (const row of rows) found.set(nameOf(row), wordIn(row, 'employee') ?? '');
    return found;
  }

  async #endPersonsOf(employee: string): Promise<void> {
    if (!this.#employees.isGone(employee)) return;
    const { store, clock } = this.#ctx;
    for (const person of await store.listPersons({ employee, state: 'active', limit: 100 }))
      await store.endPerson(person.id, 'desk:employee', clock.now());
  }

  /** How many that this site gave are not among these. */
  async missing(names: ReadonlySet<string>): Promise<number> {
    return (await this.#given.missing(names)).length;
  }

  /** Deleted in Desk: known still, and wanted nowhere. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    for (const name of this.seen.names()) if (!names.has(name)) this.#forget(name);
    for (const person of await this.#given.missing(names)) {
      await this.#persons.release(person);
      await this.#given.forget(person.deskName ?? '');
    }
  }

  /** Whoever waits longest first, so that nobody is left out however short the turns are. */
  async push(turn: Turn): Promise<boolean> {
    const now = this.#ctx.clock.now();
    const isAsked = (await this.#applyAgain(turn)) && (await this.#askAgain(now, turn));
    const due = [...this.#held.values()].filter(({ nextAt }) => nextAt <= now);
    for (const held of due.toSorted((a, b) => a.nextAt - b.nextAt)) {
      if (turn.isOver()) return false;
      await this.#each.guard(held.decision.name, () => this.#tell(held));
      this.#letOthersFirst(held);
    }
    return isAsked;
  }

  /** What could not be put into force. */
  async #applyAgain(turn: Turn): Promise<boolean> {
    for (const name of this.#each.due()) {
      if (turn.isOver()) return false;
      await this.#each.apply(name, () => this.#readAgain(name));
    }
    return true;
  }

  /** Passwords that could not be read. */
  async #askAgain(now: Instant, turn: Turn): Promise<boolean> {
    const unread = [...this.#held.values()].filter(({ trouble }) => (trouble?.againAt ?? Infinity) <= now);
    for (const { decision, document, isListed } of unread.slice(0, FEW)) {
      if (turn.isOver()) return false;
      await this.#each.apply(decision.name, () => this.#apply(document, decision, isListed, actorOf(document)));
    }
    return true;
  }

  /** One that could not be told must not stand before everybody else for ever. */
  #letOthersFirst(held: Held): void {
    const { name } = held.decision;
    if (this.#held.get(name) === held) this.#lookLater(held, true);
  }

  #forget(name: string): void {
    this.#held.delete(name);
    this.seen.forget(name);
  }

  async #tell(held: Held): Promise<void> {
    const { store } = this.#ctx;
    const { decision, document } = held;
    const isGone = decision.employee !== undefined && this.#employees.isGone(decision.employee);
    const person = isGone ? await this.#lastWith(decision.pin) : await store.findPerson(decision.pin);
    const cells = person === undefined ? [] : await store.cellsOfPerson(person.id);
    const statuses = statusesOf(isGone ? { ...decision, isEnabled: false } : decision, cells);
    const fields = {
      ...syncFields(statuses, held.trouble?.words),
      ...templateFields(await store.templatesOf(decision.pin)),
    };
    const changes = this.#changesOf(document, statuses, fields);
    if (changes['devices'] !== undefined && held.isListed) await this.#readAgain(decision.name);
    else if (Object.keys(changes).length > 0) await this.#write(held, changes);
    else this.#lookLater(held, fields['sync_state'] === 'Pending');
  }

  #lookLater(held: Held, isOpen: boolean): void {
    const { clock, pace } = this.#ctx;
    const most = isOpen ? pace.openUserMs : pace.settledUserMs;
    const waitMs = Math.min(most, Math.max(pace.perDocumentMs, held.waitMs * 2));
    this.#held.set(held.decision.name, { ...held, waitMs, nextAt: clock.now() + waitMs });
  }

  #changesOf(document: Row, statuses: ReadonlyMap<string, DeskRowStatus>, fields: Fields): Fields {
    const { rows, isChanged } = rowsToSend(document, statuses, this.#ctx.site.zone());
    return { ...changedFields(document, fields), ...(isChanged ? { devices: rows } : {}) };
  }

  /** Who left may still be on a terminal. */
  async #lastWith(pin: Pin): Promise<Person | undefined> {
    const left = await this.#ctx.store.listPersons({ pin, state: 'left', limit: 100 });
    return left.toSorted((a, b) => Number(b.id) - Number(a.id))[0];
  }

  /** The document must still be the one that was compared: its rows can only be written whole. */
  async #write(held: Held, changes: Fields): Promise<void> {
    const { site, clock, pace } = this.#ctx;
    const { name } = held.decision;
    const revision = digestOf(JSON.stringify(changes)).slice(0, 12);
    const told = { ...changes, synced_at: siteTime(clock.now(), site.zone()), revision };
    try {
      const answer = await this.#site.update(DEVICE_USER, name, { ...told, modified: modifiedOf(held.document) });
      const document = { ...held.document, ...answer, name };
      this.seen.add(document);
      const waitMs = pace.perDocumentMs;
      this.#held.set(name, { ...held, document, waitMs, nextAt: clock.now() + waitMs });
    } catch (error) {
      if (isMissing(error)) this.#forget(name);
      else if (isStale(error)) await this.#readAgain(name);
      else throw error;
    }
  }

  /** A person saved it meanwhile: what they said first, ours with the next look. */
  async #readAgain(name: string): Promise<void> {
    const document = await this.#site.find(DEVICE_USER, name);
    if (document === undefined) this.#forget(name);
    else await this.apply(document);
  }

  async #oneByOne(rows: readonly Row[]): Promise<readonly Row[]> {
    const documents: Row[] = [];
    for (const row of rows) {
      const name = nameOf(row);
      const document = await this.#each.apply(name, () => this.#site.find(DEVICE_USER, name));
      if (document !== undefined) documents.push(document);
    }
    return documents;
  }
}
