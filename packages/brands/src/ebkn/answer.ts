import type { JsonObject } from '@biolistener/core';
import type { AnswerContext, Encoded, Outcome, WireOutput } from '@biolistener/wire';
import { referenceOf } from './binaries.ts';
import { cipherKeyOf, encodeCipher } from './cipher.ts';
import { BINARY_FIELDS, REQUEST, RESPONSE } from './codes.ts';
import { isFields } from './fields.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { isPlainJson, readRequest, type EbknRequest } from './request.ts';

const NOTHING = new Uint8Array(0);

interface Words {
  readonly responseCode: string;
  readonly transId: string;
  readonly commandCode: string;
  readonly body: Uint8Array;
}

type SentCommand = Extract<Encoded, { kind: 'encoded' }>;

const words = (responseCode: string, rest: Partial<Words> = {}): Words => ({
  responseCode,
  transId: '',
  commandCode: '',
  body: NOTHING,
  ...rest,
});

/** `response_code` of an outcome that is no success (§4.7, §4.8). Terminals keep what is not answered OK. */
function failureCode(outcome: Exclude<Outcome, { kind: 'committed' | 'idle' }>): string {
  switch (outcome.kind) {
    case 'unidentified':
      return RESPONSE.error;
    case 'limited':
      return outcome.limit === 'size' ? RESPONSE.badBlock : RESPONSE.notStored;
    case 'pending':
    case 'blocked':
    case 'unavailable':
      return RESPONSE.notStored;
  }
}

/** Q7: what an idle poll hears; `options.idleReply: 'ok'` for units that want OK without a command. */
const idleCode = (options: JsonObject | undefined): string =>
  options?.['idleReply'] === 'ok' ? RESPONSE.ok : RESPONSE.noCommand;

function pollWords(command: SentCommand | undefined, ctx: AnswerContext): Words {
  const options = ctx.terminal?.options;
  if (command) {
    // The vendor's own way of restarting, for units that refuse it as a command; no result follows (§5.13).
    const isReset = command.word === 'RESET_FK' && options?.['restartBy'] === 'response_code';
    if (isReset) return words(RESPONSE.reset);
    return words(RESPONSE.ok, { transId: command.id, commandCode: command.word, body: command.bytes });
  }
  const isM82 = options?.['ackProfile'] === 'm82';
  return words(idleCode(options), isM82 ? { body: encodeFrame('{"result":0}') } : {});
}

function wordsOf(outcome: Outcome, request: EbknRequest, ctx: AnswerContext): Words {
  const isPoll = request.requestCode === REQUEST.poll;
  if (outcome.kind === 'idle') return pollWords(undefined, ctx);
  if (outcome.kind !== 'committed') return words(failureCode(outcome));
  const { reply, refused } = outcome.decoded;
  const code = typeof reply['responseCode'] === 'string' ? reply['responseCode'] : RESPONSE.error;
  const isEcho = request.requestCode === REQUEST.result || reply['isBlock'] === true;
  const transId = isEcho ? request.transId : '';
  if (refused || !isPoll || reply['isBlock'] === true) return words(code, { transId });
  return pollWords(
    outcome.commands.find((command) => command.kind === 'encoded'),
    ctx,
  );
}

/** A value that may stand in a header: what a terminal sent comes back only if it cannot break the reply. */
const safe = (value: string): string => (/^[\w.-]{0,64}$/.test(value) ? value : '');

/** `trans_id` and `cmd_code` stand in replies to polls and results; vendor servers leave them out elsewhere (§1.4, §4.2). */
function transHeaders(request: EbknRequest, said: Words): string[] {
  const isBare = request.requestCode !== REQUEST.poll && request.requestCode !== REQUEST.result;
  if (isBare && said.transId === '') return [];
  const names = request.transName ? [request.transName] : ['trans_id', 'cmd_id'];
  const ids = names.flatMap((name) => [name, safe(said.transId)]);
  return isBare ? ids : [...ids, 'cmd_code', safe(said.commandCode)];
}

/** A command body in the dialect of the request that it answers: bare JSON, encrypted sections, or the frame itself. */
function bodyFor(request: EbknRequest, frame: Uint8Array, options: JsonObject | undefined): Uint8Array {
  if (frame.length === 0) return frame;
  if (isPlainJson(request)) return plainBody(frame);
  return request.encryption ? encodeCipher(frame, request.encryption, cipherKeyOf(options)) : frame;
}

/** §6.2: no frame, binaries inline as base64. */
function plainBody(frame: Uint8Array): Uint8Array {
  const { json, text, binaries } = decodeFrame(frame);
  if (!json || binaries.length === 0) return text;
  const inline = (key: string, value: unknown): unknown => {
    const ordinal = BINARY_FIELDS.includes(key) ? referenceOf(value) : undefined;
    const data = ordinal === undefined ? undefined : binaries[ordinal - 1];
    return data ? Buffer.from(data).toString('base64') : value;
  };
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(inline(key, item))]));
  };
  return Buffer.from(JSON.stringify(walk(json)));
}

/**
 * The reply to a request, byte for byte: header names in this case and order only, status always 200.
 * A capital in `response_code` or a lower-case `content-length` makes some models stop listening (§1.4).
 * Source: protocols/ebkn-fkweb.md §1.4, §4.7, §4.8, §6.5; cases H01–H03, E05, E06, B13.
 */
export function answer(outcome: Outcome, ctx: AnswerContext): WireOutput {
  const request = readRequest(ctx.input);
  const said = wordsOf(outcome, request, ctx);
  const body = bodyFor(request, said.body, ctx.terminal?.options);
  const isSilentAck = isM82Ack(outcome, request, ctx);
  const headers = [
    'response_code',
    said.responseCode,
    ...transHeaders(request, said),
    ...(request.encryption ? ['encrypt', request.encryption] : []),
    'Content-Type',
    'application/octet-stream',
    ...(isSilentAck ? [] : ['Content-Length', String(body.length)]),
    'Connection',
    'close',
  ];
  return { status: isSilentAck ? 204 : 200, headers, body };
}

/** §6.5: one project's M82 stopped resending only on `204`; off unless `options.ackProfile` is `m82`. */
function isM82Ack(outcome: Outcome, request: EbknRequest, ctx: AnswerContext): boolean {
  const isOk =
    outcome.kind === 'committed' && !outcome.decoded.refused && outcome.decoded.reply['responseCode'] === 'OK';
  return isOk && request.requestCode.startsWith('realtime_') && ctx.terminal?.options?.['ackProfile'] === 'm82';
}
