import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyPlan, ErpNextClient, loadDefinitions, planSite, type ServiceKeys } from '@biolistener/erpnext';
import { createTerminal, type SimulatedBrand, type SimulatedTerminal } from '@biolistener/simulator';
import { openSqliteStore, type Store } from '@biolistener/store';
import { z } from 'zod';
import { answersOk, Child, type ChildSpec } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';

const bin = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
export const ZONE = 'Asia/Dubai';
const WAIT_MS = 90_000;

export type DeskRow = Readonly<Record<string, unknown>>;

/** An ERPNext that has the plugin, and an installation beside it with the keys that the installer made for it. */
export interface DeskStage {
  readonly dir: string;
  readonly ports: Readonly<Record<'terminals' | 'api' | 'redis' | 'sandbox', number>>;
  readonly store: Store;
  readonly keys: ServiceKeys;
  /** As the service has it: for the command line beside it. */
  readonly env: NodeJS.ProcessEnv;
  readonly children: Readonly<Record<'sandbox' | 'up', Child>>;
  /** A person of the site, by the word that is their key and secret. */
  as(key: string): ErpNextClient;
  terminal(brand: SimulatedBrand, profile: string, serialNumber: string): SimulatedTerminal;
  tellFault(fault: object): Promise<void>;
  faults(): Promise<readonly ToldFault[]>;
  stop(): Promise<void>;
}

export interface DeskStageOptions {
  readonly webhookSecret: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function setDeskStage({ webhookSecret, env: more = {} }: DeskStageOptions): Promise<DeskStage> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-desk-e2e-'));
  const [terminals = 0, api = 0, listener = 0, redis = 0, sandbox = 0] = await freePorts(5);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: join(dir, 'data'),
    BIOLISTENER_TIME_ZONE: ZONE,
    BIOLISTENER_SANDBOX_TIME_ZONE: ZONE,
    BIOLISTENER_PORT: String(terminals),
    BIOLISTENER_API_PORT: String(api),
    BIOLISTENER_LISTENER_PORT: String(listener),
    BIOLISTENER_REDIS_PORT: String(redis),
    BIOLISTENER_SANDBOX_PORT: String(sandbox),
    BIOLISTENER_LOG_FORMAT: 'json',
    BIOLISTENER_LOG_LEVEL: 'warn',
    ...more,
  };
  const siteUrl = `http://127.0.0.1:${sandbox}`;
  const site: Child = childOf('sandbox', ['start', 'sandbox'], env, () => answersOk(`${siteUrl}/api/method/ping`));
  const clients: ErpNextClient[] = [];
  const made: SimulatedTerminal[] = [];
  const closers: (() => Promise<unknown>)[] = [];
  const as = (key: string): ErpNextClient => {
    const client = new ErpNextClient({ url: siteUrl, apiKey: key, apiSecret: key });
    clients.push(client);
    return client;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(made.map((each) => each.stop()));
    for (const client of clients) client.close();
    for (const close of closers.toReversed()) await close();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    site.start();
    closers.push(() => site.end('SIGTERM'));
    await site.untilUp();
    const keys = await provision(as('desk-manager'), { publicUrl: `http://127.0.0.1:${api}`, secret: webhookSecret });
    const access = { ERPNEXT_URL: siteUrl, ERPNEXT_API_KEY: keys.apiKey, ERPNEXT_API_SECRET: keys.apiSecret };
    // the service's role may not read the site's settings
    const zone = { BIOLISTENER_ERPNEXT_TIME_ZONE: ZONE };
    const withSite = { ...env, ...access, ...zone, BIOLISTENER_ERPNEXT_WEBHOOK_SECRET: webhookSecret };
    const up: Child = childOf('up', ['up', '--json'], withSite, () => Promise.resolve(up.said.includes('"up":true')));
    up.start();
    closers.push(() => up.end('SIGTERM'));
    await up.untilUp(60_000);
    const store = await openSqliteStore({ path: join(dir, 'data', 'store', 'biolistener.db') });
    closers.push(() => store.close());
    return {
      dir,
      ports: { terminals, api, redis, sandbox },
      store,
      keys,
      env: withSite,
      children: { sandbox: site, up },
      as,
      terminal(brand, profile, serialNumber) {
        const target = { host: '127.0.0.1', port: terminals };
        const options = { serialNumber, profile, target, timeScale: 0.05, seed: made.length + 1 };
        const terminal = createTerminal(brand, { ...options, utcOffsetMinutes: 240 });
        made.push(terminal);
        terminal.start();
        return terminal;
      },
      tellFault: (fault) => tellFault(siteUrl, fault),
      faults: () => listFaults(siteUrl),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const childOf = (name: string, words: readonly string[], env: NodeJS.ProcessEnv, isUp: ChildSpec['isUp']): Child =>
  new Child({
    name,
    command: process.execPath,
    words: [bin, ...words],
    env,
    keeps: 50_000_000,
    isUp,
  });

/** Plugin, webhooks and service user over REST, and two people who work in Desk. */
async function provision(admin: ErpNextClient, webhooks: { publicUrl: string; secret: string }): Promise<ServiceKeys> {
  const definitions = loadDefinitions();
  const plan = await planSite(admin, definitions, { webhooks, serviceUser: { email: 'biolistener@example.com' } });
  const { keys } = await applyPlan(admin, definitions, plan, { decide: () => 'keep' });
  if (keys === undefined) throw new Error('the installation made no keys');
  for (const [key, roles] of [
    ['manager', ['Biometric Manager', 'HR Manager']],
    ['door', ['Biometric Door Operator']],
  ] as const)
    await admin.create('User', {
      email: `${key}@example.com`,
      first_name: key,
      api_key: key,
      api_secret: key,
      roles: roles.map((role) => ({ role })),
    });
  return keys;
}

async function tellFault(siteUrl: string, fault: object): Promise<void> {
  const answer = await fetch(`${siteUrl}/__sandbox/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(`the sandbox refused the fault: ${await answer.text()}`);
}

const faultList = z.object({ faults: z.array(z.object({ fault: z.object({ kind: z.string() }), hits: z.number() })) });
type ToldFault = z.output<typeof faultList>['faults'][number];

async function listFaults(siteUrl: string): Promise<ToldFault[]> {
  const answer = await fetch(`${siteUrl}/__sandbox/faults`);
  return faultList.parse(await answer.json()).faults;
}

/** What `find` finds; undefined and false are nothing yet. `picture` tells what stands where when it takes too long. */
export async function until<T>(
  what: string,
  find: () => Promise<T | undefined | false> | T | undefined | false,
  picture: () => Promise<string> | string = () => '',
): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${WAIT_MS} ms: ${what}\n${await picture()}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}
