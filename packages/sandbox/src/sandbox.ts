import { describeSite, type SiteDescription } from './apps/describe.ts';
import { installApp, type InstalledApp, uninstallApp } from './apps/install.ts';
import type { Doc } from './document.ts';
import { type FaultControl, makeFaultControl } from './fault-control.ts';
import { FaultList } from './faults.ts';
import { memoryJournal, SqliteJournal } from './journal.ts';
import type { Meta } from './meta.ts';
import { type ProfileName, profileOf } from './profile.ts';
import { randomOf } from './random.ts';
import { seedSite } from './seed.ts';
import { SandboxServer } from './server.ts';
import { Site } from './site.ts';
import { isZone } from './site-time.ts';
import { Store } from './store.ts';
import type { WebhookTiming } from './webhooks/delivery.ts';
import { WebhookQueue } from './webhooks/queue.ts';

export interface SandboxOptions {
  /** 8997 unless told; 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** SQLite file that holds everything; in memory only when absent. */
  readonly file?: string;
  readonly profile?: ProfileName;
  /** Frappe HR of 2025 or later (whole seconds, `offshift`, coordinates in the RPC); v16 has it, v14 and v15 have not. */
  readonly newerHrms?: boolean;
  /** Site time zone of a fresh site; a file keeps its own. */
  readonly timeZone?: string;
  /** How many employees a fresh site has. */
  readonly employees?: number;
  /** Lists without `order_by` are shuffled; this makes the shuffle repeatable. */
  readonly shuffleSeed?: number;
  readonly now?: () => Date;
  /** DocTypes to add to those of ERPNext, with their rules of naming and permission. */
  readonly doctypes?: readonly Meta[];
  /** How webhook deliveries keep time. */
  readonly webhooks?: WebhookTiming;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  readonly faults: FaultControl;
  /** Requests under any path but the control path, since the start. */
  requestCount(): number;
  /** Stored check-ins, in the order in which they were stored. */
  checkins(): readonly Doc[];
  employees(): readonly Doc[];
  documents(doctype: string): readonly Doc[];
  /** Installs a Frappe app from its repository's folder, as `bench install-app` would. Rejects with what is wrong with it. */
  installApp(folder: string): Promise<InstalledApp>;
  /** Removes an app with its DocTypes and their rows. */
  uninstallApp(name: string): Promise<void>;
  /** Everything that was added to the site, in one normalised form. */
  describeSite(): SiteDescription;
  /** Resolves when no webhook delivery is waiting or on its way. */
  webhooksSent(): Promise<void>;
  /** Lets running requests finish, drops webhooks that wait, makes everything durable, closes port and file. */
  stop(): Promise<void>;
}

/** Starts an ERPNext look-alike in this process. Throws RangeError for a zone that is none; rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 8997, host = '127.0.0.1', timeZone = 'Asia/Kolkata', employees = 50, doctypes = [] } = options;
  if (!isZone(timeZone)) throw new RangeError(`not a time zone: ${timeZone}`);
  const store = new Store(options.file === undefined ? memoryJournal : new SqliteJournal(options.file));
  const site = new Site({
    store,
    profile: profileOf(options.profile ?? 'v15', options.newerHrms),
    now: options.now ?? (() => new Date()),
    shuffle: randomOf(options.shuffleSeed ?? 1),
    doctypes,
  });
  seedSite(site, { timeZone, employees });
  const faults = new FaultList();
  const webhooks = new WebhookQueue(site, faults, options.webhooks);
  site.onDelivery = (delivery) => webhooks.enqueue(delivery);
  const control = makeFaultControl(site, faults);
  const server = new SandboxServer(site, faults, control);
  let bound: number;
  try {
    bound = await server.listen(port, host);
  } catch (error) {
    await store.close();
    throw error;
  }
  await store.settled();
  const documents = (doctype: string): readonly Doc[] => [...store.all(doctype)].map((doc) => structuredClone(doc));
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    faults: control,
    requestCount: () => server.requests,
    checkins: () => documents('Employee Checkin'),
    employees: () => documents('Employee'),
    documents,
    installApp: (folder) => installApp(site, folder),
    uninstallApp: (name) => uninstallApp(site, name),
    describeSite: () => describeSite(site),
    webhooksSent: () => webhooks.idle(),
    stop: async () => {
      await server.stop();
      await webhooks.stop();
      await store.close();
    },
  };
}
