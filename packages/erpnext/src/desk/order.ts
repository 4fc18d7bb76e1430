import {
  asPin,
  asSerialNumber,
  localTimeOf,
  type CommandKind,
  type JsonObject,
  type LocalTime,
  type Pin,
  type SerialNumber,
  type ZoneName,
} from '@biolistener/core';
import type { CommandState, StoredCommand } from '@biolistener/store';
import { isRecord } from '../server-text.ts';
import { isChecked, plainWords, siteTime, wordIn, type Fields } from './fields.ts';
import type { Row } from './names.ts';

/** One Biometric Device Command, as a person made it. */
export interface DeskOrder {
  readonly name: string;
  readonly type: string;
  readonly device: SerialNumber | undefined;
  readonly user: Pin | undefined;
  readonly parameters: JsonObject;
  readonly isCancelRequested: boolean;
  /** Frappe lets only the role for it set these (permission levels 2 and 3). */
  readonly mayOpenDoors: boolean;
  readonly mayManage: boolean;
  readonly owner: string;
  /** When it was made, by the clock and in the zone of the site. */
  readonly madeAt: LocalTime | undefined;
  readonly isOpen: boolean;
  readonly modified: string;
  /** The commands that it came to, as we wrote them there; also one of another order that does for both. */
  readonly commandIds: readonly string[];
}

export function readOrder(row: Row): DeskOrder | undefined {
  const name = wordIn(row, 'name');
  if (name === undefined) return undefined;
  const device = wordIn(row, 'device');
  const user = wordIn(row, 'device_user');
  const status = wordIn(row, 'status') ?? 'Pending';
  return {
    name,
    type: wordIn(row, 'type') ?? '',
    device: device === undefined ? undefined : asSerialNumber(device),
    user: user === undefined ? undefined : asPin(user),
    parameters: parametersOf(row['parameters']),
    isCancelRequested: isChecked(row, 'cancel_requested'),
    mayOpenDoors: isChecked(row, 'door_order'),
    mayManage: isChecked(row, 'manager_order'),
    owner: wordIn(row, 'owner') ?? 'unknown',
    madeAt: localTimeIn(row, 'creation'),
    isOpen: status === 'Pending' || status === 'Processing',
    modified: wordIn(row, 'modified') ?? '',
    commandIds: (wordIn(row, 'command_id') ?? '').split(', ').filter((id) => /^\d{1,16}$/.test(id)),
  };
}

/** Frappe writes six digits of a second behind it. */
function localTimeIn(row: Row, field: string): LocalTime | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(wordIn(row, field) ?? '');
  const [year = NaN, month = NaN, day = NaN, hour, minute, second] = (parts ?? []).slice(1).map(Number);
  return localTimeOf(year, month, day, hour, minute, second);
}

/** A JSON field reads back as text (erpnext-contract.md §5.2). */
function parametersOf(value: unknown): JsonObject {
  const read: unknown = typeof value === 'string' ? parsed(value) : value;
  return isRecord(read) ? (read as JsonObject) : {}; // out of JSON
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a person typed it: the command then says which parameter is missing
  }
}

/** What has to be done for an order. */
export type OrderPlan =
  | { readonly kind: 'command'; readonly commands: readonly { kind: CommandKind; parameters: JsonObject }[] }
  /** The roster does it: the person is allowed there from now on, and what becomes of it is read off the roster. */
  | { readonly kind: 'put-there' }
  | { readonly kind: 'look-again' }
  | { readonly kind: 'copy'; readonly to: SerialNumber | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

const SIMPLE: Readonly<Record<string, CommandKind>> = {
  'Set Clock': 'clock.set',
  Restart: 'restart',
  'Get Info': 'info',
  'Open Door': 'door.open',
  'Test Connection': 'check',
};

const refused = (reason: string): OrderPlan => ({ kind: 'refused', reason });

/** Which right, device and user the type needs, and what it comes to. `kinds`: template kinds of the device. */
export function planOrder(order: DeskOrder, kinds: readonly string[]): OrderPlan {
  const { type, device, user, parameters } = order;
  const isDoor = type === 'Open Door';
  if (isDoor && !order.mayOpenDoors) return refused('Only a Biometric Door Operator may open doors.');
  if (!isDoor && !order.mayManage) return refused('Only a Biometric Manager may do this.');
  if (type === 'Sync Now') return (device ?? user) ? { kind: 'look-again' } : refused('Choose a device or a user.');
  if (type === 'Copy To Devices') {
    const to = typeof parameters['to'] === 'string' && parameters['to'] !== '' ? parameters['to'] : undefined;
    if (device === undefined && user === undefined) return refused('Choose a device or a user.');
    if (to !== undefined && user === undefined) return refused('Choose the user who is to be copied there.');
    return { kind: 'copy', to: to === undefined ? undefined : asSerialNumber(to) };
  }
  if (device === undefined) return refused('Choose a device.');
  const simple = SIMPLE[type];
  if (simple !== undefined) return { kind: 'command', commands: [{ kind: simple, parameters: {} }] };
  return planPeople(order, user, kinds);
}

function planPeople({ type, parameters }: DeskOrder, user: Pin | undefined, kinds: readonly string[]): OrderPlan {
  const one = (kind: CommandKind, given: JsonObject): OrderPlan => ({
    kind: 'command',
    commands: [{ kind, parameters: given }],
  });
  if (type === 'Get Logs') return one('logs.query', picked(parameters, ['from', 'to']));
  if (type === 'Clear Logs') return one('logs.clear', { what: 'attendance', confirmed: true });
  if (type === 'Get Enroll Data') return { kind: 'command', commands: enrolData(user, kinds) };
  if (user === undefined) return refused('Choose a user.');
  switch (type) {
    case 'Enroll User':
    case 'Update User':
      return { kind: 'put-there' };
    case 'Delete User':
      return one('user.delete', { pin: user });
    case 'Start Capture':
      return one('enrol.start', { ...picked(parameters, ['kind', 'no']), pin: user });
    default:
      return refused('This type of command is not known.');
  }
}

const picked = (parameters: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(parameters).filter(([name, value]) => names.includes(name) && value !== null));

/** The user record, and each kind of template that the terminal has. */
function enrolData(user: Pin | undefined, kinds: readonly string[]): { kind: CommandKind; parameters: JsonObject }[] {
  const who: JsonObject = user === undefined ? {} : { pin: user };
  const templates = kinds.map((kind) => ({ kind: 'template.query' as const, parameters: { kind, ...who } }));
  return [{ kind: 'user.query', parameters: who }, ...templates];
}

export type DeskStatus = 'Pending' | 'Processing' | 'Success' | 'Failed' | 'Closed';

const STATUS_OF: Readonly<Record<CommandState, DeskStatus>> = {
  queued: 'Pending',
  leased: 'Processing',
  sent: 'Processing',
  answered: 'Processing',
  verified: 'Success',
  failed: 'Failed',
  expired: 'Failed',
  cancelled: 'Closed',
};
const WORST_FIRST: readonly DeskStatus[] = ['Processing', 'Pending', 'Failed', 'Closed', 'Success'];

export const isOpenStatus = (status: unknown): boolean => status === 'Pending' || status === 'Processing';

function wordsOf(command: StoredCommand): string {
  if (command.detail !== undefined) return command.detail;
  if (command.reason !== undefined) return command.reason;
  if (command.state === 'verified') return `Done${command.proof === 'read-back' ? ', and read back' : ''}.`;
  if (command.state === 'expired') return 'The device did not call in time.';
  return command.resultCode === undefined ? '' : `The device answered ${command.resultCode}.`;
}

/** What Desk shows of an order, from the commands that were made for it: of several the one that needs attention. */
export function orderFields(commands: readonly StoredCommand[], zone: ZoneName): Fields | undefined {
  const statuses = commands.map(({ state }) => STATUS_OF[state]);
  const status = WORST_FIRST.find((each) => statuses.includes(each));
  if (status === undefined) return undefined;
  const telling = commands.filter(({ state }) => STATUS_OF[state] === status);
  const words = [...new Set(telling.map(wordsOf).filter((text) => text !== ''))].join(' ');
  const closedAt = isOpenStatus(status) ? undefined : Math.max(...commands.map((each) => each.closedAt ?? 0));
  return {
    status,
    attempts: Math.max(...commands.map(({ attempts }) => attempts)),
    deadline: siteTime(Math.max(...commands.map(({ deadline }) => deadline)), zone),
    response: words === '' ? null : plainWords(words),
    closed_at: siteTime(closedAt, zone),
    command_id: commands
      .map(({ id }) => id)
      .sort((a, b) => Number(a) - Number(b))
      .join(', ')
      .slice(0, 140),
  };
}
