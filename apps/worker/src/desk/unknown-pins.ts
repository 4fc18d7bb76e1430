import type { Pin } from '@biolistener/core';
import { check, DEVICE_USER, plainWords, RequestFailed, type DeskSite, type Fields } from '@biolistener/erpnext';
import type { ParkedPin, Person } from '@biolistener/store';
import type { DeskContext } from './deps.ts';
import type { DeviceSync } from './devices.ts';
import { Pass, type Turn } from './turn.ts';
import type { UserSync } from './users.ts';

/** Whoever invents PINs shall not fill the site: so many users without an employee at most. */
const MOST_WITHOUT_EMPLOYEE = 200;
const AT_ONCE = 20;

/** Where settings say so, PINs that nobody has become Biometric Device Users, so that a person can choose whose they are. */
export class UnknownPins {
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #devices: DeviceSync;
  readonly #users: UserSync;
  readonly #pass = new Pass();
  #room = 0;
  #lookedAt = 0;

  constructor(ctx: DeskContext, site: DeskSite, devices: DeviceSync, users: UserSync) {
    this.#ctx = ctx;
    this.#site = site;
    this.#devices = devices;
    this.#users = users;
  }

  async push(turn: Turn): Promise<boolean> {
    const { store, targetId } = this.#ctx;
    if (!this.#pass.isUnderWay() && !this.#begins()) return true;
    const all = await store.parkedPins(targetId, 'unknown-pin', 1000);
    const parked = new Map<string, ParkedPin>(all.map((each) => [each.pin, each]));
    return this.#pass.go(parked.keys(), turn, async (pin) => {
      const each = parked.get(pin);
      if (each !== undefined && this.#room > 0 && (await this.#add(each))) this.#room -= 1;
    });
  }

  #begins(): boolean {
    const { clock, pace, settings } = this.#ctx;
    const now = clock.now();
    if (settings?.().unknownEmployee !== 'park-and-add' || now - this.#lookedAt < 12 * pace.devicesMs) return false;
    this.#lookedAt = now;
    this.#room = Math.min(AT_ONCE, MOST_WITHOUT_EMPLOYEE - this.#users.withoutEmployee());
    return true;
  }

  /** Once for each PIN: a person may delete it again, and means it. */
  async #add({ pin, since }: ParkedPin): Promise<boolean> {
    const { store, log } = this.#ctx;
    if (this.#users.has(pin) || (await store.getCursor(this.#cursor(pin))) !== undefined) return false;
    const person = await store.findPerson(pin);
    // somebody has the PIN by now: Desk, which wins, would take the employee from them
    if (person?.employee !== undefined) return false;
    const devices = person === undefined ? [] : await store.assignmentsOf(person.id);
    // Desk would take them off a device that it does not know
    if (devices.some((device) => !this.#devices.has(device))) return false;
    await this.#create({
      ...newUser(pin, person),
      ...validFrom(person, since),
      devices: devices.map((device) => ({ device })),
    });
    await store.setCursor(this.#cursor(pin), since);
    log.info({ since }, 'a PIN that nobody has is shown in Desk');
    return true;
  }

  async #create(fields: Fields): Promise<void> {
    try {
      await this.#site.create(DEVICE_USER, fields);
    } catch (error) {
      // there already, or a name that the site does not take: nothing that another try would mend
      if (!(error instanceof RequestFailed) || !['refused', 'duplicate'].includes(error.failure.kind)) throw error;
      this.#ctx.log.warn({ reason: error.failure.text }, 'a PIN that nobody has cannot be shown in Desk');
    }
  }

  #cursor(pin: Pin): string {
    return `desk-unknown-pin.${this.#ctx.targetId}.${pin}`;
  }
}

/** For somebody who is nobody yet: their punches so far count. */
const validFrom = (person: Person | undefined, since: string): Fields => {
  const day = person === undefined ? since.slice(0, 10) : person.validFrom;
  return day === undefined ? {} : { valid_from: day };
};

/** What is known of the person already, so that Desk, which wins from now on, changes nothing by it. */
const newUser = (pin: Pin, person: Person | undefined): Fields => ({
  user_id: pin,
  user_name: plainWords(person?.name ?? '').slice(0, 140),
  card: person?.card ?? '',
  privilege: person?.isAdministrator === true ? 'Administrator' : 'User',
  enabled: 1,
  allow_in_all_devices: check(person?.isEverywhere === true),
  ...(person?.validTo === undefined ? {} : { valid_to: person.validTo }),
});
