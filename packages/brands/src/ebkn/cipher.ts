import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { JsonObject } from '@biolistener/core';
import { decodeFrame, joinSections } from './frame.ts';

export type Encryption = 'yes' | 'base64only';

export const encryptionOf = (value: string | undefined): Encryption | undefined =>
  value === 'yes' || value === 'base64only' ? value : undefined;

/** The vendor's sample key, public: bytes 01 … 20 hex. This is obfuscation, not secrecy (§2.7). */
const SAMPLE_KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

/** The key of one terminal: `options.encryptKeyHex`, 64 hex digits, else the vendor's sample. */
export function cipherKeyOf(options: JsonObject | undefined): Uint8Array {
  const hex = options?.['encryptKeyHex'];
  return typeof hex === 'string' && /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, 'hex') : SAMPLE_KEY;
}

/** Bytes of base64 text, trailing NULs and line ends allowed; undefined when it is no base64. */
export function decodeBase64(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\0\s]+/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 !== 1 ? Buffer.from(text, 'base64') : undefined;
}

function decrypt(bytes: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-ecb', key, null);
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch {
    return undefined; // wrong key or damaged bytes: the padding does not fit
  }
}

/**
 * Undoes the `encrypt` header of a request: base64 of the whole frame, or AES-256-ECB of that base64.
 * Bytes that are not so are handed on as they came: some body may have been sent in the clear.
 * Source: protocols/ebkn-fkweb.md §2.7; cases X01, X02.
 */
export function decodeCipher(bytes: Uint8Array, encryption: Encryption | undefined, key: Uint8Array): Uint8Array {
  if (encryption === undefined) return bytes;
  const armoured = encryption === 'yes' ? decrypt(bytes, key) : bytes;
  return (armoured && decodeBase64(armoured)) ?? bytes;
}

/**
 * Encrypts a reply frame section by section: unlike requests, the length words stay readable.
 * Source: protocols/ebkn-fkweb.md §2.7; cases E05, E06.
 */
export function encodeCipher(frame: Uint8Array, encryption: Encryption, key: Uint8Array): Uint8Array {
  if (frame.length === 0) return frame;
  const { text, binaries } = decodeFrame(frame);
  const seal = (section: Uint8Array): Uint8Array => {
    const armoured = Buffer.from(Buffer.from(section).toString('base64'));
    if (encryption === 'base64only') return armoured;
    const cipher = createCipheriv('aes-256-ecb', key, null);
    return Buffer.concat([cipher.update(armoured), cipher.final()]);
  };
  return joinSections([Buffer.concat([seal(text), Buffer.of(0)]), ...binaries.map(seal)]);
}
