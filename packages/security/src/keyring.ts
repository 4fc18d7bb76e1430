import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf, messageOf } from '@biolistener/core';
import { securityError } from './errors.ts';

/** The keys that seal secrets: one that seals, and all that may be needed to open. */
export interface Keyring {
  readonly current: { readonly id: string; readonly key: Uint8Array };
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const KEY_BYTES = 32;

/** An id that says nothing about the key but tells two keys apart. */
const idOf = (key: Uint8Array): string => digestOf(key).slice(0, 8);

function ringOf(keys: readonly Uint8Array[]): Keyring {
  const [first] = keys;
  if (!first) throw securityError('SECURITY_KEY_INVALID', 'the key file holds no key');
  return { current: { id: idOf(first), key: first }, keys: new Map(keys.map((key) => [idOf(key), key])) };
}

/** 64 hex digits or the base64 of 32 bytes. */
export function parseKey(text: string): Uint8Array {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length !== KEY_BYTES) {
    throw securityError('SECURITY_KEY_INVALID', 'a key is 64 hex digits or the base64 of 32 bytes');
  }
  return key;
}

/**
 * Opens the key file: one key a line, the first seals, the others only open. Lines that begin with # are comments.
 * Makes the file with a new key when it is missing; two processes that do so at once end with one file.
 */
export function openKeyFile(path: string): Keyring {
  if (!existsSync(path)) createKeyFile(path);
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return ringOf(lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).map(parseKey));
  } catch (cause) {
    throw securityError('SECURITY_KEY_INVALID', `${path}: ${messageOf(cause)}`, cause);
  }
}

export const keyringOfText = (text: string): Keyring => ringOf([parseKey(text)]);

const HEADER = `# Biolistener: keys that encrypt templates, photos and raw records. The first seals; all can open.
# Keep a copy apart from the data: without these lines what they sealed is lost.
`;

function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${HEADER}${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path); // unlike rename, refuses when another process was faster
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    unlinkSync(draft);
  }
}
