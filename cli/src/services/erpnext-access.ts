import { readFileSync } from 'node:fs';
import { messageOf } from '@biolistener/core';
import { loadSettings, type LoadedSettings } from '@biolistener/config';
import type { SiteAccess } from '@biolistener/erpnext';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { ask, askHidden, isInteractive } from './confirm.ts';

export interface AccessOptions {
  readonly url?: string;
  readonly key?: string;
  readonly secret?: string;
  readonly secretFile?: string;
}

export interface Access {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The settings, or undefined where they do not fit yet: connecting may be what mends them. */
export function settingsIfTheyFit(): LoadedSettings | undefined {
  try {
    return loadSettings();
  } catch {
    return undefined; // `config check` says what is wrong; here it only means that there are no defaults
  }
}

/** From options, then the settings, then a person. Errors: usage (2) when something is missing and nobody can be asked. */
export async function accessOf(options: AccessOptions, loaded: LoadedSettings | undefined): Promise<Access> {
  const known = loaded?.settings;
  const url = options.url ?? known?.erpnextUrl ?? (await asked('--url', 'Address of the site: ', ask));
  assertUrl(url);
  const isOther = options.key !== undefined && options.key !== known?.erpnextApiKey;
  const apiKey = options.key ?? known?.erpnextApiKey ?? (await asked('--key', 'API key: ', ask));
  const configured = isOther ? undefined : known?.erpnextApiSecret;
  const apiSecret =
    secretOf(options.secret, options.secretFile) ??
    configured ??
    (await asked('--secret-file', 'API secret (not shown): ', askHidden));
  return { url, apiKey, apiSecret };
}

/** Errors: usage (2) when the file cannot be read. */
export function secretOf(secret: string | undefined, file: string | undefined): string | undefined {
  if (file === undefined) return secret;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandFailure(`the secret cannot be read: ${messageOf(error)}`, EXIT.usage);
  }
}

export interface AdminOptions {
  readonly url?: string;
  readonly adminKey?: string;
  readonly adminSecretFile?: string;
  readonly site?: string;
}

/**
 * A System Manager's key, which is used once and kept nowhere: from options, the environment, or a person.
 * Errors: usage (2) when something is missing and nobody can be asked.
 */
export async function adminAccessOf(options: AdminOptions, loaded: LoadedSettings | undefined): Promise<SiteAccess> {
  const known = loaded?.settings;
  const url = options.url ?? known?.erpnextUrl ?? (await asked('--url', 'Address of the site: ', ask));
  assertUrl(url);
  const apiKey =
    options.adminKey ??
    process.env['ERPNEXT_ADMIN_KEY'] ??
    (await asked('--admin-key', 'API key of a System Manager: ', ask));
  const apiSecret =
    secretOf(process.env['ERPNEXT_ADMIN_SECRET'], options.adminSecretFile) ??
    (await asked('--admin-secret-file', 'Its API secret (not shown): ', askHidden));
  return { url, apiKey, apiSecret, siteName: options.site ?? known?.erpnextSite };
}

async function asked(option: string, question: string, how: (question: string) => Promise<string>): Promise<string> {
  const answer = isInteractive() ? (await how(question)).trim() : '';
  if (answer !== '') return answer;
  throw new CommandFailure(`${option} is missing`, EXIT.usage, 'Give it as an option, or in the settings.');
}

function assertUrl(url: string): void {
  const isHttp = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isHttp)
    throw new CommandFailure(
      `--url must be a URL that begins with http:// or https://, not ${JSON.stringify(url)}`,
      EXIT.usage,
    );
}
