import type { MirroredEmployee } from '@biolistener/store';
import type { ErpNextClient, Filter } from './client.ts';
import { EMPLOYEE, textIn } from './doctypes.ts';

const PAGE = 500;
/** Long transactions commit late, with a `modified` from before our last look (contract §4). */
const OVERLAP_MINUTES = 5;

function readEmployee(row: Record<string, unknown>, idField: string): MirroredEmployee | undefined {
  const name = textIn(row, 'name');
  if (name === undefined) return undefined;
  const idValue = textIn(row, idField)?.trim();
  return {
    name,
    employeeName: textIn(row, 'employee_name') ?? '',
    idValue: idValue === '' ? undefined : idValue,
    status: textIn(row, 'status') ?? '',
    modified: textIn(row, 'modified') ?? '',
  };
}

async function page(client: ErpNextClient, idField: string, filters: readonly Filter[], orderBy: string) {
  const fields = [...new Set(['name', 'employee_name', 'status', 'modified', idField])];
  const rows = await client.list(EMPLOYEE, { fields, filters, orderBy, length: PAGE });
  return {
    employees: rows.map((row) => readEmployee(row, idField)).filter((row) => row !== undefined),
    isLast: rows.length < PAGE,
  };
}

/** `2026-03-09 08:00:00.123456` minus minutes, in the same form without the fraction. Naive site time both ways. */
export function minutesBefore(siteTime: string, minutes: number): string {
  const parsed = Date.parse(`${siteTime.slice(0, 19).replace(' ', 'T')}Z`);
  if (Number.isNaN(parsed)) return '1900-01-01 00:00:00';
  return new Date(parsed - minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Employees of any status that changed since the cursor, oldest change first. Paged by (modified, name) and not by
 * offset: a row that is edited meanwhile moves to the end and would shift another out of sight.
 */
export async function* changedEmployees(
  client: ErpNextClient,
  idField: string,
  cursor: string,
): AsyncGenerator<MirroredEmployee[]> {
  let since = minutesBefore(cursor, OVERLAP_MINUTES);
  for (;;) {
    const { employees, isLast } = await page(client, idField, [['modified', '>', since]], 'modified asc, name asc');
    yield employees;
    const last = employees.at(-1);
    if (isLast || !last) return;
    // an import changes thousands in one instant: the page may have ended in the middle of it
    yield* employeesByName(client, idField, [['modified', '=', last.modified]], last.name);
    since = last.modified;
  }
}

/** Every employee, in pages by name: a row that vanishes meanwhile shifts nobody out of sight. */
export const allEmployees = (client: ErpNextClient, idField: string): AsyncGenerator<MirroredEmployee[]> =>
  employeesByName(client, idField, [], '');

async function* employeesByName(
  client: ErpNextClient,
  idField: string,
  which: readonly Filter[],
  afterName: string,
): AsyncGenerator<MirroredEmployee[]> {
  let after = afterName;
  for (;;) {
    const filters: Filter[] = after === '' ? [...which] : [...which, ['name', '>', after]];
    const { employees, isLast } = await page(client, idField, filters, 'name asc');
    yield employees;
    const last = employees.at(-1);
    if (isLast || !last) return;
    after = last.name;
  }
}

/**
 * The employees that the site has for one id value now. Asked as text: a number would match `"0105"` for 105
 * (contract §3.3). The site compares without case and trailing blanks; we do not.
 */
export async function employeesByIdValue(
  client: ErpNextClient,
  idField: string,
  idValue: string,
): Promise<MirroredEmployee[]> {
  const { employees } = await page(client, idField, [[idField, '=', idValue]], 'name asc');
  return employees.filter((employee) => employee.idValue === idValue);
}
