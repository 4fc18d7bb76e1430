import { messageOf } from '@biolistener/core';
import { DEFAULT_FILE, SETTINGS, type LoadedSettings } from '@biolistener/config';
import {
  connectSite,
  describeReport,
  ErpNextClient,
  provisionPunchIdField,
  RequestFailed,
  type SelfTestReport,
} from '@biolistener/erpnext';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { print } from '../output.ts';
import { parseZone } from '../parse/device-options.ts';
import { confirm, isInteractive } from '../services/confirm.ts';
import { overwritten, readEnvFile, withValues, writeEnvFile, type EnvValues } from '../services/env-file.ts';
import { accessOf, secretOf, settingsIfTheyFit, type Access, type AccessOptions } from '../services/erpnext-access.ts';
import { selfTestSettings } from '../services/erpnext-settings.ts';

export interface ConnectOptions extends AccessOptions {
  readonly json?: boolean;
  readonly adminKey?: string;
  readonly adminSecret?: string;
  readonly adminSecretFile?: string;
  readonly timeZone?: string;
  readonly site?: string;
  readonly employee?: string;
  readonly readOnly?: boolean;
  readonly save?: boolean;
  readonly yes?: boolean;
}

/** Tries a site out, provides what it lacks, and writes it down when it is ready. */
export async function connect(options: ConnectOptions): Promise<void> {
  const zone = options.timeZone === undefined ? undefined : parseZone(options.timeZone);
  const loaded = settingsIfTheyFit();
  const access = await accessOf(options, loaded);
  const site = { ...access, siteName: options.site ?? loaded?.settings.erpnextSite };
  const field = options.readOnly === true ? 'left alone' : await provideField(site, options);
  const report = await tested(site, options, zone ?? loaded?.settings.erpnextTimeZone, loaded);
  const isReady = report.capabilities.verdict === 'ready';
  const saved = isReady ? await save(options, access, zone, loaded) : undefined;
  print(options, { ...report, punchIdField: field, savedTo: saved ?? null }, () =>
    [
      describeReport(report),
      ...(field === undefined ? [] : [`Custom field: ${field}.`]),
      nextStep(isReady, saved, loaded),
    ].join('\n'),
  );
  if (!isReady) throw new Unhealthy();
}

type Site = Access & { readonly siteName: string | undefined };

/** With the key of a System Manager where one was given, else with the key itself, which often may not. */
async function provideField(site: Site, options: ConnectOptions): Promise<string | undefined> {
  const adminSecret = secretOf(options.adminSecret, options.adminSecretFile);
  const isAdmin = options.adminKey !== undefined && adminSecret !== undefined;
  if (options.adminKey !== undefined && adminSecret === undefined)
    throw new CommandFailure('--admin-key needs --admin-secret-file beside it', EXIT.usage);
  const client = new ErpNextClient(isAdmin ? { ...site, apiKey: options.adminKey, apiSecret: adminSecret } : site);
  try {
    return (await provisionPunchIdField(client)).what;
  } catch (error) {
    // the test that follows says the same about the site; only a refused administrator is news
    if (isAdmin) throw new CommandFailure(`the custom field could not be added: ${messageOf(error)}`, EXIT.failed);
    return undefined;
  } finally {
    client.close();
  }
}

async function tested(
  site: Site,
  options: ConnectOptions,
  siteZone: string | undefined,
  loaded: LoadedSettings | undefined,
): Promise<SelfTestReport> {
  try {
    return await connectSite({
      ...site,
      siteZone,
      ...(await selfTestSettings(loaded?.settings)),
      mayWrite: options.readOnly !== true,
      probeEmployee: options.employee,
    });
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new CommandFailure(
      `${site.url}: ${messageOf(error)}`,
      EXIT.unhealthy,
      'Check the address and the network. Nothing was saved.',
    );
  }
}

/** Every name that could give one of these otherwise is taken out, so that what was saved is what counts. */
function valuesFor(access: Access, zone: string | undefined, options: ConnectOptions): EnvValues {
  const { erpnextUrl, erpnextApiKey, erpnextApiSecret } = SETTINGS;
  const others = [erpnextUrl, erpnextApiKey, erpnextApiSecret].flatMap((spec) =>
    spec.names.flatMap((name) => [name, `${name}_FILE`]),
  );
  return {
    ...Object.fromEntries(others.map((name) => [name, undefined])),
    ERPNEXT_URL: access.url,
    ERPNEXT_API_KEY: access.apiKey,
    ERPNEXT_API_SECRET: access.apiSecret,
    ...(zone === undefined ? {} : { BIOLISTENER_ERPNEXT_TIME_ZONE: zone }),
    ...(options.site === undefined ? {} : { BIOLISTENER_ERPNEXT_SITE: options.site }),
  };
}

/** Answers the file that holds it now; undefined when nobody wanted it saved. */
async function save(
  options: ConnectOptions,
  access: Access,
  zone: string | undefined,
  loaded: LoadedSettings | undefined,
): Promise<string | undefined> {
  if (options.save !== true && (!isInteractive() || options.json === true)) return undefined;
  const file = loaded?.file ?? process.env['BIOLISTENER_CONFIG'] ?? DEFAULT_FILE;
  const values = valuesFor(access, zone, options);
  const before = readEnvFile(file);
  const names = overwritten(before, values);
  if (names.length > 0)
    await confirm(`${file} has other values for ${names.join(', ')}, which will be overwritten.`, options);
  else if (options.save !== true) await confirm(`Write this into ${file}?`, options);
  writeEnvFile(file, withValues(before, values));
  return file;
}

function nextStep(isReady: boolean, saved: string | undefined, loaded: LoadedSettings | undefined): string {
  if (!isReady) return 'Nothing was saved. Mend what is named above, then connect again.';
  if (saved === undefined) return 'Nothing was saved; --save writes it into the settings file.';
  const isOverruled = loaded !== undefined && loaded.origins.erpnextUrl === 'environment';
  const warning = isOverruled ? '\nBut ERPNEXT_URL in the environment wins over the file: take it out there.' : '';
  return `Saved to ${saved}. Restart biolistener: check-ins go to this site from then on, also those that it does not have yet.${warning}`;
}
