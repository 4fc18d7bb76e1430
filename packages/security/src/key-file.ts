import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '@biolistener/core';
import { securityError } from './errors.ts';
import { keyIdOf, newKeyText, parseKey } from './key.ts';

const HEADER = `# Biolistener: keys that encrypt templates, photos and raw records. The first seals; all can open.
# Keep a copy apart from the data: without these lines what they sealed is lost.
`;

const isKeyLine = (line: string): boolean => line.trim() !== '' && !line.startsWith('#');

/** The keys in the text of a key file. Errors: SECURITY_KEY_INVALID, naming where it is from and no content. */
export function parseKeys(text: string, from: string): Uint8Array[] {
  try {
    return text.split('\n').filter(isKeyLine).map(parseKey);
  } catch (cause) {
    throw securityError('SECURITY_KEY_INVALID', `${from}: ${messageOf(cause)}`, cause);
  }
}

/** Errors: as `parseKeys`. */
export const readKeyFile = (path: string): Uint8Array[] => parseKeys(readFileSync(path, 'utf8'), path);

export function createKeyFile(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${HEADER}${newKeyText()}\n`, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path); // unlike rename, refuses when another process was faster
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** A new key that seals from now on; the keys of before stay and open. Answers its id. */
export function addCurrentKey(path: string, text: string = newKeyText()): string {
  const key = parseKey(text);
  const lines = linesOf(path);
  const first = lines.findIndex(isKeyLine);
  replace(path, lines.toSpliced(first < 0 ? lines.length : first, 0, text.trim()));
  return keyIdOf(key);
}

/** A key of before that only opens, such as one out of a backup. Answers its id, and whether the file lacked it. */
export function addOpeningKey(path: string, text: string): { readonly id: string; readonly isNew: boolean } {
  const id = keyIdOf(parseKey(text));
  const lines = linesOf(path);
  const isNew = !lines.filter(isKeyLine).some((line) => keyIdOf(parseKey(line)) === id);
  if (isNew) replace(path, [...lines, text.trim()]);
  return { id, isNew };
}

/** Takes keys out for good. Errors: SECURITY_KEY_NEEDED for the first one, which seals. */
export function dropKeys(path: string, ids: readonly string[]): void {
  const lines = linesOf(path);
  const first = lines.find(isKeyLine);
  if (first !== undefined && ids.includes(keyIdOf(parseKey(first))))
    throw securityError('SECURITY_KEY_NEEDED', 'the key that seals now cannot be removed');
  replace(
    path,
    lines.filter((line) => !isKeyLine(line) || !ids.includes(keyIdOf(parseKey(line)))),
  );
}

function linesOf(path: string): string[] {
  readKeyFile(path); // what is no key file is not written over
  const lines = readFileSync(path, 'utf8').split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/**
 * Puts a whole new file in the place of the old one: at any moment there is one of the two, and it survives a power cut.
 * The owner stays: a root who changes a key must not lock out the service. A link stays a link.
 */
function replace(path: string, lines: readonly string[]): void {
  const target = realpathSync(path);
  removeDrafts(target);
  const draft = `${target}.${process.pid}.new`;
  try {
    writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
    chmodSync(draft, 0o600);
    keepOwner(target, draft);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
  flushFolder(dirname(target));
}

/** A process that was killed while it wrote leaves its draft, with keys in it. */
function removeDrafts(target: string): void {
  const folder = dirname(target);
  const isDraft = (name: string): boolean =>
    name.startsWith(`${basename(target)}.`) && /^\d+\.new$/.test(name.slice(basename(target).length + 1));
  for (const name of readdirSync(folder).filter(isDraft)) rmSync(join(folder, name), { force: true });
}

function keepOwner(target: string, draft: string): void {
  const [before, after] = [statSync(target), statSync(draft)];
  if (before.uid !== after.uid || before.gid !== after.gid) chownSync(draft, before.uid, before.gid);
}

function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
