import type { SerialNumber } from '@biolistener/core';
import type { DeskContext } from './deps.ts';

const UNMANAGED = 'unmanaged';

/** What Desk decided last about each device, as far as it is in force: what differs from it is news. */
export class Baselines {
  readonly #ctx: DeskContext;

  constructor(ctx: DeskContext) {
    this.#ctx = ctx;
  }

  /** Undefined: it never stood in Desk. */
  of(serialNumber: SerialNumber): Promise<string | undefined> {
    return this.#ctx.store.getCursor(this.#cursor(serialNumber));
  }

  set(serialNumber: SerialNumber, text: string): Promise<void> {
    return this.#ctx.store.setCursor(this.#cursor(serialNumber), text);
  }

  /** Whether it stood in Desk when that was last looked at. */
  async isManaged(serialNumber: SerialNumber): Promise<boolean> {
    return ![undefined, UNMANAGED].includes(await this.of(serialNumber));
  }

  /** Deleted in Desk: it goes on as it is. */
  async release(serialNumber: SerialNumber): Promise<void> {
    if ((await this.of(serialNumber)) !== UNMANAGED) await this.set(serialNumber, UNMANAGED);
  }

  #cursor(serialNumber: SerialNumber): string {
    return `desk-device.${this.#ctx.targetId}.${serialNumber}`;
  }
}
