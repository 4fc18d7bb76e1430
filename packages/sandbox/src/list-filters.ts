import { type Call, metaOf } from './call.ts';
import {
  CHILD_COLUMNS,
  collate,
  type Doc,
  isObject,
  leadingNumber,
  rowsOf,
  STANDARD_COLUMNS,
  textOf,
} from './document.ts';
import { fieldNotPermitted } from './failures.ts';
import { FrappeError, thrown } from './frappe-error.ts';
import { type Field, type FieldType, isNumeric, type Meta } from './meta.ts';
import { DAY, formatDateTime, readDateTime } from './site-time.ts';

export interface Condition {
  readonly doctype: string;
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
}

const OPERATORS = new Set(['=', '!=', '>', '<', '>=', '<=', 'like', 'not like', 'in', 'not in', 'is', 'between']);

function conditionOf(doctype: string, field: unknown, operator: unknown, value: unknown): Condition {
  const name = String(operator).toLowerCase().trim();
  if (!OPERATORS.has(name)) throw thrown(`Operator must be one of ${[...OPERATORS].join(', ')}`);
  return { doctype, field: String(field), operator: name, value };
}

function fromArray(doctype: string, item: readonly unknown[]): Condition {
  if (item.length >= 4) return conditionOf(String(item[0]), item[1], item[2], item[3]);
  if (item.length === 3) return conditionOf(doctype, item[0], item[1], item[2]);
  if (item.length === 2) return conditionOf(doctype, item[0], '=', item[1]);
  throw thrown(`Invalid filter: ${JSON.stringify(item)}`);
}

/**
 * Reads filters in any of their forms: `{"f": v}`, `{"f": ["op", v]}`, `[["f","op",v]]`, `[["DocType","f","op",v]]`.
 * Source: erpnext-contract.md §2.2.
 */
export function readFilters(doctype: string, raw: unknown): Condition[] {
  if (raw === undefined || raw === null) return [];
  if (isObject(raw)) {
    return Object.entries(raw).map(([field, value]) =>
      Array.isArray(value) ? conditionOf(doctype, field, value[0], value[1]) : conditionOf(doctype, field, '=', value),
    );
  }
  if (!Array.isArray(raw)) return [conditionOf(doctype, 'name', '=', raw)];
  const items: readonly unknown[] = raw;
  const isSingle = items.length > 0 && items.every((item) => !Array.isArray(item) && !isObject(item));
  if (isSingle) return [fromArray(doctype, items)];
  return items.flatMap((item) => (Array.isArray(item) ? [fromArray(doctype, item)] : readFilters(doctype, item)));
}

const STANDARD_TYPES: Readonly<Record<string, FieldType>> = {
  creation: 'Datetime',
  modified: 'Datetime',
  docstatus: 'Int',
  idx: 'Int',
};

/** Columns that exist for tags, comments and likes; always blank here. */
export const META_COLUMNS = ['_user_tags', '_comments', '_assign', '_liked_by', '_seen'] as const;

/** The type of a column, standard ones included; undefined when the table has no such column. */
export function columnType(meta: Meta, name: string): FieldType | undefined {
  const field = meta.fields.find((candidate: Field) => candidate.fieldname === name);
  if (field !== undefined) return field.fieldtype === 'Table' ? undefined : field.fieldtype;
  const isStandard = [...STANDARD_COLUMNS, ...META_COLUMNS].some((column) => column === name);
  const isChild = meta.isTable === true && CHILD_COLUMNS.some((column) => column === name);
  return isStandard || isChild ? (STANDARD_TYPES[name] ?? 'Data') : undefined;
}

const isDated = (type: FieldType): boolean => type === 'Datetime' || type === 'Date';

function dateMicros(value: unknown): number {
  const time = readDateTime(String(value));
  if (time !== undefined) return time.micros;
  const text = `Unknown string format: ${String(value)}`;
  throw new FrappeError({ status: 500, type: 'ParserError', text, module: 'dateutil.parser._parser' });
}

/** A null date compares as the year 1, a null text as blank, a null number as 0: Frappe's `ifnull` fallbacks. */
const ROW_WITHOUT_DATE = -62_135_596_800_000_000;

type Comparable = number | string;

function comparer(
  type: FieldType,
  value: unknown,
): { rowValue: (doc: Doc, field: string) => Comparable; wanted: Comparable } {
  if (isDated(type)) {
    const wanted = value === null || value === '' ? ROW_WITHOUT_DATE : dateMicros(value);
    return { wanted, rowValue: (doc, field) => readDateTime(textOf(doc, field))?.micros ?? ROW_WITHOUT_DATE };
  }
  // a number against a text column is compared as a number: 105 finds "0105" (§0.3 no. 3)
  if (isNumeric(type) || typeof value === 'number' || typeof value === 'boolean') {
    const wanted = typeof value === 'number' ? value : value === true ? 1 : leadingNumber(asText(value));
    return { wanted, rowValue: (doc, field) => leadingNumber(textOf(doc, field)) };
  }
  return { wanted: collate(asText(value)), rowValue: (doc, field) => collate(textOf(doc, field)) };
}

/** JSON values as the text that SQL would see. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

function likePattern(value: unknown): RegExp {
  const source = collate(asText(value))
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '[\\s\\S]*')
    .replace(/_/g, '[\\s\\S]');
  return new RegExp(`^${source}$`);
}

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value)
    ? value
    : asText(value)
        .split(',')
        .map((part) => part.trim());

type Test = (doc: Doc) => boolean;

function setTest(type: FieldType, field: string, list: readonly unknown[]): Test {
  const tests = list.map((value) => comparer(type, value));
  return (doc) => tests.some(({ rowValue, wanted }) => rowValue(doc, field) === wanted);
}

function betweenTest(type: FieldType, field: string, value: unknown): Test {
  const [from, to] = asList(value);
  const low = comparer(type, from);
  const high = comparer(type, to);
  // a bare date as the upper bound of a Datetime means to its end
  const isBareDate = type === 'Datetime' && typeof to === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(to);
  const top = isBareDate && typeof high.wanted === 'number' ? high.wanted + DAY - 1 : high.wanted;
  return (doc) => low.rowValue(doc, field) >= low.wanted && high.rowValue(doc, field) <= top;
}

function orderTest(type: FieldType, { field, operator, value }: Condition): Test {
  const { rowValue, wanted } = comparer(type, value);
  switch (operator) {
    case '=':
      return (doc) => rowValue(doc, field) === wanted;
    case '!=':
      return (doc) => rowValue(doc, field) !== wanted;
    case '>':
      return (doc) => rowValue(doc, field) > wanted;
    case '<':
      return (doc) => rowValue(doc, field) < wanted;
    case '>=':
      return (doc) => rowValue(doc, field) >= wanted;
    default:
      return (doc) => rowValue(doc, field) <= wanted;
  }
}

function testOf(type: FieldType, condition: Condition): Test {
  const { field, operator, value } = condition;
  switch (operator) {
    case 'like':
    case 'not like': {
      const pattern = likePattern(value);
      const isLike = operator === 'like';
      return (doc) => pattern.test(collate(textOf(doc, field))) === isLike;
    }
    case 'in':
      return setTest(type, field, asList(value));
    case 'not in': {
      const test = setTest(type, field, asList(value));
      return (doc) => !test(doc);
    }
    case 'is': {
      const isSet = asText(value).toLowerCase() === 'set';
      return (doc) => (textOf(doc, field) !== '') === isSet;
    }
    case 'between':
      return betweenTest(type, field, value);
    default:
      return orderTest(type, condition);
  }
}

/** A condition as a test of one row. A condition on a child table holds when one of its rows fits. */
export function compileCondition(call: Call, meta: Meta, condition: Condition): Test {
  if (condition.doctype === meta.name) {
    const type = columnType(meta, condition.field);
    if (type === undefined) throw fieldNotPermitted(condition.field);
    return testOf(type, condition);
  }
  const child = metaOf(call, condition.doctype);
  const table = meta.fields.find((field) => field.fieldtype === 'Table' && field.options === child.name);
  const type = columnType(child, condition.field);
  if (table === undefined || type === undefined) throw fieldNotPermitted(condition.field);
  const test = testOf(type, condition);
  return (doc) => rowsOf(doc, table.fieldname).some(test);
}

/** The text of an `=` on a text column: such a condition can be answered from an index. Dates print as they are stored. */
export function indexText(meta: Meta, { doctype, field, operator, value }: Condition): string | undefined {
  if (doctype !== meta.name || operator !== '=' || typeof value !== 'string' || value === '') return undefined;
  const type = columnType(meta, field);
  if (type === undefined || isNumeric(type)) return undefined;
  return isDated(type) ? formatDateTime(dateMicros(value)) : value;
}
