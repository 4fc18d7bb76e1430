import { digestOf, type CommandResult, type Json, type JsonObject } from '@biolistener/core';
import { ENROL_MEANINGS, RESULT_MEANINGS } from './codes.ts';
import { emitOperation, park, type Collector } from './collector.ts';
import { textOf } from './field-text.ts';
import type { Dialect } from './dialect.ts';
import { isCapabilityMissing, learnMissing } from './missing-capability.ts';
import { optionValue, profileOfOptions } from './options-list.ts';
import { SEC_FOR_NOW, SEC_NO_TABLE, SEC_RESULT_MEANINGS } from './sec-codes.ts';
import { parentOf } from './sub-commands.ts';

type Verdict = CommandResult['verdict'];

/** Worth another try by itself: i/o, no such user yet, timeout, busy, memory, download (§4.6 policy). */
const FOR_NOW = new Set(['-3', '-10', '-1003', '-1005', '-1007', '-1008']);

const isDelete = (word: string): boolean => /^DATA (?:DELETE|DEL_)/i.test(word);

const isNobodyThere = (code: string, dialect: Dialect): boolean => code === (dialect === 'SEC' ? '-27' : '-10');

/** Nobody was there to be deleted: what a delete wants, so that one whose answer was lost may go again. */
const isNothingThere = (code: string, word: string, dialect: Dialect): boolean =>
  isDelete(word) && isNobodyThere(code, dialect);

/** What was to be put there belongs to somebody whom the terminal does not have: the user goes first, then it again (§4.6 policy). */
const isUserMissing = (code: string, word: string, dialect: Dialect): boolean =>
  !isDelete(word) && isNobodyThere(code, dialect);

/**
 * What a return value means. Zero and above is success, except that an enrolment succeeds with 0 alone and is never worth
 * a replay, as a person stands there. Source: protocols/zkteco-push.md §4.6.
 */
export function verdictOf(code: string, word: string, dialect: Dialect = 'ATT'): Verdict {
  if (!/^-?\d{1,10}$/.test(code)) return 'uncertain';
  const value = Number(code);
  const isSec = dialect === 'SEC';
  // queries answer with a count, which may be 5000 as well
  const isAccepted = isSec && value === 5000 && !/^DATA (?:QUERY|COUNT)/i.test(word);
  if (value === -5000 || isAccepted) return 'uncertain';
  if (/^ENROLL/i.test(word)) return value === 0 ? 'done' : 'failed-for-good';
  if (value >= 0 || isNothingThere(code, word, dialect)) return 'done';
  return (isSec ? SEC_FOR_NOW : FOR_NOW).has(String(value)) ? 'failed-for-now' : 'failed-for-good';
}

function meaningOf(code: string, word: string, dialect: Dialect): string | undefined {
  if (dialect === 'SEC' && !/^ENROLL/i.test(word) && Number(code) > -1000) return SEC_RESULT_MEANINGS[code];
  return /^ENROLL/i.test(word) ? (ENROL_MEANINGS[code] ?? RESULT_MEANINGS[code]) : RESULT_MEANINGS[code];
}

/**
 * Adds a result to the events; the id is all that ties it to a command. What was sent under it decides how the code is read,
 * the echoed words only where that is not known.
 */
function emitResult(into: Collector, id: string, code: string, word: string, info: JsonObject): void {
  const isSec = into.dialect === 'SEC';
  if (isSec && into.ctx.terminal.profile['hasAnswered'] !== true) into.profile['hasAnswered'] = true;
  const parent = isSec ? parentOf(id) : undefined;
  if (parent !== undefined) return emitPart(into, parent, code, word);
  const sent = into.ctx.wordOf?.(id) ?? word;
  learnMissing(into, id, code);
  const note = meaningOf(code, sent, into.dialect);
  const all: JsonObject = {
    ...(word === '' ? {} : { cmd: word }),
    ...info,
    ...(note === undefined ? {} : { note }),
    ...(isCapabilityMissing(code, into.dialect) ? { isCapabilityMissing: true } : {}),
    ...(isUserMissing(code, sent, into.dialect) ? { isUserMissing: true } : {}),
  };
  into.events.push({
    kind: 'command-result',
    result: { id, code, verdict: verdictOf(code, sent, into.dialect), info: all },
  });
  if (!/^shell\b/i.test(word)) return;
  // never asked for by us: somebody else commands this terminal, or plays it (C48)
  emitOperation(into, {
    source: 'security',
    code: 'shell-result',
    wallTime: undefined,
    isAlert: true,
    details: { commandId: id },
    key: ['shell-result', id],
  });
}

/**
 * The result of a line that went before the last one of its command: only a failure is told, and that for good, as the last
 * line may well say 0 afterwards.
 */
function emitPart(into: Collector, id: string, code: string, word: string): void {
  const sent = into.ctx.wordOf?.(id) ?? word;
  if (isDelete(sent) && SEC_NO_TABLE.has(code)) return;
  const verdict = verdictOf(code, sent, 'SEC');
  if (verdict === 'done' || verdict === 'uncertain') return;
  const note = meaningOf(code, sent, 'SEC');
  const info = { ...(word === '' ? {} : { cmd: word }), isPart: true, ...(note === undefined ? {} : { note }) };
  into.events.push({ kind: 'command-result', result: { id, code, verdict: 'failed-for-good', info } });
}

interface OpenResult {
  readonly fields: Map<string, string>;
  readonly raw: string;
  /** `Key=Value` lines behind the result line. */
  readonly info: Map<string, string>;
  lastKey: string | undefined;
}

const isResultLine = (line: string): boolean => /^ID=[^&]{1,100}&/i.test(line) && /&Return=/i.test(line);

/** `a=b&c=d`: keys lower-cased, values not URL-encoded; a piece without `=` belongs to the value before it. */
function ampersandFields(line: string): Map<string, string> {
  const fields = new Map<string, string>();
  let key: string | undefined;
  for (const piece of line.split('&', 64)) {
    const equals = piece.indexOf('=');
    if (equals >= 0) fields.set((key = piece.slice(0, equals).trim().toLowerCase()), piece.slice(equals + 1));
    else if (key !== undefined) fields.set(key, `${fields.get(key) ?? ''}&${piece}`);
  }
  return fields;
}

function addInfo(result: OpenResult, line: string): void {
  const equals = line.indexOf('=');
  if (equals > 0) {
    result.lastKey = line.slice(0, equals).trim().slice(0, 100);
    if (result.info.size < 600) result.info.set(result.lastKey, line.slice(equals + 1));
  } else if (result.lastKey !== undefined) {
    result.info.set(result.lastKey, `${result.info.get(result.lastKey) ?? ''}\n${line}`);
  }
}

/** Line form: each result line opens a result, any other line belongs to the one before it (§4.6). */
function decodeLineForm(into: Collector, text: string): void {
  let open: OpenResult | undefined;
  for (let at = 0; at < text.length;) {
    const lf = text.indexOf('\n', at);
    const end = lf < 0 ? text.length : lf;
    const line = text.slice(at, end > at && text[end - 1] === '\r' ? end - 1 : end);
    at = end + 1;
    if (line.trim() === '') continue;
    if (open === undefined || isResultLine(line)) {
      if (open) closeResult(into, open);
      open = { fields: ampersandFields(line), raw: line, info: new Map(), lastKey: undefined };
    } else addInfo(open, line);
  }
  if (open) closeResult(into, open);
}

/** Fields of a result line that are not its own. */
const OWN_FIELDS = new Set(['id', 'return', 'cmd', 'sn']);

function closeResult(into: Collector, open: OpenResult): void {
  const said = (key: string): string => textOf(open.fields.get(key) ?? '').trim();
  const id = said('id');
  const code = said('return');
  if (id === '' || id.length > 64 || code === '') {
    park(into, 'ZK_RESULT_UNREADABLE', 'a result without an id or a return value', Buffer.from(open.raw, 'latin1'));
    return;
  }
  const word = said('cmd').slice(0, 200);
  const info: Record<string, Json> = {};
  const { serialNumber } = into.ctx.terminal;
  if (said('sn') !== '' && said('sn') !== serialNumber) info['subSerialNumber'] = said('sn').slice(0, 64);
  for (const [key, value] of open.fields) if (!OWN_FIELDS.has(key)) info[key] = textOf(value).slice(0, 2000);
  const count = info['attlogcount'] ?? info['attlogsum']; // two spellings of one count (C49)
  if (typeof count === 'string' && /^\d{1,12}$/.test(count)) info['count'] = Number(count);
  const options = Object.fromEntries(Array.from(open.info, ([name, value]) => [name, optionValue(name, value)]));
  if (open.info.size > 0) {
    info['options'] = options;
    Object.assign(into.profile, profileOfOptions({ ...into.ctx.terminal.profile, ...into.profile }, options));
  }
  emitResult(into, id, code.slice(0, 40), word, info);
}

/** Block form: one key per line in any order, then `Content=` and bytes that may be anything (§4.6, C47). */
function decodeBlockForm(into: Collector, bytes: Buffer, text: string): void {
  const content = /(?:^|\n)Content=/i.exec(text);
  const head = text.slice(0, content ? content.index : text.length);
  const fields = new Map<string, string>();
  for (const line of head.split('\n', 200)) {
    const equals = line.indexOf('=');
    if (equals > 0) fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  const said = (key: string): string => textOf(fields.get(key) ?? '').slice(0, 200);
  if (said('id') === '' || said('id').length > 64 || said('return') === '') {
    park(into, 'ZK_RESULT_UNREADABLE', 'a result without an id or a return value', bytes);
    return;
  }
  const received = content ? bytes.subarray(content.index + content[0].length) : undefined;
  emitResult(into, said('id'), said('return'), said('cmd'), {
    ...(said('filename') === '' ? {} : { fileName: said('filename') }),
    ...(received ? { contentBytes: received.length, contentDigest: digestOf(received) } : {}),
  });
  if (received && received.length > 0) {
    park(
      into,
      'ZK_FILE_RECEIVED',
      `the content of ${said('filename') || 'a file'} for command ${said('id')}`,
      received,
    );
  }
}

/**
 * Decodes what a terminal says about commands, in all forms: result lines, result lines with `Key=Value` lines behind them
 * (INFO, GET OPTION), and blocks with file content. Source: protocols/zkteco-push.md §4.6.
 */
export function decodeResults(into: Collector, body: Uint8Array): void {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const text = bytes.toString('latin1');
  const lines = /^[^\n]*\S[^\n]*/m.exec(text.slice(0, 65_536));
  if (!lines) {
    if (text.trim() !== '') park(into, 'ZK_RESULT_UNREADABLE', 'a result without an id or a return value', bytes);
    return;
  }
  const first = lines[0];
  const isLineForm = first.includes('&') && /(?:^|&)\s*ID=/i.test(first) && /(?:^|&)\s*Return=/i.test(first);
  if (isLineForm) decodeLineForm(into, text.slice(lines.index));
  else decodeBlockForm(into, bytes, text);
}
