import { networkInterfaces } from 'node:os';
import { controlOf } from './control.ts';
import { findOne, layoutsFor } from './disable.ts';
import type { WhereOptions } from './enable.ts';
import type { Installed } from './installed.ts';
import { askListener, generationAt, type Answered } from './probe.ts';
import { bareAddress, generationOf } from './render.ts';
import { DEFAULT_PORT, type Settings } from './settings.ts';

export interface StatusOptions extends WhereOptions {
  readonly site?: string;
  readonly port?: number;
  /** The address to tell people, when the machine's own is not what terminals reach. */
  readonly listeningIp?: string;
}

/** The first four fields have the shape that people's scripts know; the rest is what is really so. */
export interface Status {
  readonly status: 'enabled' | 'disabled';
  readonly listening_ip: string;
  readonly port: number;
  readonly paths: { readonly ebkn: string; readonly zkteco: string };
  /** The same as whole addresses, for terminals that take one. */
  readonly urls: { readonly ebkn: string; readonly zkteco: string };
  readonly site: string | undefined;
  readonly file: string | undefined;
  /** Whether a person edited the file. */
  readonly edited: boolean;
  readonly upstreams: readonly string[];
  /** Whether terminals speak TLS at `port`. */
  readonly tls: boolean;
  readonly nginx: {
    readonly running: boolean;
    /** Undefined: this user may not read all that nginx reads. */
    readonly configurationValid: boolean | undefined;
    readonly message: string;
  };
  /** Whether the running nginx uses the file as it stands. */
  readonly inForce: boolean;
  readonly answered: Answered;
}

export const PATHS = { ebkn: '/ebkn', zkteco: '/iclock' } as const;

/** Says how one block stands. Changes nothing. Throws NGINX_SITE_UNCLEAR, NGINX_NOT_FOUND, NGINX_NO_LAYOUT. */
export async function status(options: StatusOptions = {}): Promise<Status> {
  const layouts = await layoutsFor(options);
  const found = await findOne(layouts, options);
  const layout = found?.layout ?? layouts[0];
  const control = options.control ?? (layout === undefined ? undefined : controlOf(layout));
  const [tested, master] = await Promise.all([control?.test(), control?.master()]);
  const settings = found?.settings;
  return {
    ...addressOf(found, options),
    status: found?.isIncluded === true ? 'enabled' : 'disabled',
    site: found?.site ?? options.site,
    file: found?.file,
    edited: found?.isEdited === true,
    upstreams: settings?.upstreams ?? [],
    tls: isTls(settings, options.port),
    nginx: {
      running: master !== undefined,
      configurationValid: tested?.isValid,
      message: tested?.message ?? 'nginx.conf was not found, or includes no directory for server blocks',
    },
    inForce: settings !== undefined && (await generationAt(settings)) === generationOf(settings),
    answered: settings === undefined ? NOT_ASKED : await askListener(settings),
  };
}

const NOT_ASKED: Answered = { ok: false, ms: undefined, detail: 'not enabled, so not asked' };

function addressOf(
  found: Installed | undefined,
  options: StatusOptions,
): Pick<Status, 'listening_ip' | 'port' | 'paths' | 'urls'> {
  const ip = options.listeningIp ?? listeningIp(found?.settings);
  const port = options.port ?? found?.port ?? DEFAULT_PORT;
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const base = `${isTls(found?.settings, options.port) ? 'https' : 'http'}://${host}:${port}`;
  return { listening_ip: ip, port, paths: PATHS, urls: { ebkn: base + PATHS.ebkn, zkteco: base + PATHS.zkteco } };
}

/** Whether terminals speak TLS at the port that was asked for: not at the plain one beside it. */
const isTls = (settings: Settings | undefined, port: number | undefined): boolean =>
  settings?.tls !== undefined && (port === undefined || port !== settings.tls.plainPort);

/** An address that a terminal can reach: the one listened at, else the machine's first IPv4 that is not loopback. */
function listeningIp(settings: Settings | undefined): string {
  const named = settings?.listen.map(bareAddress).find((address) => address !== '0.0.0.0' && address !== '::');
  if (named !== undefined) return named;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}
