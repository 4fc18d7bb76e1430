import type { Punch } from '@biolistener/core';
import { readAttlogRow, type RowProblem } from './attlog-row.ts';
import { LINE_TABLES, TYPE_WORDS } from './codes.ts';
import { park, PARKED_LINES_LIMIT, sourceOf, type Collector, type Source } from './collector.ts';
import { readFields } from './fields.ts';
import { readIdCard, readMisc } from './misc-rows.ts';
import { readOplog } from './oplog-row.ts';
import { readPhotoRow } from './photo-row.ts';
import { readTemplateRow } from './template-row.ts';
import { readUserRow } from './user-row.ts';

const LF = 10;
const CR = 13;
const TAB = 9;
const BLANK = 32;

/** Calls `visit` for each line that is not blank, with offsets; LF ends a line, one CR before it is dropped (§3.2 rule 1). */
export function eachLine(bytes: Buffer, visit: (start: number, end: number) => void): void {
  // a byte order mark in front of the first line is none of its text
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(LF, start);
    const next = lf < 0 ? bytes.length : lf;
    const end = next > start && bytes[next - 1] === CR ? next - 1 : next;
    if (!isBlank(bytes, start, end)) visit(start, end);
    start = next + 1;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== TAB && bytes[i] !== BLANK && bytes[i] !== CR) return false;
  return true;
}

const isPunch = (row: Punch | RowProblem): row is Punch => 'id' in row;

/**
 * Decodes a body of text lines. Each line becomes one event or one parked record, and is counted.
 * `defaultWord` is the type of lines without a type word: `ATTLOG`, `USER` …, or empty where each line must say (OPERLOG).
 */
export function decodeLines(into: Collector, body: Uint8Array, defaultWord: string): void {
  const source = sourceOf(body);
  const visit = defaultWord === 'ATTLOG' ? attlogLine(into, source) : anyLine(into, source, defaultWord);
  collectLines(into, source, body, visit);
}

/** Visits and counts each line of a body; a body with too many unreadable lines is parked in one piece. */
export function collectLines(
  into: Collector,
  source: Source,
  body: Uint8Array,
  visit: (start: number, end: number) => void,
): void {
  const unreadableBefore = into.unreadable;
  const parkedBefore = into.parked.length;
  eachLine(source.bytes, (start, end) => {
    into.lines++;
    visit(start, end);
  });
  if (into.unreadable <= PARKED_LINES_LIMIT) return;
  // the single lines give way to the whole body: nothing is lost, and memory stays finite
  into.parked.length = parkedBefore;
  const unread = into.unreadable - unreadableBefore;
  const detail = `${unread} lines could not be read; the body is kept in one piece`;
  into.parked.push({ reason: 'ZK_BODY_BROKEN', detail, table: into.table, raw: body, isSensitive: true });
}

/** The table of lines without a table of their own, by its name; `undefined` when the table is not one of lines. */
export const defaultWordOf = (table: string): string | undefined => LINE_TABLES.get(table.toLowerCase());

function attlogLine(into: Collector, source: Source): (start: number, end: number) => void {
  const other = anyLine(into, source, '');
  return (start, end) => {
    const raw = source.bytes.subarray(start, end);
    const row = readAttlogRow(into, source, start, end, raw);
    if (isPunch(row)) into.events.push({ kind: 'punch', punch: row });
    else if (!row.isPunchShaped && typeWordAt(source.text, start, end) !== undefined) other(start, end);
    else park(into, row.reason, row.detail, raw, !row.isPunchShaped);
  };
}

interface TypeWord {
  readonly word: string;
  /** Where the text behind the word and its blank starts. */
  readonly from: number;
}

const LONGEST_WORD = 16;

/** The known type word that a line starts with, matched in any case, one blank or TAB behind it (§3.2 rule 4). */
function typeWordAt(text: string, start: number, end: number): TypeWord | undefined {
  const limit = Math.min(end, start + LONGEST_WORD);
  for (let i = start; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code !== BLANK && code !== TAB) continue;
    const word = TYPE_WORDS.get(text.slice(start, i).toLowerCase());
    return word === undefined ? undefined : { word, from: i + 1 };
  }
  return undefined;
}

function anyLine(into: Collector, source: Source, defaultWord: string): (start: number, end: number) => void {
  return (start, end) => {
    const raw = source.bytes.subarray(start, end);
    const found = typeWordAt(source.text, start, end);
    const word = found?.word ?? defaultWord;
    const from = found?.from ?? start;
    if (word === 'ATTLOG') {
      const row = readAttlogRow(into, source, from, end, raw);
      if (isPunch(row)) into.events.push({ kind: 'punch', punch: row });
      else park(into, row.reason, row.detail, raw, !row.isPunchShaped);
    } else if (word === 'OPLOG') readOplog(into, source.text.slice(from, end), raw);
    else keyedLine(into, word, source.text.slice(from, end), raw);
  };
}

function keyedLine(into: Collector, word: string, text: string, raw: Uint8Array): void {
  if (word === '') {
    const blank = text.search(/[ \t]/);
    const hasKey = text.slice(0, blank < 0 ? text.length : blank).includes('=');
    const hasWord = /^[A-Za-z][A-Za-z0-9_]{1,31} [^\t=]{1,40}=/.test(text);
    if (hasWord) park(into, 'ZK_LINE_TYPE_UNKNOWN', 'the type word of the line is not known', raw);
    else if (hasKey) park(into, 'ZK_LINE_TYPE_UNKNOWN', 'the line does not say what it is', raw);
    else park(into, 'ZK_LINE_SHAPELESS', 'the line has no type word and no key', raw);
    return;
  }
  const fields = readFields(text);
  if (fields === undefined) park(into, 'ZK_LINE_SHAPELESS', `a ${word} line without a key`, raw);
  else if (fields === 'too-wide') park(into, 'ZK_LINE_TOO_WIDE', `a ${word} line with more than 256 fields`, raw);
  else if (word === 'USER') readUserRow(into, fields, raw);
  else if (word === 'USERPIC' || word === 'BIOPHOTO' || word === 'ATTPHOTO') readPhotoRow(into, word, fields, raw);
  else if (word === 'IDCARD') readIdCard(into, raw);
  else if (word === 'WORKCODE' || word === 'SMS' || word === 'ERRORLOG') readMisc(into, word, fields, raw);
  else readTemplateRow(into, word, fields, raw);
}
