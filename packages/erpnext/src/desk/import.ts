import {
  asPin,
  asSerialNumber,
  messageOf,
  type Instant,
  type Pin,
  type SerialNumber,
  type Template,
} from '@biolistener/core';
import type { PersonStore, TerminalStore, UploadStore } from '@biolistener/store';
import type { ErpNextClient } from '../client.ts';
import { isChecked, wordIn } from './fields.ts';
import { readImportSource, type ImportGeneration, type ImportSource } from './import-source.ts';
import { readZktecoFile, sealTemplate, type ReadTemplates, type Sealer } from './import-templates.ts';
import { nameOf } from './site.ts';
import type { Row } from './names.ts';

export interface ImportEntry {
  readonly what: 'device' | 'user' | 'assignment' | 'template';
  /** Serial number, PIN, `PIN at serial number`, `PIN: fingerprint 3`. */
  readonly name: string;
  /** known: it is here already, and stays as it is. */
  readonly outcome: 'imported' | 'known' | 'skipped';
  /** Why, or what is left to do; empty when there is nothing to say. */
  readonly detail: string;
}

export interface ImportReport {
  /** Which generation of the app was found; undefined: none. */
  readonly found: ImportGeneration['name'] | undefined;
  /** False: nothing was written, this is what would be. */
  readonly isApplied: boolean;
  readonly entries: readonly ImportEntry[];
}

export interface ImportOptions {
  readonly apply: boolean;
  readonly actor: string;
  readonly now: () => Instant;
  /** Reads a raw `GET_USER_INFO` frame with the decoder of the brand; without it EBKN files are skipped. */
  readonly readEbknFrame?: (bytes: Uint8Array, pin: Pin) => ReadTemplates;
}

type ImportStore = PersonStore & TerminalStore & UploadStore;

const BRANDS: Readonly<Record<string, 'zkteco' | 'ebkn'>> = { ZKTeco: 'zkteco', EBKN: 'ebkn' };
const FILES = [
  ['zkteco', 'zkteco_enroll_data'],
  ['ebkn', 'ebkn_enroll_data'],
] as const;

/**
 * Takes over what the public app `biometric_integration` stored on a site: devices, users, where they are allowed, and
 * templates. Only adds: what is known here already stays as it is, so it is safe to repeat. Errors: RequestFailed, and
 * what the store throws; what one entry lacks is told in the report.
 */
export async function importFromBiometricIntegration(
  client: ErpNextClient,
  store: ImportStore,
  vault: Sealer,
  options: ImportOptions,
): Promise<ImportReport> {
  const source = await readImportSource(client);
  if (source === undefined) return { found: undefined, isApplied: options.apply, entries: [] };
  const round = new ImportRound(client, store, vault, options, source);
  await round.run();
  return { found: source.generation.name, isApplied: options.apply, entries: round.entries };
}

class ImportRound {
  readonly entries: ImportEntry[] = [];
  readonly #client: ErpNextClient;
  readonly #store: ImportStore;
  readonly #vault: Sealer;
  readonly #options: ImportOptions;
  readonly #source: ImportSource;
  /** Terminals that are known, or would be. */
  readonly #brands = new Map<string, string>();

  constructor(client: ErpNextClient, store: ImportStore, vault: Sealer, options: ImportOptions, source: ImportSource) {
    this.#client = client;
    this.#store = store;
    this.#vault = vault;
    this.#options = options;
    this.#source = source;
  }

  async run(): Promise<void> {
    for (const row of this.#source.devices) await this.#device(row);
    for (const row of this.#source.users) await this.#user(row);
  }

  #tell(what: ImportEntry['what'], name: string, outcome: ImportEntry['outcome'], detail = ''): void {
    this.entries.push({ what, name, outcome, detail });
  }

  async #device(row: Row): Promise<void> {
    const serial = wordIn(row, 'serial') ?? nameOf(row);
    const brand = BRANDS[wordIn(row, 'brand') ?? ''];
    const known = await this.#store.findTerminal(asSerialNumber(serial));
    if (known !== undefined) {
      this.#brands.set(serial, known.brand);
      return this.#tell('device', serial, 'known');
    }
    if (brand === undefined) return this.#tell('device', serial, 'skipped', 'its brand is not supported');
    this.#brands.set(serial, brand);
    const isDisabled = isChecked(row, 'disabled');
    if (this.#options.apply) await this.#addTerminal(serial, brand, row);
    const left = isDisabled ? 'disabled there, so blocked here' : 'approve it with its time zone';
    this.#tell('device', serial, 'imported', left);
  }

  async #addTerminal(serial: string, brand: string, row: Row): Promise<void> {
    const [name, place] = [wordIn(row, 'device_name'), wordIn(row, 'branch')];
    const settings = {
      ...(name === undefined ? {} : { name }),
      ...(place === undefined ? {} : { place }),
      ...(isChecked(row, this.#source.generation.isSyncOff) ? { isSyncOff: true } : {}),
    };
    const change = isChecked(row, 'disabled') ? { status: 'blocked' as const, settings } : { settings };
    await this.#store.changeTerminal(asSerialNumber(serial), change, this.#options.actor, brand);
  }

  async #user(row: Row): Promise<void> {
    const pin = asPin(wordIn(row, 'user_id') ?? nameOf(row));
    const known = await this.#store.findPerson(pin);
    if (known !== undefined) this.#tell('user', pin, 'known');
    else if (this.#options.apply) await this.#addPerson(pin, row);
    if (known === undefined) this.#tell('user', pin, 'imported', noteOf(row));
    if (known === undefined) await this.#assignments(pin, row);
    for (const [brand, field] of FILES) await this.#file(pin, row, brand, wordIn(row, field));
  }

  async #addPerson(pin: Pin, row: Row): Promise<void> {
    const privilege = wordIn(row, 'privilege') ?? '';
    const password = wordIn(row, 'device_password');
    const plain = password === undefined ? undefined : Buffer.from(JSON.stringify({ password }));
    await this.#store.putPerson(
      {
        pin,
        employee: wordIn(row, 'employee') ?? null,
        name: wordIn(row, 'employee_name') ?? null,
        isAdministrator: privilege === 'Admin' || privilege === 'Super Admin',
        isEverywhere: isChecked(row, this.#source.generation.isEverywhere),
        ...(plain === undefined ? {} : { password: this.#vault.seal('user', plain) }),
        origin: 'cli',
      },
      this.#options.actor,
      this.#options.now(),
    );
  }

  #linksOf(row: Row): readonly { readonly serial: string; readonly isSource: boolean }[] {
    const links = this.#source.links.get(nameOf(row)) ?? [];
    return links.map((link) => ({
      serial: wordIn(link, this.#source.generation.linkedDevice) ?? '',
      isSource: isChecked(link, 'enroll_data_source'),
    }));
  }

  async #assignments(pin: Pin, row: Row): Promise<void> {
    const wanted: SerialNumber[] = [];
    for (const { serial } of this.#linksOf(row)) {
      const isKnown = this.#brands.has(serial);
      if (isKnown) wanted.push(asSerialNumber(serial));
      const name = `${pin} at ${serial}`;
      if (isKnown) this.#tell('assignment', name, 'imported');
      else this.#tell('assignment', name, 'skipped', 'this device is not known');
    }
    const person = this.#options.apply && wanted.length > 0 ? await this.#store.findPerson(pin) : undefined;
    if (person) await this.#store.assign(person.id, wanted, this.#options.actor, this.#options.now());
  }

  async #file(pin: Pin, row: Row, brand: 'zkteco' | 'ebkn', url: string | undefined): Promise<void> {
    if (url === undefined) return;
    const source = this.#linksOf(row)
      .toSorted((a, b) => Number(b.isSource) - Number(a.isSource))
      .find(({ serial }) => this.#brands.get(serial) === brand);
    const name = `${pin}: ${brand}`;
    if (source === undefined)
      return this.#tell('template', name, 'skipped', 'no device of this brand that they could come from is known');
    let read: ReadTemplates;
    try {
      read = this.#read(await this.#client.download(url), pin, brand);
    } catch (error) {
      return this.#tell('template', name, 'skipped', `its file cannot be read: ${messageOf(error)}`);
    }
    for (const reason of read.skipped) this.#tell('template', name, 'skipped', reason);
    await this.#templates(pin, asSerialNumber(source.serial), brand, read.templates);
  }

  #read(bytes: Uint8Array, pin: Pin, brand: 'zkteco' | 'ebkn'): ReadTemplates {
    if (brand === 'zkteco') return readZktecoFile(bytes, pin);
    const { readEbknFrame } = this.#options;
    return readEbknFrame?.(bytes, pin) ?? { templates: [], skipped: ['files of this brand are not read here'] };
  }

  /** A slot that is known of anywhere is newer than what the app kept. */
  async #templates(pin: Pin, serialNumber: SerialNumber, brand: string, read: readonly Template[]): Promise<void> {
    const held = await this.#store.templatesOf(pin);
    const isHeld = (one: Template): boolean =>
      held.some((each) => each.kind === one.kind && each.no === one.no && each.index === one.index);
    for (const one of read) this.#tell('template', `${pin}: ${one.kind} ${one.no}`, isHeld(one) ? 'known' : 'imported');
    const fresh = read.filter((one) => !isHeld(one));
    if (!this.#options.apply || fresh.length === 0) return;
    await this.#store.commitUpload({
      correlationId: `import:${pin}`,
      serialNumber,
      brand,
      operation: 'import',
      remoteAddress: '',
      receivedAt: this.#options.now(),
      isReplay: true,
      punches: [],
      users: [],
      templates: fresh.map((one) => sealTemplate(one, this.#vault)),
      photos: [],
      operations: [],
      results: [],
      parked: [],
    });
  }
}

const noteOf = (row: Row): string =>
  wordIn(row, 'privilege') === 'Enroller' ? 'Enroller there, an ordinary user here' : '';
