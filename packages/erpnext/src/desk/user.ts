import {
  asPin,
  asSerialNumber,
  type Instant,
  type LocalDate,
  type Pin,
  type SerialNumber,
  type ZoneName,
} from '@biolistener/core';
import type { Person, PersonChange, RosterCell, RosterItem, TemplateHead } from '@biolistener/store';
import { isRecord } from '../server-text.ts';
import { isChecked, isSameValue, plainWords, siteTime, wordIn, type Fields } from './fields.ts';
import type { Row } from './names.ts';

/** What people decided about a person in Desk. */
export interface UserDecision {
  /** Name of the document. */
  readonly name: string;
  readonly pin: Pin;
  readonly employee: string | undefined;
  readonly userName: string | undefined;
  readonly card: string | undefined;
  readonly isAdministrator: boolean;
  readonly isEnabled: boolean;
  readonly isEverywhere: boolean;
  readonly validFrom: LocalDate | undefined;
  readonly validTo: LocalDate | undefined;
  readonly devices: readonly SerialNumber[];
}

const dateIn = (row: Row, field: string): LocalDate | undefined => {
  const text = wordIn(row, field)?.slice(0, 10);
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? (text as LocalDate) : undefined; // Frappe's Date exists
};

export const childRows = (row: Row): readonly Row[] => {
  const rows = row['devices'];
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
};

/** Of a whole document: a row of a list has no child table. */
export function readUser(row: Row): UserDecision | undefined {
  const name = wordIn(row, 'name');
  const pin = wordIn(row, 'user_id') ?? name;
  if (name === undefined || pin === undefined) return undefined;
  const devices = childRows(row).map((child) => wordIn(child, 'device'));
  return {
    name,
    pin: asPin(pin),
    employee: wordIn(row, 'employee'),
    userName: wordIn(row, 'user_name') ?? wordIn(row, 'employee_name'),
    card: wordIn(row, 'card'),
    isAdministrator: wordIn(row, 'privilege') === 'Administrator',
    isEnabled: isChecked(row, 'enabled'),
    isEverywhere: isChecked(row, 'allow_in_all_devices'),
    validFrom: dateIn(row, 'valid_from'),
    validTo: dateIn(row, 'valid_to'),
    devices: [...new Set(devices.filter((device) => device !== undefined))].map(asSerialNumber),
  };
}

/** Undefined when the person is as Desk says already: nothing is written, and the roster is not marked for nothing. */
export function decidePerson(user: UserDecision, person: Person | undefined): PersonChange | undefined {
  const wanted = {
    employee: user.employee,
    name: user.userName,
    card: user.card,
    isAdministrator: user.isAdministrator,
    isEverywhere: user.isEnabled && user.isEverywhere,
    validFrom: user.validFrom,
    validTo: user.validTo,
    origin: 'desk' as const,
    deskName: user.name,
  };
  const isSame =
    person !== undefined && Object.entries(wanted).every(([key, value]) => person[key as keyof Person] === value);
  if (isSame) return undefined;
  const { employee = null, name = null, card = null, validFrom = null, validTo = null, ...rest } = wanted;
  return { pin: user.pin, employee, name, card, validFrom, validTo, ...rest };
}

/** Where Desk allows the person by name; nowhere when it is not enabled. */
export const assignmentsOf = (user: UserDecision): readonly SerialNumber[] => (user.isEnabled ? user.devices : []);

export type DeskRowState = 'Wanted' | 'Queued' | 'Confirmed' | 'Failed' | 'Removing' | 'Removed';

export interface DeskRowStatus {
  readonly state: DeskRowState;
  readonly reason: string | undefined;
  readonly readBackAt: Instant | undefined;
}

const wordsOf = ({ detail, reason }: RosterItem): string => detail ?? reason ?? '';

/** One device's row, from what is wanted, was put and was read back there. */
export function rowStatus(cell: RosterCell | undefined, isAssigned: boolean): DeskRowStatus {
  if (cell === undefined) return { state: isAssigned ? 'Wanted' : 'Removed', reason: undefined, readBackAt: undefined };
  const { items } = cell;
  const having = (...states: RosterItem['state'][]) => items.filter((item) => states.includes(item.state));
  const readBacks = items.map((item) => item.readBackAt ?? 0);
  const readBackAt = Math.max(0, ...readBacks) || undefined;
  const status = (state: DeskRowState, said: readonly RosterItem[], note?: string): DeskRowStatus => {
    const reasons = [...new Set([...said.map(wordsOf), note ?? ''].filter((text) => text !== ''))];
    return { state, reason: reasons.length === 0 ? undefined : plainWords(reasons.join(' ')), readBackAt };
  };
  const failed = [...having('failed'), ...having('impossible').filter((item) => item.key === 'user')];
  const impossible = having('impossible');
  if (failed.length > 0) return status('Failed', failed);
  if (having('removing').length > 0) return status('Removing', having('removing'));
  if (!cell.isWanted && items.length === 0) return status(isAssigned ? 'Wanted' : 'Removed', [], whyNotWanted(cell));
  if (having('queued').length > 0) return status('Queued', impossible);
  if (items.length === 0 || having('wanted').length > 0) return status('Wanted', impossible, whyNotWanted(cell));
  if (having('accepted').length > 0)
    return status('Queued', impossible, 'The device said yes; it was not read back yet.');
  return status('Confirmed', impossible);
}

function whyNotWanted({ isWanted, terminal, person }: RosterCell): string | undefined {
  if (isWanted) return undefined;
  if (terminal.status !== 'approved') return 'The device is not approved.';
  if (person.state === 'left') return 'The person left.';
  return terminal.isSyncOff === true ? 'Syncing is switched off for this device.' : undefined;
}

/** The child table as it must be sent: every row whole, with the name that was just read (erpnext-contract.md §2.3). */
export function rowsToSend(
  document: Row,
  statuses: ReadonlyMap<string, DeskRowStatus>,
  zone: ZoneName,
): { readonly rows: readonly Fields[]; readonly isChanged: boolean } {
  let isChanged = false;
  const rows = childRows(document).map((row) => {
    const status = statuses.get(wordIn(row, 'device') ?? '');
    const told: Fields =
      status === undefined
        ? {}
        : {
            state: status.state,
            reason: status.reason ?? null,
            read_back_at: siteTime(status.readBackAt, zone),
          };
    isChanged ||= Object.entries(told).some(([field, value]) => !isSameValue(row[field], value));
    const kept = Object.entries(row).filter(([field]) => !NOT_SENT.has(field));
    return { ...Object.fromEntries(kept), ...told } as Fields; // came as JSON
  });
  return { rows, isChanged };
}

/** Frappe's own bookkeeping of a row, which it keeps by the row's name. */
const NOT_SENT: ReadonlySet<string> = new Set([
  '__unsaved',
  'owner',
  'creation',
  'modified',
  'modified_by',
  'docstatus',
]);

const GROUPS = [
  ['fingerprints', 'fingerprint', ['fingerprint', 'finger-vein']],
  ['faces', 'face', ['face', 'visible-face']],
  ['palms', 'palm', ['palm', 'palm-vein', 'visible-palm']],
] as const;

/** How many fingers, faces and palms are known of somebody; never what they look like. */
export function templateFields(templates: readonly TemplateHead[]): Fields {
  const counts = GROUPS.map(([field, word, kinds]) => {
    const slots = templates.filter(({ kind }) => (kinds as readonly string[]).includes(kind));
    return { field, word, count: new Set(slots.map(({ kind, no }) => `${kind}:${no}`)).size };
  });
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}${count === 1 ? '' : 's'}`);
  return {
    ...Object.fromEntries(counts.map(({ field, count }) => [field, count])),
    template_summary: words.length === 0 ? 'None' : words.join(', '),
  };
}

/** The whole person in one word: the worst of all its devices. `problem`: what whoever typed it must know beside them. */
export function syncFields(rows: Iterable<readonly [string, DeskRowStatus]>, problem?: string): Fields {
  const all = [...rows];
  const failed = all.filter(([, { state }]) => state === 'Failed');
  const isOpen = all.some(([, { state }]) => state === 'Wanted' || state === 'Queued' || state === 'Removing');
  const state = failed.length > 0 ? 'Failed' : isOpen ? 'Pending' : all.length === 0 ? '' : 'In Sync';
  const refusals = failed.slice(0, 5).map(([device, { reason }]) => `${device}: ${reason ?? 'refused'}`);
  const words = problem === undefined ? refusals : [problem, ...refusals];
  return { sync_state: state, sync_error: words.length === 0 ? null : plainWords(words.join('\n')) };
}
