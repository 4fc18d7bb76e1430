import type { SerialNumber } from '@biolistener/core';
import type { DeskOrder } from '@biolistener/erpnext';
import type { Allowances } from './allowances.ts';
import type { DeskContext } from './deps.ts';
import type { DeviceSync } from './devices.ts';
import { Everybody, type Copied } from './everybody.ts';
import { done, failed, type Outcome } from './outcome.ts';

/** Who is to be copied is allowed there; the device that they come from is read, so that there is something to send. */
interface Allowed {
  readonly kind: 'read-first';
  readonly note: string;
}

/** Copy To Devices: to one device, or from one to all others; of a user without either: what those lack where they are allowed. */
export class Copies {
  readonly #ctx: DeskContext;
  readonly #devices: DeviceSync;
  readonly #allowances: Allowances;
  readonly #everybody: Everybody;

  constructor(ctx: DeskContext, devices: DeviceSync, allowances: Allowances) {
    this.#ctx = ctx;
    this.#devices = devices;
    this.#allowances = allowances;
    this.#everybody = new Everybody(ctx, allowances);
  }

  async carryOut(order: DeskOrder, to: SerialNumber | undefined): Promise<Outcome | Allowed> {
    const { device } = order;
    const objection = await this.#objection(order, to);
    if (objection !== undefined) return failed(objection);
    const targets = to === undefined ? await this.#allBut(device) : [to];
    if (device !== undefined && targets.length === 0) return failed('No other device is approved and synced.');
    const copied = await this.#allow(order, targets);
    if ('kind' in copied) return copied;
    if (targets.length === 0) return done('What other devices lack is sent; the table of the user shows it.');
    const note = copiedWords(copied, targets.length);
    return device === undefined ? done(note) : { kind: 'read-first', note };
  }

  /** It is not going on any more. */
  forget(order: string): void {
    this.#everybody.forget(order);
  }

  async #objection({ device, user }: DeskOrder, to: SerialNumber | undefined): Promise<string | undefined> {
    if (device === undefined && user === undefined) return 'Choose a device or a user.';
    if (to !== undefined && !(await this.#devices.ensure(to))) return 'The device to copy to is not known.';
    const from = device === undefined ? undefined : await this.#ctx.store.findTerminal(device);
    return from === undefined || from.status === 'approved' ? undefined : 'This device is not approved.';
  }

  async #allow(order: DeskOrder, targets: readonly SerialNumber[]): Promise<Copied | Outcome> {
    const { user, device } = order;
    if (user !== undefined) {
      const objection = await this.#allowances.objection(user, targets);
      if (objection !== undefined) return objection;
      await this.#ctx.store.mark([`pin:${user}`]);
      return { users: 1, failed: 0 };
    }
    if (device === undefined) return failed('Choose a device or a user.');
    const step = await this.#everybody.step(order.name, device, targets);
    return step.isDone ? step : { kind: 'going-on', words: `Under way: ${copiedWords(step, targets.length)}` };
  }

  /** Those that people are put on; none without a device to copy from. */
  async #allBut(device: SerialNumber | undefined): Promise<SerialNumber[]> {
    if (device === undefined) return [];
    const terminals = await this.#ctx.store.allTerminals();
    const taking = terminals.filter(({ status, isSyncOff }) => status === 'approved' && isSyncOff !== true);
    const others = taking.map(({ serialNumber }) => serialNumber).filter((each) => each !== device);
    return others.filter((each) => this.#devices.has(each));
  }
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
const END = 'what is missing there is sent.';

/** The first words of the answer to a copy. */
export function copiedWords({ users, failed: unsaved }: Copied, devices: number): string {
  const allowed = `${counted(users, 'user')} ${users === 1 ? 'is' : 'are'} allowed on ${counted(devices, 'other device')}`;
  return `${allowed}${unsaved === 0 ? '' : `, and ${unsaved} could not be saved`}; ${END}`;
}

/** The same out of an answer that was written before this process began. */
export function copiedWordsIn(response: unknown): string | undefined {
  const text = typeof response === 'string' ? response : '';
  const end = text.indexOf(END);
  return end > 0 && /^\d+ users? /.test(text) ? text.slice(0, end + END.length) : undefined;
}
