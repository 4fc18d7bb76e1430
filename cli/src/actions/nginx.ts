import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { messageOf } from '@biolistener/core';
import { loadSettings, type Settings } from '@biolistener/config';
import {
  detectLayouts,
  disable,
  enable,
  listInstalled,
  parseSettings,
  render,
  status,
  type DetectOptions,
  type Layout,
  type SettingsInput,
  type Status,
  type WhereOptions,
} from '@biolistener/nginx';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { asJson, facts, print } from '../output.ts';
import { confirm } from '../services/confirm.ts';

interface PlaceOptions {
  readonly json?: boolean;
  readonly port?: string;
  readonly site?: string;
  readonly layout?: Layout['kind'];
  readonly bench?: string;
}

export interface EnableOptions extends PlaceOptions {
  readonly listen?: readonly string[];
  readonly upstream?: readonly string[];
  readonly certificate?: string;
  readonly key?: string;
  readonly plainPort?: string;
  readonly tlsOld?: boolean;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly bodySize?: string;
  readonly rate?: string;
  readonly burst?: string;
  readonly connections?: string;
  readonly trustedProxy?: readonly string[];
  readonly accessLog?: string;
  readonly healthPath?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What the listener answers `200 biolistener` at. */
const HEALTH_PATH = '/-/biolistener';

/** The words of the command in the words of the nginx package, which checks them. */
export function inputOf(options: EnableOptions, settings: Settings): SettingsInput {
  const listenerHost = settings.listenerHost === '0.0.0.0' ? '127.0.0.1' : settings.listenerHost;
  return {
    site: options.site,
    port: options.port ?? settings.publicPort,
    listen: options.listen,
    upstreams: options.upstream ?? [`${listenerHost}:${settings.listenerPort}`],
    certificate: options.certificate,
    key: options.key,
    plainPort: options.plainPort,
    tlsOld: options.tlsOld,
    allow: options.allow,
    deny: options.deny,
    bodySize: options.bodySize ?? `${settings.maxBodyMiB}m`,
    requestsPerSecond: options.rate,
    burst: options.burst,
    connections: options.connections,
    trustedProxies: options.trustedProxy,
    accessLog: options.accessLog,
    healthPath: options.healthPath ?? HEALTH_PATH,
  };
}

/** The private instance is looked at where there is one, and changed only when it is asked for by name: `up` keeps it. */
function whereOf(options: PlaceOptions, settings: Settings, isLooking: boolean): WhereOptions {
  const directory = `${settings.dataDir}/nginx`;
  const isPrivate = options.layout === 'private' || (isLooking && existsSync(directory));
  const detect: DetectOptions = {
    ...(options.bench === undefined ? {} : { bench: options.bench }),
    ...(isPrivate ? { privateDirectory: directory } : {}),
  };
  const layout = options.layout ?? (options.bench === undefined ? undefined : 'bench');
  return { ...detect, ...(layout === undefined ? {} : { layout }) };
}

export async function enableListener(options: EnableOptions): Promise<void> {
  const { settings } = loadSettings();
  const input = inputOf(options, settings);
  const wanted = checked(input);
  if (options.dryRun === true) {
    const text = render(wanted);
    return print(options, { dryRun: true, settings: wanted, text }, () => text.trimEnd());
  }
  const where = whereOf(options, settings, false);
  await confirmOverwriting(where, wanted, options);
  const done = await enable(input, { ...where, force: options.force === true });
  const effect = {
    unchanged: 'It was in force already.',
    reloaded: 'nginx was reloaded.',
    started: 'nginx was started.',
  }[done.effect];
  print(options, done, () =>
    [
      `Enabled: port ${done.settings.port} goes to ${done.settings.upstreams.join(', ')}. ${effect}`,
      facts([
        ['file', done.file],
        ['link', done.link],
        ['room', roomOf(done.workerConnections)],
      ]),
      `See with: biolistener status --port ${done.settings.port}`,
    ].join('\n'),
  );
}

/** Each terminal that is answered holds two: one of its own, one towards the listener. */
const roomOf = (count: number | undefined): string | undefined =>
  count === undefined
    ? undefined
    : `about ${Math.floor(count / 2)} terminals at once for each worker of nginx (worker_connections ${count} in its nginx.conf)`;

const OPTION_OF: Readonly<Record<string, string>> = {
  upstreams: '--upstream',
  trustedProxies: '--trusted-proxy',
  requestsPerSecond: '--rate',
  bodySize: '--body-size',
  plainPort: '--plain-port',
  tlsOld: '--tls-old',
  accessLog: '--access-log',
  healthPath: '--health-path',
};

/** Errors: usage (2), naming the option as it is typed. */
function checked(input: SettingsInput): ReturnType<typeof parseSettings> {
  try {
    return parseSettings(input);
  } catch (error) {
    const message = messageOf(error).replace(/^(\w+)/, (name) => OPTION_OF[name] ?? `--${name}`);
    throw new CommandFailure(message.replace('and tlsOld', 'and --tls-old'), EXIT.usage);
  }
}

/** A block of ours with other settings is overwritten only with a yes; the same one again changes nothing. */
async function confirmOverwriting(
  where: WhereOptions,
  wanted: ReturnType<typeof parseSettings>,
  options: EnableOptions,
): Promise<void> {
  const layouts = await detectLayouts(where.root, where);
  const fitting = layouts.filter((layout) => where.layout === undefined || layout.kind === where.layout);
  const former = (await listInstalled(fitting)).find((one) => one.site === wanted.site && one.port === wanted.port);
  if (former === undefined || (await readFile(former.file, 'utf8')) === render(wanted)) return;
  await confirm(`${former.file} stands there with other settings and will be overwritten.`, options);
}

export async function disableListener(options: PlaceOptions & { readonly force?: boolean }): Promise<void> {
  const { settings } = loadSettings();
  const done = await disable({
    ...whereOf(options, settings, false),
    ...chosen(options),
    force: options.force === true,
  });
  print(options, done, () =>
    done.removed.length === 0
      ? 'Nothing was enabled.'
      : `Disabled: ${done.removed.join(', ')} removed; nginx ${done.effect === 'not running' ? 'does not run' : 'was reloaded'}.`,
  );
}

/** Errors: usage (2) for what is no port. */
function chosen({ site, port }: PlaceOptions): { site?: string; port?: number } {
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    throw new CommandFailure(`--port must be a whole number from 1 to 65535, not ${JSON.stringify(port)}`, EXIT.usage);
  return { ...(site === undefined ? {} : { site }), ...(port === undefined ? {} : { port: Number(port) }) };
}

export interface StatusOptions extends PlaceOptions {
  readonly text?: boolean;
  readonly listeningIp?: string;
}

/** JSON unless `--text`: scripts read it. */
export async function showStatus(options: StatusOptions): Promise<void> {
  const { settings } = loadSettings();
  const ip = options.listeningIp ?? settings.publicHost;
  const found = await status({
    ...whereOf(options, settings, true),
    ...chosen(options),
    ...(ip === undefined ? {} : { listeningIp: ip }),
  });
  const { status: state, ...rest } = found; // first, where people look
  console.log(options.text === true && options.json !== true ? statusText(found) : asJson({ status: state, ...rest }));
  if (!found.answered.ok) throw new Unhealthy();
}

export function statusText(found: Status): string {
  return facts([
    ['status', found.status],
    ['for terminals', `${found.listening_ip} port ${found.port}${found.tls ? ' (TLS)' : ''}`],
    ['ZKTeco', found.urls.zkteco],
    ['EBKN', found.urls.ebkn],
    ['file', `${found.file ?? '–'}${found.edited ? ' (edited by a person)' : ''}`],
    ['goes to', found.upstreams.join(', ')],
    ['nginx', nginxText(found)],
    ['in force', found.inForce ? 'yes' : 'no'],
    ['listener', found.answered.ok ? `answers in ${found.answered.ms ?? '?'} ms` : found.answered.detail],
  ]);
}

function nginxText({ nginx }: Status): string {
  const runs = nginx.running ? 'runs' : 'does not run';
  const valid = { true: 'its configuration is valid', false: `its configuration is invalid: ${nginx.message}` }[
    String(nginx.configurationValid)
  ];
  return `${runs}; ${valid ?? nginx.message}`;
}
