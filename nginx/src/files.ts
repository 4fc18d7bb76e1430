import { randomBytes } from 'node:crypto';
import { chown, lstat, open, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@biolistener/core';
import { raise } from './errors.ts';

/** What stands at a path: enough to put it back as it was. */
export type Former =
  | { readonly kind: 'nothing'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'file'; readonly path: string; readonly content: Buffer; readonly mode: number };

export async function formerOf(path: string): Promise<Former> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { kind: 'link', path, target: await readlink(path) };
    return { kind: 'file', path, content: await readFile(path), mode: found.mode & 0o7777 };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'nothing', path };
    throw refused(error, path);
  }
}

/** Puts paths back after `cause`. Throws NGINX_ROLLBACK_FAILED with the list of those that it could not. */
export async function restore(formers: readonly Former[], cause: unknown): Promise<void> {
  const failed: string[] = [];
  for (const former of formers) {
    try {
      if (former.kind === 'nothing') await rm(former.path, { force: true });
      else if (former.kind === 'link') await writeLink(former.path, former.target);
      else await writeFileWhole(former.path, former.content, former.mode);
    } catch (error) {
      failed.push(`${former.path} (${messageOf(error)})`);
    }
  }
  if (failed.length > 0)
    throw raise('NGINX_ROLLBACK_FAILED', `${messageOf(cause)}; not put back: ${failed.join(', ')}`, cause);
}

/**
 * Writes a file so that a reader sees the old one or the new one, whole, also after a power cut.
 * The name of the temporary file starts with a dot and doesn't end in .conf: no include of nginx takes it.
 */
export async function writeFileWhole(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const beside = besideOf(path);
  await attempt(path, beside, async () => {
    const file = await open(beside, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.chmod(mode); // the umask may have taken bits that nginx's user needs
      await file.sync();
    } finally {
      await file.close();
    }
    await giveToOwnerOf(dirname(path), beside);
    await rename(beside, path);
  });
}

export async function writeLink(path: string, target: string): Promise<void> {
  const beside = besideOf(path);
  await attempt(path, beside, async () => {
    await symlink(target, beside);
    await rename(beside, path);
  });
}

export async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw refused(error, path);
  });
}

const besideOf = (path: string): string => `${dirname(path)}/.biolistener-${randomBytes(6).toString('hex')}.tmp`;

async function attempt(path: string, beside: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    await rm(beside, { force: true });
    throw refused(error, path);
  }
}

/** Under sudo, a file in a bench belongs to the bench's user, not to root. */
async function giveToOwnerOf(directory: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(directory);
  if (uid !== 0) await chown(file, uid, gid);
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

function refused(error: unknown, path: string): unknown {
  const isForbidden = codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM' || codeOf(error) === 'EROFS';
  return isForbidden ? raise('NGINX_NO_PERMISSION', `may not write ${path}`, error) : error;
}
