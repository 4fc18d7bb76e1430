import { randomUUID } from 'node:crypto';
import { messageOf } from '@biolistener/core';
import {
  DEVICE,
  DeskSite,
  EMPLOYEE,
  HintReader,
  isPluginMissing,
  NO_NEWS,
  RequestFailed,
  type AnnouncedDoctype,
  type DeskNews,
} from '@biolistener/erpnext';
import { backoffMs } from '@biolistener/queue';
import { Periodic } from '../periodic.ts';
import { CommandSync } from './commands.ts';
import type { DeskContext } from './deps.ts';
import { DeviceSync } from './devices.ts';
import { EmployeeWatch } from './employees.ts';
import { SiteAway, throughGate } from './gate.ts';
import { Puller } from './pull.ts';
import { Pusher } from './push.ts';
import { DeskSecrets } from './secrets.ts';
import { SettingsSync } from './settings.ts';
import { UnknownPins } from './unknown-pins.ts';
import { UserSync } from './users.ts';

export interface DeskStatus {
  /** absent: the plugin is not installed on the site. elsewhere: another process does it. */
  readonly state: 'starting' | 'waiting' | 'absent' | 'refused' | 'elsewhere' | 'in-step';
  /** One sentence for people. */
  readonly message: string;
  /** When everything that Desk changed was last taken over. */
  readonly lastAt: number | undefined;
}

const LEASE_MS = 60_000;
/** However much is read or written in one go: no request begins with a lease that is older. */
const RENEW_MS = LEASE_MS / 4;
const FAILURE_BACKOFF = { firstMs: 1000, mostMs: 60_000 };

/** Another process holds the lease now. */
class LeaseLost extends Error {}

/** Keeps Desk and the store in step: one process at a time, one request at a time, after the check-ins. */
export class DeskKeeper {
  readonly #ctx: DeskContext;
  readonly #owner = randomUUID();
  readonly #rounds: Periodic;
  readonly #site: DeskSite;
  readonly #hints: HintReader;
  #parts: ReturnType<DeskKeeper['open']> | undefined;
  #claimedAt = 0;
  #fullAt: number | undefined;
  #reconciledAt = 0;
  /** Hinted at, and not followed yet: the site may have been away. */
  #news: DeskNews = NO_NEWS;
  #failures = 0;
  #isStopping = false;
  #status: DeskStatus = { state: 'starting', message: 'Desk has not been looked at yet.', lastAt: undefined };

  constructor(ctx: DeskContext) {
    this.#ctx = ctx;
    const through = throughGate(ctx);
    this.#site = new DeskSite(ctx.client, async (request) => {
      if (ctx.clock.now() - this.#claimedAt >= RENEW_MS) await this.#holdOn();
      return through(request);
    });
    this.#hints = new HintReader(ctx.store);
    this.#rounds = new Periodic(() => this.#round());
  }

  start(): void {
    this.#rounds.run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#rounds.stop();
    await this.#ctx.store.releaseLease(this.#lease, this.#owner);
  }

  /** There may be news. */
  nudge(): void {
    this.#rounds.run();
  }

  status(): DeskStatus {
    return this.#status;
  }

  /** What is known of the site's documents lives as long as the lease. */
  private open() {
    const employees = new EmployeeWatch(this.#site);
    const secrets = new DeskSecrets(this.#ctx, this.#site);
    const devices = new DeviceSync(this.#ctx, this.#site, secrets);
    const users = new UserSync(this.#ctx, this.#site, devices, employees, secrets);
    const commands = new CommandSync(this.#ctx, this.#site, devices, users);
    const settings = new SettingsSync(this.#ctx, this.#site);
    const unknown = new UnknownPins(this.#ctx, this.#site, devices, users);
    const puller = new Puller(this.#ctx, this.#site, { employees, devices, users, commands }, () => this.#holdOn());
    return { puller, settings, pusher: new Pusher(this.#ctx, commands, [users, devices, unknown, settings]) };
  }

  get #lease(): string {
    return `desk:${this.#ctx.targetId}`;
  }

  #claim(): Promise<boolean> {
    this.#claimedAt = this.#ctx.clock.now();
    return this.#ctx.store.claimLease(this.#lease, this.#owner, LEASE_MS, this.#claimedAt);
  }

  async #holdOn(): Promise<void> {
    if (this.#isStopping || !(await this.#claim())) throw new LeaseLost();
  }

  async #round(): Promise<number> {
    const { site, circuit, clock, pace } = this.#ctx;
    try {
      if (!site.isReady()) return this.#say('waiting', 'Waiting for the site to be ready.', 1000);
      if (circuit.status().state !== 'closed') throw new SiteAway();
      if (!(await this.#claim())) return this.#letGo();
      await this.#work();
      this.#failures = 0;
      if (this.#status.state === 'absent') return pace.absentMs;
      return this.#parts?.pusher.isUnderWay() === true ? 0 : pace.watchMs;
    } catch (error) {
      if (error instanceof LeaseLost) return this.#letGo();
      if (error instanceof SiteAway) return this.#say('waiting', 'Waiting for the site, as the check-ins do.', 1000);
      if (isPluginMissing(error)) return this.#noPlugin();
      this.#failures += 1;
      this.#trouble(error);
      return backoffMs(FAILURE_BACKOFF, this.#failures, clock.random);
    }
  }

  #letGo(): number {
    this.#parts = undefined;
    this.#fullAt = undefined;
    return this.#say('elsewhere', 'Another process keeps Desk in step.', 2000);
  }

  /** Said once; looked at again now and then, so that it begins by itself once somebody installs it. */
  #noPlugin(): number {
    this.#parts = undefined;
    this.#fullAt = undefined;
    const words =
      'The Biolistener plugin is not installed on this site: check-ins are delivered, Desk manages no terminals.';
    return this.#say('absent', words, this.#ctx.pace.absentMs);
  }

  #trouble(error: unknown): void {
    const isRefused = error instanceof RequestFailed && error.failure.kind === 'key-refused';
    const hint = isRefused ? ' Give the user of the key the role Biometric Service.' : '';
    this.#say(isRefused ? 'refused' : 'waiting', `Desk could not be kept in step: ${messageOf(error)}${hint}`, 0);
  }

  #say(state: DeskStatus['state'], message: string, waitMs: number): number {
    const isNew = this.#status.state !== state || this.#status.message !== message;
    this.#status = { ...this.#status, state, message };
    const isBad = state === 'refused' || state === 'waiting';
    if (isNew && isBad) this.#ctx.log.warn({ state }, message);
    else if (isNew) this.#ctx.log.info({ state }, message);
    return waitMs;
  }

  async #work(): Promise<void> {
    const { clock, pace, onEmployees } = this.#ctx;
    const now = clock.now();
    const news = await this.#gatherNews();
    this.#parts ??= await this.#begin();
    const { puller, settings, pusher } = this.#parts;
    if (news.changed.has(EMPLOYEE) || news.trashed.has(EMPLOYEE)) onEmployees?.();
    if (this.#fullAt === undefined || now - this.#fullAt >= pace.fullMs) {
      await puller.everything();
      await settings.pull();
      this.#fullAt = now;
      this.#reconciledAt = now;
    } else if (now - this.#reconciledAt >= pace.reconcileMs) {
      await puller.changes();
      await puller.everything(news.trashed);
      await settings.pull();
      this.#reconciledAt = now;
    } else if (news !== NO_NEWS) await this.#follow(news);
    this.#news = NO_NEWS;
    this.#status = { state: 'in-step', message: 'Desk and terminals are kept in step.', lastAt: clock.now() };
    await pusher.push();
  }

  async #begin() {
    // the cheapest request that fails where the plugin is not installed
    await this.#site.page({ doctype: DEVICE, fields: ['name'] }, 'name asc', []);
    this.#ctx.log.info({}, 'the plugin is there; Desk is kept in step');
    return this.open();
  }

  async #gatherNews(): Promise<DeskNews> {
    const fresh = await this.#hints.read();
    const { changed, trashed } = this.#news;
    if (fresh !== NO_NEWS)
      this.#news = {
        changed: new Set([...changed, ...fresh.changed]),
        trashed: new Set([...trashed, ...fresh.trashed]),
      };
    return this.#news;
  }

  async #follow({ changed, trashed }: DeskNews): Promise<void> {
    const only = (doctypes: ReadonlySet<AnnouncedDoctype>) => (doctypes.size === 0 ? undefined : doctypes);
    const some = only(changed);
    const gone = only(trashed);
    if (some) await this.#parts?.puller.changes(some);
    if (gone) await this.#parts?.puller.everything(gone);
  }
}
