import type { DecodeContext, Decoded, TransferStep, WireInput } from '@biolistener/wire';
import { hasDanglingReference, strayBinaries } from './binaries.ts';
import { cipherKeyOf, decodeCipher, encryptionOf } from './cipher.ts';
import { REQUEST, RESPONSE, type ResponseCode } from './codes.ts';
import { takeResult } from './command-result.ts';
import { DEVICE_EVENTS } from './device-events.ts';
import { newFindings, park, type Message } from './findings.ts';
import { decodeFrame, type Frame } from './frame.ts';
import { isLogList, takeLog } from './lists.ts';
import { learnDialect, newFacts, takePoll } from './poll.ts';
import { takeGlogJson } from './realtime-glog.ts';
import { isPlainJson, isPoll, readRequest, type EbknRequest } from './request.ts';
import { askAgain, firstBlockOf, hasDeclaredLength, settle, stepTransfer, type BlockResult } from './transfer.ts';
import { takeUser } from './user-object.ts';

type Whole = Extract<BlockResult, { kind: 'whole' }>;

const reply = (responseCode: ResponseCode, isBlock = false): Decoded['reply'] =>
  isBlock ? { responseCode, isBlock } : { responseCode };

const refuse = (code: ResponseCode, step?: TransferStep): Decoded => ({
  events: [],
  parked: [],
  facts: {},
  reply: reply(code),
  refused: true,
  ...(step ? { transfer: step } : {}),
});

/**
 * What happened. Total: any headers and any body give a `Decoded`, never an exception.
 * `ctx.transfer` is the open transfer under `Identity.transferKey`; `Decoded.transfer` must be stored with the records.
 * Source: protocols/ebkn-fkweb.md §2–§4.
 */
export function decode(input: WireInput, ctx: DecodeContext): Decoded {
  const request = readRequest(input);
  if (request.requestCode === '') return decodeNameless(request, ctx);
  const block = stepTransfer(request, ctx.transfer, ctx.now);
  switch (block.kind) {
    case 'refused':
      return refuse(block.code, block.step);
    case 'repeated':
      return { events: [], parked: [], facts: {}, reply: reply(RESPONSE.ok) };
    case 'taken': {
      const step = block.step ? { transfer: block.step } : {};
      return { events: [], parked: [], facts: {}, reply: reply(RESPONSE.ok, true), ...step };
    }
    case 'whole':
      return decodeWhole(request, block, ctx);
  }
}

/** No request code: nobody can say what it is (§4.8). Its bytes are kept, since a proxy may have dropped the header. */
function decodeNameless(request: EbknRequest, ctx: DecodeContext): Decoded {
  if (request.block.length === 0) return refuse(RESPONSE.error);
  const found = newFindings();
  const frame = decodeFrame(request.block);
  park(
    { request, bytes: request.block, frame, ctx, found },
    'EB_REQUEST_CODE_MISSING',
    `${request.block.length} bytes`,
  );
  return { events: [], parked: found.parked, facts: {}, reply: reply(RESPONSE.error) };
}

function decodeWhole(request: EbknRequest, whole: Whole, ctx: DecodeContext): Decoded {
  const encryption = request.encryption ?? encryptionOf(firstBlockOf(whole.memo).encrypt);
  const bytes = decodeCipher(whole.bytes, encryption, cipherKeyOf(ctx.terminal.options));
  const frame = decodeFrame(bytes);
  const isDamaged = !isPoll(request) && isDamagedMessage(request, whole, frame, encryption && bytes.length);
  if (isDamaged) {
    const again = askAgain(request, whole.bytes, ctx.transfer, whole.step);
    if (again) return refuse(RESPONSE.badBlock, again);
  }
  const message: Message = { request, bytes, frame, ctx, found: newFindings() };
  const responseCode = readMessage(message, whole, isDamaged);
  return settled(message, responseCode, isPoll(request) ? undefined : settle(ctx.transfer, whole.step));
}

/** Bytes were lost on the way: a cut body, a binary that is named and not there, a length that does not fit (§4.8, §3.2). */
function isDamagedMessage(request: EbknRequest, whole: Whole, frame: Frame, clearLength?: number): boolean {
  if (isPlainJson(request)) return frame.status === 'truncated';
  const isCut = frame.status === 'truncated' || hasDanglingReference(frame) || !hasDeclaredLength(request, clearLength);
  return isCut || (whole.isOrphan === true && frame.status === 'invalid');
}

function settled({ found, ctx }: Message, responseCode: ResponseCode, step: TransferStep | undefined): Decoded {
  const profile = newFacts(found.profile, ctx.terminal.profile);
  return {
    events: found.events,
    parked: found.parked,
    facts: {
      ...(Object.keys(profile).length > 0 ? { profile } : {}),
      ...(found.wallClock === undefined ? {} : { wallClock: found.wallClock }),
    },
    reply: reply(responseCode),
    ...(step ? { transfer: step } : {}),
  };
}

/** Reads a complete message of any kind; gives the word that answers it. Poison is kept and answered OK (§4.8). */
function readMessage(message: Message, whole: Whole, isDamaged: boolean): ResponseCode {
  const { request, frame, found } = message;
  learnDialect(request, found);
  if (request.requestCode === REQUEST.poll) {
    takePoll(message);
    return RESPONSE.noCommand;
  }
  learnLibrary(message);
  parkUnsound(message, isDamaged);
  if (request.requestCode === REQUEST.result) {
    takeResult(message, firstBlockOf(whole.memo).returnCode);
    return RESPONSE.ok;
  }
  return frame.json || frame.status === 'framed' || frame.status === 'empty' ? readNews(message) : unread(message);
}

function learnLibrary({ frame, found }: Message): void {
  const name = frame.json?.['fk_bin_data_lib'];
  if (typeof name === 'string' && name.trim() !== '') found.profile['dataLib'] = name.trim().slice(0, 40);
}

/** What could not be read cleanly is kept whole, beside whatever could be read of it (§2.4). */
function parkUnsound(message: Message, isDamaged: boolean): void {
  const { status } = message.frame;
  const detail = `${message.bytes.length} bytes, ${message.frame.binaries.length} binaries`;
  if (status === 'invalid') park(message, 'EB_BODY_INVALID', detail);
  else if (isDamaged) park(message, 'EB_BODY_TRUNCATED', detail);
  else if (status === 'recovered') park(message, 'EB_BODY_RECOVERED', detail);
  else if (bearsReferences(message.request.requestCode) && strayBinaries(message.frame).length > 0) {
    park(message, 'EB_BINARY_STRAY', detail);
  }
}

/** Messages whose JSON names every binary; lists may leave the reference out (§2.5). */
const bearsReferences = (requestCode: string): boolean =>
  requestCode === REQUEST.punch || requestCode === REQUEST.enrolment;

/** A body that is not there to be read was put aside by `parkUnsound`; unknown verbs still hear that they are unknown. */
function unread({ request }: Message): ResponseCode {
  return isKnown(request.requestCode) ? RESPONSE.ok : RESPONSE.badRequestCode;
}

const KNOWN: ReadonlySet<string> = new Set(Object.values(REQUEST));
/** Events that come unasked; a new kind must not hold up attendance behind it (§4.5). */
const isKnown = (requestCode: string): boolean => KNOWN.has(requestCode) || requestCode.startsWith('realtime_');

function readNews(message: Message): ResponseCode {
  const { request, frame } = message;
  const { requestCode } = request;
  const json = frame.json ?? {};
  const takeEvent = DEVICE_EVENTS.get(requestCode);
  // Logs come under several names, and a server that only counts them loses them: the keys decide.
  if (requestCode !== REQUEST.punch && isLogList(json)) takeLog(json, message);
  else if (requestCode === REQUEST.punch) takeGlogJson(json, frame.text, message);
  else if (requestCode === REQUEST.enrolment) takeUser(json, message);
  else if (takeEvent) takeEvent(json, message);
  else if (isKnown(requestCode)) park(message, 'EB_REALTIME_UNKNOWN', `request_code ${requestCode}`);
  else {
    park(message, 'EB_REQUEST_CODE_UNKNOWN', `request_code ${requestCode}`);
    return RESPONSE.badRequestCode;
  }
  return RESPONSE.ok;
}
