import { EMPLOYEE, nameOf, textIn, type DeskSite, type Row } from '@biolistener/erpnext';

/** Of these nobody expects to find them at a door any more. */
const GONE: ReadonlySet<string> = new Set(['Left', 'Inactive']);

/** Which employees left, so that they leave the terminals too. */
export class EmployeeWatch {
  readonly #site: DeskSite;
  readonly #gone = new Set<string>();

  constructor(site: DeskSite) {
    this.#site = site;
  }

  isGone(employee: string): boolean {
    return this.#gone.has(employee);
  }

  /** All of them anew: answers whose standing changed. */
  async readAll(): Promise<readonly string[]> {
    const found = new Set<string>();
    const query = { doctype: EMPLOYEE, fields: ['name', 'status'] };
    for await (const rows of this.#site.all(query, [['status', 'in', [...GONE]]]))
      for (const row of rows) found.add(nameOf(row));
    const back = [...this.#gone].filter((employee) => !found.has(employee));
    const left = [...found].filter((employee) => !this.#gone.has(employee));
    for (const employee of back) this.#gone.delete(employee);
    for (const employee of left) this.#gone.add(employee);
    return [...back, ...left];
  }

  /** Rows with name and status: answers whose standing changed. */
  take(rows: readonly Row[]): readonly string[] {
    const changed: string[] = [];
    for (const row of rows) {
      const employee = nameOf(row);
      const isGone = GONE.has(textIn(row, 'status') ?? '');
      if (isGone === this.#gone.has(employee)) continue;
      if (isGone) this.#gone.add(employee);
      else this.#gone.delete(employee);
      changed.push(employee);
    }
    return changed;
  }
}
