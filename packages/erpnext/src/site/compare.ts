import { createHash } from 'node:crypto';
import { rowsIn, sameText, type SiteDoc, withoutStamps } from './document.ts';
import type { SitePart } from './part.ts';

/** `fields.branch.reqd`, with the value that means the same everywhere. `fields.branch` alone says that the row is there. */
type Leaves = ReadonlyMap<string, string>;
/** What we left on the site, by leaf; a leaf that is not named was not set. Digests keep it small. */
export type Marks = Readonly<Record<string, string>>;

export interface Difference {
  /** `fields.branch.reqd` */
  readonly what: string;
  readonly site: string;
  readonly wanted: string;
  /** The site no longer has what we left there, so somebody meant it. */
  readonly byPerson: boolean;
}

const THERE = 'there';
const mark = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);
const rowKey = (row: SiteDoc, columns: readonly string[]): string =>
  columns.map((column) => sameText(row[column]) || '0').join(' ');

function leavesOf(part: SitePart, doc: SiteDoc): Leaves {
  const leaves = new Map<string, string>();
  for (const key of Object.keys(part.wanted)) {
    const columns = part.tables?.[key];
    if (columns === undefined) leaves.set(key, sameText(doc[key]));
    else for (const leaf of rowLeaves(part, doc, key, columns)) leaves.set(...leaf);
  }
  return leaves;
}

/** Leaves of the rows that we name, and of those only the columns that we name. */
function* rowLeaves(
  part: SitePart,
  doc: SiteDoc,
  table: string,
  columns: readonly string[],
): Iterable<[string, string]> {
  const there = new Map(rowsIn(doc, table).map((row) => [rowKey(row, columns), row]));
  for (const wanted of rowsIn(part.wanted, table)) {
    const key = rowKey(wanted, columns);
    const row = there.get(key);
    yield [`${table}.${key}`, row === undefined ? '' : THERE];
    if (row !== undefined)
      for (const column of Object.keys(wanted)) yield [`${table}.${key}.${column}`, sameText(row[column])];
  }
}

/** What the site has otherwise than we want it. `marks` are undefined for a document that we never wrote. */
export function differences(part: SitePart, site: SiteDoc, marks: Marks | undefined): Difference[] {
  const has = leavesOf(part, site);
  const found: Difference[] = [];
  for (const [what, wanted] of leavesOf(part, part.wanted)) {
    const there = has.get(what);
    if (there === undefined || there === wanted) continue; // undefined: a column of a row that is missing as a whole
    const left = marks?.[what] ?? '';
    const isAsLeft = marks !== undefined && left === (there === '' ? '' : mark(there));
    found.push({ what, site: short(there), wanted: short(wanted), byPerson: !isAsLeft });
  }
  return found;
}

export function marksOf(part: SitePart, site: SiteDoc): Marks {
  const set = [...leavesOf(part, site)].filter(([, value]) => value !== '');
  return Object.fromEntries(set.map(([what, value]) => [what, mark(value)]));
}

/** Scripts are long and the first line tells which it is. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59).replaceAll('\n', ' ')}…` : text);

/** What to send so that the site gets what we want and keeps what others added. */
export function changesFor(part: SitePart, site: SiteDoc): SiteDoc {
  const entries = Object.entries(part.wanted).map(([key, value]) => {
    const columns = part.tables?.[key];
    return [key, columns === undefined ? value : mergedRows(rowsIn(site, key), rowsIn(part.wanted, key), columns)];
  });
  return Object.fromEntries(entries) as SiteDoc; // pairs of a text and a value
}

/**
 * The site's rows in the site's order with our values laid over them; what is missing comes after our row before it. A row
 * is sent whole and with its name: a site empties every column that is left out (contract §2.3).
 */
function mergedRows(there: readonly SiteDoc[], ours: readonly SiteDoc[], columns: readonly string[]): SiteDoc[] {
  const wanted = new Map(ours.map((row) => [rowKey(row, columns), row]));
  const rows = there.map((row) => ({ ...withoutStamps(row), ...wanted.get(rowKey(row, columns)) }));
  let after = -1;
  for (const [key, row] of wanted) {
    const at = rows.findIndex((candidate) => rowKey(candidate, columns) === key);
    if (at >= 0) after = at;
    else rows.splice(++after, 0, { ...row });
  }
  return rows;
}
