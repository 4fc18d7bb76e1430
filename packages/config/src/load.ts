import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { messageOf } from '@biolistener/core';
import { configError } from './errors.ts';
import { SETTINGS, type SettingKey, type SettingSpec, type Settings } from './settings.ts';
import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each value came from: `environment`, the file's path, or `default`. */
  readonly origins: Readonly<Record<SettingKey, string>>;
  /** Names that look like ours and are not: most likely misspelt. */
  readonly unknownNames: readonly string[];
  readonly file: string | undefined;
}

export const DEFAULT_FILE = 'biolistener.env';

const specs = Object.entries(SETTINGS) as [SettingKey, SettingSpec<z.ZodType>][];

/** A value and where it was found: `NAME`, or the content of the file that `NAME_FILE` names. */
function lookUp(spec: SettingSpec<z.ZodType>, source: Environment): { text: string; name: string } | undefined {
  for (const name of spec.names) {
    const direct = source[name];
    if (direct !== undefined && direct !== '') return { text: direct, name };
    const path = spec.isSecret === true ? source[`${name}_FILE`] : undefined;
    if (path !== undefined && path !== '') return { text: readSecret(path, name), name: `${name}_FILE` };
  }
  return undefined;
}

function readSecret(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw configError('CONFIG_INVALID', `${name}_FILE: ${messageOf(cause)}`, cause);
  }
}

function readFile(path: string | undefined): Environment {
  if (path === undefined) return {};
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw configError('CONFIG_INVALID', `${path}: ${messageOf(cause)}`, cause);
  }
}

function unknownNames(sources: readonly Environment[]): string[] {
  const known = new Set(specs.flatMap(([, spec]) => spec.names.flatMap((name) => [name, `${name}_FILE`])));
  known.add('BIOLISTENER_CONFIG');
  const given = sources.flatMap((source) => Object.keys(source));
  return [...new Set(given.filter((name) => name.startsWith('BIOLISTENER_') && !known.has(name)))];
}

/** What was given, for an error text; a secret is never repeated. */
const shown = (spec: SettingSpec<z.ZodType>, text: string): string =>
  spec.isSecret === true ? 'the value given' : JSON.stringify(text.slice(0, 80));

/**
 * Reads all settings once: environment first, then the settings file, then the default.
 * Errors: CONFIG_INVALID with every setting that does not fit, its name and what is allowed.
 */
export function loadSettings(environment: Environment = process.env): LoadedSettings {
  const given = environment['BIOLISTENER_CONFIG'];
  const standard = existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined;
  const file = given === '' ? undefined : (given ?? standard); // set and empty: no file at all
  const sources: [string, Environment][] = [
    ['environment', environment],
    [file ?? '', readFile(file)],
  ];
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const [key, spec] of specs) {
    const hit = sources
      .map(([origin, source]) => ({ origin, found: lookUp(spec, source) }))
      .find(({ found }) => found !== undefined);
    const parsed = spec.schema.safeParse(hit?.found?.text);
    if (parsed.success) values[key] = parsed.data;
    else
      problems.push(
        `${hit?.found?.name ?? spec.names[0]} must be ${parsed.error.issues[0]?.message ?? 'something else'}, not ${shown(spec, hit?.found?.text ?? '')}`,
      );
    origins[key] = hit?.origin ?? 'default';
  }
  if (problems.length === 0) problems.push(...contradictions(values as Settings));
  if (problems.length > 0) throw configError('CONFIG_INVALID', problems.join('\n'));
  return {
    settings: values as Settings, // every key of the table was parsed above
    origins: origins as LoadedSettings['origins'],
    unknownNames: unknownNames(sources.map(([, source]) => source)),
    file,
  };
}

/** Settings that fit one by one and not together. */
function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  const hasKey = settings.erpnextApiKey !== undefined && settings.erpnextApiSecret !== undefined;
  if (settings.erpnextUrl !== undefined && !hasKey) {
    problems.push('ERPNEXT_URL needs ERPNEXT_API_KEY and ERPNEXT_API_SECRET beside it');
  }
  const hasAccount = settings.supremaLogin !== undefined && settings.supremaPassword !== undefined;
  if (settings.supremaUrl !== undefined && !hasAccount) {
    problems.push('BIOLISTENER_SUPREMA_URL needs BIOLISTENER_SUPREMA_LOGIN and BIOLISTENER_SUPREMA_PASSWORD beside it');
  }
  const ports = {
    BIOLISTENER_PORT: settings.publicPort,
    BIOLISTENER_API_PORT: settings.apiPort,
    BIOLISTENER_LISTENER_PORT: settings.listenerPort,
    BIOLISTENER_REDIS_PORT: settings.redisPort,
    BIOLISTENER_SANDBOX_PORT: settings.sandboxPort,
    BIOLISTENER_LISTENER_OPS_PORT: settings.listenerOpsPort,
    BIOLISTENER_WORKER_OPS_PORT: settings.workerOpsPort,
  };
  const names = Object.entries(ports);
  for (const [i, [name, value]] of names.entries()) {
    const twin = names.slice(i + 1).find(([, other]) => other === value);
    if (twin) problems.push(`${name} and ${twin[0]} must be two different ports, not both ${value}`);
  }
  return problems;
}
