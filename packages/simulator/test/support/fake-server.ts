import { createServer, type AddressInfo, type Socket } from 'node:net';

/** One whole request as it arrived. */
export interface SeenRequest {
  readonly line: string;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Header lines, case kept. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  header(name: string): string | undefined;
}

/** Bytes to send, `drop` to close without a word, `hang` to say nothing. `close` tells whether to end after the bytes. */
export type FakeReply = { readonly bytes: Buffer; readonly close: boolean } | 'drop' | 'hang';
export type Handler = (request: SeenRequest) => FakeReply;

const HEAD_END = '\r\n\r\n';

/** A server on a free port that reads raw requests and answers as a script says. */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  /** Connections that ended before a whole request had come. */
  broken = 0;
  connections = 0;
  handler: Handler;
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  readonly #server = createServer((socket) => this.#serve(socket));

  constructor(handler: Handler) {
    this.handler = handler;
  }

  async open(port = 0): Promise<{ host: string; port: number }> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address() as AddressInfo; // a TCP server's address is no text
    return { host: '127.0.0.1', port: address.port };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Resolves as soon as the statement holds; asked again whenever something arrives. */
  until(statement: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!statement()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (let read = readRequest(waiting); read; read = readRequest(waiting)) {
        waiting = waiting.subarray(read.bytes);
        this.requests.push(read.request);
        answer(socket, this.handler(read.request));
        this.#changed();
      }
    });
    socket.on('error', () => undefined); // resets are part of the game
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (waiting.toString('latin1').trim() !== '') this.broken++;
      this.#changed();
    });
  }
}

function answer(socket: Socket, reply: FakeReply): void {
  if (reply === 'hang') return;
  if (reply === 'drop') socket.destroy();
  else if (reply.close) socket.end(reply.bytes);
  else socket.write(reply.bytes);
}

function readRequest(bytes: Buffer): { request: SeenRequest; bytes: number } | undefined {
  const start = /^[\r\n]*/.exec(bytes.subarray(0, 8).toString('latin1'))?.[0].length ?? 0;
  const end = bytes.indexOf(HEAD_END, start);
  if (end < 0) return undefined;
  const [line = '', ...headers] = bytes.subarray(start, end).toString('latin1').split('\r\n');
  const header = (name: string): string | undefined => {
    const found = headers.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return found?.slice(name.length + 1).trim();
  };
  const length = Number(header('Content-Length') ?? 0);
  const bodyAt = end + HEAD_END.length;
  if (bytes.length < bodyAt + length) return undefined;
  const [method = '', target = '', version = ''] = line.split(' ');
  const body = Buffer.from(bytes.subarray(bodyAt, bodyAt + length));
  return { request: { line, method, target, version, headers, body, header }, bytes: bodyAt + length };
}
