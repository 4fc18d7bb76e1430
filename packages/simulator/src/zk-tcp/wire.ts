/** One packet of the standalone protocol, as the document draws it (§1.1, §1.2). */
export interface Packet {
  readonly code: number;
  readonly session: number;
  readonly number: number;
  readonly data: Buffer;
  /** Of received ones: whether the checksum agrees (§1.3). */
  readonly isSound: boolean;
}

const START = Buffer.from('5050827d', 'hex');
export const NONE = Buffer.alloc(0);

/** One's-complement sum of little-endian words, carry folded in (§1.3). */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16LE(at);
  if (bytes.length % 2 === 1) sum += bytes.at(-1) ?? 0;
  while (sum >>> 16 !== 0) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

export function datagramOf(code: number, session: number, number: number, data: Buffer = NONE): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(session, 4);
  head.writeUInt16LE(number, 6);
  const packet = Buffer.concat([head, data]);
  packet.writeUInt16LE(~sumOf(packet) & 0xffff, 2);
  return packet;
}

/** With the eight bytes that TCP has in front. */
export function segmentOf(datagram: Buffer): Buffer {
  const top = Buffer.alloc(8);
  START.copy(top);
  top.writeUInt32LE(datagram.length, 4);
  return Buffer.concat([top, datagram]);
}

export function readDatagram(bytes: Buffer): Packet | undefined {
  if (bytes.length < 8) return undefined;
  return {
    code: bytes.readUInt16LE(0),
    session: bytes.readUInt16LE(4),
    number: bytes.readUInt16LE(6),
    data: Buffer.from(bytes.subarray(8)),
    isSound: sumOf(bytes) === 0xffff,
  };
}

/** Puts segments together that are cut anywhere; `undefined` when what came is no packet and the line must be closed. */
export class Reassembly {
  #rest = NONE;

  take(chunk: Buffer): Packet[] | undefined {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const packets: Packet[] = [];
    while (this.#rest.length >= 8) {
      const length = this.#rest.readUInt32LE(4);
      if (!this.#rest.subarray(0, 4).equals(START) || length < 8 || length > 1 << 20) return undefined;
      if (this.#rest.length < 8 + length) break;
      const packet = readDatagram(this.#rest.subarray(8, 8 + length));
      if (packet) packets.push(packet);
      this.#rest = this.#rest.subarray(8 + length);
    }
    return packets;
  }
}
