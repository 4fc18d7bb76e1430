import { existsSync } from 'node:fs';
import { messageOf } from '@biolistener/core';
import { loadSettings, type Settings } from '@biolistener/config';
import {
  connectSite,
  describeReport,
  readCapabilities,
  RequestFailed,
  targetIdOf,
  type SelfTestReport,
} from '@biolistener/erpnext';
import type { Target } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { facts, print } from '../output.ts';
import { employeeIdField } from '../services/erpnext-settings.ts';
import { targetOf } from '../services/target.ts';
import { storeFile, withStore } from '../services/with-store.ts';

/** The self-test of the configured site, writing nothing, beside what the worker found when it connected. */
export async function check(options: { readonly json?: boolean }): Promise<void> {
  const { settings } = loadSettings();
  const target = targetOf(settings);
  const stored = await storedTarget(settings, target.url);
  const report = await tested(settings, stored);
  const stands = stored === undefined ? undefined : readCapabilities(stored.capabilities);
  const isSandbox = target.kind === 'sandbox';
  print(options, { kind: target.kind, ...report, foundByWorker: stands ?? null }, () => {
    const sandbox = isSandbox
      ? ['This is the sandbox: no real ERPNext is configured (`biolistener erpnext connect`).']
      : [];
    return [describeReport(report), ...sandbox, '', foundText(stands)].join('\n');
  });
  if (report.capabilities.verdict !== 'ready') throw new Unhealthy();
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
      employeeIdField: await employeeIdField(settings),
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
