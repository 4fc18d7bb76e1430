import { headerOf, type RawHeaders, type RequestHead, type WireInput } from '@biolistener/wire';
import { decodeBase64, encryptionOf, type Encryption } from './cipher.ts';
import { REQUEST } from './codes.ts';
import { integerOf, isFields, textOf, type Fields } from './fields.ts';

/** What the headers (or the envelope) of one request say. Values are as sent; nothing is judged yet but contradictions. */
export interface EbknRequest {
  readonly devId: string | undefined;
  /** Empty when missing, or when it is no word of at most 32 letters, digits and underscores. */
  readonly requestCode: string;
  /** The header that carried the transaction id: `trans_id`, or `cmd_id` on some OEM models; undefined when neither came. */
  readonly transName: 'trans_id' | 'cmd_id' | undefined;
  readonly transId: string;
  /** 0 when missing; undefined when it is negative or no integer. */
  readonly blockNumber: number | undefined;
  /** Bytes that this block should have, where the request says so. */
  readonly declaredLengths: readonly number[];
  readonly returnCode: string | undefined;
  readonly devModel: string | undefined;
  /** The shared secret that it shows; empty when none, or several. */
  readonly token: string;
  readonly encryption: Encryption | undefined;
  readonly isContradictory: boolean;
  /** The block itself: the body, or what the envelope holds. */
  readonly block: Uint8Array;
}

const NAMES = [
  'request_code',
  'dev_id',
  'trans_id',
  'cmd_id',
  'cmd_return_code',
  'blk_no',
  'blk_len',
  'dev_model',
  'encrypt',
  'token_id',
] as const;
type Name = (typeof NAMES)[number];
const KNOWN: ReadonlySet<string> = new Set(NAMES);

interface Found {
  rank: number;
  readonly values: string[];
}

/**
 * The protocol headers of a request. `a_b` may also come as `a-b` or `x-a-b` (proxies that dislike underscores, §1.5);
 * the exact name wins, and different values are only a contradiction within one spelling.
 */
function readNames(headers: RawHeaders): Map<string, string[]> {
  const found = new Map<string, Found>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const sent = (headers[i] ?? '').toLowerCase();
    const isX = sent.startsWith('x-');
    const name = (isX ? sent.slice(2) : sent).replaceAll('-', '_');
    if (!KNOWN.has(name)) continue;
    const rank = isX ? 2 : name === sent ? 0 : 1;
    const value = (headers[i + 1] ?? '').trim();
    const known = found.get(name);
    if (!known || rank < known.rank) found.set(name, { rank, values: [value] });
    else if (rank === known.rank && !known.values.includes(value)) known.values.push(value);
  }
  return new Map([...found].map(([name, { values }]) => [name, values]));
}

/** Whether the head alone is of this brand: its headers, or the content type of the JSON envelope (§6.3). */
export function claimsRequest(head: RequestHead): boolean {
  const names = readNames(head.headers);
  return names.has('request_code') || names.has('dev_id') || (head.method === 'POST' && hasEnvelopeType(head));
}

/** `application/json;charset=utf-8`, compared without case, spaces and parameters. */
const hasEnvelopeType = (head: RequestHead): boolean =>
  (headerOf(head.headers, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';

/** The largest message of §3.2 as base64, and its envelope. */
const LARGEST_ENVELOPE = 24 * 1024 * 1024;

/** The fields of the JSON envelope; undefined when the body is none. */
function readEnvelope(input: WireInput): Fields | undefined {
  const isTooLarge = input.body.length > LARGEST_ENVELOPE; // strangers are read too: nothing larger is parsed for them
  if (isTooLarge || !hasEnvelopeType(input) || input.body[0] !== 0x7b) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(input.body).toString('utf8'));
    if (!isFields(json)) return undefined;
    const isEnvelope = typeof json['block'] === 'string' || 'request_code' in json;
    return isEnvelope ? json : undefined;
  } catch {
    return undefined; // JSON of another kind, or none: the body is taken as it is
  }
}

function blockOf(input: WireInput, envelope: Fields | undefined): Uint8Array {
  if (!envelope) return input.body;
  const block = envelope['block'];
  if (typeof block !== 'string' || block === '') return new Uint8Array(0);
  const text = Buffer.from(block, 'latin1');
  return decodeBase64(text) ?? text;
}

/** What a request says about itself. Source: protocols/ebkn-fkweb.md §1.3, §1.5, §6.3. Never throws. */
export function readRequest(input: WireInput): EbknRequest {
  const names = readNames(input.headers);
  const envelope = names.has('dev_model') ? undefined : readEnvelope(input);
  const valuesOf = (name: Name): string[] => {
    const inner = textOf(envelope?.[name])?.trim();
    return [...new Set([...(names.get(name) ?? []), ...(inner === undefined ? [] : [inner])])];
  };
  const first = (name: Name): string | undefined => valuesOf(name)[0];
  const requestCode = first('request_code') ?? '';
  const transName = first('trans_id') !== undefined ? 'trans_id' : first('cmd_id') !== undefined ? 'cmd_id' : undefined;
  return {
    devId: first('dev_id'),
    requestCode: /^\w{1,32}$/.test(requestCode) ? requestCode : '',
    transName,
    transId: transName ? (first(transName) ?? '') : '',
    blockNumber: blockNumberOf(valuesOf('blk_no')),
    declaredLengths: declaredLengthsOf(
      valuesOf('blk_len'),
      envelope ? undefined : headerOf(input.headers, 'content-length'),
    ),
    returnCode: first('cmd_return_code'),
    devModel: first('dev_model'),
    token: onlyOf(valuesOf('token_id')),
    encryption: encryptionOf(first('encrypt')?.toLowerCase()),
    isContradictory: valuesOf('dev_id').length > 1 || valuesOf('request_code').length > 1,
    block: blockOf(input, envelope),
  };
}

const onlyOf = (values: readonly string[]): string => (values.length === 1 ? (values[0] ?? '') : '');

/** Missing or empty means 0 (§1.3); two different numbers are none. */
function blockNumberOf(values: readonly string[]): number | undefined {
  const value = values.length > 1 ? undefined : integerOf(values[0] === undefined || values[0] === '' ? 0 : values[0]);
  return value === undefined || value < 0 ? undefined : value;
}

function declaredLengthsOf(blockLengths: readonly string[], contentLength: string | undefined): number[] {
  const stated = contentLength === undefined ? blockLengths : [...blockLengths, contentLength];
  return stated.map(integerOf).filter((length) => length !== undefined);
}

/** Bodies in both directions are bare JSON, and block headers mean nothing (§6.2). */
export const isPlainJson = (request: EbknRequest): boolean => request.devModel !== undefined && request.devModel !== '';

export const isPoll = (request: EbknRequest): boolean =>
  request.requestCode === REQUEST.poll && (request.blockNumber === 0 || isPlainJson(request));
