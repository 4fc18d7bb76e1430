import {
  CODE,
  leave,
  MAX_FRAME,
  nextReply,
  open,
  TerminalRefusal,
  type Dialog,
  type Frame,
  type Step,
} from '@biolistener/brands/zk-tcp';
import { messageOf } from '@biolistener/core';
import { openLink, type Address, type Link } from './link.ts';

export interface ConnectionOptions extends Address {
  /** 0: none. Secret. */
  readonly commKey: number;
  readonly connectWithinMs?: number;
  /** All limits of time are multiplied by it: more than 1 for slow links. */
  readonly patience?: number;
  /** The whole answer to one request; a terminal that says a byte now and then would hold its reader for ever. */
  readonly answerWithinMs?: number;
  /** Refuse frames with a wrong checksum instead of counting them. */
  readonly isStrict?: boolean;
  /** Live events, already acknowledged. `code` is the event's. */
  readonly onEvent?: (code: number, data: Uint8Array) => void;
}

/** Frames that were put aside; shown by `device test`. */
export interface Oddities {
  damaged: number;
  stale: number;
}

const CONNECT_MS = 5000;
const ANSWER_MS = 600_000;
/** By UDP, where a datagram may be lost. */
const TRIES = 3;
const HEADER = 8;
const NOTHING = new Uint8Array(0);

interface Waiting {
  readonly take: (frame: Frame) => void;
  readonly fail: (cause: TerminalRefusal) => void;
}

/**
 * A connection to one terminal. Dialogs run one after the other, each from its first request to its last; exactly one
 * request is outstanding. After a time-out on TCP the connection is gone: a late answer would be taken for the next one.
 * Source: protocols/zk-tcp.md §1.4, §1.5, §8.2.
 */
export class Connection {
  readonly oddities: Oddities = { damaged: 0, stale: 0 };
  readonly #options: ConnectionOptions;
  #link: Link | undefined;
  #session: number | undefined;
  #reply = -1;
  #answerBy = 0;
  #isDriving = false;
  #waiting: Waiting | undefined;
  #end: TerminalRefusal | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Errors: ZKT_SILENT, ZKT_KEY_WRONG, ZKT_REFUSED, ZKT_NOT_STANDALONE, ZKT_FRAME_INVALID. Nothing is left open then. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    const events = {
      onFrame: (frame: Frame) => connection.#take(frame),
      onEnd: (cause: TerminalRefusal) => connection.#fail(cause),
    };
    connection.#link = await openLink(options, events, connection.#patient(options.connectWithinMs ?? CONNECT_MS));
    try {
      await connection.run(open(options.commKey));
    } catch (error) {
      connection.#drop(error);
      throw error;
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Runs a dialog once those before it are over. */
  run<T>(dialog: Dialog<T>): Promise<T> {
    const turn = this.#last.then(() => this.#drive(dialog));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Says goodbye, where there is still somebody, and closes. Never throws. */
  async close(): Promise<void> {
    if (this.isOpen) await this.run(leave()).catch(() => undefined); // an answer is a courtesy
    this.#drop(new TerminalRefusal('ZKT_SILENT', 'the connection was closed'));
  }

  /** Ends at once, without a goodbye: what runs is rejected. For a terminal that does not answer any more. */
  abort(): void {
    const cause = new TerminalRefusal('ZKT_SILENT', 'the connection was given up');
    this.#fail(cause);
    this.#drop(cause);
  }

  #patient(ms: number): number {
    return Math.ceil(ms * (this.#options.patience ?? 1));
  }

  async #drive<T>(dialog: Dialog<T>): Promise<T> {
    this.#isDriving = true;
    try {
      let step = dialog.next();
      while (!step.done) {
        const answer = await this.#ask(step.value).catch((error: unknown) => error);
        step = answer instanceof Error ? this.#onFailure(dialog, answer) : dialog.next(answer as Frame); // a frame or a failure
      }
      return step.value;
    } catch (error) {
      // a session that the terminal forgot comes back by connecting anew alone (§8.1)
      if (error instanceof TerminalRefusal && error.code === 'ZKT_SESSION_LOST') this.#drop(error);
      throw error;
    } finally {
      this.#isDriving = false;
      this.#forgetEarly();
    }
  }

  /** On UDP a dialog may ask again for what was lost; on TCP nothing more can be said. */
  #onFailure<T>(dialog: Dialog<T>, error: Error): IteratorResult<Step, T> {
    if (this.#options.transport === 'udp' && this.isOpen) return dialog.throw(error);
    this.#drop(error);
    throw error;
  }

  async #ask(step: Step): Promise<Frame> {
    const tries = this.#options.transport === 'udp' && step.isRepeatable === true ? TRIES : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#do(step);
      } catch (error) {
        if (attempt === tries || !this.isOpen) throw error;
      }
    }
  }

  #do({ send, withinMs }: Step): Promise<Frame> {
    if (this.#end) return Promise.reject(this.#end);
    if (send) this.#answerBy = performance.now() + this.#patient(this.#options.answerWithinMs ?? ANSWER_MS);
    const limit = Math.min(this.#patient(withinMs), this.#answerBy - performance.now());
    const answer = new Promise<Frame>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#waiting?.fail(new TerminalRefusal('ZKT_SILENT', `no answer within ${Math.round(limit)} ms`)),
        limit,
      );
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
      };
      this.#waiting = {
        take: (frame) => (settle(), resolve(frame)),
        fail: (cause) => (settle(), reject(cause)),
      };
    });
    const early = send ? undefined : this.#nextEarly();
    if (send) this.#trySend(send);
    else if (early) this.#waiting?.take(early);
    return answer;
  }

  /** What cannot be sent is not waited for: nobody would be there to hear that no answer came. */
  #trySend({ command, data }: NonNullable<Step['send']>): void {
    try {
      this.#send(command, data);
    } catch (error) {
      this.#waiting?.fail(new TerminalRefusal('ZKT_SILENT', `it cannot be sent: ${messageOf(error)}`));
    }
  }

  /** Frames of the answer that came before the dialog asked for them. */
  readonly #early: Frame[] = [];
  /** Of those that wait now: a whole log may come as one answer (§5.4). */
  #earlyBytes = 0;

  #nextEarly(): Frame | undefined {
    const frame = this.#early.shift();
    if (frame) this.#earlyBytes -= HEADER + frame.data.length;
    return frame;
  }

  #forgetEarly(): void {
    this.oddities.stale += this.#early.length;
    this.#early.length = this.#earlyBytes = 0;
  }

  #send(command: number, data: Uint8Array): void {
    this.#forgetEarly();
    this.#reply = command === CODE.connect ? 0 : nextReply(this.#reply);
    this.#link?.send({ command, session: this.#session ?? 0, reply: this.#reply, data });
  }

  #take(frame: Frame): void {
    if (frame.isDamaged === true) this.oddities.damaged += 1;
    if (frame.isDamaged === true && this.#options.isStrict === true)
      return this.#fail(new TerminalRefusal('ZKT_FRAME_INVALID', 'a frame has a wrong checksum'));
    if (frame.command === CODE.event) return this.#acknowledge(frame);
    if (frame.reply !== this.#reply) {
      this.oddities.stale += 1;
      return;
    }
    this.#session ??= frame.session; // of the reply to CONNECT
    if (this.#waiting) this.#waiting.take(frame);
    else this.#keep(frame);
  }

  /** What nobody asked for is put aside; where more of it waits than two frames may hold, the connection ends. */
  #keep(frame: Frame): void {
    if (!this.#isDriving) {
      this.oddities.stale += 1;
      return;
    }
    this.#early.push(frame);
    this.#earlyBytes += HEADER + frame.data.length;
    if (this.#earlyBytes > 2 * MAX_FRAME)
      this.#fail(new TerminalRefusal('ZKT_FRAME_INVALID', 'it says more than was asked for'));
  }

  /** At once, before anything is done with it (§6). */
  #acknowledge(frame: Frame): void {
    this.#link?.send({ command: CODE.ok, session: this.#session ?? 0, reply: 0, data: NOTHING });
    this.#options.onEvent?.(frame.session, frame.data);
  }

  #fail(cause: TerminalRefusal): void {
    this.#end ??= cause;
    this.#waiting?.fail(cause);
  }

  #drop(error: unknown): void {
    this.#end ??=
      error instanceof TerminalRefusal ? error : new TerminalRefusal('ZKT_SILENT', 'the connection is gone');
    this.#link?.close();
    this.#link = undefined;
  }
}
