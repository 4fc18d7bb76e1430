import { gunzipSync } from 'node:zlib';

export type Unpacked =
  | { readonly kind: 'files'; readonly files: readonly Buffer[] }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable' };

export const UNPACKED_LIMIT = 64 * 1024 * 1024;
const ENTRIES_LIMIT = 1000;
const BLOCK = 512;

/** An octal number of a tar header; NaN when it is none. */
function octal(bytes: Buffer): number {
  const text = bytes
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** The sum of the header bytes, its own field read as blanks. */
function hasChecksum(header: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
  return sum === octal(header.subarray(148, 156));
}

const isEnd = (header: Buffer): boolean => header.every((byte) => byte === 0);

function untar(tar: Buffer): Unpacked {
  const files: Buffer[] = [];
  for (let at = 0, entries = 0; at + BLOCK <= tar.length; entries++) {
    const header = tar.subarray(at, at + BLOCK);
    if (isEnd(header)) return { kind: 'files', files };
    if (entries >= ENTRIES_LIMIT) return { kind: 'too-large' };
    const size = octal(header.subarray(124, 136));
    if (!hasChecksum(header) || Number.isNaN(size) || at + BLOCK + size > tar.length) return { kind: 'unreadable' };
    const type = header[156] ?? 0;
    if (type === 0 || type === 48) files.push(tar.subarray(at + BLOCK, at + BLOCK + size)); // regular files only
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files.length > 0 ? { kind: 'files', files } : { kind: 'unreadable' };
}

/**
 * Unpacks `ContentType=tgz`: gzip of tar, at most 64 MiB and 1,000 entries; names are ignored.
 * Source: protocols/zkteco-push.md §3.9.
 */
export function unpackTgz(body: Uint8Array): Unpacked {
  try {
    return untar(gunzipSync(body, { maxOutputLength: UNPACKED_LIMIT }));
  } catch (error) {
    // asked by its code alone: an error of zlib may come from another realm
    const hasCode = typeof error === 'object' && error !== null && 'code' in error;
    const isTooLarge = hasCode && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { kind: isTooLarge ? 'too-large' : 'unreadable' };
  }
}
