import { expect, test } from '@jest/globals';
import type { ErpNextClient, Filter, ListQuery } from './client.ts';
import { changedEmployees } from './employees.ts';

interface Row {
  name: string;
  modified: string;
}
const at = (second: number): string =>
  new Date(Date.UTC(2026, 2, 9) + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
const rowOf = (i: number, second: number): Row => ({ name: `E${String(i).padStart(5, '0')}`, modified: at(second) });
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As a site would list `rows` now; `afterPage` may change them between two pages. */
function siteOf(rows: Row[], afterPage: (page: number) => void): ErpNextClient {
  let pages = 0;
  const holds = (row: Row, [field, operator, value]: Filter): boolean => {
    const order = compare(field === 'name' ? row.name : row.modified, String(value));
    return operator === '=' ? order === 0 : order > 0;
  };
  const list = (_doctype: string, { filters = [], orderBy, start = 0, length }: ListQuery) => {
    const byName = (a: Row, b: Row): number => compare(a.name, b.name);
    const sorted = rows
      .filter((row) => filters.every((filter) => holds(row, filter)))
      .sort(orderBy.startsWith('name') ? byName : (a, b) => compare(a.modified, b.modified) || byName(a, b));
    const page = sorted.slice(start, start + length).map((row) => ({ ...row }));
    afterPage((pages += 1));
    return Promise.resolve(page);
  };
  return { list } as unknown as ErpNextClient; // nothing else is asked of it
}

async function seenIn(client: ErpNextClient): Promise<string[]> {
  const names: string[] = [];
  for await (const rows of changedEmployees(client, 'attendance_device_id', at(0)))
    names.push(...rows.map((row) => row.name));
  return names;
}

test('an employee that is edited between two pages shifts no other out of sight', async () => {
  const rows = Array.from({ length: 1200 }, (_, i) => rowOf(i, i));
  const names = rows.map((row) => row.name);
  const client = siteOf(rows, (page) => page === 1 && (rows[0]!.modified = at(5000)));
  expect([...new Set(await seenIn(client))].sort()).toEqual(names);
});

test('thousands that were changed in the same instant are all seen, once', async () => {
  const rows = Array.from({ length: 1700 }, (_, i) => rowOf(i, i < 100 ? 1 : i < 1600 ? 2 : 3));
  expect((await seenIn(siteOf(rows, () => undefined))).sort()).toEqual(rows.map((row) => row.name));
});
