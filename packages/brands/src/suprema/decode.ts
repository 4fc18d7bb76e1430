import { COMMAND_VERDICTS, type JsonObject } from '@biolistener/core';
import type { DecodeContext, Decoded, ParkedRecord, WireEvent, WireInput } from '@biolistener/wire';
import type { SupremaReason } from './errors.ts';
import { readEventRow } from './event-row.ts';
import { readTarget } from './identify.ts';
import { readUser } from './user-row.ts';
import { fieldsOf, isFields, parseJson, rowsOf, textOf, type Fields } from './values.ts';

type Found = Pick<Decoded, 'events' | 'parked'>;

const nothing: Found = { events: [], parked: [] };

function decodeEvents(content: Fields, ctx: DecodeContext): Found {
  const events: WireEvent[] = [];
  const parked: ParkedRecord[] = [];
  for (const row of rowsOf(content['rows'])) {
    const read = readEventRow(row, ctx);
    if (read.kind === 'parked') parked.push(read.parked);
    else events.push(...read.events);
  }
  return { events, parked };
}

/** What became of a command, as the peer client wrote it down, and whom it read on the way. */
function decodeResult(content: Fields, input: WireInput): Found {
  const { id, code, verdict, info } = content;
  const known = COMMAND_VERDICTS.find((each) => each === verdict);
  if (typeof id !== 'string' || !/^\d{1,16}$/.test(id) || known === undefined)
    return { ...nothing, parked: [whole(input, 'SU_RESULT_INVALID', 'the result names no command')] };
  // `info` was JSON a moment ago
  const result = { id, code: textOf(code) ?? '', verdict: known, info: fieldsOf(info) as JsonObject };
  const user = isFields(content['user']) ? readUser(content['user']) : nothing;
  return { events: [...user.events, { kind: 'command-result', result }], parked: user.parked };
}

function whole(input: WireInput, reason: SupremaReason, detail: string): ParkedRecord {
  const isSensitive = readTarget(input.target)?.operation !== 'events';
  return { reason, detail, table: `path:${input.target.slice(0, 80)}`, raw: input.body, isSensitive };
}

/** A parked event row stands alone; what the client put together has it in a list. */
const asRows = (content: Fields): Fields =>
  Array.isArray(content['rows']) ? content : 'event_type_id' in content ? { rows: [content] } : content;

function decodeContent(input: WireInput, ctx: DecodeContext): Found {
  const content = parseJson(Buffer.from(input.body).toString('utf8'));
  const read = readTarget(input.target);
  if (!isFields(content) || !read)
    return { ...nothing, parked: [whole(input, 'SU_BODY_INVALID', 'what was kept of the server is no JSON object')] };
  if (read.operation === 'events') return decodeEvents(asRows(content), ctx);
  if (read.operation === 'result')
    return 'User' in content ? readUser(fieldsOf(content['User'])) : decodeResult(content, input);
  return read.operation === 'user' ? readUser(fieldsOf(content['User'])) : nothing;
}

/** Facts of a device as its server lists it. */
function factsOf(input: WireInput): Decoded['facts'] {
  const read = readTarget(input.target);
  const content = read?.operation === 'device' ? parseJson(Buffer.from(input.body).toString('utf8')) : undefined;
  const profile = isFields(content) ? fieldsOf(content['profile']) : undefined;
  return profile === undefined ? {} : { profile: profile as JsonObject }; // it was JSON
}

export function decode(input: WireInput, ctx: DecodeContext): Decoded {
  return { ...decodeContent(input, ctx), facts: factsOf(input), reply: {} };
}
