import { statSync } from 'node:fs';
import { securityError } from './errors.ts';
import { keyIdOf, parseKey } from './key.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';

export interface SealKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The keys that seal secrets. A ring over a file follows the file, so that a running process needs no restart. */
export interface Keyring {
  /** The one that seals now. */
  readonly current: SealKey;
  /** Any that may be needed to open; undefined when there is none with this id, also after another look. */
  find(id: string): Uint8Array | undefined;
  /** All of them, the current one first. */
  ids(): readonly string[];
}

function ringOf(keys: readonly Uint8Array[]): Keyring {
  const all = new Map(keys.map((key) => [keyIdOf(key), key]));
  const [first] = keys;
  if (!first) throw securityError('SECURITY_KEY_INVALID', 'the key file holds no key');
  const current = { id: keyIdOf(first), key: first };
  return { current, find: (id) => all.get(id), ids: () => [...all.keys()] };
}

export const keyringOfText = (text: string): Keyring => ringOf([parseKey(text)]);

/** How long a process may go on sealing with the key of before, after the file was changed. */
export const KEY_FILE_LAG_MS = 1_000;

/**
 * Opens the key file: one key a line, the first seals, the others only open. Lines that begin with # are comments.
 * Makes the file with a new key when it is missing; two processes that do so at once end with one file.
 * The ring looks whether the file was changed: once a second at most before it seals, and whenever a key is missing.
 * While a changed file cannot be read, the keys of before stay in force.
 */
export function openKeyFile(path: string, now: () => number = Date.now): Keyring {
  createKeyFile(path);
  let mark = markOf(path);
  let ring = ringOf(readKeyFile(path));
  let lookedAt = now();

  function look(): void {
    lookedAt = now();
    try {
      const found = markOf(path);
      if (found === mark) return;
      ring = ringOf(readKeyFile(path));
      mark = found;
    } catch {
      // half a copy by hand, or a folder that is away: the next look tries again
    }
  }

  return {
    get current() {
      if (now() - lookedAt >= KEY_FILE_LAG_MS) look();
      return ring.current;
    },
    find(id) {
      const known = ring.find(id);
      if (known) return known;
      look();
      return ring.find(id);
    },
    ids: () => {
      look();
      return ring.ids();
    },
  };
}

/** Changes whenever the file does, be it written anew or replaced. */
function markOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs}`;
}
