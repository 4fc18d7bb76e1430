import {
  DEVICE,
  DEVICE_COMMAND,
  DEVICE_USER,
  EMPLOYEE,
  lookFrom,
  modifiedOf,
  nameOf,
  type AnnouncedDoctype,
  type DeskSite,
  type Row,
} from '@biolistener/erpnext';
import { OPEN_COMMAND_STATES } from '@biolistener/store';
import type { CommandSync } from './commands.ts';
import { Deletions } from './deletions.ts';
import type { DeskContext } from './deps.ts';
import type { DeviceSync } from './devices.ts';
import type { EmployeeWatch } from './employees.ts';
import type { Seen } from './seen.ts';
import type { UserSync } from './users.ts';

export interface DeskParts {
  readonly devices: DeviceSync;
  readonly users: UserSync;
  readonly commands: CommandSync;
  readonly employees: EmployeeWatch;
}

/** One followed DocType: what is read of it, and who takes it. */
interface Followed {
  readonly doctype: AnnouncedDoctype;
  readonly fields: readonly string[];
  readonly seen: Seen | undefined;
  /** Of a version that was dealt with: whether it says something else after all. */
  readonly isOther?: (row: Row) => boolean;
  readonly apply: (rows: readonly Row[]) => Promise<void>;
  readonly deletions: Deleted | undefined;
}

/** What becomes of those that a full listing lacks. */
interface Deleted {
  /** How many of those that the store has of this site are not among the names. */
  missing(names: ReadonlySet<string>): Promise<number>;
  keepOnly(names: ReadonlySet<string>): Promise<void>;
}

async function each(rows: readonly Row[], apply: (row: Row) => Promise<void>): Promise<void> {
  for (const row of rows) await apply(row);
}

/** Reads what changed on the site and hands it on, oldest change first. */
export class Puller {
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #parts: DeskParts;
  /** Called with each page: the lease is renewed, and lost by throwing. */
  readonly #onPage: () => Promise<void>;
  readonly #followed: readonly Followed[];
  readonly #deletions: Deletions;
  /** By DocType, when the last look that came to its end had begun. */
  readonly #lookedAt = new Map<string, number>();

  constructor(ctx: DeskContext, site: DeskSite, parts: DeskParts, onPage: () => Promise<void>) {
    this.#ctx = ctx;
    this.#site = site;
    this.#parts = parts;
    this.#onPage = onPage;
    this.#deletions = new Deletions(ctx);
    const { devices, users, commands, employees } = parts;
    this.#followed = [
      {
        doctype: EMPLOYEE,
        fields: ['name', 'modified', 'status'],
        seen: undefined,
        apply: (rows) => users.employeesChanged(employees.take(rows)),
        deletions: undefined,
      },
      {
        doctype: DEVICE,
        fields: ['*'],
        seen: devices.seen,
        isOther: (row) => devices.isOther(row),
        apply: (rows) => each(rows, (row) => devices.apply(row)),
        deletions: devices,
      },
      {
        doctype: DEVICE_USER,
        fields: ['*'],
        seen: users.seen,
        isOther: (row) => users.isOther(row),
        apply: (rows) => users.applyRows(rows),
        deletions: users,
      },
      {
        doctype: DEVICE_COMMAND,
        fields: ['*'],
        seen: commands.seen,
        apply: (rows) => each(rows, (row) => commands.apply(row)),
        deletions: {
          missing: (names) => this.#lostOrders(names),
          keepOnly: (names) => commands.keepOnly(names),
        },
      },
    ];
  }

  /** By cursor, of all followed DocTypes or of those that were hinted at. */
  async changes(only?: ReadonlySet<AnnouncedDoctype>): Promise<void> {
    for (const followed of this.#followed)
      if (only === undefined && this.#deletions.isInDoubt(followed.doctype)) await this.#allOf(followed);
      else if (only === undefined || only.has(followed.doctype)) await this.#changesOf(followed);
  }

  /** Everything that is there: finds what was deleted, too. */
  async everything(only?: ReadonlySet<AnnouncedDoctype>): Promise<void> {
    for (const followed of this.#followed) {
      if (only !== undefined && !only.has(followed.doctype)) continue;
      if (followed.deletions === undefined) await this.#allEmployees(followed);
      else await this.#allOf(followed);
    }
  }

  async #allEmployees(followed: Followed): Promise<void> {
    const { employees, users } = this.#parts;
    const begunAt = this.#ctx.clock.now();
    await users.employeesChanged(await employees.readAll());
    if ((await this.#cursor(followed)) === undefined) await this.#setCursor(followed, await this.#newest(followed));
    this.#lookedAt.set(followed.doctype, begunAt);
  }

  async #newest({ doctype }: Followed): Promise<string> {
    const rows = await this.#site.page({ doctype, fields: ['name', 'modified'] }, 'modified desc, name asc', []);
    return rows[0] === undefined ? '' : modifiedOf(rows[0]);
  }

  async #allOf(followed: Followed): Promise<void> {
    const { doctype, fields, seen, isOther, apply } = followed;
    const names = new Set<string>();
    const begunAt = this.#ctx.clock.now();
    let newest = (await this.#cursor(followed)) ?? '';
    for await (const rows of this.#site.all({ doctype, fields })) {
      await this.#onPage();
      await apply(rows.filter((row) => seen?.isNews(row) !== false || isOther?.(row) === true));
      for (const row of rows) {
        names.add(nameOf(row));
        if (modifiedOf(row) > newest) newest = modifiedOf(row);
      }
    }
    await this.#dropOthers(followed, names);
    await this.#setCursor(followed, newest);
    this.#lookedAt.set(doctype, begunAt);
  }

  async #dropOthers({ doctype, deletions }: Followed, names: ReadonlySet<string>): Promise<void> {
    if (deletions === undefined) return;
    const missing = await deletions.missing(names);
    if (await this.#deletions.areBelieved(doctype, missing, names.size)) await deletions.keepOnly(names);
  }

  async #lostOrders(names: ReadonlySet<string>): Promise<number> {
    const query = { origin: 'desk', states: OPEN_COMMAND_STATES, limit: 10_000 } as const;
    const orders = (await this.#ctx.store.listCommands(query)).map(({ deskName }) => deskName);
    return new Set(orders.filter((name) => name !== undefined && !names.has(name))).size;
  }

  async #changesOf(followed: Followed): Promise<void> {
    const cursor = await this.#cursor(followed);
    if (cursor === undefined) return this.everything(new Set([followed.doctype]));
    const { doctype, fields, seen, apply } = followed;
    const begunAt = this.#ctx.clock.now();
    const from = lookFrom(cursor, this.#lookedAt.get(doctype), begunAt, this.#ctx.site.zone());
    let newest = cursor;
    for await (const rows of this.#site.changed({ doctype, fields }, from)) {
      await this.#onPage();
      await apply(rows.filter((row) => seen?.isNews(row) !== false));
      for (const row of rows) if (modifiedOf(row) > newest) newest = modifiedOf(row);
    }
    if (newest !== cursor) await this.#setCursor(followed, newest);
    this.#lookedAt.set(doctype, begunAt);
  }

  #cursor({ doctype }: Followed): Promise<string | undefined> {
    return this.#ctx.store.getCursor(`desk-cursor.${this.#ctx.targetId}.${doctype}`);
  }

  async #setCursor({ doctype }: Followed, value: string): Promise<void> {
    const name = `desk-cursor.${this.#ctx.targetId}.${doctype}`;
    if ((await this.#ctx.store.getCursor(name)) !== value) await this.#ctx.store.setCursor(name, value);
  }
}
