import { asSerialNumber, type JsonObject } from '@biolistener/core';
import type {
  DecodeContext,
  Decoded,
  Encoded,
  OpenTransfer,
  RawHeaders,
  TerminalView,
  WireInput,
} from '@biolistener/wire';
import { ebkn } from './index.ts';

// Support for the tests of this folder: a terminal's requests, and a listener that keeps transfers and records in memory.

export const NOW = Date.UTC(2026, 0, 2, 0, 0, 0);

export const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const terminalView = (settings: Partial<TerminalView> = {}): TerminalView => ({
  serialNumber: asSerialNumber('TEST0001'),
  zone: 'Asia/Kolkata',
  profile: {},
  stamps: {},
  ...settings,
});

export interface RequestParts {
  readonly code?: string;
  readonly block?: number | string;
  readonly headers?: RawHeaders;
  readonly body?: Uint8Array;
}

const TRANS_LABELS: Readonly<Record<string, string>> = {
  receive_cmd: 'ReceiveCommandAction',
  realtime_glog: 'RTLogSendAction',
  realtime_enroll_data: 'RTEnrollDataAction',
};

/** One request as a terminal sends it; `headers` come last, so a test can add what it is about. */
export function request({ code = 'realtime_glog', block = 0, headers = [], body = hex('') }: RequestParts): WireInput {
  const has = (name: string): boolean => headers.includes(name);
  const label = TRANS_LABELS[code];
  const all = [
    ...['Content-Type', 'application/octet-stream', 'request_code', code, 'Content-Type', 'application/octet-stream'],
    ...['Content-Length', String(body.length)],
    ...(label === undefined || has('trans_id') || has('cmd_id') ? [] : ['trans_id', label]),
    ...(has('dev_id') ? [] : ['dev_id', 'TEST0001']),
    ...['blk_no', String(block), ...(has('blk_len') ? [] : ['blk_len', String(body.length)])],
    ...headers,
  ];
  return { method: 'POST', target: '/', httpVersion: '1.0', headers: all, remoteAddress: '10.0.0.7', body };
}

export const contextOf = (settings: Partial<TerminalView> = {}): DecodeContext => ({
  now: NOW,
  terminal: terminalView(settings),
});

/** Takes one HTTP request apart as an HTTP parser does; header names and values as sent. */
export function parseHttp(bytes: Uint8Array): WireInput {
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', target = '', version = ''] = first.split(' ');
  const headers = lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  const body = bytes.subarray(end + 4);
  return { method, target, httpVersion: version.slice(5), headers, remoteAddress: '10.0.0.7', body };
}

/** A listener in miniature: identifies, decodes, applies what `Decoded` asks for, answers. */
export class MemoryListener {
  readonly transfers = new Map<string, OpenTransfer>();
  readonly punches = new Set<string>();
  readonly decoded: Decoded[] = [];
  profile: JsonObject = {};
  now = NOW;
  isStorageDown = false;
  options: JsonObject = {};
  queue: Encoded[] = [];

  view(): TerminalView {
    return terminalView({ profile: this.profile, options: this.options });
  }

  receive(input: WireInput): string {
    return headerIn(this.reply(input).headers, 'response_code');
  }

  reply(input: WireInput): { status: number; headers: RawHeaders; body: Uint8Array } {
    const identity = ebkn.identify(input);
    const ctx = { input, identity, now: this.now, terminal: this.view() };
    if (identity.serialNumber === undefined) {
      return ebkn.answer({ kind: 'unidentified', problem: identity.problem ?? 'missing' }, ctx);
    }
    const transfer = identity.transferKey === undefined ? undefined : this.transfers.get(identity.transferKey);
    const decoded = ebkn.decode(input, { now: this.now, terminal: this.view(), ...(transfer ? { transfer } : {}) });
    if (this.isStorageDown) return ebkn.answer({ kind: 'unavailable' }, ctx);
    this.commit(decoded);
    const commands = identity.operation === 'receive_cmd' ? this.queue.splice(0, 1) : [];
    return ebkn.answer({ kind: 'committed', decoded, commands }, ctx);
  }

  private commit(decoded: Decoded): void {
    this.decoded.push(decoded);
    const { transfer: step, facts } = decoded;
    if (step?.kind === 'put') this.transfers.set(step.transfer.key, { ...step.transfer, touchedAt: this.now });
    if (step?.kind === 'drop') this.transfers.delete(step.key);
    for (const event of decoded.events) if (event.kind === 'punch') this.punches.add(event.punch.id);
    this.profile = { ...this.profile, ...facts.profile };
  }

  get events(): Decoded['events'] {
    return this.decoded.flatMap(({ events }) => events);
  }

  get parked(): Decoded['parked'] {
    return this.decoded.flatMap(({ parked }) => parked);
  }
}

export function headerIn(headers: RawHeaders, name: string): string {
  const at = headers.findIndex((field, i) => i % 2 === 0 && field === name);
  return at < 0 ? '(absent)' : (headers[at + 1] ?? '');
}

/** A reply as it stands on the wire, without a `Date` header. */
export function writeHttp({
  status,
  headers,
  body,
}: {
  status: number;
  headers: RawHeaders;
  body: Uint8Array;
}): Uint8Array {
  const lines = [`HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'No Content'}`];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i] ?? ''}: ${headers[i + 1] ?? ''}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}
