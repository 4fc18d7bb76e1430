import { IncomingMessage } from 'node:http';

/** What Node does with a request that has no body, where it is asked to: the stream counts as read to its end. */
type Closable = IncomingMessage & { _dumpAndCloseReadable?(): void };

/** As much as a stream takes before it asks the sender to wait. */
const ENOUGH_BYTES = 65_536;

/**
 * A request whose body waits beside its stream until somebody wants it. Nearly every body is there whole before its turn of the
 * event loop ends, and then the stream of it (its states, four ticks, its end and its closing) would cost a tenth of a punch
 * for nothing. Whoever does read it as a stream finds all of it there (docs/decisions/0006).
 */
export class DeviceRequest extends IncomingMessage {
  #pieces: Buffer[] = [];
  #size = 0;
  #isWhole = false;
  #isStream = false;

  /** Node's parser brings each piece, and `null` behind the last. */
  override push(piece: Buffer | null): boolean {
    if (this.#isStream) return super.push(piece);
    if (piece === null) this.#isWhole = true;
    else this.#hold(piece);
    return this.#size < ENOUGH_BYTES;
  }

  #hold(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  /** Somebody reads it as a stream: from here on it is one. */
  override _read(size: number): void {
    if (!this.#isStream) this.#flow();
    super._read(size);
  }

  #flow(): void {
    this.#isStream = true;
    for (const piece of this.#pieces) super.push(piece);
    if (this.#isWhole) super.push(null);
    this.#pieces = [];
  }

  /** The whole body, once, when it is there and nobody reads it as a stream. */
  takeBody(): Buffer | undefined {
    if (!this.#isWhole || this.#isStream) return undefined;
    const pieces = this.#pieces;
    this.#pieces = [];
    (this as Closable)._dumpAndCloseReadable?.(); // without it the stream ends by itself, only later
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }
}
