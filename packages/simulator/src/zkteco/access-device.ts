import { createHash } from 'node:crypto';
import { isFull, type Capacity } from '../capacity.ts';
import type { PunchRecord } from '../punch-record.ts';
import { RecordTable } from '../record-table.ts';
import type { Random } from '../random.ts';
import { makeTemplateBytes } from '../synthetic-template.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedUser } from '../terminal.ts';
import type { DeviceClock } from '../wall-clock.ts';
import { templateLine, userLine } from './access-rows.ts';
import type { ZktecoProfile } from './profiles.ts';

/** A passage, with the number that the terminal gave it; made while no server was there, it goes up out of the log. */
export interface AccessEvent {
  readonly punch: PunchRecord;
  readonly index: number;
  readonly isOffline: boolean;
}

/** A line of a table that the server is to hear of. */
export interface TableLine {
  readonly table: string;
  readonly line: string;
}

export interface AccessResult {
  readonly id: string;
  readonly line: string;
}

/** What a terminal in access mode remembers; all of it survives a restart (protocols/zkteco-push.md §2.9, §3.10, §3.11). */
export class AccessDevice {
  readonly profile: ZktecoProfile;
  readonly serialNumber: string;
  readonly clock: DeviceClock;
  readonly capacity: Capacity;
  readonly events = new RecordTable<AccessEvent>();
  readonly lines = new RecordTable<TableLine>(10_000);
  readonly photos = new RecordTable<PunchRecord>(2_000);
  readonly people = new Map<string, SimulatedUser>();
  /** Doors that somebody may open, one bit each; who is not here opens nothing. */
  readonly rights = new Map<string, number>();
  readonly options = new Map<string, string>();
  readonly locks = 2;
  results: AccessResult[] = [];
  readonly #random: Random;
  #index = 2_000;

  constructor(
    profile: ZktecoProfile,
    serialNumber: string,
    clock: DeviceClock,
    random: Random,
    capacity: Capacity = {},
  ) {
    this.profile = profile;
    this.serialNumber = serialNumber;
    this.clock = clock;
    this.#random = random;
    this.capacity = capacity;
  }

  get pending(): number {
    return this.events.unsent + this.lines.unsent + this.photos.unsent;
  }

  keep(punch: PunchRecord, isOffline: boolean): void {
    this.events.add({ punch, index: ++this.#index, isOffline });
    if (punch.photo) this.photos.add(punch);
  }

  hasNoRoomFor(user: SimulatedUser): boolean {
    return isFull(this.capacity, this.people, user);
  }

  /** What a command does: nobody is told. */
  store(user: SimulatedUser): void {
    const before = this.people.get(user.pin);
    const templates = [...(before?.templates ?? [])];
    for (const each of user.templates ?? []) {
      const at = templates.findIndex((one) => slotOf(one) === slotOf(each));
      templates.splice(at < 0 ? templates.length : at, at < 0 ? 0 : 1, each);
    }
    this.people.set(user.pin, { ...before, ...user, templates });
  }

  /** What a keypad does. */
  enrol(user: SimulatedUser): void {
    this.store(user);
    const stored = this.people.get(user.pin) ?? user;
    this.lines.add({ table: 'user', line: userLine(stored) });
    for (const template of user.templates ?? []) this.lines.add(this.lineOf(user.pin, template));
  }

  enrolTemplate(pin: string, template: SimulatedTemplate): void {
    if (!this.people.has(pin)) return this.enrol({ pin, templates: [template] });
    this.store({ pin, templates: [template] });
    this.lines.add(this.lineOf(pin, template));
  }

  lineOf(pin: string, template: SimulatedTemplate): TableLine {
    return templateLine(pin, template, this.profile, this.versionOf(template.kind));
  }

  makeTemplate(kind: SimulatedTemplateKind, no: number): SimulatedTemplate {
    return { kind, no, data: makeTemplateBytes(this.makerOf(kind), this.#random) };
  }

  makerOf(kind: SimulatedTemplateKind): string {
    return `zk-${kind}-${Number.parseInt(this.versionOf(kind), 10)}`;
  }

  versionOf(kind: SimulatedTemplateKind): string {
    const { fingerprint, face, visibleFace } = this.profile.versions;
    if (kind === 'fingerprint') return fingerprint;
    return kind === 'visible-face' ? visibleFace : face;
  }

  /** What it registers with, and tells when it is asked (§2.9). */
  ownOptions(): Map<string, string> {
    const { deviceName, firmware, templates, versions } = this.profile;
    const isBio = templates === 'biodata';
    return new Map([
      ['DeviceType', 'acc'],
      ['~DeviceName', deviceName],
      ['FirmVer', firmware],
      ['PushVersion', 'Ver 3.1.2S-20210720'],
      ['CommType', 'ethernet'],
      ['LockCount', String(this.locks)],
      ['ReaderCount', '4'],
      ['~MaxUserCount', String(Math.ceil((this.capacity.users ?? 30_000) / 100))],
      ['~ZKFPVersion', String(Number.parseInt(versions.fingerprint, 10))],
      ...(isBio
        ? ([
            ['MultiBioDataSupport', '0:1:0:0:0:0:0:0:0:1'],
            ['MultiBioPhotoSupport', '0:0:0:0:0:0:0:0:0:1'],
            ['MultiBioVersion', `0:${versions.fingerprint}:0:0:0:0:0:0:0:${versions.visibleFace}`],
          ] as const)
        : []),
      ...this.options,
    ]);
  }

  /** MD5 of code, serial number and session; before a session a timestamp stands in its place (§2.9). */
  tokenOf(code: string, last: string): string {
    return createHash('md5').update(`${code}${this.serialNumber}${last}`).digest('hex');
  }
}

const slotOf = (each: SimulatedTemplate): string => `${each.kind}/${each.no}/${each.index ?? 0}`;
