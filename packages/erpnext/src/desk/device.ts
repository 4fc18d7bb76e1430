import {
  asSerialNumber,
  isZone,
  type JsonObject,
  type Instant,
  type SerialNumber,
  type Terminal,
  type TerminalRole,
  type ZoneName,
} from '@biolistener/core';
import type { TerminalChange } from '@biolistener/store';
import { textIn } from '../doctypes.ts';
import { capacityFields } from './capacity.ts';
import { check, isChecked, plainWords, siteTime, wordIn, type Fields } from './fields.ts';
import type { Row } from './names.ts';

/** Brands that the plugin's Select names: all that the service knows (test/guard/documents.test.ts). */
export const DESK_BRANDS = ['zkteco', 'aiface', 'ebkn', 'zk-tcp', 'suprema'] as const;

/** As the Select has it; undefined for a brand that only this version of the service knows. */
export const deskBrandOf = ({ brand }: Terminal): string | undefined => DESK_BRANDS.find((known) => known === brand);

const ROLES: Readonly<Record<string, TerminalRole>> = { both: 'both', IN: 'in', OUT: 'out' };
const DESK_ROLES: Readonly<Record<TerminalRole, string>> = { both: 'both', in: 'IN', out: 'OUT' };

/** Fields that can be forgotten again: a terminal goes on without them, or, without a zone, is not approved. */
const FORGETTABLE = ['zone', 'name', 'place', 'deviceId'] as const;
type Forgettable = (typeof FORGETTABLE)[number];

/** What people decided about a terminal in Desk. What they left empty they did not decide. */
export interface DeviceDecision {
  readonly serialNumber: SerialNumber;
  readonly brand: string | undefined;
  readonly isDisabled: boolean;
  readonly zone: ZoneName | undefined;
  /** What a person must mend: a zone that this machine does not know, an address that is none. That field decides nothing. */
  readonly problem: string | undefined;
  readonly name: string | undefined;
  readonly place: string | undefined;
  readonly role: TerminalRole | undefined;
  readonly isSyncOff: boolean;
  /** What goes into the check-ins of this terminal. */
  readonly deviceId: string | undefined;
  /** Where it is called; '' when a person took the address away, 0 when the port. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** There is something, and it cannot be so: that is not empty. */
  readonly mistyped: readonly ('zone' | 'address' | 'port')[] | undefined;
  /** A person took away what stood there (`withEmptied`). */
  readonly emptied?: readonly Forgettable[];
}

/** Brands whose terminals are called where they have an address (docs/pull.md). */
const CALLED_BRANDS: readonly string[] = ['zk-tcp', 'zkteco'];
const HOST = /^[A-Za-z0-9.:-]{1,253}$/;

export const isCalled = (brand: string | undefined): boolean => brand !== undefined && CALLED_BRANDS.includes(brand);

/** Undefined for a document without a serial number. */
export function readDevice(row: Row): DeviceDecision | undefined {
  const serial = wordIn(row, 'serial') ?? wordIn(row, 'name');
  if (serial === undefined) return undefined;
  const zone = wordIn(row, 'time_zone');
  const isKnown = zone === undefined || isZone(zone);
  const address = wordIn(row, 'ip_address');
  const isHost = address === undefined || HOST.test(address);
  const port = Number(row['port'] ?? 0);
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  const mistyped = [
    ...(isKnown ? [] : ['zone' as const]),
    ...(isHost ? [] : ['address' as const]),
    ...(isPort ? [] : ['port' as const]),
  ];
  const problems = [
    isKnown ? '' : `"${zone}" is no time zone. Use a name such as Asia/Dubai.`,
    isHost ? '' : `"${address}" is no IP address or host name.`,
    isPort ? '' : 'The port must be a number up to 65535.',
  ].filter((problem) => problem !== '');
  return {
    serialNumber: asSerialNumber(serial),
    brand: wordIn(row, 'brand'),
    isDisabled: isChecked(row, 'disabled'),
    zone: isKnown ? zone : undefined,
    problem: problems.length === 0 ? undefined : problems.join(' '),
    name: wordIn(row, 'device_name'),
    place: wordIn(row, 'branch'),
    role: ROLES[wordIn(row, 'role') ?? ''],
    isSyncOff: isChecked(row, 'disable_syncing'),
    deviceId: wordIn(row, 'device_id'),
    address: isHost ? address : undefined,
    port: isPort && port > 0 ? port : undefined,
    mistyped: mistyped.length === 0 ? undefined : mistyped,
  };
}

/** Options with where it is called; those of before where Desk decides nothing, or it is a brand that calls us. */
function optionsOf(device: DeviceDecision, terminal: Terminal | undefined): JsonObject {
  const { brand, port, mistyped } = device;
  const before = terminal?.options ?? {};
  const address = device.address ?? (mistyped?.includes('address') === true ? before['address'] : undefined);
  if (address === undefined || !isCalled(terminal?.brand ?? brand)) return before;
  const { address: _address, port: _port, ...others } = before;
  if (address === '') return others;
  const kept = port === 0 ? undefined : (port ?? before['port']);
  return { ...others, address, ...(kept === undefined ? {} : { port: kept }) };
}

/** Key order decides nothing. */
const isSameOptions = (one: JsonObject, other: JsonObject): boolean =>
  Object.keys({ ...one, ...other }).every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));

/** Approved: not disabled, and its zone is known. What was blocked elsewhere stays so until Desk says something new. */
function statusOf(device: DeviceDecision, terminal: Terminal | undefined, isNews: boolean): Terminal['status'] {
  const before = terminal?.status ?? 'pending';
  if (device.isDisabled) return 'blocked';
  if (device.emptied?.includes('zone') === true) return 'pending';
  if ((device.zone ?? terminal?.zone) === undefined) return before === 'blocked' && isNews ? 'pending' : before;
  if (before === 'blocked' && !isNews) return 'blocked';
  return device.zone === undefined && before === 'pending' ? 'pending' : 'approved';
}

/**
 * What must change in the store, so that it is as Desk says; undefined when it is so already.
 * `isNews`: a person saved the document since it was last applied. Then Desk also lifts a block that came from elsewhere.
 */
export function decideDevice(
  device: DeviceDecision,
  terminal: Terminal | undefined,
  isNews: boolean,
): TerminalChange | undefined {
  const status = statusOf(device, terminal, isNews);
  const wanted = {
    ...(device.zone === undefined ? {} : { zone: device.zone }),
    ...(device.name === undefined ? {} : { name: device.name }),
    ...(device.place === undefined ? {} : { place: device.place }),
    ...(device.role === undefined ? {} : { role: device.role }),
    ...(device.deviceId === undefined ? {} : { deviceId: device.deviceId }),
    isSyncOff: device.isSyncOff,
  };
  const known: Readonly<Record<string, unknown>> = {
    role: 'both',
    isSyncOff: false,
    deviceId: device.serialNumber, // what the plugin fills in by itself decides nothing
    ...terminal,
  };
  const forgotten = (device.emptied ?? []).filter((field) => terminal?.[field] !== undefined);
  const settings = Object.fromEntries([
    ...Object.entries(wanted).filter(([key, value]) => known[key] !== value),
    ...forgotten.map((field) => [field, null] as const),
  ]);
  const options = optionsOf(device, terminal);
  const isSameAddress = isSameOptions(options, terminal?.options ?? {});
  const isSame = terminal?.status === status && Object.keys(settings).length === 0 && isSameAddress;
  if (isSame) return undefined;
  const said = isSameAddress ? settings : { ...settings, options };
  return { ...(terminal?.status === status ? {} : { status }), settings: said };
}

/** A brand that Desk decides: of a terminal that never called, or that a person now says is of another one. */
export function decideBrand(
  { brand }: DeviceDecision,
  terminal: Terminal | undefined,
  isNews: boolean,
): string | undefined {
  if (terminal === undefined) return brand;
  return isNews && brand !== terminal.brand && DESK_BRANDS.some((known) => known === brand) ? brand : undefined;
}

/** The same, with what is taken away where a person emptied the field since the decision before. */
export function withEmptied(device: DeviceDecision, before: string | undefined): DeviceDecision {
  if (before === undefined || !before.startsWith('{')) return device;
  const old = JSON.parse(before) as Partial<DeviceDecision>; // decisionText wrote it
  const isMistyped = ({ mistyped }: Partial<DeviceDecision>, field: string): boolean =>
    mistyped?.some((each) => each === field) === true;
  const isEmptied = (field: Forgettable | 'address' | 'port'): boolean =>
    device[field] === undefined && !isMistyped(device, field) && (old[field] !== undefined || isMistyped(old, field));
  const emptied = FORGETTABLE.filter(isEmptied);
  return {
    ...device,
    ...(isEmptied('address') ? { address: '' } : {}),
    ...(isEmptied('port') ? { port: 0 } : {}),
    ...(emptied.length === 0 ? {} : { emptied }),
  };
}

/** What of a decision is compared to find out whether a person decided anew. */
export const decisionText = (device: DeviceDecision): string => JSON.stringify(device);

export interface DeskAbilities {
  readonly commands: readonly string[];
  /** Kinds, as the brand's commands spell them. */
  readonly templates: readonly string[];
}

/** What the service knows of a terminal and Desk shows. */
export interface DeviceFacts {
  readonly terminal: Terminal;
  readonly isOnline: boolean;
  readonly pendingCommands: number;
  readonly lastError: string | undefined;
  readonly abilities: DeskAbilities | undefined;
}

export interface DeviceFields {
  /** Worth a request as soon as they differ. */
  readonly urgent: Fields;
  /** Go along with those, or once in a while: they change with every contact. */
  readonly lazy: Fields;
}

const STATUSES = { pending: 'Pending', approved: 'Approved', blocked: 'Blocked' } as const;

export function deviceFields(facts: DeviceFacts, zone: ZoneName): DeviceFields {
  const { terminal, isOnline, pendingCommands, lastError, abilities } = facts;
  const { profile, clockDriftSeconds } = terminal;
  return {
    urgent: {
      status: STATUSES[terminal.status],
      online: check(isOnline),
      pending_commands: pendingCommands,
      last_error: lastError === undefined ? null : plainWords(lastError),
      firmware: plainWords(textIn(profile, 'firmware') ?? '').slice(0, 140) || null,
      ...(abilities === undefined
        ? {}
        : { abilities: JSON.stringify({ commands: abilities.commands, templates: abilities.templates }) }),
    },
    lazy: {
      last_contact: siteTime(terminal.lastContactAt, zone),
      ...(clockDriftSeconds === undefined ? {} : { clock_drift_seconds: Math.round(clockDriftSeconds) }),
      ...capacityFields(profile),
    },
  };
}

/** A document for a terminal that Desk does not have: what people decided elsewhere, so that Desk starts from it. */
export const newDevice = (terminal: Terminal): Fields => ({
  serial: terminal.serialNumber,
  brand: deskBrandOf(terminal) ?? '',
  device_name: plainWords(terminal.name ?? '').slice(0, 140),
  device_id: terminal.serialNumber,
  time_zone: terminal.status === 'pending' ? '' : (terminal.zone ?? ''),
  role: DESK_ROLES[terminal.role ?? 'both'],
  disabled: check(terminal.status === 'blocked'),
  disable_syncing: check(terminal.isSyncOff === true),
  ...(typeof terminal.options?.['address'] === 'string' ? { ip_address: terminal.options['address'] } : {}),
  ...(typeof terminal.options?.['port'] === 'number' ? { port: terminal.options['port'] } : {}),
});

export const isOnlineAt = (terminal: Terminal, now: Instant, withinMs: number): boolean =>
  terminal.lastContactAt > 0 && now - terminal.lastContactAt <= withinMs;
