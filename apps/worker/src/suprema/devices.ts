import { asSerialNumber, type JsonObject } from '@biolistener/core';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { BioStarApi } from './api.ts';
import { listDevices, type Device } from './calls.ts';
import type { EventIntake } from './event-intake.ts';

export interface DeviceKeeperDeps {
  readonly api: BioStarApi;
  readonly intake: EventIntake;
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** Of the server; the address of all its devices. */
  readonly host: string;
  readonly brand: string;
}

const CONNECTED: ReadonlySet<string> = new Set(['1', '2']);

/** Devices of the server become terminals, pending until somebody approves them; their state is what the server says (§2). */
export class DeviceKeeper {
  readonly #deps: DeviceKeeperDeps;
  #devices: readonly Device[] = [];

  constructor(deps: DeviceKeeperDeps) {
    this.#deps = deps;
  }

  /** As last read. */
  get devices(): readonly Device[] {
    return this.#devices;
  }

  has(deviceId: string): boolean {
    return this.#devices.some(({ id }) => id === deviceId);
  }

  async refresh(): Promise<void> {
    const { devices } = await listDevices(this.#deps.api);
    this.#devices = devices;
    for (const device of devices) await this.#note(device);
    this.#deps.intake.forgetTerminals(); // what the server said of them moves no revision
  }

  async #note({ id, name, status }: Device): Promise<void> {
    const { store, intake, now, host, brand, log } = this.#deps;
    const serialNumber = asSerialNumber(id);
    const known = (await intake.terminals()).get(serialNumber);
    if (known && known.brand !== brand) {
      log.warn(
        { serialNumber, brand: known.brand },
        'a device of the BioStar server has the serial number of another terminal',
      );
      return;
    }
    const profile: JsonObject = { server: host, name, status };
    // a device that is away was not heard, whatever its server says of it
    const at = known && !CONNECTED.has(status) ? known.lastContactAt : now();
    await store.noteTerminal({ serialNumber, brand, at, address: host, profile });
    if (!known) log.info({ brand, serialNumber }, 'a device of a BioStar server waits for approval');
  }
}
