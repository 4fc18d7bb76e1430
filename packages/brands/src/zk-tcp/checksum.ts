/** Sum of 16-bit little-endian words with the carry folded back; an odd end is padded with a zero byte. */
function foldedSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** Checksum of header and data, with the checksum's own two bytes as zero. Source: protocols/zk-tcp.md §1.3. */
export const checksumOf = (bytes: Uint8Array): number => ~foldedSum(bytes) & 0xffff;

/** Whether a received header and data, checksum included, is undamaged. */
export const isChecksumRight = (bytes: Uint8Array): boolean => foldedSum(bytes) === 0xffff;
