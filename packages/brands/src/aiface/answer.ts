import type { JsonObject } from '@biolistener/core';
import type { AnswerContext, Outcome, WireOutput } from '@biolistener/wire';
import { REFUSED } from './codes.ts';
import { readMessage } from './message.ts';
import { cloudTime } from './wall-time.ts';

const TIMED: ReadonlySet<string> = new Set(['reg', 'sendlog', 'senduser']);

/** Shown on the terminal's screen where it is a text (§5.1); a number says no to records (§5.2). */
function reasonOf(outcome: Outcome, cmd: string): string | number {
  if (cmd !== 'reg') return 1;
  if (outcome.kind === 'pending') return 'not registered';
  return outcome.kind === 'blocked' ? 'blocked' : 'try again later';
}

function bodyOf(outcome: Outcome, ctx: AnswerContext): JsonObject | undefined {
  const cmd = readMessage(ctx.input.body)?.cmd;
  if (cmd === undefined) return undefined;
  const ret = cmd.slice(0, 64);
  if (outcome.kind !== 'committed' && outcome.kind !== 'idle')
    return { ret, result: false, reason: reasonOf(outcome, cmd) };
  const extra = outcome.kind === 'committed' ? outcome.decoded.reply : {};
  const time = TIMED.has(cmd) ? cloudTime(ctx.terminal, ctx.now) : {};
  const isMute = cmd === 'reg' && ctx.terminal?.options?.['noUserPush'] === true;
  return { ret, result: !REFUSED.has(cmd), ...extra, ...time, ...(isMute ? { nosenduser: true } : {}) };
}

/** Whether nothing was stored although it should have been: over HTTP the status says so as well. */
const isAway = ({ kind }: Outcome): boolean => kind === 'unavailable' || kind === 'limited';

/**
 * The reply in compact JSON; no bytes at all for what is not answered (protocols/aiface-websocket.md §3, §5, C26).
 * Only what is stored, or needs no storing, reads `result:true`.
 */
export function answer(outcome: Outcome, ctx: AnswerContext): WireOutput {
  const json = bodyOf(outcome, ctx);
  const body = json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json));
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length)];
  return { status: isAway(outcome) ? 503 : 200, headers, body };
}
