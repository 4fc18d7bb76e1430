import { isZone, toOffsetIso, type JsonObject } from '@biolistener/core';
import {
  headerOf,
  headerValues,
  type AnswerContext,
  type Encoded,
  type Outcome,
  type WireOutput,
} from '@biolistener/wire';
import { chooseBatch } from './command-batch.ts';
import { handshakeBlock } from './handshake.ts';
import type { ReplyForm } from './reply-form.ts';
import { checkToken, isTokenRequired, REGISTER_AGAIN } from './sec-session.ts';

const OK = 'OK';
const OK_BYTES = Buffer.from(OK);
/** Neither of these may hold the letters OK in a row, in any case: that is all that old firmware looks for (§3.1). */
const UNKNOWN_DEVICE = 'UNKNOWN DEVICE\n';
const RETRY_LATER = 'RETRY LATER\n';

/** Whether the connection ends with this reply: HTTP/1.0, or the terminal asked so (§1.5 T7). */
function isClosing(ctx: AnswerContext): boolean {
  if (ctx.input.httpVersion === '1.0') return true;
  if (headerOf(ctx.input.headers, 'connection') === undefined) return false;
  return headerValues(ctx.input.headers, 'connection').some((value) =>
    value
      .toLowerCase()
      .split(',')
      .some((token) => token.trim() === 'close'),
  );
}

let dated = { second: -1, text: '' };
/** RFC 1123, made once a second: every reply carries it. */
function dateOf(now: number): string {
  const second = Math.floor(now / 1000);
  if (dated.second !== second) dated = { second, text: new Date(now).toUTCString() };
  return dated.text;
}

const PLAIN = 'text/plain';
const PUSH = 'application/push';

/** Access terminals that say `application/push` are answered so; old firmware looks for `text/plain` (§1.5 T3). */
function contentTypeOf({ input, terminal, identity }: AnswerContext): string {
  const said = headerOf(input.headers, 'content-type');
  if (said?.toLowerCase().startsWith(PUSH) !== true) return PLAIN;
  const isAccess = terminal?.profile['dialect'] === 'SEC' || identity.operation === 'registry';
  return isAccess ? `${PUSH};charset=UTF-8` : PLAIN;
}

/** A reply with the few headers that terminals need, spelt as they look for them, far below 2 KiB (§1.5 T2–T5). */
function reply(status: number, body: Uint8Array, ctx: AnswerContext): WireOutput {
  const headers = ['Content-Type', contentTypeOf(ctx), 'Date', dateOf(ctx.now), 'Content-Length', String(body.length)];
  if (isClosing(ctx)) headers.push('Connection', 'close');
  return { status, headers, body };
}

const say = (status: number, text: string, ctx: AnswerContext): WireOutput =>
  reply(status, text === OK ? OK_BYTES : Buffer.from(text), ctx);

/**
 * The reply for every way that a request can end. 200 stands only for what is committed or asks nothing;
 * everything else makes the terminal keep its data and come again. Source: protocols/zkteco-push.md §1.5, §2.12, §3.1.
 */
export function answer(outcome: Outcome, ctx: AnswerContext): WireOutput {
  switch (outcome.kind) {
    case 'committed':
      return committed(formOf(outcome.decoded.reply), outcome.commands, ctx);
    case 'idle':
      return isTokenMissing(ctx) ? say(401, REGISTER_AGAIN, ctx) : say(200, OK, ctx);
    case 'pending':
    case 'blocked':
      return ctx.identity.operation === 'registry' ? say(406, '406', ctx) : say(403, UNKNOWN_DEVICE, ctx);
    case 'unidentified':
      return say(400, `SERIAL NUMBER ${outcome.problem.toUpperCase()}\n`, ctx);
    case 'unavailable':
    case 'limited':
      return say(503, RETRY_LATER, ctx);
  }
}

/** A poll that is answered from memory is held to the same rule as every request (§2.9). */
const isTokenMissing = ({ terminal, input }: AnswerContext): boolean =>
  terminal !== undefined &&
  terminal.profile['dialect'] === 'SEC' &&
  isTokenRequired(terminal) &&
  checkToken(input, terminal) !== 'fits';

/** Our own words out of `Decoded.reply`; the only writer is `decode` of this brand. */
const formOf = (reply: JsonObject): ReplyForm => reply as unknown as ReplyForm;

function committed(form: ReplyForm, commands: readonly Encoded[], ctx: AnswerContext): WireOutput {
  switch (form.form) {
    case 'ok':
      return say(200, OK, ctx);
    case 'count':
      return say(200, `OK: ${form.n}`, ctx);
    case 'table':
      return say(200, `${form.name}=${form.n}`, ctx);
    case 'commands':
      return commandList(commands, ctx);
    case 'time':
      return timeReply(ctx);
    case 'text':
      return say(form.status, form.body, ctx);
    case 'handshake': {
      const block = handshakeBlock(form, ctx);
      return block === undefined ? say(403, UNKNOWN_DEVICE, ctx) : say(200, block, ctx);
    }
    default: // a form of a later version, met after a downgrade: nothing is acknowledged
      return say(503, RETRY_LATER, ctx);
  }
}

/** Nothing to do is exactly `OK`; a list of commands is never followed by it (§4.1). */
function commandList(commands: readonly Encoded[], ctx: AnswerContext): WireOutput {
  const batch = chooseBatch(commands);
  return batch.length === 0 ? say(200, OK, ctx) : reply(200, Buffer.concat(batch.map((one) => one.bytes)), ctx);
}

/** `Time=2026-03-09T14:05:30+05:30`, the time at the terminal's wall (§5.2); without a zone nothing is said. */
function timeReply(ctx: AnswerContext): WireOutput {
  const zone = ctx.terminal?.zone;
  if (zone === undefined || !isZone(zone)) return say(403, UNKNOWN_DEVICE, ctx);
  const second = ctx.now - (ctx.now % 1000); // no fraction, and never `Z`: the document knows neither
  return say(200, `Time=${toOffsetIso(second, zone).replace(/Z$/, '+00:00')}\n`, ctx);
}
