import { emitOperation, park, sourceOf, type Collector } from './collector.ts';
import { textOf } from './field-text.ts';
import { readFields, type Fields } from './fields.ts';
import { collectLines, decodeLines, defaultWordOf } from './line-records.ts';
import { readPhotoRow } from './photo-row.ts';
import { readSecEvent } from './sec-event.ts';
import { keepUnknown } from './upload.ts';

type ReadRow = (into: Collector, fields: Fields, raw: Uint8Array) => void;

/** Tables that only this dialect has, by lower case; all others are read like those of attendance terminals (§3.11). */
const OWN_TABLES: ReadonlyMap<string, ReadRow> = new Map<string, ReadRow>([
  ['rtlog', readSecEvent],
  ['transaction', readSecEvent],
  ['attphoto', (into, fields, raw) => readPhotoRow(into, 'ATTPHOTO', fields, raw)],
  ...['userauthorize', 'extuser', 'mulcarduser'].map((table): [string, ReadRow] => [table, readRights(table)]),
]);

/** Spelt otherwise here. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([['identitycard', 'IDCARD']]);

/** Rights at doors and further cards: history of the terminal, not records of a person that are compared. */
function readRights(table: string): ReadRow {
  return (into, fields) => {
    const details = Object.fromEntries([...fields].map(([key, value]) => [key, textOf(value).slice(0, 200)]));
    const code = details['pin'] ?? '';
    emitOperation(into, {
      source: table,
      code,
      wallTime: undefined,
      isAlert: false,
      details,
      key: [JSON.stringify(details)],
    });
  };
}

/** Whether a long upload of a table may be cut behind its line ends. */
export const isSecLineTable = (table: string): boolean => {
  const lower = table.toLowerCase();
  return OWN_TABLES.has(lower) || OTHER_NAMES.has(lower) || defaultWordOf(lower) !== undefined;
};

/**
 * Decodes the lines of one table, each with or without the name of the table in front; a table that nobody knows is kept
 * whole. All lines are counted. Source: protocols/zkteco-push.md §3.10–§3.12.
 */
export function decodeSecTable(into: Collector, table: string, body: Uint8Array): void {
  const lower = table.toLowerCase();
  const read = OWN_TABLES.get(lower);
  const word = OTHER_NAMES.get(lower) ?? defaultWordOf(lower);
  if (read) decodeOwnLines(into, lower, body, read);
  else if (word !== undefined) decodeLines(into, body, word);
  else keepUnknown(into, body);
}

function decodeOwnLines(into: Collector, table: string, body: Uint8Array, read: ReadRow): void {
  const source = sourceOf(body);
  const isSensitive = table !== 'rtlog' && table !== 'transaction';
  collectLines(into, source, body, (start, end) => {
    const raw = source.bytes.subarray(start, end);
    const line = source.text.slice(start, end);
    const isNamed = line.slice(0, table.length).toLowerCase() === table && /[ \t]/.test(line[table.length] ?? '');
    const fields = readFields(isNamed ? line.slice(table.length + 1) : line);
    if (fields === undefined) park(into, 'ZK_LINE_SHAPELESS', `a line of ${table} without a key`, raw, isSensitive);
    else if (fields === 'too-wide')
      park(into, 'ZK_LINE_TOO_WIDE', `a line of ${table} with more than 256 fields`, raw, isSensitive);
    else read(into, fields, raw);
  });
}
