import { digestOf, type Instant, type JsonObject } from '@biolistener/core';
import type { OpenTransfer, TransferStep } from '@biolistener/wire';
import { RESPONSE, type ResponseCode } from './codes.ts';
import { decodeFrame } from './frame.ts';
import { transferKeyOf } from './identify.ts';
import { isPlainJson, type EbknRequest } from './request.ts';

/** What one request means for the message that it belongs to. `step` is undefined where nothing is to be remembered. */
export type BlockResult =
  /**
   * The message is complete. `memo` is what its first block said (return code, encryption).
   * `isOrphan`: it is no message by itself and looks like the tail of a buffer that went stale.
   */
  | {
      readonly kind: 'whole';
      readonly bytes: Uint8Array;
      readonly memo: JsonObject;
      readonly step?: TransferStep;
      readonly isOrphan?: boolean;
    }
  /** A block was taken, or had been taken before. */
  | { readonly kind: 'taken'; readonly step?: TransferStep }
  /** The last block of a message that is already ours: its reply was lost (§3.2). */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refused'; readonly code: ResponseCode; readonly step?: TransferStep };

const STALE_AFTER_MS = 30 * 60_000;
export const LARGEST_MESSAGE = 16 * 1024 * 1024;
const MOST_BLOCKS = 4096;
const NOTHING = new Uint8Array(0);

const REFUSED: Extract<BlockResult, { kind: 'refused' }> = { kind: 'refused', code: RESPONSE.badBlock };

/** The memo of one key, as we wrote it. `isClosed`: no buffer is open, only memories of the last message are kept. */
interface Memo {
  readonly isClosed: boolean;
  readonly requestCode: string;
  readonly transId: string;
  /** Of the last block that was taken. */
  readonly digest: string;
  readonly returnCode: string | undefined;
  readonly encrypt: string | undefined;
}

const textIn = (memo: JsonObject, key: string): string | undefined => {
  const value = memo[key];
  return typeof value === 'string' ? value : undefined;
};

const readMemo = (memo: JsonObject): Memo => ({
  isClosed: memo['isClosed'] === true,
  requestCode: textIn(memo, 'requestCode') ?? '',
  transId: textIn(memo, 'transId') ?? '',
  digest: textIn(memo, 'digest') ?? '',
  returnCode: textIn(memo, 'returnCode'),
  encrypt: textIn(memo, 'encrypt'),
});

/** A message is of one request code and one transaction id; a block that names none may continue any. */
function isSameMessage(request: EbknRequest, memo: Memo): boolean {
  const isSameId = memo.transId === request.transId || memo.transId === '' || request.transId === '';
  return memo.requestCode === request.requestCode && isSameId;
}

const put = (key: string, lastBlock: number, bytes: Uint8Array, memo: JsonObject): TransferStep => ({
  kind: 'put',
  transfer: { key, lastBlock, bytes, memo },
});

/**
 * `blk_len` and `Content-Length`, where stated, must be what arrived. `clearLength`: how long an encrypted or enveloped
 * message is once it is opened, since no document says which of the two lengths `blk_len` counts then.
 */
export const hasDeclaredLength = (request: EbknRequest, clearLength?: number): boolean =>
  request.declaredLengths.every((length) => length === request.block.length || length === clearLength);

/** True when bytes alone are a message: a frame whose lengths fit, or plain JSON. */
const standsAlone = (bytes: Uint8Array): boolean => {
  const { status } = decodeFrame(bytes);
  return status === 'framed' || status === 'flat' || status === 'empty';
};

/**
 * Puts one block to its message. Pure: the open transfer comes in, what to keep of it goes out.
 * Source: protocols/ebkn-fkweb.md §3.1, §3.2; cases B01–B10.
 */
export function stepTransfer(request: EbknRequest, open: OpenTransfer | undefined, now: Instant): BlockResult {
  if (isPlainJson(request)) return { kind: 'whole', bytes: request.block, memo: {} };
  if (request.blockNumber === undefined) return { kind: 'refused', code: RESPONSE.badBlockNumber };
  const isFresh = open !== undefined && !readMemo(open.memo).isClosed && now - open.touchedAt <= STALE_AFTER_MS;
  const buffer = isFresh && isSameMessage(request, readMemo(open.memo)) ? open : undefined;
  if (request.blockNumber === 0) return buffer ? finish(request, buffer) : single(request, open, isFresh);
  if (request.block.length === 0 || !hasDeclaredLength(request)) return REFUSED;
  return request.blockNumber === 1 ? begin(request, open) : continueWith(request, buffer);
}

/** Block 1 discards whatever was open under the key: the terminal starts over and still holds its message. */
function begin(request: EbknRequest, open: OpenTransfer | undefined): BlockResult {
  const key = transferKeyOf(request.requestCode);
  if (request.block.length > LARGEST_MESSAGE) return { ...REFUSED, step: { kind: 'drop', key } };
  const memo: Record<string, string | boolean | JsonObject> = {
    requestCode: request.requestCode,
    transId: request.transId,
    digest: digestOf(request.block),
  };
  if (request.returnCode !== undefined) memo['returnCode'] = request.returnCode;
  if (request.encryption !== undefined) memo['encrypt'] = request.encryption;
  const tries = open && triesOf(open.memo);
  if (tries) memo['tries'] = tries;
  return { kind: 'taken', step: put(key, 1, request.block, memo) };
}

function continueWith(request: EbknRequest, buffer: OpenTransfer | undefined): BlockResult {
  const number = request.blockNumber;
  if (!buffer) return REFUSED;
  if (number === buffer.lastBlock && readMemo(buffer.memo).digest === digestOf(request.block)) return { kind: 'taken' };
  if (number !== buffer.lastBlock + 1) return REFUSED;
  if (number > MOST_BLOCKS || buffer.bytes.length + request.block.length > LARGEST_MESSAGE) {
    return { ...REFUSED, step: { kind: 'drop', key: buffer.key } };
  }
  const bytes = Buffer.concat([buffer.bytes, request.block]);
  return { kind: 'taken', step: put(buffer.key, number, bytes, { ...buffer.memo, digest: digestOf(request.block) }) };
}

/**
 * Block 0 with a buffer open: the tail. A terminal that rebooted in between sends a complete message instead;
 * that is told apart by which of the two readings is a whole frame.
 */
function finish(request: EbknRequest, buffer: OpenTransfer): BlockResult {
  const bytes = Buffer.concat([buffer.bytes, request.block]);
  if (bytes.length > LARGEST_MESSAGE) return { ...REFUSED, step: { kind: 'drop', key: buffer.key } };
  const closed = { ...buffer.memo, isClosed: true, digest: digestOf(request.block), length: request.block.length };
  const step = put(buffer.key, 0, NOTHING, closed);
  if (standsAlone(bytes))
    return hasDeclaredLength(request) ? { kind: 'whole', bytes, memo: buffer.memo, step } : REFUSED;
  const isNewMessage = request.block.length > 0 && standsAlone(request.block);
  if (isNewMessage) return { kind: 'whole', bytes: request.block, memo: {}, step: { kind: 'drop', key: buffer.key } };
  return hasDeclaredLength(request) ? { kind: 'whole', bytes, memo: buffer.memo, step } : REFUSED;
}

/** Block 0 without a buffer: a message of one request, or the last block of one that is already done. */
function single(request: EbknRequest, open: OpenTransfer | undefined, hasOther: boolean): BlockResult {
  const whole: Extract<BlockResult, { kind: 'whole' }> = { kind: 'whole', bytes: request.block, memo: {} };
  if (!open) return whole;
  const memo = readMemo(open.memo);
  const isStale = !hasOther && !memo.isClosed;
  const outcome: typeof whole = isStale ? { ...whole, step: { kind: 'drop', key: open.key } } : whole;
  if (standsAlone(request.block)) return outcome;
  if (!memo.isClosed) return { ...outcome, isOrphan: true };
  const isLast = open.memo['length'] === request.block.length && memo.digest === digestOf(request.block);
  return isLast && isSameMessage(request, memo) ? { kind: 'repeated' } : whole;
}

function triesOf(memo: JsonObject): JsonObject | undefined {
  const tries = memo['tries'];
  // a JSON object of our own writing, or absent
  return typeof tries === 'object' && tries !== null && !Array.isArray(tries) ? (tries as JsonObject) : undefined;
}

const RESENDS_OF_ONE = 2;
/** A line so bad that every resend is cut elsewhere must not hold up the terminal for ever. */
const RESENDS_IN_A_ROW = 8;

/**
 * Asks for a damaged message again, twice; then undefined: what is there must be kept instead (§4.8).
 * The count lives in the transfer memo of the key, so that any process can take the next try.
 */
export function askAgain(
  request: EbknRequest,
  damaged: Uint8Array,
  open: OpenTransfer | undefined,
  step: TransferStep | undefined,
): TransferStep | undefined {
  const base = step?.kind === 'put' ? step.transfer : open;
  const known = (base && triesOf(base.memo)) ?? {};
  const digest = digestOf(damaged);
  const seen = known['digest'] === digest ? Number(known['count']) : 0;
  const total = known['total'] === undefined ? 0 : Number(known['total']);
  if (seen >= RESENDS_OF_ONE || total >= RESENDS_IN_A_ROW) return undefined;
  const tries = { digest, count: seen + 1, total: total + 1 };
  const key = transferKeyOf(request.requestCode);
  // A finished buffer is gone: the terminal must start over, and its old last block is no proof of completion any more.
  if (step || !base) return put(key, 0, NOTHING, { isClosed: true, requestCode: request.requestCode, tries });
  return put(key, base.lastBlock, base.bytes, { ...base.memo, tries });
}

/** What stays in the memo once a message was taken: never a count of failed tries. */
export function settle(open: OpenTransfer | undefined, step: TransferStep | undefined): TransferStep | undefined {
  if (step?.kind === 'put') return put(step.transfer.key, 0, NOTHING, withoutTries(step.transfer.memo));
  if (step || !open || !triesOf(open.memo)) return step;
  return put(open.key, open.lastBlock, open.bytes, withoutTries(open.memo));
}

function withoutTries(memo: JsonObject): JsonObject {
  const { tries: _dropped, ...rest } = memo;
  return rest;
}

/** What the first block of a message said, for messages whose last block says less. */
export const firstBlockOf = (memo: JsonObject): { returnCode: string | undefined; encrypt: string | undefined } =>
  readMemo(memo);
