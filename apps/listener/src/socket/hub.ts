import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SerialNumber } from '@biolistener/core';
import type { Brand, RequestHead, SocketRules } from '@biolistener/wire';
import { WebSocketServer } from 'ws';
import type { ListenerDeps } from '../deps.ts';
import { sometimes } from '../log-seldom.ts';
import { refusalOf, withoutToken } from './admission.ts';
import { isAdmitted } from '../handle.ts';
import type { Entry } from '../registry.ts';
import { requestFor, store, twoAddresses } from './carrier.ts';
import { createHolding, type Holding } from './holding.ts';
import { SocketLink, type LinkOwner } from './link.ts';
import { MOST_SOCKETS, TICK_MS, type SocketOptions } from './options.ts';
import { takeUp } from './take-up.ts';

/** All sockets of one process. */
export interface SocketHub {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, request: RequestHead): void;
  /** A request over HTTP in the words of this brand is held to the same tokens; anything else comes back as it is. */
  admit(request: RequestHead): RequestHead | 401 | 404;
  readonly size: number;
  holds(serialNumber: SerialNumber): boolean;
  /** Looks at every socket; runs by itself, and tests with a clock of their own call it. */
  tick(): void;
  /** Says goodbye to all, and resolves when what was under way is told to the store. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 250;
const MOST_REMEMBERED = 50_000;
const STATUS = { 401: 'Unauthorized', 404: 'Not Found', 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;

/** The first brand that speaks over sockets; undefined: there is none. */
export function createSocketHub(deps: ListenerDeps, options: SocketOptions = {}): SocketHub | undefined {
  const brand = deps.brands.find((each) => each.socket !== undefined);
  return brand?.socket ? new Hub(deps, brand, brand.socket, options) : undefined;
}

class Hub implements SocketHub, LinkOwner {
  readonly deps: ListenerDeps;
  readonly brand: Brand;
  readonly rules: SocketRules;
  readonly #options: SocketOptions;
  readonly #server: WebSocketServer;
  readonly #links = new Set<SocketLink>();
  readonly #holders = new Map<SerialNumber, SocketLink>();
  readonly #busy = new Set<SocketLink>();
  /** Terminals that were here and lost their socket. */
  readonly #recent = new Map<SerialNumber, { readonly address: string; readonly at: number }>();
  readonly #holding: Holding;
  readonly #timer: NodeJS.Timeout;
  #lookAt = 0;
  #isStopped = false;

  constructor(deps: ListenerDeps, brand: Brand, rules: SocketRules, options: SocketOptions) {
    this.deps = deps;
    this.brand = brand;
    this.rules = rules;
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: rules.limits.messageBytes,
      skipUTF8Validation: true, // a name in another character set must not cost the socket
      handleProtocols: () => false,
    });
    this.#holding = createHolding(deps);
    this.#timer = setInterval(() => this.tick(), options.tickMs ?? TICK_MS);
    this.#timer.unref();
  }

  get size(): number {
    return this.#links.size;
  }

  holds(serialNumber: SerialNumber): boolean {
    return this.#holders.has(serialNumber);
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, request: RequestHead): void {
    const status = this.#refusal(request);
    if (status !== undefined) return this.#turnAway(socket, status, request);
    this.#server.handleUpgrade(req, socket, head, (opened) => {
      this.#links.add(new SocketLink(opened, req.socket, request.remoteAddress, this));
    });
  }

  admit(request: RequestHead): RequestHead | 401 | 404 {
    const isFree = this.#options.pathToken === undefined && this.#options.bearer === undefined;
    if (isFree || !this.brand.claims(request)) return request;
    const status = refusalOf(request, this.#options);
    if (status === undefined) return withoutToken(request, this.#options);
    this.#tellRefusal(status, request);
    return status;
  }

  #refusal(request: RequestHead): keyof typeof STATUS | undefined {
    if (this.#isStopped || this.#links.size >= (this.#options.most ?? MOST_SOCKETS)) return 503;
    if (!this.deps.limits.addressRate.take(request.remoteAddress, this.deps.now())) return 429;
    return refusalOf(request, this.#options);
  }

  #turnAway(socket: Duplex, status: keyof typeof STATUS, request: RequestHead): void {
    if (status === 429) this.deps.metrics.limited.inc({ limit: 'rate' });
    this.#tellRefusal(status, request);
    socket.on('error', () => undefined); // it may be gone already
    socket.end(`HTTP/1.1 ${status} ${STATUS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  #tellRefusal(status: keyof typeof STATUS, { remoteAddress }: RequestHead): void {
    sometimes(this.deps, `upgrade ${status} ${remoteAddress}`, (times) =>
      this.deps.log.warn({ brand: this.brand.name, remoteAddress, status, times }, 'a socket was turned away'),
    );
  }

  async isPinnedElsewhere(link: SocketLink, serialNumber: SerialNumber): Promise<boolean> {
    const entry = this.deps.registry.find(serialNumber);
    if (!entry || this.#holders.get(serialNumber) === link) return false;
    const isPinned = entry.terminal.options?.['pinAddress'] === true;
    const other =
      this.#holders.get(serialNumber)?.address ?? (isPinned ? await this.#addressElsewhere(serialNumber) : undefined);
    if (other === undefined || other === link.address) return false;
    await this.#tellTwoAddresses(link, entry, other, isPinned);
    return isPinned;
  }

  /** Of a socket that another process holds, as far as it was heard of lately. */
  async #addressElsewhere(serialNumber: SerialNumber): Promise<string | undefined> {
    const held = await this.#holding.find(serialNumber);
    if (!held || held.isHere) return undefined; // one of ours would be among the holders, and is gone
    const heardAt = (await this.deps.store.findTerminal(serialNumber))?.lastContactAt ?? 0;
    const isAlive = this.deps.now() - Math.max(held.since, heardAt) < this.rules.limits.idleMs;
    return isAlive ? held.address : undefined;
  }

  /** Somebody plays this terminal, or it has a twin: a person must look (protocols/aiface-websocket.md §11). */
  async #tellTwoAddresses(link: SocketLink, entry: Entry, other: string, isPinned: boolean): Promise<void> {
    const { serialNumber } = entry.terminal;
    const tags = { brand: this.brand.name, serialNumber, remoteAddress: link.address, other };
    this.deps.log.warn({ ...tags, isPinned }, 'one serial number at two addresses');
    if (!isAdmitted(entry, this.brand)) return;
    const told = twoAddresses(link.address, other, this.deps.now());
    await store(told, requestFor(this.brand, serialNumber, 'socket', link.address), entry, this.deps);
  }

  wasHere(serialNumber: SerialNumber, address: string): boolean {
    const seen = this.#recent.get(serialNumber);
    return seen?.address === address && this.deps.now() - seen.at < this.rules.limits.greetingLastsMs;
  }

  async seize(link: SocketLink, serialNumber: SerialNumber): Promise<void> {
    const before = this.#holders.get(serialNumber);
    this.#holders.set(serialNumber, link);
    if (before && before !== link) await before.end('superseded');
    await this.#holding.note(serialNumber, link.address);
    const entry = this.deps.registry.find(serialNumber);
    if (entry) await takeUp(requestFor(this.brand, serialNumber, 'socket', link.address), entry, this.deps);
    this.deps.log.info(
      { brand: this.brand.name, serialNumber, remoteAddress: link.address },
      'a terminal holds a socket',
    );
  }

  async isHeldHere(serialNumber: SerialNumber): Promise<boolean> {
    return (await this.#holding.find(serialNumber))?.isHere !== false;
  }

  busy(link: SocketLink, isBusy: boolean): void {
    if (isBusy) this.#busy.add(link);
    else this.#busy.delete(link);
  }

  gone(link: SocketLink): void {
    this.#links.delete(link);
    const { announced: serialNumber, address } = link;
    if (serialNumber === undefined || this.#holders.get(serialNumber) !== link) return;
    this.#holders.delete(serialNumber);
    this.#recent.set(serialNumber, { address, at: this.deps.now() });
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > MOST_REMEMBERED && oldest !== undefined) this.#recent.delete(oldest);
    this.deps.log.info({ brand: this.brand.name, serialNumber, remoteAddress: address }, 'a terminal lost its socket');
  }

  tick(): void {
    const now = this.deps.now();
    for (const link of this.#busy) if ((link.wakeAt ?? Infinity) <= now) link.wake();
    if (now < this.#lookAt) return;
    this.#lookAt = now + LOOK_EVERY_MS;
    for (const link of this.#links) this.#look(link, now);
  }

  #look(link: SocketLink, now: number): void {
    const { registrationMs, idleMs, pingMs } = this.rules.limits;
    if (link.announced === undefined && now - link.openedAt >= registrationMs) return this.#hangUp(link, 'no greeting');
    if (now - link.heardAt >= idleMs) return this.#hangUp(link, 'silent');
    if (!link.weigh()) return this.#hangUp(link, 'too much at once');
    if (now - link.pingedAt >= pingMs) link.ping();
    const { serialNumber } = link;
    if (serialNumber !== undefined && this.deps.registry.find(serialNumber)?.hasCommands === true) link.mail();
  }

  #hangUp(link: SocketLink, reason: string): void {
    const { serialNumber, address } = link;
    const tags = { brand: this.brand.name, serialNumber, remoteAddress: address, reason };
    this.deps.log.info(tags, 'a socket is closed');
    // who is silent, or in the middle of a message, does not hear a goodbye
    if (reason === 'no greeting') link.close(1008);
    else link.drop();
    void link.end('connection-lost');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    const links = [...this.#links];
    await Promise.all(
      links.map((link) => {
        link.close(1001);
        return link.end('connection-lost');
      }),
    );
    for (const link of links) link.drop();
  }
}
