import { type Call, metaOf, textArg } from './call.ts';
import { collate, type Doc, rowsOf, textOf, type Value } from './document.ts';
import { listOfUnknownDoctype, noListPermission, unknownColumn, unknownDoctype } from './failures.ts';
import { thrown } from './frappe-error.ts';
import { intArg, jsonArg } from './json-args.ts';
import { columnType, compileCondition, type Condition, indexText, readFilters } from './list-filters.ts';
import { projectGroups, projectRow, readColumns } from './list-fields.ts';
import { isNumeric, type Meta } from './meta.ts';
import { listable, may } from './permissions.ts';
import { shuffled } from './random.ts';

/** What a list asks for, however it came: query string, RPC body, v2. */
export interface ListQuery {
  readonly doctype: string;
  readonly fields: unknown;
  readonly filters: unknown;
  readonly orFilters: unknown;
  readonly orderBy: string;
  readonly groupBy: string;
  readonly start: number;
  /** 0 is no limit. */
  readonly limit: number;
  readonly parent: string;
  readonly isDict: boolean;
}

/** Reads the parameters of erpnext-contract.md §2.2. */
export function readListQuery(call: Call, doctype: string): ListQuery {
  const fieldsText = call.args['fields'];
  const isPlainList = typeof fieldsText === 'string' && /^[\w*`]/.test(fieldsText) && call.verb === 'POST';
  return {
    doctype,
    fields: isPlainList ? fieldsText : jsonArg(call, 'fields'),
    filters: jsonArg(call, 'filters'),
    orFilters: jsonArg(call, 'or_filters'),
    orderBy: textArg(call, 'order_by') ?? '',
    groupBy: textArg(call, 'group_by') ?? '',
    start: intArg(call, 'limit_start', intArg(call, 'start', 0)),
    limit: intArg(call, 'limit_page_length', intArg(call, 'limit', 20)),
    parent: textArg(call, 'parent') ?? '',
    isDict: !['0', 'false', 'False'].includes(textArg(call, 'as_dict') ?? '1'),
  };
}

function checkAccess(call: Call, query: ListQuery): Meta {
  const meta = call.site.meta(query.doctype, call.tx);
  if (meta === undefined) throw listOfUnknownDoctype(query.doctype);
  if (meta.isBroken === true) throw unknownDoctype(meta.name);
  if (meta.isTable !== true) {
    if (!may(call, meta, 'read') && !may(call, meta, 'select')) throw noListPermission(call.user, meta.name);
    return meta;
  }
  const parent = query.parent === '' ? undefined : call.site.meta(query.parent, call.tx);
  if (parent === undefined || !may(call, parent, 'read')) throw noListPermission(call.user, meta.name);
  return meta;
}

/** Child rows live inside their parents here; a list of them gathers them again. */
function* childRows(call: Call, meta: Meta, parentName: string): Iterable<Doc> {
  const parent = metaOf(call, parentName);
  for (const field of parent.fields) {
    if (field.fieldtype !== 'Table' || field.options !== meta.name) continue;
    for (const doc of call.tx.all(parent.name)) yield* rowsOf(doc, field.fieldname);
  }
}

/** Rows that may fit: through an index where an `=` allows it, else all. */
function candidates(call: Call, meta: Meta, query: ListQuery, conditions: readonly Condition[]): Iterable<Doc> {
  if (meta.isTable === true) return childRows(call, meta, query.parent);
  const isIndexed = (name: string): boolean =>
    name === 'name' ||
    (meta.indexed?.includes(name) ?? false) ||
    meta.fields.some((f) => f.fieldname === name && f.unique);
  for (const condition of conditions) {
    const text = isIndexed(condition.field) ? indexText(meta, condition) : undefined;
    if (text === undefined) continue;
    if (condition.field !== 'name') return call.tx.by(meta.name, condition.field, text);
    const doc = call.tx.find(meta.name, text);
    return doc === undefined ? [] : [doc];
  }
  return call.tx.all(meta.name);
}

/** Rows that fit the filters, in no order. */
export function matchingDocs(call: Call, meta: Meta, query: ListQuery): Doc[] {
  const conditions = readFilters(meta.name, query.filters);
  const all = conditions.map((condition) => compileCondition(call, meta, condition));
  const any = readFilters(meta.name, query.orFilters).map((condition) => compileCondition(call, meta, condition));
  const docs: Doc[] = [];
  for (const doc of candidates(call, meta, query, conditions)) {
    if (all.every((test) => test(doc)) && (any.length === 0 || any.some((test) => test(doc)))) docs.push(doc);
  }
  return docs;
}

interface SortKey {
  readonly field: string;
  readonly sign: 1 | -1;
  readonly isNumber: boolean;
}

function readOrder(meta: Meta, orderBy: string): SortKey[] {
  return orderBy
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(?:`tab[^`]+`\.)?`?(\w+)`?(?:\s+(asc|desc))?$/i.exec(part);
      if (!match) throw thrown(`Invalid field format in Order By: ${part}`);
      const [, field = '', direction = 'asc'] = match;
      const type = columnType(meta, field);
      if (type === undefined) throw unknownColumn(field, 'order clause');
      return { field, sign: direction.toLowerCase() === 'desc' ? -1 : 1, isNumber: isNumeric(type) };
    });
}

function compareBy(keys: readonly SortKey[]): (a: Doc, b: Doc) => number {
  return (a, b) => {
    for (const { field, sign, isNumber } of keys) {
      const [left, right] = [textOf(a, field), textOf(b, field)];
      const order = isNumber ? Number(left) - Number(right) : compareText(collate(left), collate(right));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A list as the caller may see it.
 * Without `order_by` there is no order at all, so rows are shuffled: a client that pages without it shall notice
 * (erpnext-contract.md §2.2, §8 no. 40).
 */
export function runList(call: Call, query: ListQuery): (Doc | Value[])[] {
  const meta = checkAccess(call, query);
  const columns = readColumns(call, meta, query.fields);
  const order = readOrder(meta, query.orderBy);
  const found = matchingDocs(call, meta, query);
  const isSeen = listable(call, meta);
  const seen = meta.isTable === true ? found : found.filter((doc) => isSeen(textOf(doc, 'owner')));
  const docs = shuffled(seen, call.site.shuffle);
  if (order.length > 0) docs.sort(compareBy(order));
  const isGrouped = query.groupBy !== '' || columns.some((column) => column.kind === 'aggregate');
  const rows = isGrouped
    ? projectGroups(meta, columns, docs, query.groupBy.replace(/[`\s]/g, ''))
    : page(
        docs.flatMap((doc) => projectRow(meta, columns, doc)),
        query,
      );
  const paged = isGrouped ? page(rows, query) : rows;
  return query.isDict ? paged : paged.map((row) => columns.map((column) => row[column.as] ?? null));
}

const page = <T>(rows: readonly T[], { start, limit }: ListQuery): T[] =>
  rows.slice(start, limit === 0 ? undefined : start + limit);
