import { digestOf, type JsonObject } from '@biolistener/core';
import type { DecodeContext, Decoded, WireInput } from '@biolistener/wire';
import { HEARTBEATS, REFUSED } from './codes.ts';
import { decodedOf, newFindings, park, type Findings } from './findings.ts';
import { missedOf, readMessage, rowsOf, textOf, type Fields, type Message } from './message.ts';
import { accessOf, takeRows } from './records.ts';
import { takeGreeting } from './reg.ts';
import { takeCredential } from './users.ts';

type Taker = (fields: Fields, ctx: DecodeContext, found: Findings, body: Uint8Array) => JsonObject;

/** Answers what the reply must repeat, as it came: without `count` and `logindex` some firmware sends the same for ever. */
const takeLog: Taker = (fields, ctx, found, body) => {
  const [rows, missed] = [rowsOf(fields), missedOf(fields)];
  takeRows(rows, { ...ctx, operation: 'sendlog' }, found);
  // acknowledged all the same, or it comes for ever (§5.2): what was not read must be there for a person
  if (missed !== undefined) park(found, 'AI_RECORDS_MISSED', missed, 'sendlog', body);
  const access = accessOf(missed === undefined ? rows : [], found, ctx);
  return {
    count: echoOf(fields['count']) ?? rows.length,
    logindex: echoOf(fields['logindex']) ?? 0,
    ...(access === undefined ? {} : { access }),
  };
};

const echoOf = (value: unknown): string | number | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value.length <= 40) ? value : undefined;

const takeUser: Taker = (fields, ctx, found) => {
  takeCredential(fields, ctx, found);
  const [enrollid, backupnum] = [echoOf(fields['enrollid']), echoOf(fields['backupnum'])];
  return {
    ...(enrollid === undefined ? {} : { enrollid }),
    ...(backupnum === undefined ? {} : { backupnum }),
  };
};

/** A code that is shown or typed opens nothing here; its text is a credential and is not kept (§5.4, C16). */
const takeCode =
  (source: string): Taker =>
  (fields, ctx, found, body) => {
    const said = textOf(fields['record'] ?? fields['pin'] ?? '');
    if (said === undefined) park(found, 'AI_RECORDS_MISSED', 'a code that is no text', `send${source}`, body);
    const text = said ?? '';
    const details = { length: text.length };
    const key = [ctx.now, digestOf(text)];
    const event = { source, code: 'unknown', wallTime: undefined, isAlert: false, details, key };
    found.events.push({ kind: 'operation', operation: event });
    return { access: 0, ...(source === 'qrcode' ? { enrollid: 0, message: 'unknown code' } : {}) };
  };

const TAKERS: Readonly<Record<string, Taker>> = {
  reg: (fields, ctx, found) => {
    takeGreeting(fields, ctx, found);
    return {};
  },
  sendlog: takeLog,
  senduser: takeUser,
  sendqrcode: takeCode('qrcode'),
  sendpin: takeCode('pin'),
  sendgps: () => ({}),
};

/** What happened. Total: any body gives a `Decoded`. Source: protocols/aiface-websocket.md §3, §5. */
export function decode(input: WireInput, ctx: DecodeContext): Decoded {
  const found = newFindings();
  const message = readMessage(input.body);
  const reply = message ? take(message, input, ctx, found) : unreadable(input, found);
  return decodedOf(found, reply, ctx);
}

function unreadable({ body }: WireInput, found: Findings): JsonObject {
  park(found, 'AI_MESSAGE_UNREADABLE', `${body.length} bytes`, 'message', body);
  return { isSilent: true };
}

function take({ cmd, fields }: Message, { body }: WireInput, ctx: DecodeContext, found: Findings): JsonObject {
  if (cmd === undefined) return { isSilent: true }; // an answer that came by itself, or nothing at all
  const taker = Object.hasOwn(TAKERS, cmd) ? TAKERS[cmd] : undefined;
  if (taker) return taker(fields, ctx, found, body);
  if (!HEARTBEATS.has(cmd) && !REFUSED.has(cmd))
    park(found, 'AI_MESSAGE_UNKNOWN', `cmd ${cmd.slice(0, 40)}`, 'message', body);
  return {};
}
