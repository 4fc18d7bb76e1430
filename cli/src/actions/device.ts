import { asSerialNumber, isZone, type JsonObject, type Terminal } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import { ownerOfSharedKey } from '@biolistener/security';
import type { Store, TerminalChange, TerminalListing } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print, printable } from '../output.ts';
import { parseLabel, parseOption, parseRole, parseStateMap, parseZone } from '../parse/device-options.ts';
import { actorHere } from '../services/actor.ts';
import { findTerminal, getTerminal, listTerminals, noTerminal } from '../services/terminals.ts';
import { withStore } from '../services/with-store.ts';
import { keepSharedKey, readSharedKey } from './device-key.ts';
import { adviceFor, deviceTable, deviceText, keyAdvice, maskedOptions, type DeviceView } from '../views/device.ts';

interface Json {
  readonly json?: boolean;
}

export interface ListOptions extends Json {
  readonly status?: string;
  readonly place?: string;
}

export interface ChangeOptions extends Json {
  readonly name?: string;
  readonly zone?: string;
  readonly role?: string;
  readonly place?: string;
  readonly brand?: string;
  readonly sync?: string;
  readonly stateMap?: string;
  readonly option?: readonly string[];
  readonly keyFile?: string;
}

/** Options may hold the key of a terminal that encrypts: programs get asterisks too. */
const asShown = (terminal: TerminalListing): TerminalListing => ({
  ...terminal,
  profile: maskedOptions(terminal.profile),
  ...(terminal.options === undefined ? {} : { options: maskedOptions(terminal.options) }),
});

export async function listDevices(options: ListOptions): Promise<void> {
  await withStore(async ({ store, settings }) => {
    const all = await listTerminals(store);
    const shown = all.filter(
      (one) =>
        (options.status === undefined || one.status === options.status) &&
        (options.place === undefined || one.place === options.place),
    );
    const empty =
      all.length === 0
        ? `No terminal has called yet. Type the address of this machine and port ${settings.publicPort} into one.`
        : `None of the ${counted(all.length, 'terminal')} fits.`;
    print(options, shown.map(asShown), () => deviceTable(shown, Date.now(), empty));
  });
}

export async function showDevice(serialNumber: string, options: Json): Promise<void> {
  await withStore(async ({ store }) => {
    const view = await viewOf(store, await getTerminal(store, serialNumber));
    print(options, { ...view, terminal: asShown(view.terminal) }, () => deviceText(view, Date.now()));
  });
}

async function viewOf(store: Store, terminal: TerminalListing): Promise<DeviceView> {
  const { serialNumber } = terminal;
  const [quarantine, alerts, settings] = await Promise.all([
    store.listQuarantine(serialNumber, 200),
    store.listOperations({ serialNumber, alertsOnly: true, limit: 10 }),
    store.listSettings(),
  ]);
  const mustShowKey = settings.some(({ key }) => ownerOfSharedKey(key) === serialNumber);
  return {
    terminal,
    mustShowKey,
    quarantine: quarantine.map(({ sealed: _, ...item }) => item),
    alerts,
    commands: await commandsOf(terminal),
    advice: [...adviceFor(terminal), ...(mustShowKey ? keyAdvice(terminal, Date.now()) : [])],
  };
}

/** What it can be asked, as far as its profile tells. */
async function commandsOf(terminal: TerminalListing): Promise<readonly string[]> {
  const [{ findBrand }, { viewOf: viewForRules }] = await Promise.all([
    import('@biolistener/brands'),
    import('@biolistener/roster'),
  ]);
  return findBrand(terminal.brand)?.roster.abilities(viewForRules(terminal)).commands ?? [];
}

/** Approves: what it sends is taken from now on, and what was kept in quarantine is taken in by the listener. */
export async function approveDevice(serialNumber: string, options: ChangeOptions): Promise<void> {
  const given = options.zone === undefined ? undefined : parseZone(options.zone);
  const settings = settingsOf(options);
  await withStore(async ({ store, settings: site }) => {
    const before = await findTerminal(store, serialNumber);
    const brand = before ? await knownBrand(options.brand) : await brandFor(store, serialNumber, options.brand);
    const { zone, from } = zoneFor(given, before, site);
    const change: TerminalChange = { status: 'approved', settings: { ...settings, zone } };
    const terminal = await store.changeTerminal(asSerialNumber(serialNumber), change, actorHere(), brand);
    const quarantined = before?.quarantined ?? 0;
    print(
      options,
      {
        terminal: maskedTerminal(terminal),
        zoneFrom: from,
        wasStatus: before?.status ?? null,
        wasBrand: before?.brand ?? null,
        quarantined,
      },
      () => approvedText(terminal, zone, from, before),
    );
  });
}

function zoneFor(given: string | undefined, before: TerminalListing | undefined, site: Settings) {
  if (given !== undefined) return { zone: given, from: 'option' } as const;
  if (before?.zone !== undefined && isZone(before.zone)) return { zone: before.zone, from: 'terminal' } as const;
  return { zone: site.timeZone, from: 'setting' } as const;
}

const ZONE_FROM = {
  option: 'as you said',
  terminal: 'as it was set before',
  setting: 'which is BIOLISTENER_TIME_ZONE or the zone of this machine; `device set --zone` changes it',
} as const;

function approvedText(
  terminal: Terminal,
  zone: string,
  from: keyof typeof ZONE_FROM,
  before: TerminalListing | undefined,
): string {
  const serial = printable(terminal.serialNumber);
  const state =
    before === undefined
      ? 'is approved before it ever called'
      : before.status === 'approved'
        ? 'was approved already'
        : 'is approved';
  const lines = [`${serial} ${state}. Its clock is read in ${zone}, ${ZONE_FROM[from]}.`];
  if (before !== undefined && before.brand !== terminal.brand)
    lines.push(`Its brand is ${terminal.brand} now; before, it was ${printable(before.brand)}.`);
  const kept = before?.quarantined ?? 0;
  if (kept > 0)
    lines.push(`${counted(kept, 'request')} of it from quarantine will be taken in now, while the listener runs.`);
  return lines.join('\n');
}

const brandNames = async (): Promise<string[]> =>
  (await import('@biolistener/brands')).brands.map((one): string => one.name);

/** A brand that was said must be one that we speak. */
async function knownBrand(brand: string | undefined): Promise<string | undefined> {
  if (brand === undefined) return undefined;
  const names = await brandNames();
  if (names.includes(brand)) return brand;
  throw new CommandFailure(`there is no brand ${JSON.stringify(brand)}`, EXIT.usage, `There are ${names.join(', ')}.`);
}

/** The brand of a serial number that never called. */
async function brandFor(store: Store, serialNumber: string, said: string | undefined): Promise<string> {
  const brand = await knownBrand(said);
  if (brand === undefined)
    throw await noTerminal(
      store,
      serialNumber,
      `To approve one that never called, say its brand: --brand ${(await brandNames()).join(' or --brand ')}.`,
    );
  if (!/^[\w.:-]{2,64}$/.test(serialNumber))
    throw new CommandFailure(
      `${JSON.stringify(serialNumber)} is no serial number`,
      EXIT.usage,
      'It stands on the sticker, or in the menu of the terminal under System Info.',
    );
  return brand;
}

export async function blockDevice(serialNumber: string, options: Json): Promise<void> {
  await withStore(async ({ store }) => {
    const before = await getTerminal(store, serialNumber);
    const terminal = await store.changeTerminal(before.serialNumber, { status: 'blocked' }, actorHere());
    print(options, { terminal: maskedTerminal(terminal), wasStatus: before.status }, () => {
      const kept = before.quarantined > 0 ? ` ${counted(before.quarantined, 'request')} of it stay in quarantine.` : '';
      return `${printable(serialNumber)} is blocked: it is answered, and nothing of it is kept from now on.${kept}`;
    });
  });
}

export async function setDevice(serialNumber: string, options: ChangeOptions): Promise<void> {
  const zone = options.zone === undefined ? undefined : parseZone(options.zone);
  const given = { ...settingsOf(options), ...(zone === undefined ? {} : { zone }) };
  const switches = (options.option ?? []).map(parseOption);
  const key = options.keyFile === undefined ? undefined : readSharedKey(options.keyFile);
  const isNothing = Object.keys(given).length === 0 && switches.length === 0;
  if (isNothing && key === undefined)
    throw new CommandFailure(
      'nothing to set',
      EXIT.usage,
      'Say --name, --zone, --role, --place, --sync, --state-map, --option or --key-file.',
    );
  await withStore(async ({ store, settings: site }) => {
    const before = await getTerminal(store, serialNumber);
    const keyWarnings = key === undefined ? [] : await keepSharedKey(before, key, store, site);
    const settings =
      switches.length === 0 ? given : { ...given, options: mergedOptions(before.options ?? {}, switches) };
    const terminal = isNothing ? before : await store.changeTerminal(before.serialNumber, { settings }, actorHere());
    const changed = [...Object.keys(settings), ...(key === undefined ? [] : ['key'])];
    const warnings = [...warningsFor(before, terminal), ...keyWarnings];
    print(options, { terminal: maskedTerminal(terminal), changed, warnings }, () =>
      [`${printable(serialNumber)}: ${changed.join(', ')} set.`, ...warnings].join('\n'),
    );
  });
}

const maskedTerminal = (terminal: Terminal): Terminal => ({
  ...terminal,
  profile: maskedOptions(terminal.profile),
  ...(terminal.options === undefined ? {} : { options: maskedOptions(terminal.options) }),
});

function warningsFor(before: Terminal, after: Terminal): string[] {
  if (before.zone === undefined || before.zone === after.zone) return [];
  return [
    `Punches that are stored keep the times that ${before.zone} gave them; ${after.zone ?? 'no zone'} counts for new ones.`,
  ];
}

function mergedOptions(before: JsonObject, switches: readonly ReturnType<typeof parseOption>[]): JsonObject | null {
  const options = new Map(Object.entries(before));
  for (const [key, value] of switches) {
    if (value === undefined) options.delete(key);
    else options.set(key, value);
  }
  return options.size === 0 ? null : Object.fromEntries(options);
}

/** What the options say in the words of the store; `null` forgets. The zone is read apart, because it may be missing. */
function settingsOf(options: ChangeOptions): NonNullable<TerminalChange['settings']> {
  return {
    ...(options.name === undefined ? {} : { name: parseLabel('--name', options.name) }),
    ...(options.place === undefined ? {} : { place: parseLabel('--place', options.place) }),
    ...(options.role === undefined ? {} : { role: parseRole(options.role) }),
    ...(options.sync === undefined ? {} : { isSyncOff: options.sync === 'off' }),
    ...(options.stateMap === undefined ? {} : { stateMap: parseStateMap(options.stateMap) }),
  };
}
