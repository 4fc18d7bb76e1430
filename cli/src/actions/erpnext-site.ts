import { messageOf } from '@biolistener/core';
import { DEFAULT_FILE, SETTINGS, type LoadedSettings } from '@biolistener/config';
import {
  applyPlan,
  checkSite,
  describeApplied,
  describeCheck,
  describePlan,
  describeRemoved,
  describeStep,
  ErpNextClient,
  loadDefinitions,
  planSite,
  removeSite,
  RequestFailed,
  stepView,
  type AppliedStep,
  type ServiceKeys,
  type SitePlan,
  type Step,
} from '@biolistener/erpnext';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { counted, print, printable } from '../output.ts';
import { ask, confirm, isInteractive } from '../services/confirm.ts';
import { readEnvFile, withValues, writeEnvFile } from '../services/env-file.ts';
import { adminAccessOf, settingsIfTheyFit, type AdminOptions } from '../services/erpnext-access.ts';
import { forgetInstallation, partsToCompare, partsToInstall, type PartOptions } from '../services/installation.ts';

interface Json {
  readonly json?: boolean;
}

export interface InstallOptions extends AdminOptions, PartOptions, Json {
  readonly save?: boolean;
  readonly keep?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Opens the site with the administrator's key, works, closes it. */
export async function withAdmin<T>(
  options: AdminOptions,
  work: (client: ErpNextClient, loaded: LoadedSettings | undefined) => Promise<T>,
): Promise<T> {
  const loaded = settingsIfTheyFit();
  const client = new ErpNextClient(await adminAccessOf(options, loaded));
  try {
    return await work(client, loaded);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new CommandFailure(
      `${client.url}: ${messageOf(error)}`,
      EXIT.failed,
      'Check the address, the key and the network. What was done stays done; run it again to go on.',
    );
  } finally {
    client.close();
  }
}

/** install and upgrade are the same: compare, show, make what is missing, ask about what a person changed. */
export async function installSite(options: InstallOptions): Promise<void> {
  if (options.keep === true && options.yes === true)
    throw new CommandFailure(
      '--keep and --yes exclude each other',
      EXIT.usage,
      '--yes overwrites what people changed.',
    );
  await withAdmin(options, async (client, loaded) => {
    const isDry = options.dryRun === true;
    const definitions = loadDefinitions();
    const parts = isDry
      ? await partsToCompare(options, loaded?.settings, client.url)
      : await partsToInstall(options, client.url);
    const plan = await planSite(client, definitions, parts);
    if (options.json !== true) console.log(lines(describePlan(plan)));
    if (isDry) return print(options, planView(plan), () => 'Nothing was written.');
    assertDecidable(plan, options);
    const onStep = (step: AppliedStep): void => {
      if (options.json !== true && step.done !== 'unchanged') console.log(lines(describeApplied(step)));
    };
    const report = await applyPlan(client, definitions, plan, { decide: (step) => decide(step, options), onStep });
    const savedTo = saveKeys(report.keys, client.url, options, loaded);
    const steps = report.steps.map((step) => ({ ...stepView(step), done: step.done }));
    const result = {
      ...planView(plan),
      steps,
      serviceUser: parts.serviceUser?.email ?? null,
      hasWebhooks: parts.webhooks !== undefined,
      keys: savedTo === undefined ? (report.keys ?? null) : null,
      savedTo: savedTo ?? null,
    };
    print(options, result, () => installedText(report.steps, report.keys, parts, savedTo));
  });
}

const lines = (text: string): string => text.split('\n').map(printable).join('\n');

const planView = ({ url, installer, way, installedVersion, version, steps }: SitePlan): object => ({
  url,
  installer,
  way,
  installedVersion,
  version,
  steps: steps.map(stepView),
});

/** Before anything is written: half an installation because of a question is worse than none. */
function assertDecidable(plan: SitePlan, options: InstallOptions): void {
  const conflicts = plan.steps.filter((step) => step.action === 'conflict' && step.isForeign !== true);
  const isDecided = options.yes === true || options.keep === true || (isInteractive() && options.json !== true);
  if (conflicts.length === 0 || isDecided) return;
  throw new CommandFailure(
    `somebody changed ${counted(conflicts.length, 'thing')} of ours on the site`,
    EXIT.refused,
    `Nothing was written. Say --yes to overwrite or --keep to leave as it is:\n${conflicts.map(describeStep).join('\n')}`,
  );
}

async function decide(step: Step, options: InstallOptions): Promise<'overwrite' | 'keep'> {
  if (options.keep === true) return 'keep';
  if (options.yes === true) return 'overwrite';
  // somebody changed it between the plan and this step, and nobody is there to ask
  if (!isInteractive() || options.json === true) return 'keep';
  const answer = await ask(`${lines(describeStep(step))}\n  Overwrite it? [y/N] `);
  return /^y(es)?$/i.test(answer.trim()) ? 'overwrite' : 'keep';
}

/** Answers the file that holds them now. */
function saveKeys(
  keys: ServiceKeys | undefined,
  url: string,
  options: InstallOptions,
  loaded: LoadedSettings | undefined,
): string | undefined {
  if (keys === undefined || options.save !== true) return undefined;
  const file = loaded?.file ?? process.env['BIOLISTENER_CONFIG'] ?? DEFAULT_FILE;
  const names = [SETTINGS.erpnextUrl, SETTINGS.erpnextApiKey, SETTINGS.erpnextApiSecret].flatMap((spec) =>
    spec.names.flatMap((name) => [name, `${name}_FILE`]),
  );
  const values = {
    ...Object.fromEntries(names.map((name) => [name, undefined])),
    ERPNEXT_URL: url,
    ERPNEXT_API_KEY: keys.apiKey,
    ERPNEXT_API_SECRET: keys.apiSecret,
  };
  writeEnvFile(file, withValues(readEnvFile(file), values));
  return file;
}

function installedText(
  steps: readonly AppliedStep[],
  keys: ServiceKeys | undefined,
  parts: Awaited<ReturnType<typeof partsToInstall>>,
  savedTo: string | undefined,
): string {
  const left = steps.filter((step) => step.done === 'left to the person').length;
  return [
    left === 0
      ? 'Everything is in place.'
      : `In place, but for ${counted(left, 'thing')} that a person changed and you kept.`,
    ...(parts.webhooks === undefined
      ? [
          'Without webhooks changes in Desk are found by looking; --public-url <address of this API> announces them at once.',
        ]
      : []),
    ...(parts.serviceUser === undefined
      ? ['No user was made; --service-user <email> makes one with the rights that the service needs.']
      : []),
    ...(savedTo === undefined
      ? keyLines(keys)
      : [`The keys of ${keys?.user ?? ''} are in ${savedTo}. Restart biolistener.`]),
  ].join('\n');
}

const keyLines = (keys: ServiceKeys | undefined): string[] =>
  keys === undefined
    ? []
    : [
        '',
        `Keys of ${keys.user}, shown once:`,
        `ERPNEXT_API_KEY=${keys.apiKey}`,
        `ERPNEXT_API_SECRET=${keys.apiSecret}`,
        'Put them into the settings and restart biolistener; --save does the first.',
      ];

export type CheckOptions = AdminOptions & PartOptions & Json;

/** What install put on the site, compared with this version; writes nothing. Ends with 4 unless all is in place. */
export async function checkInstallation(options: CheckOptions): Promise<void> {
  await withAdmin(options, async (client, loaded) => {
    const parts = await partsToCompare(options, loaded?.settings, client.url);
    const check = await checkSite(client, loadDefinitions(), parts);
    print(options, { verdict: check.verdict, ...planView(check.plan), open: check.open.map(stepView) }, () =>
      lines(describeCheck(check)),
    );
    if (check.verdict !== 'ready') throw new Unhealthy();
  });
}

export interface UninstallOptions extends AdminOptions, Json {
  readonly serviceUser?: string;
  readonly withData?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Shows first what would go, and asks. */
export async function uninstallSite(options: UninstallOptions): Promise<void> {
  await withAdmin(options, async (client, loaded) => {
    const definitions = loadDefinitions();
    const { withData, serviceUser } = options;
    const wanted = await removeSite(client, definitions, { withData, serviceUser, dryRun: true });
    const text = (steps: typeof wanted): string =>
      lines(
        steps
          .filter((step) => step.done !== 'was not there')
          .map(describeRemoved)
          .join('\n'),
      );
    if (options.dryRun === true)
      return print(
        options,
        { url: client.url, steps: wanted },
        () => `${text(wanted)}\nThat would be so. Nothing was written.`,
      );
    const going = wanted.filter((step) => step.done === 'removed');
    if (going.length === 0)
      return print(options, { url: client.url, steps: wanted }, () =>
        `${text(wanted)}\nNothing is to be removed.`.trim(),
      );
    if (options.yes !== true && options.json !== true) console.error(text(wanted));
    const data = withData === true ? ' Devices, users, commands and punch ids go for good.' : '';
    await confirm(`${counted(going.length, 'thing')} will be removed from ${client.url}.${data}`, options);
    const steps = await removeSite(client, definitions, { withData, serviceUser });
    await forgetInstallation(loaded?.settings);
    print(options, { url: client.url, steps }, () => text(steps));
  });
}
