import type { Socket } from 'node:net';
import { messageOf, type SerialNumber } from '@biolistener/core';
import type { Brand, SocketContext, SocketInput, SocketRules, SocketSession, SocketStep } from '@biolistener/wire';
import type { WebSocket } from 'ws';
import type { ListenerDeps } from '../deps.ts';
import { handleRequest, isAdmitted } from '../handle.ts';
import { sometimes } from '../log-seldom.ts';
import { takeCommands, type Settle } from '../mailbox.ts';
import type { Entry } from '../registry.ts';
import { inputOf, requestFor, store } from './carrier.ts';

/** What a link asks of the hub that holds all links. */
export interface LinkOwner {
  readonly deps: ListenerDeps;
  readonly brand: Brand;
  readonly rules: SocketRules;
  /** Another live socket of this serial number forbids this one. */
  isPinnedElsewhere(link: SocketLink, serialNumber: SerialNumber): Promise<boolean>;
  /** Whether this terminal had a socket from this address a moment ago, so that it need not greet again. */
  wasHere(serialNumber: SerialNumber, address: string): boolean;
  /** The terminal is this link's now; resolves when whatever held it before has let go. */
  seize(link: SocketLink, serialNumber: SerialNumber): Promise<void>;
  /** Whether it still is: the terminal may have gone to another process meanwhile. Asked before a command is taken. */
  isHeldHere(serialNumber: SerialNumber): Promise<boolean>;
  busy(link: SocketLink, isBusy: boolean): void;
  gone(link: SocketLink): void;
}

/** What the connection below a socket tells. */
type Wire = Pick<Socket, 'bytesRead'>;

/**
 * A greeting has some hundred bytes; records of a terminal that need not greet may have a picture with them, of some hundred
 * kilobytes. One with more is hung up on, comes back, greets, and sends the same again.
 */
const MOST_BEFORE_GREETING = 1024 * 1024;

/** More messages than this wait for the store: the terminal is not read from until some are done. */
const MOST_WAITING = 16;

/**
 * One socket: messages in order, each answered before the next is looked at, and beside them the one command that is under
 * way. Whatever is to be kept is committed before anything is said.
 */
export class SocketLink {
  readonly address: string;
  readonly openedAt: number;
  heardAt: number;
  pingedAt: number;
  /** It has greeted, whether or not anybody knows it. */
  announced: SerialNumber | undefined;
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #owner: LinkOwner;
  readonly #session: SocketSession;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isMailing = false;
  #isOver = false;
  /** What the wire had brought when the last frame was whole, and what came since and is counted. */
  #wholeAt: number;
  #partial = 0;
  /** Of the command that was taken and has not left yet. */
  #settle: Settle | undefined;

  constructor(socket: WebSocket, wire: Wire, address: string, owner: LinkOwner) {
    this.#socket = socket;
    this.#wire = wire;
    this.#wholeAt = wire.bytesRead;
    this.#owner = owner;
    this.address = address;
    this.#session = owner.rules.open();
    this.openedAt = this.heardAt = this.pingedAt = owner.deps.now();
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#hear(data, isBinary));
    socket.on('ping', () => this.#alive());
    socket.on('pong', () => this.#alive());
    socket.on('error', () => undefined); // `close` follows, and says all there is to say
    socket.on('close', () => void this.end('connection-lost'));
  }

  get serialNumber(): SerialNumber | undefined {
    return this.#session.serialNumber;
  }

  get wakeAt(): number | undefined {
    return this.#session.wakeAt;
  }

  ping(): void {
    this.pingedAt = this.#owner.deps.now();
    this.#socket.ping();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Without a closing handshake: the other end does not hear us. */
  drop(): void {
    this.#socket.terminate();
  }

  /**
   * Part of a message lies in memory like a whole one, and counts like one. False: it is more than this address may send at once,
   * or than anybody says before a greeting.
   */
  weigh(): boolean {
    const { deps } = this.#owner;
    const partial = this.#wire.bytesRead - this.#wholeAt;
    if (partial <= this.#partial) return true;
    if (this.announced === undefined && partial > MOST_BEFORE_GREETING) return false;
    if (!deps.limits.bodyBytes.enter(this.address, partial - this.#partial)) return false;
    this.#partial = partial;
    return true;
  }

  #whole(): void {
    this.#wholeAt = this.#wire.bytesRead;
    if (this.#partial === 0) return;
    this.#owner.deps.limits.bodyBytes.leave(this.address, this.#partial);
    this.#partial = 0;
  }

  /** Something waits for this terminal. */
  mail(): void {
    const isIdle = this.serialNumber !== undefined && this.#session.isFree && !this.#isMailing && !this.#isOver;
    if (!isIdle) return;
    this.#isMailing = true;
    void this.#queue(() => this.#takeMail().finally(() => (this.#isMailing = false)));
  }

  /** The time came for which the session asked. */
  wake(): void {
    this.#owner.busy(this, false); // until what follows is done
    void this.#queue(() => this.#carry(this.#session.wake(this.#context())));
  }

  /** The socket is gone or replaced. Resolves when what was under way is told to the store. */
  end(reason: 'connection-lost' | 'superseded'): Promise<void> {
    if (this.#isOver) return this.#work;
    this.#isOver = true;
    this.#owner.busy(this, false);
    this.#owner.gone(this);
    this.#whole();
    if (reason === 'superseded') this.close(1000);
    return this.#queue(() => this.#finish(reason), true);
  }

  async #finish(reason: 'connection-lost' | 'superseded'): Promise<void> {
    if (this.#settle) {
      this.#session.abandon(this.#owner.deps.now()); // nothing of it left, so it simply waits on
      return this.#settled(false);
    }
    const step = this.#session.lose(reason, this.#context());
    if (step?.decoded) await this.#store(step);
  }

  #alive(): void {
    const { deps } = this.#owner;
    this.heardAt = deps.now(); // a ping comes between the pieces of a message, too: it makes none whole
    const entry = this.#entry();
    if (entry && this.serialNumber !== undefined) deps.registry.touch(entry, this.heardAt, this.address);
  }

  #hear(data: Buffer, isBinary: boolean): void {
    const { limits, now } = this.#owner.deps;
    this.heardAt = now();
    this.#whole();
    if (data.length === 0 || this.#isOver) return;
    if (!limits.bodyBytes.enter(this.address, data.length)) return this.close(1013);
    this.#waiting += 1;
    if (this.#waiting > MOST_WAITING) this.#socket.pause();
    void this.#queue(() =>
      this.#take(data, isBinary).finally(() => {
        limits.bodyBytes.leave(this.address, data.length);
        this.#waiting -= 1;
        if (this.#socket.isPaused && this.#waiting <= MOST_WAITING / 2) this.#socket.resume();
      }),
    );
  }

  /** One after the other. A failure ends the socket: the terminal keeps what was not answered, and comes back. */
  #queue(task: () => Promise<void>, isLast = false): Promise<void> {
    this.#work = this.#work
      .then(() => (this.#isOver && !isLast ? undefined : task()))
      .catch((error: unknown) => {
        const { deps, brand } = this.#owner;
        const tags = { brand: brand.name, serialNumber: this.serialNumber, remoteAddress: this.address };
        deps.log.error({ ...tags, reason: messageOf(error) }, 'a socket failed and is closed');
        this.drop();
      });
    return this.#work;
  }

  #entry(): Entry | undefined {
    const { registry } = this.#owner.deps;
    return this.announced === undefined ? undefined : registry.find(this.announced);
  }

  #context(): SocketContext {
    const entry = this.#entry();
    const isKnown = entry !== undefined && isAdmitted(entry, this.#owner.brand);
    return { now: this.#owner.deps.now(), terminal: isKnown ? entry.terminal : undefined };
  }

  async #take(data: Buffer, isBinary: boolean): Promise<void> {
    // asked here and not when it came: the greeting may have been right before it
    if (this.announced === undefined && data.length > MOST_BEFORE_GREETING) return this.#tooMuch(data.length);
    const input = this.#session.receive(data, isBinary, this.#context());
    if (input.kind === 'answer') return this.#carry(input.step);
    if (input.kind === 'request') return this.#serve(data, input);
    // noise of a terminal that is known is kept for a person to look at; of anybody else it is nothing
    if (input.isNoise === true && this.serialNumber !== undefined) await this.#reply(data);
  }

  /** Not even looked at: reading it would take the time of those who said who they are. */
  #tooMuch(bytes: number): void {
    const { brand, deps } = this.#owner;
    sometimes(deps, `socket size ${this.address}`, (times) =>
      deps.log.warn({ brand: brand.name, remoteAddress: this.address, bytes, times }, 'too much before any greeting'),
    );
    this.close(1009);
    void this.end('connection-lost');
  }

  async #serve(data: Buffer, input: Extract<SocketInput, { kind: 'request' }>): Promise<void> {
    const who = input.serialNumber;
    if (input.isGreeting) return this.#greet(data, who);
    if (this.announced === undefined && who !== undefined && this.#owner.wasHere(who, this.address)) {
      this.announced = who;
      if (this.#isKnown()) await this.#register(who);
    }
    if (this.announced === undefined) return this.#refuse(data);
    await this.#reply(data);
  }

  /** Answer first, then the rest (protocols/aiface-websocket.md §5.1). */
  async #greet(data: Buffer, who: SerialNumber | undefined): Promise<void> {
    if (who === undefined || (this.announced !== undefined && this.announced !== who)) return this.#refuse(data);
    if (await this.#owner.isPinnedElsewhere(this, who)) {
      this.#refuse(data);
      return this.close(1008);
    }
    const entry = this.#owner.deps.registry.find(who);
    if (entry && this.serialNumber === undefined) entry.factsAt = 0; // a new socket: what it says of itself is read
    this.announced = who;
    const isOkay = await this.#reply(data);
    if (isOkay && this.#isKnown()) await this.#register(who);
  }

  #isKnown(): boolean {
    const entry = this.#entry();
    return entry !== undefined && isAdmitted(entry, this.#owner.brand);
  }

  async #register(who: SerialNumber): Promise<void> {
    if (this.serialNumber === undefined) await this.#owner.seize(this, who);
    await this.#carry(this.#session.register(who, this.#context()));
    if (this.#entry()?.hasCommands === true) this.mail();
  }

  /** The way of every request. True: it was answered as one that is done. */
  async #reply(data: Buffer): Promise<boolean> {
    const input = inputOf(data, this.announced, this.address);
    const { status, body } = await handleRequest(input, this.#owner.deps);
    if (body.length > 0) this.#send(Buffer.from(body).toString('utf8'));
    return status === 200;
  }

  /** It has not said who it is, or says two things: nothing of it is stored. */
  #refuse(data: Buffer): void {
    const { brand, deps } = this.#owner;
    const input = inputOf(data, undefined, this.address);
    const [identity, now] = [brand.identify(input), deps.now()];
    sometimes(deps, `socket ${this.address}`, (times) =>
      deps.log.warn({ brand: brand.name, remoteAddress: this.address, times }, 'a message before any greeting'),
    );
    const { body } = brand.answer(
      { kind: 'unidentified', problem: 'missing' },
      { input, identity, now, terminal: undefined },
    );
    if (body.length > 0) this.#send(Buffer.from(body).toString('utf8'));
  }

  async #takeMail(): Promise<void> {
    const { deps, brand } = this.#owner;
    const entry = this.#entry();
    if (!entry || this.serialNumber === undefined || !this.#session.isFree || !isAdmitted(entry, brand)) return;
    if (!(await this.#owner.isHeldHere(this.serialNumber))) return void this.end('superseded');
    const request = requestFor(brand, this.serialNumber, 'socket', this.address);
    const { commands, settle } = await takeCommands(request, entry, deps);
    const [encoded] = commands;
    if (encoded?.kind !== 'encoded') return settle?.(true);
    this.#settle = settle;
    if (this.#isOver) return this.#settled(false);
    await this.#carry(this.#session.begin(encoded, this.#context()));
  }

  #settled(hasLeft: boolean): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(hasLeft);
  }

  /** Stores, then speaks, then waits or takes the next command. */
  async #carry(step: SocketStep | undefined): Promise<void> {
    if (!step) return this.#tellBusy();
    if (step.decoded && !(await this.#store(step))) {
      this.#session.abandon(this.#owner.deps.now());
      this.#settled(false);
      return this.#tellBusy();
    }
    if (step.send !== undefined) {
      this.#send(step.send);
      this.#settled(true);
    }
    if (step.isOver) this.#settled(true);
    this.#tellBusy();
    if (step.isOver && this.#entry()?.hasCommands === true) this.mail();
  }

  #tellBusy(): void {
    this.#owner.busy(this, this.#session.wakeAt !== undefined && !this.#isOver);
  }

  #store(step: SocketStep): Promise<boolean> {
    const entry = this.#entry();
    if (!entry || !step.decoded || this.announced === undefined) return Promise.resolve(false);
    const request = requestFor(this.#owner.brand, this.announced, step.operation, this.address);
    return store(step.decoded, request, entry, this.#owner.deps);
  }

  #send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }
}
