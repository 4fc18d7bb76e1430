import type { JsonObject, LocalTime } from '@biolistener/core';
import type { WireInput } from '@biolistener/wire';
import { park, sourceOf, type Collector } from './collector.ts';
import { readFields } from './fields.ts';
import { collectLines } from './line-records.ts';
import { readCount } from './numbers.ts';
import type { Route } from './route.ts';
import { checkToken, configurationOf, isTokenRequired, REGISTER_AGAIN, registryCodeOf, timeOf } from './sec-session.ts';
import { readState } from './sec-state.ts';
import { decodeSecTable } from './sec-tables.ts';
import { OK, text, type Step } from './step.ts';
import { parameterOf } from './target.ts';
import { decodeOptions } from './upload.ts';

/** `OK` for a whole upload, however many parts it was cut into. */
const TAKEN = text(200, 'OK');
const UNKNOWN_DEVICE = text(403, 'UNKNOWN DEVICE\n');

/** Requests by which a terminal comes to a token at all. */
const isOpen = (route: Route): boolean => route.kind === 'handshake' || route.operation === 'registry';

/**
 * What is noted of the token of a request; a step when the settings insist on one that fits, and it does not: then nothing of
 * the request is taken, and the terminal keeps it.
 */
export function tokenStep(route: Route, input: WireInput, into: Collector): Step | undefined {
  if (into.dialect !== 'SEC' || isOpen(route)) return undefined;
  const { terminal } = into.ctx;
  const found = checkToken(input, terminal);
  if (terminal.profile['token'] !== found) into.profile['token'] = found;
  return found !== 'fits' && isTokenRequired(terminal) ? text(401, REGISTER_AGAIN) : undefined;
}

/** What one request of the security dialect asks and brings. Source: protocols/zkteco-push.md §2.9, §3.10–§3.12, §5.2. */
export function securityStep(route: Route, input: WireInput, into: Collector): Step {
  switch (route.operation) {
    case 'registry':
      return registryStep(route, input, into);
    case 'push':
      if (input.body.length > 0) park(into, 'ZK_BODY_UNEXPECTED', 'a body came with push', input.body);
      // an approved terminal has a zone; without one its punches could not be read
      return into.ctx.terminal.zone === undefined ? UNKNOWN_DEVICE : text(200, configurationOf(into.ctx.terminal));
    case 'rtdata':
      return timeStep(route, input, into);
    case 'cdata/rtlog':
      decodeSecTable(into, 'rtlog', input.body);
      return TAKEN;
    case 'cdata/rtstate':
      return stateStep(input, into);
    case 'querydata':
      return queryStep(route, input, into);
    default:
      return tableStep(route, input, into);
  }
}

/** A bare OK here would put the terminal into an endless registration loop (§2.9). */
function registryStep(route: Route, input: WireInput, into: Collector): Step {
  decodeOptions(into, input.body);
  into.profile['registeredAt'] = into.ctx.now;
  const type = optionIn(into.profile, 'DeviceType');
  if (type !== undefined) into.profile['deviceType'] = type.toLowerCase().slice(0, 20);
  return { ...text(200, `RegistryCode=${registryCodeOf(into.ctx.terminal)}`), isRestart: !route.isRead };
}

function optionIn(profile: JsonObject, name: string): string | undefined {
  const options = profile['options'];
  const value = typeof options === 'object' && options !== null ? (options as JsonObject)[name] : undefined; // profiles are JSON
  return typeof value === 'string' ? value : undefined;
}

function timeStep(route: Route, input: WireInput, into: Collector): Step {
  if (input.body.length > 0) park(into, 'ZK_BODY_UNEXPECTED', 'a body came with rtdata', input.body);
  if ((parameterOf(route.target, 'type') ?? 'time').toLowerCase() !== 'time') return OK;
  const time = timeOf(into.ctx);
  return time === undefined ? UNKNOWN_DEVICE : text(200, time);
}

/** Several lines are several moments: the last is now. */
function stateStep(input: WireInput, into: Collector): Step {
  const source = sourceOf(input.body);
  let wallClock: LocalTime | undefined;
  collectLines(into, source, input.body, (start, end) => {
    const raw = source.bytes.subarray(start, end);
    const fields = readFields(source.text.slice(start, end));
    if (fields === undefined || fields === 'too-wide')
      park(into, 'ZK_LINE_SHAPELESS', 'a state of the doors without a key', raw, false);
    else wallClock = readState(into, fields, raw) ?? wallClock;
  });
  return wallClock === undefined ? OK : { ...OK, wallClock };
}

/** The name of a table goes back as it came, where it is a word. */
const WORD = /^[A-Za-z0-9_]{1,48}$/;

/** `<table>=<n>`: a bare OK, or another number, and the terminal sends the same for ever (§3.1). */
function tableStep(route: Route, input: WireInput, into: Collector): Step {
  const name = parameterOf(route.target, 'tablename') ?? firstWord(input.body);
  decodeSecTable(into, name, input.body);
  return { reply: WORD.test(name) ? { form: 'table', name, n: into.lines } : { form: 'count', n: into.lines } };
}

const firstWord = (body: Uint8Array): string =>
  /^\s*([A-Za-z][A-Za-z0-9_]{0,47})[ \t]/.exec(Buffer.from(body.subarray(0, 200)).toString('latin1'))?.[1] ?? '';

/** Answers to DATA QUERY, DATA COUNT and GET OPTIONS; packs are whole lines, so each is taken by itself and may come twice. */
function queryStep(route: Route, input: WireInput, into: Collector): Step {
  const type = (parameterOf(route.target, 'type') ?? 'tabledata').toLowerCase();
  switch (type) {
    case 'tabledata': {
      const step = tableStep(route, input, into);
      // the terminal's own number, where it gives one: a long answer is read in parts
      const records = readCount(parameterOf(route.target, 'count')) ?? into.lines;
      noteAnswer(route, into, { table: parameterOf(route.target, 'tablename')?.slice(0, 48) ?? '', records });
      return step;
    }
    case 'count':
      return countStep(route, input, into);
    case 'options':
      decodeOptions(into, input.body);
      noteAnswer(route, into, {});
      return TAKEN;
    default:
      if (input.body.length > 0)
        park(into, 'ZK_TABLE_UNKNOWN', `an answer of the type ${type.slice(0, 40)}`, input.body, true, 'querydata');
      return TAKEN;
  }
}

/** `user=5` */
function countStep(route: Route, input: WireInput, into: Collector): Step {
  const found = /^\s*([A-Za-z0-9_]{1,48})=(\d{1,12})\s*$/.exec(
    Buffer.from(input.body.subarray(0, 200)).toString('latin1'),
  );
  const [, name = '', count = ''] = found ?? [];
  if (!found || input.body.length > 200) {
    park(into, 'ZK_RESULT_UNREADABLE', 'a count that names no table or no number', input.body, true, 'querydata');
    return TAKEN;
  }
  noteAnswer(route, into, { table: name, count: Number(count) });
  return { reply: { form: 'table', name, n: Number(count) } };
}

/** What came for a command; whether it is done its own result tells, which follows (§3.12). */
function noteAnswer(route: Route, into: Collector, info: JsonObject): void {
  const id = parameterOf(route.target, 'cmdid');
  if (id === undefined || !/^[A-Za-z0-9]{1,16}$/.test(id)) return;
  const [pack, packs] = [
    readCount(parameterOf(route.target, 'packidx')),
    readCount(parameterOf(route.target, 'packcnt')),
  ];
  const all = { ...info, ...(pack === undefined ? {} : { pack }), ...(packs === undefined ? {} : { packs }) };
  into.events.push({ kind: 'command-result', result: { id, code: 'querydata', verdict: 'uncertain', info: all } });
}

/**
 * Background verification: the event is echoed and always refused, as doors are not opened on the word of a client that proves
 * nothing (§3.13). What happened then comes as an event.
 */
export function verificationStep(input: WireInput): Step {
  const line = /^[^\r\n]*/.exec(Buffer.from(input.body.subarray(0, 1000)).toString('latin1'))?.[0] ?? '';
  return text(200, `AUTH=FAILED\r\n${line === '' ? '' : `${line}\r\n`}`);
}
