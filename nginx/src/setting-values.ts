import { isIP, isIPv4, isIPv6 } from 'node:net';
import { isAbsolute } from 'node:path';
import { raise } from './errors.ts';

/** Whether a path may stand between quotes in a directive of nginx. */
export const isSafePath = (path: string): boolean => isAbsolute(path) && !/["'\\$;{}\p{Cc}]/u.test(path);

// Readers of single options. Each throws NGINX_SETTING_INVALID with the name of the option.

function text(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

const invalid = (name: string, value: unknown, wanted: string) =>
  raise(
    'NGINX_SETTING_INVALID',
    `${name} must be ${wanted}, not ${value === undefined ? 'absent' : JSON.stringify(value)}`,
  );

export function integer(name: string, value: unknown, min: number, max: number, fallback: number): number {
  if (value === undefined || value === null || value === '') return fallback;
  const number = /^\d{1,9}$/.test(text(value)) ? Number(text(value)) : NaN;
  if (!(number >= min && number <= max)) throw invalid(name, value, `a whole number from ${min} to ${max}`);
  return number;
}

export const port = (name: string, value: unknown, fallback: number): number =>
  integer(name, value, 1, 65_535, fallback);

export function site(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'default';
  const name = text(value).toLowerCase();
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/.test(name)) {
    throw invalid('site', value, 'a name of letters, digits, dots, hyphens and underscores');
  }
  return name;
}

export function list(name: string, value: unknown, one: (name: string, item: string) => string): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const words = items.flatMap((item) => {
    if (typeof item !== 'string') throw invalid(name, item, 'text');
    return item.split(',').map((word) => word.trim());
  });
  return [...new Set(words.filter((word) => word !== '').map((word) => one(name, word)))];
}

/** An address to listen at: IPv4, or IPv6 which nginx wants in brackets; `*` is every IPv4 address. */
export function listenAddress(name: string, item: string): string {
  const bare = item.replace(/^\[(.*)\]$/, '$1');
  if (bare === '*') return '0.0.0.0';
  if (isIPv4(bare)) return bare;
  if (isIPv6(bare) && !bare.includes('%')) return `[${bare}]`;
  throw invalid(name, item, 'an IP address of this machine');
}

/** An address or a network: `10.1.0.0/16`. */
export function network(name: string, item: string): string {
  const [address = '', bits, ...rest] = item.split('/');
  const version = isIP(address);
  const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  if (version === 0 || address.includes('%') || !isNetwork || rest.length > 0) {
    throw invalid(name, item, 'an IP address or network such as 10.1.0.0/16');
  }
  return item;
}

export function upstream(name: string, item: string): string {
  if (item.startsWith('unix:') && isSafePath(item.slice(5)) && !/\s/.test(item)) return item;
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))(?::(\d{1,5}))$/.exec(item);
  const [, host = '', digits = ''] = found ?? [];
  const isHost = host.startsWith('[') ? isIPv6(host.slice(1, -1)) : host !== '';
  if (!isHost || Number(digits) < 1 || Number(digits) > 65_535) throw invalid(name, item, 'host:port or unix:/path');
  return item;
}

export function bodySize(value: unknown): string {
  if (value === undefined || value === null || value === '') return '64m';
  const size = text(value).toLowerCase();
  // 0 would switch nginx's limit off: one bad terminal could fill the disk.
  if (!/^[1-9]\d{0,8}[kmg]?$/.test(size)) throw invalid('bodySize', value, 'a size such as 512k or 64m');
  return size;
}

export function absolutePath(name: string, value: unknown): string {
  const path = typeof value === 'string' ? value : '';
  if (!isSafePath(path)) throw invalid(name, value, 'an absolute path without quotes, $, ; and braces');
  return path;
}

export function urlPath(name: string, value: unknown, fallback: string): string {
  if (value === undefined || value === null || value === '') return fallback;
  const path = text(value);
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(path)) throw invalid(name, value, 'a path such as /health');
  return path;
}
