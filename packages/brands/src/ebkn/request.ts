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

/** A name as it was sent: which of ours it is, and how far it is from our spelling. */
interface Spelling {
  readonly name: string;
  readonly rank: number;
}

interface Found {
  rank: number;
  values: string[];
}

type Names = ReadonlyMap<string, Found>;

/** `a_b` may also come as `a-b` or `x-a-b` (proxies that dislike underscores, §1.5). */
function spellingOf(sent: string): Spelling | undefined {
  const lower = sent.toLowerCase();
  const isX = lower.startsWith('x-');
  const name = (isX ? lower.slice(2) : lower).replaceAll('-', '_');
  return KNOWN.has(name) ? { name, rank: isX ? 2 : name === lower ? 0 : 1 } : undefined;
}

/** Names that came before: there are few, unless somebody makes them up. */
const MOST_SPELLINGS = 500;
const spellings = new Map<string, Spelling | undefined>();

function knownSpellingOf(sent: string): Spelling | undefined {
  const known = spellings.get(sent);
  if (known !== undefined || spellings.has(sent)) return known;
  if (spellings.size >= MOST_SPELLINGS) spellings.clear();
  const spelling = spellingOf(sent);
  spellings.set(sent, spelling);
  return spelling;
}

/** The protocol headers of a request. The exact name wins, and different values are only a contradiction within one spelling. */
function readNames(headers: RawHeaders): Names {
  const found = new Map<string, Found>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const spelling = knownSpellingOf(headers[i] ?? '');
    if (!spelling) continue;
    const { name, rank } = spelling;
    const value = (headers[i + 1] ?? '').trim();
    const known = found.get(name);
    if (!known || rank < known.rank) found.set(name, { rank, values: [value] });
    else if (rank === known.rank && !known.values.includes(value)) known.values.push(value);
  }
  return found;
}

/** Who claims, who identifies, who decodes and who answers ask about the same request, one after the other. */
const namesRead = new WeakMap<RawHeaders, Names>();
const requestsRead = new WeakMap<WireInput, EbknRequest>();

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, read: (key: K) => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = read(key);
  known.set(key, made);
  return made;
}

const namesOf = (headers: RawHeaders): Names => remembered(namesRead, headers, readNames);

/** Whether the head alone is of this brand: its headers, or the content type of the JSON envelope (§6.3). */
export function claimsRequest(head: RequestHead): boolean {
  const names = namesOf(head.headers);
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
export const readRequest = (input: WireInput): EbknRequest => remembered(requestsRead, input, readAnew);

const NO_VALUES: readonly string[] = [];

function readAnew(input: WireInput): EbknRequest {
  const names = namesOf(input.headers);
  const envelope = names.has('dev_model') ? undefined : readEnvelope(input);
  const valuesOf = (name: Name): readonly string[] => {
    const outer = names.get(name)?.values ?? NO_VALUES;
    const inner = textOf(envelope?.[name])?.trim();
    return inner === undefined || outer.includes(inner) ? outer : [...outer, inner];
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
