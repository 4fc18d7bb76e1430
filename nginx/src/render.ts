import { join } from 'node:path';
import { digestOf } from '@biolistener/core';
import nunjucks from 'nunjucks';
import { stampOf } from './stamp.ts';
import { isSafePath } from './setting-values.ts';
import type { Settings } from './settings.ts';
import { raise } from './errors.ts';

const templates = new nunjucks.Environment(
  new nunjucks.FileSystemLoader(join(import.meta.dirname, '../templates'), { noCache: false, watch: false }),
  { autoescape: false, throwOnUndefined: false, trimBlocks: true, lstripBlocks: true },
);

/** The name of upstream, zones and log format. The port alone makes it unique; the site makes it readable. */
export const blockIdOf = (site: string, port: number): string =>
  `biolistener_${site.replaceAll(/[^a-z0-9]/g, '_')}_${port}`;

/** Sixteen hex digits that name this very configuration; the running nginx tells it at /.biolistener/generation. */
export const generationOf = (settings: Settings): string => digestOf(serverBlock(settings, '')).slice(0, 16);

/**
 * The file that nginx includes: a stamp (who wrote it, settings, digest), `upstream`, zones and `server`.
 * Pure: the same settings give the same text.
 */
export function render(settings: Settings): string {
  return stampOf(settings, serverBlock(settings, generationOf(settings)));
}

function serverBlock(settings: Settings, generation: string): string {
  const ports = [{ port: settings.port, ssl: settings.tls !== undefined }];
  if (settings.tls?.plainPort !== undefined) ports.push({ port: settings.tls.plainPort, ssl: false });
  return templates.render('server.conf.njk', {
    ...settings,
    id: blockIdOf(settings.site, settings.port),
    generation,
    listens: ports.flatMap((one) => settings.listen.map((address) => ({ ...one, address }))),
    // A connection from this machine to one of its own addresses comes from that address.
    ownAddresses: ['127.0.0.1', '::1', ...settings.listen.map(bareAddress).filter(isOneAddress)],
    // A kept-alive connection that the listener just closed costs a try, so even one listener gets two.
    tries: settings.upstreams.length + 1,
  });
}

export const bareAddress = (address: string): string => address.replace(/^\[(.*)\]$/, '$1');
const isOneAddress = (address: string): boolean => !['0.0.0.0', '::', '127.0.0.1', '::1'].includes(address);

export interface PrivateSettings {
  /** Everything of the private instance stands here: configuration, pid, logs, temporary files. */
  readonly dir: string;
  readonly workers: number;
  /** Connections of one worker: terminals and listeners together. */
  readonly connections: number;
  /** File descriptors of one worker. */
  readonly openFiles: number;
  /** `user` or `user group` for the workers; only root may set it. */
  readonly user: string | undefined;
}

/** A whole nginx.conf for a private instance that runs in the foreground and needs no root. */
export function renderPrivateConf(settings: PrivateSettings): string {
  if (!isSafePath(settings.dir)) {
    throw raise(
      'NGINX_SETTING_INVALID',
      `the data directory ${JSON.stringify(settings.dir)} can't be written into nginx.conf`,
    );
  }
  return templates.render('nginx.conf.njk', settings);
}
