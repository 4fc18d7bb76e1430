import { type Call, metaOf } from './call.ts';
import { type Doc, leadingNumber, rowsOf, STANDARD_COLUMNS, textOf, type Value } from './document.ts';
import { fieldNotPermitted } from './failures.ts';
import { thrown } from './frappe-error.ts';
import { shownName } from './field-checks.ts';
import { columnType } from './list-filters.ts';
import type { Field, Meta } from './meta.ts';
import { isNumeric } from './meta.ts';
import { levelsOf } from './permissions.ts';

/** One column of a list: a field, a field of a child table, or an aggregate. */
export type Column =
  | { readonly kind: 'field'; readonly field: string; readonly as: string }
  | { readonly kind: 'child'; readonly table: string; readonly field: string; readonly as: string }
  | { readonly kind: 'aggregate'; readonly operation: string; readonly field: string; readonly as: string };

const AGGREGATE = /^(count|sum|min|max|avg)\(\s*(?:distinct\s+)?`?(\*|[\w`.]+?)`?\s*\)$/i;
const ALIAS = /^(.*?)\s+as\s+[`']?(\w+)[`']?$/is;

/** Substrings that v14 and v15 take for their own columns and drop from a list's fields (erpnext-contract.md §0.3 no. 9). */
const TRAPS = ['_seen', '_comments', '_assign', '_liked_by', '_user_tags'];
export const isTrapped = (field: string): boolean => TRAPS.some((trap) => field.includes(trap));

function aggregateOf(
  call: Call,
  meta: Meta,
  text: string,
  expression: string,
  alias: string | undefined,
): Column | undefined {
  const match = AGGREGATE.exec(expression);
  if (!match) return undefined;
  if (!call.site.profile.hasTextAggregates) {
    throw thrown(
      `SQL functions are not allowed as strings in SELECT: ${text}. Use dict syntax like {'COUNT': '*'} instead.`,
    );
  }
  const [, operation = '', field = ''] = match;
  if (field !== '*' && columnType(meta, field) === undefined) throw fieldNotPermitted(field);
  return { kind: 'aggregate', operation: operation.toLowerCase(), field, as: alias ?? expression };
}

function childColumn(call: Call, meta: Meta, owner: string, field: string, alias: string | undefined): Column {
  const table = meta.fields.find(
    (candidate) => candidate.fieldtype === 'Table' && (candidate.fieldname === owner || candidate.options === owner),
  );
  if (table === undefined || columnType(metaOf(call, table.options ?? ''), field) === undefined) {
    throw fieldNotPermitted(`${owner}.${field}`);
  }
  return { kind: 'child', table: table.fieldname, field, as: alias ?? field };
}

function readColumn(call: Call, meta: Meta, text: string): Column[] {
  const match = ALIAS.exec(text.trim());
  const expression = (match?.[1] ?? text).trim();
  const alias = match?.[2];
  if (expression === '*') return starColumns(call, meta);
  const aggregate = aggregateOf(call, meta, text, expression, alias);
  if (aggregate !== undefined) return [aggregate];
  const bare = expression.replace(/`/g, '');
  const dot = bare.lastIndexOf('.');
  const owner = dot < 0 ? meta.name : bare.slice(0, dot).replace(/^tab/, '');
  const field = bare.slice(dot + 1);
  if (owner !== meta.name) return [childColumn(call, meta, owner, field, alias)];
  if (field === '*') return starColumns(call, meta);
  if (columnType(meta, field) === undefined) throw fieldNotPermitted(field);
  if (call.site.profile.hasSeenTrap && isTrapped(field)) return [];
  return isReadable(call, meta, field) ? [{ kind: 'field', field, as: alias ?? field }] : [];
}

/** Fields above the caller's level are dropped without a word. */
function isReadable(call: Call, meta: Meta, name: string): boolean {
  const field = meta.fields.find((candidate: Field) => candidate.fieldname === name);
  return levelsOf(call, meta, 'read')(field?.permlevel ?? 0);
}

function starColumns(call: Call, meta: Meta): Column[] {
  const isOpen = levelsOf(call, meta, 'read');
  const own = meta.fields.filter((field) => field.fieldtype !== 'Table' && isOpen(field.permlevel ?? 0));
  return [...STANDARD_COLUMNS, ...own.map((field) => field.fieldname)].map((field) => ({
    kind: 'field',
    field,
    as: field,
  }));
}

export function readColumns(call: Call, meta: Meta, raw: unknown): Column[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : ['name'];
  return list.flatMap((item) => readColumn(call, meta, String(item)));
}

function cell(meta: Meta | undefined, doc: Doc, name: string): Value {
  const value = (name === 'name' && meta !== undefined ? shownName(meta, doc[name]) : doc[name]) ?? null;
  const type = meta && columnType(meta, name);
  return value === null && type !== undefined && isNumeric(type) ? 0 : value;
}

/** The rows of one document: one, or one for each row of the child table that a column names. */
export function projectRow(meta: Meta, columns: readonly Column[], doc: Doc): Doc[] {
  const table = columns.find((column) => column.kind === 'child')?.table;
  const joined = table === undefined ? [undefined] : rowsOf(doc, table);
  const rows = joined.length > 0 ? joined : [undefined];
  return rows.map((row) =>
    Object.fromEntries(
      columns.map((column) => {
        if (column.kind === 'child') return [column.as, row === undefined ? null : cell(undefined, row, column.field)];
        return [column.as, cell(meta, doc, column.field)];
      }),
    ),
  );
}

function aggregate(operation: string, field: string, docs: readonly Doc[]): Value {
  if (operation === 'count')
    return field === '*' ? docs.length : docs.filter((doc) => (doc[field] ?? null) !== null).length;
  const texts = docs.map((doc) => textOf(doc, field)).filter((text) => text !== '');
  if (operation === 'min') return texts.toSorted()[0] ?? null;
  if (operation === 'max') return texts.toSorted().at(-1) ?? null;
  const sum = texts.reduce((total, text) => total + leadingNumber(text), 0);
  return operation === 'sum' ? sum : texts.length === 0 ? null : sum / texts.length;
}

/** One row per group; without `group_by` everything is one group. */
export function projectGroups(meta: Meta, columns: readonly Column[], docs: readonly Doc[], groupBy: string): Doc[] {
  const groups = groupBy === '' ? [docs] : [...Map.groupBy(docs, (doc) => textOf(doc, groupBy)).values()];
  return groups.map((group) =>
    Object.fromEntries(
      columns.map((column) => [
        column.as,
        column.kind === 'aggregate'
          ? aggregate(column.operation, column.field, group)
          : cell(meta, group[0] ?? {}, column.field),
      ]),
    ),
  );
}
