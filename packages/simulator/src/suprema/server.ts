import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { makeSelfSigned, type SelfSigned } from './certificate.ts';
import { Directory, type Reply } from './directory.ts';
import { EventLog, type Json, type JsonRecord, type NewEvent } from './event-log.ts';
import { answerCall, type Call } from './routes.ts';
import { Sessions, type Session } from './sessions.ts';
import { DEFAULT_SWITCHES, type BioStarSwitches } from './switches.ts';

export interface BioStarOptions {
  readonly switches?: Partial<BioStarSwitches>;
  readonly accounts?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly certificate?: SelfSigned;
}

export interface SimulatedDevice {
  readonly id: string;
  name: string;
  /** 0 disconnected, 1 connected, 2 its users could not be brought in line. */
  status: '0' | '1' | '2';
}

/** What a person does at a device that waits for one; undefined: nobody comes. */
export interface Scan {
  readonly body?: JsonRecord;
  readonly delayMs?: number;
}

/**
 * A BioStar 2 server that is not there: REST and events on a socket, over TLS with a certificate of its own making. Written
 * from the protocol document, so that it can disagree with our client.
 */
export class SimulatedBioStar {
  readonly switches: BioStarSwitches;
  readonly directory: Directory;
  readonly devices = new Map<string, SimulatedDevice>();
  readonly scans: Scan[] = [];
  readonly sessions: Sessions;
  readonly events: EventLog;
  readonly identity: SelfSigned;
  /** `POST /events/search` and how often. */
  readonly calls = new Map<string, number>();
  /** Sentences: what was done against the document. */
  readonly violations: string[] = [];
  /** Answers calls with this instead, while set. */
  intercept: ((call: Call) => Reply | undefined) | undefined;
  mostParallel = 0;
  readonly now: () => number;
  readonly #connections = new Set<Duplex>();
  readonly #sockets = new Map<WebSocket, Session>();
  #server: Server | undefined;
  #socketServer: WebSocketServer | undefined;
  #port = 0;
  #parallel = 0;

  constructor(options: BioStarOptions = {}) {
    this.now = options.now ?? Date.now;
    this.switches = { ...DEFAULT_SWITCHES, ...options.switches };
    this.directory = new Directory(this.switches);
    this.sessions = new Sessions(this.switches, this.now, options.accounts ?? { sidecar: 'open sesame' });
    this.events = new EventLog(this.switches, this.now, (id) => this.devices.get(id)?.name ?? '');
    this.identity = options.certificate ?? makeSelfSigned();
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Listens; the same port again after `stop`. */
  async start(port = this.#port): Promise<void> {
    const { key, certificate } = this.identity;
    const server = createServer(
      { key, cert: certificate },
      (request, response) => void this.#onRequest(request, response),
    );
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
    });
    this.#socketServer = new WebSocketServer({ server, path: '/wsapi' });
    this.#socketServer.on('connection', (socket) => this.#onSocket(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port; // it listens on TCP
    this.#server = server;
  }

  /** Hangs up on everybody. Sessions do not outlive it. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.sessions.endAll();
    this.#sockets.clear();
    for (const client of this.#socketServer?.clients ?? []) client.terminate();
    this.#socketServer?.close();
    for (const connection of this.#connections) connection.destroy();
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }

  addDevice(id: string, name: string): void {
    this.devices.set(id, { id, name, status: '1' });
  }

  /** A device reports something: it is stored, and told to whoever listens. */
  report(event: NewEvent): JsonRecord {
    const row = this.events.add(event);
    for (const [socket, session] of this.#sockets)
      if (session.isStarted && this.sessions.isOpen(session.id)) this.#push(socket, row);
    return row;
  }

  /** Sockets that hear events now. */
  listeners(): number {
    return [...this.#sockets.values()].filter((session) => session.isStarted && this.sessions.isOpen(session.id))
      .length;
  }

  openSockets(): number {
    return this.#sockets.size;
  }

  #push(socket: WebSocket, row: JsonRecord): void {
    if (this.switches.strayFrames) socket.send(JSON.stringify({ Response: { code: '0' }, Notice: 'nothing' }));
    const { door_id: _, ...event } = row;
    const bytes = Buffer.from(JSON.stringify({ Event: { ...event, door_id_list: [] }, id: row['id'] }));
    const binary = this.switches.binaryFrames;
    if (!this.switches.fragmentFrames) return socket.send(bytes, { binary });
    const third = Math.ceil(bytes.length / 3);
    socket.send(bytes.subarray(0, third), { binary, fin: false });
    socket.send(bytes.subarray(third, 2 * third), { binary, fin: false });
    socket.send(bytes.subarray(2 * third), { binary, fin: true });
  }

  /** The first frame says whose socket it is; the answer may take its time. */
  #onSocket(socket: WebSocket): void {
    socket.on('error', () => undefined); // the client went away; its close follows
    socket.on('close', () => this.#sockets.delete(socket));
    socket.once('message', (data: Buffer) => {
      const id = /^bs-session-id=([0-9a-f]{32})$/.exec(data.toString('utf8'))?.[1];
      const session = this.sessions.find(id);
      setTimeout(() => {
        if (session) {
          session.isBound = true;
          this.#sockets.set(socket, session);
        }
        socket.send(
          JSON.stringify({ Response: { code: session ? '0' : '10', message: session ? 'Success' : 'Login required' } }),
        );
      }, this.switches.bindDelayMs);
    });
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#parallel += 1;
    this.mostParallel = Math.max(this.mostParallel, this.#parallel);
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer); // bodies come as bytes
      await this.#answer(request, Buffer.concat(chunks), response);
    } catch {
      response.destroy(); // the client hung up in the middle
    } finally {
      this.#parallel -= 1;
    }
  }

  async #answer(request: IncomingMessage, bytes: Buffer, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const method = request.method ?? '';
    const path = pathname.replace(/^\/api/, '');
    const name = `${method} ${path}`;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    if (pathname.endsWith('/')) this.violations.push(`${name}: a path ends with a slash (§1)`);
    if (this.switches.htmlErrors) return sendHtml(response);
    const header = request.headers['bs-session-id'];
    const call: Call = {
      method,
      path,
      query: searchParams,
      rawQuery: new URL(request.url ?? '/', this.url).search,
      body: parse(bytes),
      sessionId: typeof header === 'string' ? header : undefined,
    };
    const reply = this.intercept?.(call) ?? (await answerCall(call, this));
    send(response, reply, this.switches.scalarTypes, this.now());
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined; // a body that is none is answered as one without members
  }
}

function sendHtml(response: ServerResponse): void {
  response.writeHead(502, { 'Content-Type': 'text/html' });
  response.end('<html><body><h1>502 Bad Gateway</h1></body></html>');
}

const MESSAGES: Readonly<Record<string, string>> = { '0': 'Success', '10': 'Login required', '201': 'User not found' };

/** The code decides; of the statuses only that of a missing session is telling (§1.1). */
function send(
  response: ServerResponse,
  reply: Reply & { readonly session?: string },
  scalars: 'string' | 'native',
  now: number,
): void {
  const { code, body = {}, session } = reply;
  const whole = { ...body, Response: { code, link: '', message: MESSAGES[code] ?? 'Refused' } };
  const text = JSON.stringify(scalars === 'native' ? native(whole) : whole);
  response.writeHead(code === '10' ? 401 : 200, {
    'Content-Type': 'application/json; charset=utf-8',
    Date: new Date(now).toUTCString(),
    ...(session === undefined ? {} : { 'bs-session-id': session }),
  });
  response.end(text);
}

/** Numbers and booleans as such, as some versions write them. */
function native(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(native); // an array of Json is Json
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, native(each)])); // as above
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}
