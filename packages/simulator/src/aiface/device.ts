import type { Capacity } from '../capacity.ts';
import type { PunchRecord } from '../punch-record.ts';
import { isForeign } from '../synthetic-template.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedUser } from '../terminal.ts';
import type { AifaceProfile } from './profiles.ts';

/** A person by slots, as the firmware keeps them (protocols/aiface-websocket.md §4.1). */
export interface Enrolled {
  readonly id: string;
  name: string;
  admin: number;
  enabled: number;
  readonly slots: Map<number, string>;
}

export interface LogEntry {
  readonly record: PunchRecord;
  isAcked: boolean;
  isSent: boolean;
}

const KIND_SLOTS: readonly (readonly [SimulatedTemplateKind, number, number])[] = [
  ['fingerprint', 0, 9],
  ['face', 20, 27],
  ['palm', 30, 37],
  ['visible-face', 51, 51],
];

export function slotOf(kind: SimulatedTemplateKind, no: number): number {
  const found = KIND_SLOTS.find(([each]) => each === kind);
  if (!found || found[1] + no > found[2]) throw new RangeError(`no slot for ${kind} ${no}`);
  return found[1] + no;
}

function placeOf(slot: number): { readonly kind: SimulatedTemplateKind; readonly no: number } | undefined {
  const found = KIND_SLOTS.find(([, first, last]) => slot >= first && slot <= last);
  return found && { kind: found[0], no: slot - found[1] };
}

export const makerOf = (kind: SimulatedTemplateKind, profile: AifaceProfile): string =>
  `${kind === 'fingerprint' ? profile.fpalgo : profile.model}-${kind}`;

/** The memory of one terminal. Template bytes travel as hex text, as the vendor's do. */
export class AifaceDevice {
  readonly people = new Map<string, Enrolled>();
  readonly logs: LogEntry[] = [];
  /** Credentials that the server has not been told of: person and slot, undefined for the person alone. */
  readonly unsent: { readonly id: string; readonly slot: number | undefined }[] = [];
  isBusy = false;
  readonly profile: AifaceProfile;
  readonly #capacity: Capacity;

  constructor(profile: AifaceProfile, capacity: Capacity) {
    this.profile = profile;
    this.#capacity = capacity;
  }

  get unacked(): LogEntry[] {
    return this.logs.filter((entry) => !entry.isAcked);
  }

  ensure(id: string): Enrolled | undefined {
    const known = this.people.get(id);
    if (known) return known;
    if (this.people.size >= (this.#capacity.users ?? Infinity)) return undefined;
    const fresh: Enrolled = { id, name: '', admin: 0, enabled: 1, slots: new Map() };
    this.people.set(id, fresh);
    return fresh;
  }

  /** Why a credential is not taken, as the number of its reason; undefined: it is. */
  refusal(slot: number, record: string): number | undefined {
    if (slot === 50) {
      const bytes = Buffer.from(record, 'base64');
      if (bytes.length >= (this.#capacity.photoBytes ?? 150_000)) return 1;
      return bytes.length === 0 ? 13 : undefined;
    }
    const place = placeOf(slot);
    if (!place) return slot === 10 || slot === 11 ? undefined : 1;
    if (slot === 0 && record === '0') return undefined;
    return isForeign(Buffer.from(record, 'hex'), makerOf(place.kind, this.profile)) ? 3 : undefined;
  }

  /** At the keypad. */
  enrol(user: SimulatedUser): void {
    const person = this.put(user);
    if (person.slots.size === 0) this.unsent.push({ id: person.id, slot: undefined });
    for (const slot of person.slots.keys()) this.unsent.push({ id: person.id, slot });
  }

  put(user: SimulatedUser): Enrolled {
    const id = user.pin.replace(/^0+(?=\d)/, '');
    const person = this.ensure(id) ?? { id, name: '', admin: 0, enabled: 1, slots: new Map<number, string>() };
    person.name = user.name ?? person.name;
    person.admin = user.privilege ?? person.admin;
    if (user.password !== undefined && user.password !== '') person.slots.set(10, user.password);
    if (user.card !== undefined && user.card !== '') person.slots.set(11, user.card);
    if (user.photo) person.slots.set(50, Buffer.from(user.photo).toString('base64'));
    for (const each of user.templates ?? [])
      person.slots.set(slotOf(each.kind, each.no), Buffer.from(each.data).toString('hex'));
    return person;
  }

  find(pin: string): SimulatedUser | undefined {
    const person = this.people.get(pin.replace(/^0+(?=\d)/, ''));
    return person && userOf(person);
  }

  users(): SimulatedUser[] {
    return [...this.people.values()].map(userOf);
  }

  rows(): { readonly enrollid: number | string; readonly admin: number | string; readonly backupnum: number }[] {
    const { adminAsString, enrollidAsString } = this.profile;
    return [...this.people.values()].flatMap(({ id, admin, slots }) =>
      [...slots.keys()].map((backupnum) => ({
        enrollid: enrollidAsString ? id : Number(id),
        admin: adminAsString ? String(admin) : admin,
        backupnum,
      })),
    );
  }

  count(first: number, last: number): number {
    return [...this.people.values()].filter(({ slots }) => [...slots.keys()].some((s) => s >= first && s <= last))
      .length;
  }
}

function userOf(person: Enrolled): SimulatedUser {
  const templates = [...person.slots].flatMap(([slot, record]): SimulatedTemplate[] => {
    const place = placeOf(slot);
    return place && record !== '0' ? [{ ...place, data: Buffer.from(record, 'hex') }] : [];
  });
  const [password, card, photo] = [10, 11, 50].map((slot) => person.slots.get(slot));
  return {
    pin: person.id,
    name: person.name,
    privilege: person.admin,
    templates,
    ...(password === undefined ? {} : { password }),
    ...(card === undefined ? {} : { card }),
    ...(photo === undefined ? {} : { photo: Buffer.from(photo, 'base64') }),
  };
}
