import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Settings } from '@biolistener/config';
import { normaliseUrl, type ServiceUserOptions, type SiteOptions } from '@biolistener/erpnext';
import { openWebhookSecret, sealWebhookSecret, WEBHOOK_SECRET_SETTING } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { actorHere } from './actor.ts';
import { openVault } from './site.ts';
import { storeFile, withStore } from './with-store.ts';

/** What the installation on a site is to have, as people say it. */
export interface PartOptions {
  readonly publicUrl?: string;
  /** False: without webhooks. */
  readonly webhooks?: boolean;
  readonly serviceUser?: string;
  readonly hrUser?: boolean;
  readonly readsSecrets?: boolean;
  readonly keys?: ServiceUserOptions['keys'];
}

/** What was said the last time, so that an upgrade compares with the same. */
interface Remembered {
  readonly publicUrl?: string;
  readonly serviceUser?: string;
  readonly hrUser?: boolean;
  readonly readsSecrets?: boolean;
}

const SETTING = 'erpnext.installation';

const hasStore = (settings: Settings | undefined): settings is Settings =>
  settings !== undefined && existsSync(storeFile(settings));

/** By site, because a service may move from one to another. */
async function remembered(store: Store, url: string): Promise<Remembered> {
  const value = (await store.listSettings()).find(({ key }) => key === SETTING)?.value;
  if (typeof value !== 'object' || value === null) return {};
  const { site, ...said }: { readonly site?: unknown } & Remembered = value; // written below
  return site === normaliseUrl(url) ? said : {};
}

function saidOf(options: PartOptions, before: Remembered): Remembered {
  const publicUrl = options.webhooks === false ? undefined : (options.publicUrl ?? before.publicUrl);
  const serviceUser = options.serviceUser ?? before.serviceUser;
  return {
    ...(publicUrl === undefined ? {} : { publicUrl: checkedUrl(publicUrl) }),
    ...(serviceUser === undefined ? {} : { serviceUser: checkedEmail(serviceUser) }),
    hrUser: options.hrUser ?? before.hrUser ?? false,
    readsSecrets: options.readsSecrets ?? before.readsSecrets ?? false,
  };
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CommandFailure(`--public-url must be a URL, not ${JSON.stringify(url)}`, EXIT.usage);
}

function checkedEmail(email: string): string {
  if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
  throw new CommandFailure(`--service-user must be an email address, not ${JSON.stringify(email)}`, EXIT.usage);
}

const optionsOf = (said: Remembered, secret: string, keys: PartOptions['keys']): SiteOptions => ({
  webhooks: said.publicUrl === undefined ? undefined : { publicUrl: said.publicUrl, secret },
  serviceUser:
    said.serviceUser === undefined
      ? undefined
      : { email: said.serviceUser, withHrUserRole: said.hrUser, readsSecrets: said.readsSecrets, keys },
});

const freshSecret = (): string => randomBytes(32).toString('base64url');

async function knownSecret(store: Store, settings: Settings): Promise<string | undefined> {
  const row = (await store.listSettings()).find(({ key }) => key === WEBHOOK_SECRET_SETTING);
  return settings.erpnextWebhookSecret ?? (row && openWebhookSecret(openVault(settings), row.value));
}

/** For looking: changes nothing, and needs no store. */
export async function partsToCompare(
  options: PartOptions,
  settings: Settings | undefined,
  url: string,
): Promise<SiteOptions> {
  if (!hasStore(settings)) return optionsOf(saidOf(options, {}), freshSecret(), 'never');
  return withStore(async ({ store }) => {
    const said = saidOf(options, await remembered(store, url));
    return optionsOf(said, (await knownSecret(store, settings)) ?? freshSecret(), options.keys);
  });
}

/**
 * For installing: the secret of the webhooks is kept, sealed, before the site gets it, so that the first call is believed.
 * Errors: not found (3) without a store.
 */
export function partsToInstall(options: PartOptions, url: string): Promise<SiteOptions> {
  return withStore(async ({ store, settings }) => {
    const said = saidOf(options, await remembered(store, url));
    let secret = await knownSecret(store, settings);
    if (secret === undefined && said.publicUrl !== undefined) {
      secret = freshSecret();
      await store.setSetting(WEBHOOK_SECRET_SETTING, sealWebhookSecret(openVault(settings), secret), actorHere());
    }
    await store.setSetting(SETTING, { site: normaliseUrl(url), ...said }, actorHere());
    return optionsOf(said, secret ?? '', options.keys);
  });
}

/** After uninstalling: nobody signs with that secret any more. */
export async function forgetInstallation(settings: Settings | undefined): Promise<void> {
  if (!hasStore(settings)) return;
  await withStore(async ({ store }) => {
    const known = new Set((await store.listSettings()).map(({ key }) => key));
    for (const key of [SETTING, WEBHOOK_SECRET_SETTING])
      if (known.has(key)) await store.setSetting(key, null, actorHere());
  });
}
