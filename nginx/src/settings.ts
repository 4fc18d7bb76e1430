import { raise } from './errors.ts';
import * as read from './setting-values.ts';

/** What a server block is made of. Only `parseSettings` makes one, so every text in it is safe to print into nginx. */
export interface Settings {
  /** Whose block it is: part of the file name. Terminals call by address, so it is not matched against Host. */
  readonly site: string;
  readonly port: number;
  /** Addresses to listen at; IPv6 in brackets. */
  readonly listen: readonly string[];
  /** `host:port`, `[v6]:port` or `unix:/path`. */
  readonly upstreams: readonly string[];
  readonly tls: Tls | undefined;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Proxies in front whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** As nginx writes sizes: `64m`. */
  readonly bodySize: string;
  readonly rate: Rate | undefined;
  readonly keepaliveSeconds: number;
  readonly accessLog: string | undefined;
  /** Path that `status` asks of the listener. */
  readonly healthPath: string;
}

export interface Tls {
  readonly certificate: string;
  readonly key: string;
  /** Also TLS 1.0 and 1.1 with weak ciphers. */
  readonly old: boolean;
  /** A port without TLS beside it. */
  readonly plainPort: number | undefined;
}

/** Limits for each remote address; 0 means no limit of that sort. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
  readonly connections: number;
}

/** Options as the command line gives them: numbers may come as text, lists as arrays or comma-separated text. */
export interface SettingsInput {
  readonly site?: unknown;
  readonly port?: unknown;
  readonly listen?: unknown;
  readonly upstreams?: unknown;
  readonly certificate?: unknown;
  readonly key?: unknown;
  readonly tlsOld?: unknown;
  readonly plainPort?: unknown;
  readonly allow?: unknown;
  readonly deny?: unknown;
  readonly trustedProxies?: unknown;
  readonly bodySize?: unknown;
  readonly requestsPerSecond?: unknown;
  readonly burst?: unknown;
  readonly connections?: unknown;
  readonly keepaliveSeconds?: unknown;
  readonly accessLog?: unknown;
  readonly healthPath?: unknown;
}

export const DEFAULT_PORT = 8998;
export const DEFAULT_UPSTREAM = '127.0.0.1:8990';

/**
 * Turns options into settings.
 * Errors: NGINX_SETTING_INVALID names the option. Nothing that could end a directive (`;`, braces, quotes, `$`, line
 * breaks) passes, because the values are printed into nginx's configuration.
 */
export function parseSettings(input: SettingsInput): Settings {
  return {
    site: read.site(input.site),
    port: read.port('port', input.port, DEFAULT_PORT),
    listen: filled(read.list('listen', input.listen, read.listenAddress), '0.0.0.0'),
    upstreams: filled(read.list('upstreams', input.upstreams, read.upstream), DEFAULT_UPSTREAM),
    tls: tlsOf(input),
    allow: read.list('allow', input.allow, read.network),
    deny: read.list('deny', input.deny, read.network),
    trustedProxies: read.list('trustedProxies', input.trustedProxies, read.network),
    bodySize: read.bodySize(input.bodySize),
    rate: rateOf(input),
    keepaliveSeconds: read.integer('keepaliveSeconds', input.keepaliveSeconds, 0, 3600, 75),
    accessLog: given(input.accessLog) ? read.absolutePath('accessLog', input.accessLog) : undefined,
    healthPath: read.urlPath('healthPath', input.healthPath, '/health'),
  };
}

const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== false;

const filled = (list: readonly string[], fallback: string): readonly string[] => (list.length > 0 ? list : [fallback]);

function tlsOf(input: SettingsInput): Tls | undefined {
  if (!given(input.certificate) && !given(input.key)) {
    if (given(input.plainPort) || given(input.tlsOld)) {
      throw raise('NGINX_SETTING_INVALID', 'plainPort and tlsOld mean something only with certificate and key');
    }
    return undefined;
  }
  const plainPort = given(input.plainPort) ? read.port('plainPort', input.plainPort, 0) : undefined;
  if (plainPort === read.port('port', input.port, DEFAULT_PORT)) {
    throw raise('NGINX_SETTING_INVALID', `plainPort ${plainPort} is the TLS port too; they must differ`);
  }
  return {
    certificate: read.absolutePath('certificate', input.certificate),
    key: read.absolutePath('key', input.key),
    old: given(input.tlsOld),
    plainPort,
  };
}

function rateOf(input: SettingsInput): Rate | undefined {
  const perSecond = read.integer('requestsPerSecond', input.requestsPerSecond, 0, 100_000, 0);
  const connections = read.integer('connections', input.connections, 0, 65_535, 0);
  if (perSecond === 0 && connections === 0) return undefined;
  return { perSecond, burst: read.integer('burst', input.burst, 0, 1_000_000, perSecond * 2), connections };
}

/** All ports that a block listens at. */
export const portsOf = (settings: Settings): readonly number[] =>
  settings.tls?.plainPort === undefined ? [settings.port] : [settings.port, settings.tls.plainPort];
