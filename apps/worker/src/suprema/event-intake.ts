import { randomBytes } from 'node:crypto';
import {
  changesUsers,
  digitsToMs,
  eventKeyOf,
  fieldsOf,
  idOf,
  inputOf,
  integerOf,
  isDeviceId,
  readStamp,
  textOf,
  type Fields,
} from '@biolistener/brands/suprema';
import { asSerialNumber, type SerialNumber, type Terminal } from '@biolistener/core';
import { needsCommit, quarantineOf, uploadOf, type Arrival } from '@biolistener/intake';
import type { WireInput } from '@biolistener/wire';
import type { SupremaDeps } from './deps.ts';
import { RecentKeys } from './recent-keys.ts';
import { Refused } from './refused.ts';
import type { Owed } from './cursor.ts';

const MOST_KEYS = 50_000;

/** What became of some events: everything in it is stored, or named as owed. */
export interface Taken {
  readonly events: number;
  readonly newPunches: number;
  /** Devices whose events could not be kept, and since when: they are read again once there is room for them. */
  readonly owed: Owed;
}

export interface IntakeDeps extends Pick<SupremaDeps, 'store' | 'vault' | 'brand' | 'log' | 'nudge' | 'onCommitted'> {
  readonly now: () => number;
  readonly host: string;
  /** A device changed a user: what the server knows of that user now. */
  readonly readUser: (userId: string) => Promise<Fields | undefined>;
}

/**
 * Events of the server into the store, the same way that requests of terminals go: approved devices are decoded and committed,
 * those that nobody approved are sealed into quarantine. Resolves only after the commit; fails as a whole.
 */
export class EventIntake {
  readonly #deps: IntakeDeps;
  readonly #known = new RecentKeys(MOST_KEYS);
  readonly #tag = randomBytes(4).toString('hex');
  #terminals = new Map<SerialNumber, Terminal>();
  #revision = -1;
  #count = 0;
  strays = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  async take(rows: readonly Fields[]): Promise<Taken> {
    const sum = { events: 0, newPunches: 0, owed: {} as Record<string, number> };
    for (const [deviceId, own] of this.#byDevice(rows)) {
      const taken = await this.#takeOf(deviceId, own);
      sum.events += own.length;
      sum.newPunches += taken.newPunches;
      Object.assign(sum.owed, taken.owed);
    }
    if (sum.newPunches > 0) this.#deps.nudge();
    return sum;
  }

  /** What was read about one device, as one upload of it; answers how many punches of it are new. */
  async commit(terminal: Terminal, input: WireInput): Promise<number> {
    const { brand, store, vault, now, onCommitted } = this.#deps;
    const decoded = brand.decode(input, { now: now(), terminal });
    if (!needsCommit(decoded, terminal)) return 0;
    const receipt = await store.commitUpload(uploadOf(this.#arrival(terminal, input), decoded, vault));
    onCommitted?.(receipt);
    return receipt.newPunches;
  }

  /** An approved device with a zone; anybody else is nobody. */
  async findApproved(serialNumber: SerialNumber): Promise<Terminal | undefined> {
    const terminal = (await this.terminals()).get(serialNumber);
    return terminal && isAdmitted(terminal) ? terminal : undefined;
  }

  async terminals(): Promise<ReadonlyMap<SerialNumber, Terminal>> {
    const { store } = this.#deps;
    const revision = await store.revision();
    if (revision !== this.#revision) {
      this.#terminals = new Map((await store.allTerminals()).map((each) => [each.serialNumber, each]));
      this.#revision = revision;
    }
    return this.#terminals;
  }

  /** Somebody new is seen before the revision moves. */
  forgetTerminals(): void {
    this.#revision = -1;
  }

  /** Unknown events by device, oldest first: whether the server sorted them does not matter (S22). */
  #byDevice(rows: readonly Fields[]): Map<string, Fields[]> {
    const devices = new Map<string, Fields[]>();
    const keys = new Set<string>();
    for (const row of rows) {
      const [deviceId, key] = [idOf(row['device_id']), eventKeyOf(row)];
      if (deviceId === undefined || !isDeviceId(deviceId)) {
        this.strays += 1;
        continue;
      }
      if (this.#known.has(key) || keys.has(key)) continue;
      if (key !== '') keys.add(key);
      devices.set(deviceId, [...(devices.get(deviceId) ?? []), row]);
    }
    for (const own of devices.values()) own.sort((a, b) => timeOf(a).localeCompare(timeOf(b)));
    return devices;
  }

  async #takeOf(deviceId: string, rows: readonly Fields[]): Promise<{ newPunches: number; owed: Owed }> {
    const serialNumber = asSerialNumber(deviceId);
    const terminal = (await this.terminals()).get(serialNumber) ?? (await this.#meet(serialNumber));
    const isOther = terminal.brand !== this.#deps.brand.name;
    const owed = isAdmitted(terminal) && !isOther ? undefined : await this.#keepAside(terminal, rows, isOther);
    if (owed !== undefined && owed !== 'kept') return { newPunches: 0, owed: { [deviceId]: owed } };
    const newPunches = owed === undefined ? await this.#store(terminal, rows) : 0;
    for (const row of rows) this.#known.add(eventKeyOf(row));
    return { newPunches, owed: {} };
  }

  async #store(terminal: Terminal, rows: readonly Fields[]): Promise<number> {
    const { host } = this.#deps;
    const input = inputOf('events', terminal.serialNumber, host, { rows });
    const newPunches = await this.commit(terminal, input);
    for (const userId of changedUsers(rows)) {
      const user = await this.#readUser(userId, terminal.serialNumber);
      if (user) await this.commit(terminal, inputOf('user', terminal.serialNumber, host, { User: user }));
    }
    return newPunches;
  }

  /** A user that the account may not see must not hold up the punches of everybody. */
  async #readUser(userId: string, serialNumber: SerialNumber): Promise<Fields | undefined> {
    try {
      return await this.#deps.readUser(userId);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const tags = { serialNumber, pin: userId, code: error.code };
      this.#deps.log.warn(
        tags,
        'the BioStar server does not show a user that a device changed; see the rights of the account',
      );
      return undefined;
    }
  }

  /** Event by event, so that the same event is the same item. Answers since when it is owed, or that all is kept. */
  async #keepAside(terminal: Terminal, rows: readonly Fields[], isOther: boolean): Promise<'kept' | number> {
    const { serialNumber, status } = terminal;
    if (status === 'blocked' || isOther) return oldestOf(rows); // refused for now; the server keeps them
    for (const [at, row] of rows.entries()) {
      const input = inputOf('events', serialNumber, this.#deps.host, { rows: [row] });
      const verdict = await this.#quarantine(serialNumber, input);
      if (verdict === 'full') return oldestOf(rows.slice(at));
    }
    return 'kept';
  }

  #quarantine(serialNumber: SerialNumber, input: WireInput): Promise<string> {
    const { brand, store, vault, now } = this.#deps;
    const identity = { ...brand.identify(input), serialNumber };
    return store.quarantine(quarantineOf(input, identity, brand.name, now(), vault));
  }

  async #meet(serialNumber: SerialNumber): Promise<Terminal> {
    const { store, brand, now, host, log } = this.#deps;
    log.info({ brand: brand.name, serialNumber }, 'unknown device of a BioStar server, waiting for approval');
    const terminal = await store.noteTerminal({ serialNumber, brand: brand.name, at: now(), address: host });
    this.forgetTerminals();
    return terminal;
  }

  #arrival(terminal: Terminal, input: WireInput): Arrival {
    const identity = this.#deps.brand.identify(input);
    const correlationId = `${this.#tag}-${(++this.#count).toString(36)}`;
    return { correlationId, terminal, identity, head: input, receivedAt: this.#deps.now() };
  }
}

const isAdmitted = ({ status, zone }: Terminal): boolean => status === 'approved' && zone !== undefined;

const timeOf = (row: Fields): string => textOf(row['datetime']) ?? '';

const oldestOf = (rows: readonly Fields[]): number => {
  const times = rows.map((row) => readStamp(timeOf(row))).filter((time) => time !== undefined);
  return Math.min(...times.map(digitsToMs), Number.MAX_SAFE_INTEGER);
};

function changedUsers(rows: readonly Fields[]): string[] {
  const changed = rows.filter((row) => changesUsers(integerOf(fieldsOf(row['event_type_id'])['code']) ?? 0));
  return [...new Set(changed.flatMap((row) => textOf(fieldsOf(row['user_id'])['user_id']) ?? []))];
}
