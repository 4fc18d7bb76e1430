import { readFileSync } from 'node:fs';
import { messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import type { PartHealth } from '@biolistener/telemetry';
import { SUPREMA_PACE, BioStarApi, type SupremaServer, type SupremaStatus } from '@biolistener/worker';
import { CommandFailure, EXIT } from '../exit-codes.ts';

/** PEM text of an authority. Errors: usage (2) when the file cannot be read. */
export function caOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`the certificate of the authority cannot be read: ${messageOf(error)}`, EXIT.usage);
  }
}

/** The BioStar server of the settings; undefined where there is none. */
export function supremaServerOf(settings: Settings): SupremaServer | undefined {
  const { supremaUrl, supremaLogin, supremaPassword } = settings;
  if (supremaUrl === undefined || supremaLogin === undefined || supremaPassword === undefined) return undefined;
  return {
    url: new URL(supremaUrl).origin,
    login: supremaLogin,
    password: supremaPassword,
    pin: settings.supremaPin,
    ca: caOf(settings.supremaCaFile),
    serverName: settings.supremaServerName,
    zone: settings.supremaTimeZone ?? settings.timeZone,
    firstDays: settings.supremaFirstDays,
  };
}

/** Logs in for one piece of work, and out again. */
export async function withBioStar<T>(server: SupremaServer, work: (api: BioStarApi) => Promise<T>): Promise<T> {
  const api = new BioStarApi({ server, pace: SUPREMA_PACE, now: Date.now });
  try {
    return await work(api);
  } finally {
    await api.logout();
    api.close();
  }
}

export function supremaHealth(status: SupremaStatus): PartHealth {
  const { trouble, isLeader, server, devices, stream } = status;
  const details = { ...status };
  const base = { part: 'BioStar', isVital: false, details };
  if (trouble !== undefined) return { ...base, state: 'waiting', message: `Waiting for ${server}: ${trouble}` };
  if (!isLeader) return { ...base, state: 'ok', message: `Another process talks to ${server}.` };
  const events = stream === 'live' ? 'events arrive at once' : 'events are fetched once a minute';
  return { ...base, state: 'ok', message: `Reading ${devices} devices of ${server}; ${events}.` };
}
