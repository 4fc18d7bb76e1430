import type { WireInput } from '@biolistener/wire';
import { decodeAttPhoto, dropFingerprintImage } from './att-photo.ts';
import { STAMPED_TABLES, TYPE_WORDS } from './codes.ts';
import { park, sourceOf, type Collector } from './collector.ts';
import { decodeLines, defaultWordOf, eachLine } from './line-records.ts';
import { profileOfOptions, readOptions } from './options-list.ts';
import type { ReplyForm } from './reply-form.ts';
import { isKnownTable, type Route } from './route.ts';
import { parameterOf } from './target.ts';
import { unpackTgz } from './tgz.ts';
import { looksLikeTime } from './wall-time.ts';

export interface Upload {
  readonly reply: ReplyForm;
  readonly stampedTable?: string;
}

const OK: ReplyForm = { form: 'ok' };

/** Decodes an upload and chooses the acknowledgement that its table expects (protocols/zkteco-push.md §3.1). */
export function decodeUpload(route: Route, input: WireInput, into: Collector): Upload {
  const table = route.table === '' ? sniffTable(input.body) : route.table;
  const isPackage = parameterOf(route.target, 'contenttype')?.toLowerCase() === 'tgz';
  const bodies = isPackage ? unpack(input.body, into) : [input.body];
  if (bodies === undefined) return withStamp({ form: 'count', n: 1 }, table);
  for (const body of bodies) decodeBody(route, table, body, into);
  return withStamp(replyOf(table, into), table);
}

function withStamp(reply: ReplyForm, table: string): Upload {
  return (STAMPED_TABLES as readonly string[]).includes(table) ? { reply, stampedTable: table } : { reply };
}

/** The files of a package; a package that cannot be read is kept whole, as one record. */
function unpack(body: Uint8Array, into: Collector): readonly Uint8Array[] | undefined {
  const unpacked = unpackTgz(body);
  if (unpacked.kind === 'files') return unpacked.files;
  const isTooLarge = unpacked.kind === 'too-large';
  const detail = isTooLarge ? 'the package unpacks to more than it may' : 'the package cannot be unpacked';
  park(into, isTooLarge ? 'ZK_PACKAGE_TOO_LARGE' : 'ZK_PACKAGE_UNREADABLE', detail, body);
  into.lines++;
  return undefined;
}

function decodeBody(route: Route, table: string, body: Uint8Array, into: Collector): void {
  if (table === 'ATTPHOTO') decodeAttPhoto(into, body, route.target);
  else if (table === 'options') decodeOptions(into, body);
  else if (table === 'FPImage') dropFingerprintImage(into, body, route.target);
  else {
    const word = defaultWordOf(table);
    if (word === undefined) keepUnknown(into, body);
    else decodeLines(into, body, word);
  }
}

const OPTIONS_LIMIT = 64 * 1024;

/** A list of options, into the profile. */
export function decodeOptions(into: Collector, body: Uint8Array): void {
  if (body.length > OPTIONS_LIMIT) {
    park(into, 'ZK_OPTIONS_TOO_LARGE', `a list of options of ${body.length} bytes`, body);
    return;
  }
  const before = { ...into.ctx.terminal.profile, ...into.profile };
  Object.assign(into.profile, profileOfOptions(before, readOptions(sourceOf(body).text)));
}

/** A table that nobody knows is kept whole; its lines are counted, as the terminal expects. */
export function keepUnknown(into: Collector, body: Uint8Array): void {
  if (body.length === 0) return;
  eachLine(Buffer.from(body.buffer, body.byteOffset, body.length), () => into.lines++);
  park(into, 'ZK_TABLE_UNKNOWN', 'an upload to a table that is not known', body);
}

/** Tables that are answered with a bare OK although their body is kept raw (§3.11). */
const BARE_OK = new Set(['deviceauthorize', 'irstate', 'testdata']);

function replyOf(table: string, into: Collector): ReplyForm {
  if (!isKnownTable(table)) return BARE_OK.has(table.toLowerCase()) ? OK : { form: 'count', n: into.lines };
  if (table === 'ATTPHOTO' || table === 'options' || table === 'FPImage') return OK;
  if (table === 'ERRORLOG' && into.dialect === 'SEC') return OK; // an event there (§3.1)
  // a picture posted singly is answered like a photo; several, as a query gives them, are counted
  if ((table === 'USERPIC' || table === 'BIOPHOTO') && into.lines === 1) return OK;
  return { form: 'count', n: into.lines };
}

/** What a body without a table looks like, by its first line (§3.1 last row). */
export function sniffTable(body: Uint8Array): string {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 4096)).toString('latin1');
  const line = (/^[^\r\n]*\S[^\r\n]*/m.exec(head)?.[0] ?? '').trimStart();
  if (/^PIN=[^\t\n]*\.jpe?g$/i.test(line) || head.startsWith('\xff\xd8\xff')) return 'ATTPHOTO';
  const word = /^([A-Za-z0-9]+)[ \t]/.exec(line)?.[1]?.toLowerCase();
  if (word !== undefined && TYPE_WORDS.has(word)) return word === 'attlog' ? 'ATTLOG' : 'OPERLOG';
  const columns = line.split('\t', 3);
  if (looksLikeTime(columns[1] ?? '') || looksLikeTime(columns[2] ?? '')) return 'ATTLOG';
  if (/^~?[A-Za-z][\w~]*=[^,\t]*(?:,~?[A-Za-z][\w~]*=|$)/.test(line)) return 'options';
  return 'unknown';
}
