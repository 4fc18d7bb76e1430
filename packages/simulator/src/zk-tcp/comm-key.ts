/** What a client with this key must send in this session; its third byte is of its own choice (§2.1). */
export function proofOf(key: number, session: number, choice: number): Buffer {
  let turned = 0n;
  for (let bit = 0n; bit < 32n; bit += 1n) if ((BigInt(key) >> bit) & 1n) turned |= 1n << (31n - bit);
  const sum = (turned + BigInt(session)) & 0xffffffffn;
  const bytes = [0n, 8n, 16n, 24n].map((shift) => Number((sum >> shift) & 0xffn));
  const masked = Array.from('ZKSO').map((letter, at) => (bytes[at] ?? 0) ^ letter.charCodeAt(0));
  const [m0 = 0, m1 = 0, m2 = 0, m3 = 0] = masked;
  const swapped = [m2, m3, m0, m1];
  return Buffer.from(swapped.map((byte, at) => (at === 2 ? choice : byte ^ choice)));
}

export const isProof = (key: number, session: number, data: Buffer): boolean =>
  data.length >= 4 && proofOf(key, session, data[2] ?? 0).equals(data.subarray(0, 4));
