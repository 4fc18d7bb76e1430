import { readdir, readlink } from 'node:fs/promises';
import { textOf } from './control.ts';

/** Who listens at a port. Without root, processes of other users stay unseen: `pid` is undefined, `uid` is known. */
export interface PortOwner {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
  readonly pid: number | undefined;
  readonly parent: number | undefined;
  readonly command: string | undefined;
}

type Listening = Pick<PortOwner, 'address' | 'port' | 'uid' | 'inode'>;

/** Reads the listening sockets out of /proc/net/tcp or tcp6. Source: proc(5), Linux include/net/tcp_states.h (0A = LISTEN). */
export function parseListening(table: string): Listening[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === '0A' ? [{ address: addressOf(address), port: parseInt(port, 16), uid: Number(uid), inode }] : [];
    });
}

/** Addresses stand as 32-bit words in the machine's byte order: little-endian on every machine that we run on. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join('.');
  const isMapped = /^0{20}f{4}/i.test(bytes.join(''));
  if (isMapped)
    return bytes
      .slice(12)
      .map((byte) => parseInt(byte, 16))
      .join('.');
  if (/^0+$/.test(bytes.join(''))) return '::';
  const groups = bytes.flatMap((byte, at) => (at % 2 === 0 ? [parseInt(byte + (bytes[at + 1] ?? ''), 16)] : []));
  return groups.map((group) => group.toString(16)).join(':');
}

const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';

/**
 * Finds who holds a port at one of the addresses. Every address counts against `0.0.0.0` and `::`, since Linux refuses
 * the second one. An empty answer off Linux means "not known", and the reload finds out.
 */
export async function portOwners(port: number, addresses: readonly string[]): Promise<PortOwner[]> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(textOf));
  const wantsAny = addresses.some(isAny);
  const listening = tables
    .flatMap((table) => parseListening(table ?? ''))
    .filter((one) => one.port === port && (wantsAny || isAny(one.address) || addresses.includes(one.address)));
  if (listening.length === 0) return [];
  const pids = await holdersOf(new Set(listening.map((one) => one.inode)));
  return Promise.all(listening.flatMap((one) => (pids.get(one.inode) ?? [undefined]).map((pid) => describe(one, pid))));
}

async function holdersOf(inodes: ReadonlySet<string>): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const held = await Promise.all((await fdsOf(pid)).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
    for (const inode of new Set(held.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]))) {
      if (inode !== undefined && inodes.has(inode)) found.set(inode, [...(found.get(inode) ?? []), Number(pid)]);
    }
  }
  return found;
}

// A process may end while we look, and other users' descriptors are closed to us: both mean "nothing seen here".
const fdsOf = (pid: string): Promise<string[]> => readdir(`/proc/${pid}/fd`).catch(() => []);
const linkOf = (path: string): Promise<string> => readlink(path).catch(() => '');

async function describe(one: Listening, pid: number | undefined): Promise<PortOwner> {
  if (pid === undefined) return { ...one, pid, parent: undefined, command: undefined };
  const status = (await textOf(`/proc/${pid}/status`)) ?? '';
  return {
    ...one,
    pid,
    parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? NaN) || undefined,
    command: /^Name:\s+(.+)$/m.exec(status)?.[1],
  };
}

/** `redis-server (pid 71)`, or what can be said without root. */
export const nameOf = (owner: PortOwner): string =>
  owner.pid === undefined
    ? `a program of user id ${owner.uid} (run as root to learn its name)`
    : `${owner.command ?? 'a program'} (pid ${owner.pid})`;
