import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { textOf } from './control.ts';

/** Users that distributions give to nginx, without rights of their own. */
const USUAL_USERS = ['www-data', 'nginx', 'nobody'];

/**
 * The `user` line of a private nginx that root starts: undefined for an ordinary user, whose workers run as itself.
 * Workers must reach their temporary files, so where a directory on the way is closed to others, only root is left.
 */
export async function workerAccount(dir: string, uid = process.getuid?.()): Promise<string | undefined> {
  if (uid !== 0) return undefined;
  const [passwd = '', group = ''] = await Promise.all(['/etc/passwd', '/etc/group'].map(textOf));
  const account = accountIn(passwd, group);
  return account !== undefined && (await isOpenToOthers(dir)) ? account : 'root';
}

/** `www-data www-data`, `nobody nogroup`: nginx would take a group of the user's name, which need not exist. */
export function accountIn(passwd: string, group: string): string | undefined {
  for (const user of USUAL_USERS) {
    const gid = new RegExp(`^${user}:[^:]*:\\d+:(\\d+):`, 'm').exec(passwd)?.[1];
    const name = gid === undefined ? undefined : new RegExp(`^([^:\\n]+):[^:]*:${gid}:`, 'm').exec(group)?.[1];
    if (name !== undefined) return `${user} ${name}`;
  }
  return undefined;
}

async function isOpenToOthers(dir: string): Promise<boolean> {
  for (let at = dir; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
