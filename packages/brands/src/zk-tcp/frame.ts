import { checksumOf, isChecksumRight } from './checksum.ts';

/** One request, reply or event. */
export interface Frame {
  readonly command: number;
  /** The connection's id; the event code in events, the state in the reply to STATE_RRQ (§1.4). */
  readonly session: number;
  /** Counts requests; replies echo it, events carry 0. */
  readonly reply: number;
  readonly data: Uint8Array;
  /** Of received frames: a wrong checksum is counted, not refused (§1.3). */
  readonly isDamaged?: boolean;
}

export type Transport = 'tcp' | 'udp';

const MAGIC = Buffer.from([0x50, 0x50, 0x82, 0x7d]);
const TOP = 8;
const HEADER = 8;
/** Reply numbers run from 0 to 65534; 65535 is never used (§1.4). */
export const nextReply = (reply: number): number => (reply >= 65_534 ? 0 : reply + 1);

function bodyOf({ command, session, reply, data }: Frame): Buffer {
  const body = Buffer.alloc(HEADER + data.length);
  body.writeUInt16LE(command, 0);
  body.writeUInt16LE(session, 4);
  body.writeUInt16LE(reply, 6);
  body.set(data, HEADER);
  body.writeUInt16LE(checksumOf(body), 2);
  return body;
}

/** The bytes of a frame: with magic and length on TCP, without on UDP. Source: protocols/zk-tcp.md §1.1, §1.2. */
export function encodeFrame(frame: Frame, transport: Transport = 'tcp'): Buffer {
  const body = bodyOf(frame);
  if (transport === 'udp') return body;
  const top = Buffer.alloc(TOP);
  top.set(MAGIC);
  top.writeUInt32LE(body.length, 4);
  return Buffer.concat([top, body]);
}

/** Header and data without the TCP top; undefined when too short for a header. One UDP datagram is one of these. */
export function decodeBody(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    command: view.readUInt16LE(0),
    session: view.readUInt16LE(4),
    reply: view.readUInt16LE(6),
    data: view.subarray(HEADER),
    ...(isChecksumRight(view) ? {} : { isDamaged: true }),
  };
}

export interface FrameProblem {
  readonly reason: 'ZKT_NOT_STANDALONE' | 'ZKT_FRAME_INVALID';
  readonly detail: string;
}

/** Longer frames than this are no frames: the length is damaged or somebody else speaks (§1.5). */
export const MAX_FRAME = 1024 * 1024;

/**
 * Finds frames in a stream that is cut anywhere; each byte is copied once, however small the pieces are. After a problem nothing
 * more is read: the connection must be closed. Source: protocols/zk-tcp.md §1.5.
 */
export class FrameReader {
  #frame = Buffer.alloc(TOP);
  #have = 0;
  #problem: FrameProblem | undefined;

  get problem(): FrameProblem | undefined {
    return this.#problem;
  }

  /** Bytes that wait for the rest of their frame; never more than a frame. */
  get waiting(): number {
    return this.#have;
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let at = 0; at < chunk.length && !this.#problem;) {
      at += this.#take(chunk.subarray(at));
      const frame = this.#next();
      if (frame) frames.push(frame);
    }
    return frames;
  }

  /** Up to the end of the top, or of the frame whose top is there. */
  #take(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#frame.length - this.#have);
    this.#frame.set(taken, this.#have);
    this.#have += taken.length;
    return taken.length;
  }

  #next(): Frame | undefined {
    if (this.#hasForeignStart()) return this.#fail('the magic bytes are missing');
    if (this.#have === TOP) this.#makeRoom(this.#frame.readUInt32LE(4));
    if (this.#have < this.#frame.length || this.#have <= TOP) return undefined;
    const frame = decodeBody(this.#frame.subarray(TOP));
    this.#frame = Buffer.alloc(TOP);
    this.#have = 0;
    return frame;
  }

  #makeRoom(length: number): void {
    if (length < HEADER || length > MAX_FRAME) return this.#fail(`a frame of ${length} bytes is announced`);
    const frame = Buffer.alloc(TOP + length);
    frame.set(this.#frame.subarray(0, TOP));
    this.#frame = frame;
  }

  /** A foreign first byte need not wait for seven more. */
  #hasForeignStart(): boolean {
    const start = this.#frame.subarray(0, Math.min(this.#have, MAGIC.length));
    return !start.equals(MAGIC.subarray(0, start.length));
  }

  #fail(detail: string): undefined {
    const isPanel = this.#frame[0] === 0xaa;
    this.#problem = isPanel
      ? { reason: 'ZKT_NOT_STANDALONE', detail: 'it answers like a C3 or inBio panel, not like a standalone terminal' }
      : { reason: 'ZKT_FRAME_INVALID', detail };
    this.#frame = Buffer.alloc(TOP);
    this.#have = 0;
  }
}
