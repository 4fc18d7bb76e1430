import { createDecipheriv } from 'node:crypto';
import { FakeServer, type FakeReply, type SeenRequest } from './fake-server.ts';

/** The reply of protocols/ebkn-fkweb.md §7.6, in its case and order. */
export function ebknReply(
  request: SeenRequest,
  code: string,
  more: { id?: string; command?: string; body?: Buffer } = {},
): FakeReply {
  const name = request.header('cmd_id') === undefined ? 'trans_id' : 'cmd_id';
  const body = more.body ?? Buffer.alloc(0);
  const encrypt = request.header('encrypt');
  const head = [
    'HTTP/1.1 200 OK',
    `response_code: ${code}`,
    `${name}: ${more.id ?? ''}`,
    `cmd_code: ${more.command ?? ''}`,
    'Content-Type: application/octet-stream',
    ...(encrypt ? [`encrypt: ${encrypt}`] : []),
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  return { bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), close: true };
}

/** A frame with terminator B, written here by hand so that the simulator's own codec is not its judge. */
export function frameOf(json: unknown, ...binaries: Buffer[]): Buffer {
  const word = (length: number): Buffer => Buffer.from([length & 255, (length >> 8) & 255, (length >> 16) & 255, 0]);
  const text = Buffer.from(`${JSON.stringify(json)}\0`);
  return Buffer.concat([word(text.length), text, ...binaries.flatMap((each) => [word(each.length), each])]);
}

/** The JSON of a body in whatever dialect it came; binaries are left alone. */
export function jsonOf(request: SeenRequest, body = request.body): Record<string, unknown> {
  if (body.length === 0) return {};
  const encrypt = request.header('encrypt');
  const envelope = request.headers.some((line) => line.includes('application/json'));
  let bytes = body;
  if (encrypt === 'yes') {
    const key = Buffer.from('0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20', 'hex');
    const decipher = createDecipheriv('aes-256-ecb', key, null);
    bytes = Buffer.concat([decipher.update(body), decipher.final()]);
  }
  if (encrypt) bytes = Buffer.from(bytes.toString('latin1'), 'base64');
  if (envelope) {
    const block = (JSON.parse(body.toString()) as { block: string }).block;
    bytes = Buffer.from(block, 'base64');
  }
  const text = bytes[0] === 0x7b && bytes[1] === 0x22 ? bytes : bytes.subarray(4, 4 + bytes.readUInt32LE(0));
  return JSON.parse(text.toString('utf8').replace(/[\0\n]+$/, '')) as Record<string, unknown>;
}

export interface QueuedCommand {
  readonly id: string;
  readonly command: string;
  readonly body?: Buffer;
}

/** Answers as the document asks, remembers what it took, and lets a test put its own reply first. */
export class FakeEbknServer extends FakeServer {
  readonly logs = new Map<string, number>();
  readonly commands: QueuedCommand[] = [];
  /** Bodies of messages that came in blocks, by request code, once complete. */
  readonly assembled: { code: string; body: Buffer }[] = [];
  readonly #open = new Map<string, Buffer[]>();
  #lastBlock: Buffer | undefined;
  script: (request: SeenRequest, code: string) => FakeReply | undefined = () => undefined;

  constructor() {
    super((request) => this.script(request, request.header('request_code') ?? '') ?? this.usual(request));
  }

  seen(code: string): SeenRequest[] {
    return this.requests.filter((request) => request.header('request_code') === code);
  }

  usual(request: SeenRequest): FakeReply {
    const code = request.header('request_code') ?? '';
    if (code === 'receive_cmd') {
      const next = this.commands.shift();
      if (!next) return ebknReply(request, 'ERROR_NO_CMD');
      return ebknReply(request, 'OK', next);
    }
    this.commit(request, code);
    const id = request.header('trans_id') ?? request.header('cmd_id') ?? '';
    return ebknReply(request, 'OK', code === 'send_cmd_result' ? { id } : {});
  }

  commit(request: SeenRequest, code: string): void {
    const number = Number(request.header('blk_no'));
    // a last block that comes again after the message was complete (protocols/ebkn-fkweb.md §3.2)
    if (number === 0 && !this.#open.has(code) && this.#lastBlock?.equals(request.body) === true) return;
    const open = number === 1 ? [] : (this.#open.get(code) ?? []);
    open.push(request.body);
    this.#open.set(code, open);
    if (number !== 0) return;
    if (open.length > 1) this.#lastBlock = request.body;
    this.#open.delete(code);
    const body = Buffer.concat(open);
    this.assembled.push({ code, body });
    if (code !== 'realtime_glog') return;
    const { user_id: pin, io_time: time, verify_mode: verify, io_mode: state } = jsonOf(request, body);
    const key = [pin, time, state, verify].map(String).join('\t');
    this.logs.set(key, (this.logs.get(key) ?? 0) + 1);
  }
}
