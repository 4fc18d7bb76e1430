import {
  asSerialNumber,
  COMMAND_KINDS,
  digestOf,
  type Command,
  type CommandKind,
  type JsonObject,
} from '@biolistener/core';
import type {
  AnswerContext,
  Decoded,
  EncodeContext,
  Outcome,
  TerminalView,
  WireInput,
  WireOutput,
} from '@biolistener/wire';
import { zkteco } from './index.ts';

export const SERIAL = 'TST9000000001';
export const NOW = Date.parse('2026-03-09T08:35:30Z');

/** An approved terminal at Asia/Kolkata, with whatever a test says otherwise. */
export function terminalOf(more: Partial<TerminalView> = {}): TerminalView {
  return { serialNumber: asSerialNumber(SERIAL), zone: 'Asia/Kolkata', profile: {}, stamps: {}, ...more };
}

export function inputOf(
  method: string,
  target: string,
  body: string | Uint8Array = '',
  more: Partial<WireInput> = {},
): WireInput {
  return {
    method,
    target,
    httpVersion: '1.1',
    headers: ['Host', 'adms.example.test'],
    remoteAddress: '192.0.2.40',
    body: typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
    ...more,
  };
}

export const post = (table: string, body: string | Uint8Array, rest = ''): WireInput =>
  inputOf('POST', `/iclock/cdata?SN=${SERIAL}&table=${table}${rest}`, body);

export const decodeOf = (input: WireInput, terminal: TerminalView = terminalOf()): Decoded =>
  zkteco.decode(input, { now: NOW, terminal });

export function answerOf(
  outcome: Outcome,
  input: WireInput,
  terminal: TerminalView | undefined = terminalOf(),
): WireOutput {
  const ctx: AnswerContext = { input, identity: zkteco.identify(input), now: NOW, terminal };
  return zkteco.answer(outcome, ctx);
}

/** Decodes, and answers as if everything was committed; the body as text, one character per byte. */
export function exchangeOf(input: WireInput, terminal: TerminalView = terminalOf()): { status: number; body: string } {
  const output = answerOf({ kind: 'committed', decoded: decodeOf(input, terminal), commands: [] }, input, terminal);
  return { status: output.status, body: Buffer.from(output.body).toString('latin1') };
}

/** Reads a raw HTTP request as a listener would see it. */
export function readHttp(bytes: Buffer): WireInput {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...rest] = bytes.toString('latin1', 0, end).split('\r\n');
  const [method = '', target = '', version = ''] = first.split(' ');
  const headers = rest.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  return {
    method,
    target,
    httpVersion: version.slice(5),
    headers,
    remoteAddress: '192.0.2.40',
    body: bytes.subarray(end + 4),
  };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** What was decoded, as JSON that an expectation can be held against: absent values are null, bytes are text or digests. */
export function summaryOf(decoded: Decoded): Record<string, unknown> {
  const lists: Record<string, unknown[]> = {
    punches: [],
    users: [],
    templates: [],
    photos: [],
    operations: [],
    results: [],
  };
  for (const event of decoded.events) {
    if (event.kind === 'punch') {
      const { punch } = event;
      lists['punches']?.push({ ...punch, raw: latin1(punch.raw), instant: new Date(punch.instant).toISOString() });
    } else if (event.kind === 'user') lists['users']?.push({ card: null, ...event.user });
    else if (event.kind === 'template')
      lists['templates']?.push({ ...event.template, data: latin1(event.template.data) });
    else if (event.kind === 'photo') {
      const { data, ...photo } = event.photo;
      lists['photos']?.push({ ...photo, bytes: data.length, sha256Start: digestOf(data).slice(0, 16) });
    } else if (event.kind === 'operation') lists['operations']?.push(event.operation);
    else lists['results']?.push(event.result);
  }
  const parked = decoded.parked.map((record) => ({ ...record, raw: latin1(record.raw) }));
  const all = { ...lists, parked, profile: decoded.facts.profile ?? {}, stamps: decoded.facts.stamps ?? {} };
  const text = JSON.stringify(all, (_, value: unknown) => (value === undefined ? null : value));
  return JSON.parse(text) as Record<string, unknown>; // an object went in
}

const contextOf = (terminal: TerminalView): EncodeContext => ({ now: NOW, terminal });

/** The line of an encoded command, or `reason: detail` of a refused one. */
export function encodeOf(kind: CommandKind, parameters: JsonObject, profile: JsonObject = {}, id = '103'): string {
  const encoded = zkteco.encode({ id, kind, parameters }, contextOf(terminalOf({ profile })));
  return encoded.kind === 'encoded' ? latin1(encoded.bytes) : `${encoded.reason}: ${encoded.detail}`;
}

/** A command out of a file; its kind is checked against the list. */
export function commandOf(raw: { id: string; kind: string; parameters: JsonObject }): Command {
  const kind = COMMAND_KINDS.find((known) => known === raw.kind);
  if (kind === undefined) throw new Error(`not a command kind: ${raw.kind}`);
  return { ...raw, kind };
}

export const encodedOf = (command: Command, terminal: TerminalView): ReturnType<typeof zkteco.encode> =>
  zkteco.encode(command, contextOf(terminal));
