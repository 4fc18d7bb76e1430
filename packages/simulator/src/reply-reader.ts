/** A reply as its bytes stood on the wire. */
export interface RawReply {
  readonly statusLine: string;
  /** 0 when the first line is no status line. */
  readonly status: number;
  /** Every line between the status line and the blank line, case kept. */
  readonly headerLines: readonly string[];
  /** Status line and headers with the blank line. */
  readonly headBytes: number;
  readonly body: Buffer;
  /** Bytes that came after the announced body. */
  readonly excessBytes: number;
  /** False when the body ended before the announced length. */
  readonly isWhole: boolean;
  /** Whether an unasked-for 1xx reply came first. */
  readonly hadInterim: boolean;
  /** Whether the server closed the connection after it. */
  readonly isClosed: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** The value of a header by its exact spelling, which is how firmware looks for it. */
export function exactHeader(reply: Pick<RawReply, 'headerLines'>, name: string): string | undefined {
  const line = reply.headerLines.find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/** How often a header stands there, in any case. */
export function countHeader(reply: Pick<RawReply, 'headerLines'>, name: string): number {
  const start = `${name.toLowerCase()}:`;
  return reply.headerLines.filter((each) => each.toLowerCase().startsWith(start)).length;
}

/**
 * Collects the bytes of one reply the way firmware does: `Content-Length:` in exactly this case tells where the body ends,
 * without it the body runs to the end of the connection (protocols/zkteco-push.md §1.5 T5, ebkn-fkweb.md §1.4).
 */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #hadInterim = false;

  get hasBytes(): boolean {
    return this.#bytes.length > 0;
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  end(): void {
    this.#isEnded = true;
  }

  /** The reply, once it is complete or the connection has ended; undefined while more is needed. */
  read(): RawReply | undefined {
    const end = this.#bytes.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [statusLine = '', ...headerLines] = this.#bytes.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1] ?? 0);
    const bodyStart = end + HEAD_END.length;
    if (status >= 100 && status < 200) {
      this.#hadInterim = true;
      this.#bytes = this.#bytes.subarray(bodyStart);
      return this.read();
    }
    const announced = exactHeader({ headerLines }, 'Content-Length');
    const arrived = this.#bytes.length - bodyStart;
    const length = announced === undefined ? arrived : Number(announced);
    const isWhole = announced === undefined ? this.#isEnded : arrived >= length;
    if (!isWhole && !this.#isEnded) return undefined;
    return {
      statusLine,
      status,
      headerLines,
      headBytes: bodyStart,
      body: Buffer.from(this.#bytes.subarray(bodyStart, bodyStart + length)),
      excessBytes: Math.max(0, arrived - length),
      isWhole,
      hadInterim: this.#hadInterim,
      isClosed: this.#isEnded,
    };
  }
}
