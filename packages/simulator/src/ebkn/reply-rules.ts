import { countHeader, exactHeader, type RawReply } from '../reply-reader.ts';
import { parseObject, readCommandBody, type EbknMessage } from './frame.ts';
import type { EbknProfile } from './profiles.ts';

/** What a request was, so far as the rules for its reply depend on it. */
export interface Expectation {
  readonly operation: string;
  readonly transId: string;
  readonly profile: EbknProfile;
}

/** A reply as firmware sees it: custom headers in exact lower case, the body by exact `Content-Length` (§1.4). */
export interface EbknReply {
  readonly responseCode: string | undefined;
  readonly transId: string;
  readonly commandCode: string;
  readonly body: Buffer;
}

/** The vocabulary of §4.7. */
const CODES = new Set([
  ...['OK', 'ERROR', 'ERROR_NO_CMD', 'RESET_FK', 'ERROR_CANCELED', 'ERROR_DB_CONNECT', 'ERROR_DB_ACCESS'],
  ...['ERROR_GET_PARAM', 'ERROR_ADD_BLOCK_DATA', 'ERROR_INVLAID_BLOCK_NO', 'ERROR_INVLAID_REQUEST_CODE'],
  ...['ERROR_INVALID_LIB_NAME', 'ERROR_INVALID_USER_ID', 'ERROR_INVALID_VERIFY_MODE', 'ERROR_INVALID_IO_MODE'],
  ...['ERROR_INVALID_IO_TIME', 'ERROR_INVALID_LOG', 'ERROR_INVALID_USER_DATA', 'ERROR_DB_SAVE_LOG'],
  'ERROR_DB_SAVE_USER_ID_LIST',
]);

/** §1.4: without `Content-Length` in this case the firmware takes the body as empty. */
export function readReply(reply: RawReply, profile: EbknProfile): EbknReply {
  return {
    responseCode: exactHeader(reply, 'response_code'),
    transId: exactHeader(reply, profile.transHeader) ?? '',
    commandCode: exactHeader(reply, 'cmd_code') ?? '',
    body: exactHeader(reply, 'Content-Length') === undefined ? Buffer.alloc(0) : reply.body,
  };
}

/** Every breach in one reply; one sentence each (§1.4, §2.6, §4). */
export function replyBreaches(raw: RawReply, expected: Expectation): string[] {
  const breaches: string[] = [];
  const must = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(sentence);
  };
  must(/^HTTP\/1\.[01] 200 /.test(raw.statusLine), `§1.4: the status must be 200, the line is "${raw.statusLine}"`);
  for (const name of ['response_code', 'Content-Length', 'Content-Type', 'Connection']) {
    must(exactHeader(raw, name) !== undefined, `§1.4: the header ${name} is absent or in another case`);
    must(countHeader(raw, name) <= 1, `§1.4: the header ${name} stands there more than once`);
  }
  for (const name of ['Transfer-Encoding', 'Content-Encoding', 'Location']) {
    must(countHeader(raw, name) === 0, `§1.4: ${name} must not be sent`);
  }
  must(
    exactHeader(raw, 'Content-Type') === 'application/octet-stream',
    '§1.4: Content-Type is application/octet-stream',
  );
  must(exactHeader(raw, 'Connection') === 'close', '§1.4: Connection must be close');
  must(raw.isWhole, '§1.4: the body is shorter than Content-Length says');
  must(raw.excessBytes === 0, `§1.4: ${raw.excessBytes} bytes came after the announced body`);
  must(!raw.hadInterim, '§1.1: a 1xx reply was sent');
  must(raw.isClosed, '§1.1: the connection was not closed after the reply');
  const reply = readReply(raw, expected.profile);
  must(
    reply.responseCode === undefined || CODES.has(reply.responseCode),
    `§4.7: no such code: ${reply.responseCode ?? ''}`,
  );
  const { encrypt } = expected.profile;
  if (encrypt !== 'none') must(exactHeader(raw, 'encrypt') === encrypt, `§1.4: the header encrypt must say ${encrypt}`);
  breaches.push(
    ...(expected.operation === 'receive_cmd' ? pollBreaches(raw, reply, expected) : otherBreaches(reply, expected)),
  );
  return breaches;
}

function pollBreaches(raw: RawReply, reply: EbknReply, { profile }: Expectation): string[] {
  const breaches: string[] = [];
  const must = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(sentence);
  };
  for (const name of [profile.transHeader, 'cmd_code']) {
    must(exactHeader(raw, name) !== undefined, `§1.4: a reply to receive_cmd needs the header ${name} in lower case`);
  }
  if (reply.responseCode !== 'OK' || reply.commandCode === '') {
    must(reply.commandCode === '' && reply.transId === '', '§4.1: without a command both headers are empty');
    must(reply.body.length === 0, '§4.1: without a command the body is empty');
    return breaches;
  }
  must(/^[A-Z][A-Z0-9_]*$/.test(reply.commandCode), `§5: no command name: ${reply.commandCode}`);
  must(/^\d{1,16}$/.test(reply.transId), `§5: the id must be 1 to 16 decimal digits, it is "${reply.transId}"`);
  const read = readCommand(reply, profile);
  if (typeof read === 'string') breaches.push(read);
  else breaches.push(...referenceBreaches(read));
  return breaches;
}

function otherBreaches(reply: EbknReply, { operation, transId }: Expectation): string[] {
  const breaches = reply.body.length === 0 ? [] : [`§4: the reply to ${operation} must have an empty body`];
  const needsEcho = operation === 'send_cmd_result' && reply.responseCode === 'OK';
  if (needsEcho && reply.transId !== transId)
    breaches.push(`§4.4: the id ${transId} must be echoed, it is "${reply.transId}"`);
  return breaches;
}

/** The parameters of a command; a sentence when the body cannot be read. */
export function readCommand(reply: EbknReply, profile: EbknProfile): EbknMessage | string {
  if (profile.dialect === 'plain-json' && reply.body.length > 0) {
    try {
      const json = parseObject(reply.body);
      return json ? adoptInline(json) : '§6.2: the body is no JSON object';
    } catch {
      return '§6.2: the body is no JSON'; // the sentence is all that a terminal could know
    }
  }
  const read = readCommandBody(reply.body, profile.encrypt);
  return read.kind === 'message' ? read.message : read.reason;
}

/** Binaries of the plain JSON dialect stand inline as base64 (§6.2): given the shape that framed commands have. */
function adoptInline(json: Readonly<Record<string, unknown>>): EbknMessage {
  const binaries: Buffer[] = [];
  const adopt = (key: string, value: unknown): unknown => {
    if (!['enroll_data', 'user_photo'].includes(key) || typeof value !== 'string' || value === '') return value;
    binaries.push(Buffer.from(value, 'base64'));
    return `BIN_${binaries.length}`;
  };
  const text = JSON.stringify(json, (key, value: unknown) => adopt(key, value));
  return { json: parseObject(Buffer.from(text)) ?? {}, binaries };
}

/** §2.5, §2.6: every reference leads to a binary, none of them empty, and none is left without a reference. */
function referenceBreaches({ json, binaries }: EbknMessage): string[] {
  const named = [...JSON.stringify(json).matchAll(/"(?:enroll_data|user_photo|firmware_bin_data)":"BIN_(\d+)"/g)];
  const breaches: string[] = [];
  for (const [, ordinal] of named) {
    const binary = binaries[Number(ordinal) - 1];
    if (!binary) breaches.push(`§2.5: BIN_${ordinal} is named and not there`);
    else if (binary.length === 0) breaches.push(`§2.6: BIN_${ordinal} is empty`);
  }
  if (binaries.length > named.length) breaches.push(`§2.6: ${binaries.length} binaries, ${named.length} references`);
  return breaches;
}
