import { BiolistenerError } from '@biolistener/core';
import { parseRunTimeSetting, type RunTimeKey } from '@biolistener/config';
import {
  changedFields,
  INTEGRATION_SETTINGS,
  isStale,
  missingWords,
  modifiedOf,
  readMissing,
  siteTime,
  wordIn,
  type DeskSite,
  type Row,
} from '@biolistener/erpnext';
import { actorOf } from './devices.ts';
import type { DeskContext } from './deps.ts';

interface DeskSetting {
  readonly field: string;
  readonly label: string;
  readonly key: RunTimeKey;
  /** What the plugin fills in by itself: nobody decided that. */
  readonly standard: string;
  readonly read: (text: string) => string;
}

const asIs = (text: string): string => text;
/** `Park And Add User` → `park-and-add`. */
const word = (text: string): string => text.toLowerCase().replace(' user', '').replaceAll(' ', '-');

/** Fields of Biometric Integration Settings and the run-time setting that each of them is. */
const SETTINGS: readonly DeskSetting[] = [
  {
    field: 'employee_id_field',
    label: 'Employee ID Field',
    key: 'employee.id_field',
    standard: 'attendance_device_id',
    read: asIs,
  },
  { field: 'unknown_employee', label: 'Unknown Employee', key: 'employee.unknown', standard: 'Park', read: word },
  { field: 'log_type_policy', label: 'Log Type Policy', key: 'log_type.policy', standard: 'None', read: word },
  { field: 'max_attempts', label: 'Max Attempts', key: 'command.attempts', standard: '5', read: asIs },
  { field: 'force_close_days', label: 'Force Close Days', key: 'command.force_close_days', standard: '7', read: asIs },
];

/** Biometric Integration Settings ↔ run-time settings (docs/desk-sync.md). */
export class SettingsSync {
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  #row: Row | undefined;
  #lazyAt = 0;
  #lookedAt = 0;
  #latest = 0;
  #problems: string[] = [];

  constructor(ctx: DeskContext, site: DeskSite) {
    this.#ctx = ctx;
    this.#site = site;
  }

  /** A value that a person changed since the last look becomes ours; one that nobody touched does not. */
  async pull(): Promise<void> {
    const row = await this.#site.find(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS);
    if (row === undefined) return;
    this.#row = row;
    const before = await this.#baseline();
    const now: Record<string, string> = {};
    this.#problems = [];
    for (const setting of SETTINGS) {
      const said = wordIn(row, setting.field) ?? setting.standard;
      const was = before[setting.field] ?? setting.standard;
      now[setting.field] = said === was || (await this.#set(setting, said, actorOf(row))) ? said : was;
    }
    if (JSON.stringify(now) !== JSON.stringify(before))
      await this.#ctx.store.setCursor(this.#cursor, JSON.stringify(now));
  }

  /** False: it cannot be so, and the status says why. */
  async #set({ key, label, read }: DeskSetting, said: string, actor: string): Promise<boolean> {
    const { store, log } = this.#ctx;
    try {
      await store.setSetting(key, parseRunTimeSetting(key, read(said)), actor);
      log.info({ key }, 'setting changed by Desk');
      return true;
    } catch (error) {
      if (!(error instanceof BiolistenerError && error.code === 'CONFIG_INVALID')) throw error;
      this.#problems.push(error.message.replace(key, label));
      return false;
    }
  }

  /** As people in Desk can use it: this part runs, and whether terminals reach the listener only their calls can tell. */
  async #status(): Promise<string> {
    const { store, targetId, clock, pace } = this.#ctx;
    const now = clock.now();
    if (now - this.#lookedAt >= 12 * pace.devicesMs) {
      this.#lookedAt = now;
      const contacts = (await store.allTerminals()).map((terminal) => terminal.lastContactAt);
      this.#latest = contacts.reduce((latest, at) => Math.max(latest, at), 0);
    }
    const isHeard = this.#latest > 0 && now - this.#latest <= pace.onlineWithinMs;
    const heard = isHeard
      ? 'Running'
      : this.#latest > 0
        ? 'Running, but no device is heard of'
        : 'Running, no device yet';
    const missing = (await readMissing(store, targetId)).map(missingWords);
    return [heard, ...missing, ...this.#problems].join('. ').slice(0, 140);
  }

  /** One document: there is never more to tell. */
  async push(): Promise<true> {
    if (this.#row !== undefined) await this.#tell(this.#row);
    return true;
  }

  async #tell(row: Row): Promise<void> {
    const { clock, site, shown = {}, pace } = this.#ctx;
    const urgent = {
      listener_status: await this.#status(),
      service_version: shown.version ?? null,
      listener_url: shown.listenerUrl ?? null,
      api_url: shown.apiUrl ?? null,
    };
    const now = clock.now();
    const isLazyDue = now - this.#lazyAt >= pace.lazyMs;
    const changes = changedFields(row, urgent);
    if (Object.keys(changes).length === 0 && !isLazyDue) return;
    const lazy = changedFields(row, { last_contact: siteTime(this.#latest, site.zone()) });
    this.#lazyAt = now;
    if (Object.keys(changes).length + Object.keys(lazy).length > 0) await this.#write(row, { ...changes, ...lazy });
  }

  async #write(row: Row, changes: object): Promise<void> {
    const lock = modifiedOf(row) === '' ? {} : { modified: modifiedOf(row) };
    try {
      const answer = await this.#site.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, { ...changes, ...lock });
      this.#row = { ...row, ...changes, modified: modifiedOf(answer) };
    } catch (error) {
      if (!isStale(error)) throw error;
      this.#row = undefined; // read again with the next reconcile
    }
  }

  get #cursor(): string {
    return `desk-settings.${this.#ctx.targetId}`;
  }

  async #baseline(): Promise<Readonly<Record<string, string>>> {
    const text = await this.#ctx.store.getCursor(this.#cursor);
    return text === undefined ? {} : (JSON.parse(text) as Record<string, string>); // written above
  }
}
