import { existsSync } from 'node:fs';
import { messageOf } from '@biolistener/core';
import { loadSettings, type Settings } from '@biolistener/config';
import {
  checkServiceAccess,
  connectSite,
  describeReport,
  ErpNextClient,
  loadDefinitions,
  readCapabilities,
  RequestFailed,
  targetIdOf,
  type AccessCheck,
  type SelfTestReport,
} from '@biolistener/erpnext';
import type { Target } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { facts, print } from '../output.ts';
import { selfTestSettings } from '../services/erpnext-settings.ts';
import { targetOf } from '../services/target.ts';
import { storeFile, withStore } from '../services/with-store.ts';
import { checkInstallation, type CheckOptions } from './erpnext-site.ts';

/** With the key of an administrator what install put there, else the self-test with the key of the service. */
export async function check(options: CheckOptions & { readonly installed?: boolean }): Promise<void> {
  const isAdmin = options.installed === true || options.adminKey !== undefined || options.adminSecretFile !== undefined;
  return isAdmin ? checkInstallation(options) : checkDelivery(options);
}

/** The self-test of the configured site, writing nothing, beside what the worker found when it connected. */
async function checkDelivery(options: { readonly json?: boolean }): Promise<void> {
  const { settings } = loadSettings();
  const target = targetOf(settings);
  const stored = await storedTarget(settings, target.url);
  const report = await tested(settings, stored);
  const stands = stored === undefined ? undefined : readCapabilities(stored.capabilities);
  const isSandbox = target.kind === 'sandbox';
  const desk = report.capabilities.verdict === 'ready' ? await deskAccess(settings) : undefined;
  print(options, { kind: target.kind, ...report, foundByWorker: stands ?? null, desk: desk ?? null }, () => {
    const sandbox = isSandbox
      ? ['This is the sandbox: no real ERPNext is configured (`biolistener erpnext connect`).']
      : [];
    return [describeReport(report), ...deskLines(desk), ...sandbox, '', foundText(stands)].join('\n');
  });
  if (report.capabilities.verdict !== 'ready') throw new Unhealthy();
}

/** What the key of the service sees of the documents that Desk works with. */
async function deskAccess(settings: Settings): Promise<readonly AccessCheck[]> {
  const client = new ErpNextClient(targetOf(settings));
  try {
    return await checkServiceAccess(client, loadDefinitions());
  } finally {
    client.close();
  }
}

function deskLines(checks: readonly AccessCheck[] | undefined): string[] {
  if (checks === undefined) return [];
  const unseen = checks.filter((one) => !one.mayRead);
  if (unseen.length === 0) return ['Desk: the service may work with all of its documents.'];
  return [
    `Desk: not to be read: ${unseen.map((one) => one.doctype).join(', ')}. Check-ins need none of the Biometric ones; managing terminals in Desk does: biolistener erpnext install.`,
  ];
}

async function storedTarget(settings: Settings, url: string): Promise<Target | undefined> {
  if (!existsSync(storeFile(settings))) return undefined;
  const id = targetIdOf(url);
  return withStore(async ({ store }) => (await store.listTargets()).find((target) => target.id === id));
}

async function tested(settings: Settings, stored: Target | undefined): Promise<SelfTestReport> {
  const { url, apiKey, apiSecret, siteZone, siteName } = targetOf(settings);
  try {
    return await connectSite({
      url,
      apiKey,
      apiSecret,
      siteName,
      siteZone,
      ...(await selfTestSettings(settings)),
      mayWrite: false,
      earlier: stored === undefined ? undefined : readCapabilities(stored.capabilities),
    });
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new CommandFailure(
      `${url}: ${messageOf(error)}`,
      EXIT.unhealthy,
      'Check the address and the network; deliveries wait and go out by themselves.',
    );
  }
}

function foundText(found: ReturnType<typeof readCapabilities>): string {
  if (found === undefined) return 'No worker has connected to it yet.';
  const yesNo = (value: boolean | undefined): string => (value === undefined ? 'not known yet' : value ? 'yes' : 'no');
  return `What the worker found\n${facts([
    ['tested', found.checkedAt],
    ['verdict', found.verdict],
    ['reason', found.reason],
    ['user', found.user],
    [
      'versions',
      Object.entries(found.versions)
        .map(([app, version]) => `${app} ${version}`)
        .join(', '),
    ],
    ['time zone', found.siteZone],
    ['punch id field', yesNo(found.punchIdField)],
    ['times are kept', yesNo(found.timeIsKept)],
  ])}`;
}
