const MASK = Buffer.from('ZKSO', 'latin1');
/** Everybody's choice of the byte that a client may choose. */
const TICK = 0x32;

function reversedBits(value: number): number {
  let bits = 0;
  for (let at = 0; at < 32; at += 1) bits = ((bits << 1) | ((value >>> at) & 1)) >>> 0;
  return bits;
}

/**
 * The four bytes that prove the comm key to a terminal. Every step stays unsigned: odd keys set bit 31.
 * Source: protocols/zk-tcp.md §2.1, case C04.
 */
export function scrambleCommKey(key: number, session: number, tick: number = TICK): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((reversedBits(key) + session) % 0x1_0000_0000);
  for (let at = 0; at < 4; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (MASK[at] ?? 0);
  const [, b1 = 0, b2 = 0, b3 = 0] = bytes; // the first is dropped: the tick stands in its place
  return Buffer.from([b2 ^ tick, b3 ^ tick, tick, b1 ^ tick]);
}
