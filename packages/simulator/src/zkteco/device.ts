import { isFull, type Capacity } from '../capacity.ts';
import type { PunchRecord } from '../punch-record.ts';
import { RecordTable } from '../record-table.ts';
import { Random } from '../random.ts';
import { makeTemplateBytes } from '../synthetic-template.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedUser } from '../terminal.ts';
import { isoWall, wallText, zkSeconds, type DeviceClock, type WallMs } from '../wall-clock.ts';
import { stampOf, type Configuration, type StampTable } from './configuration.ts';
import type { ZktecoProfile } from './profiles.ts';
import { biodataLine, oplogLine, templateLine, userLine, userPictureLine } from './rows.ts';

/** A punch with the ever-increasing number that some firmware shows. */
export interface AttendanceRecord {
  readonly punch: PunchRecord;
  readonly serial: number;
}

/** Lines that belong together: an operation and what it did to a person (§2.4). */
export interface OperationRecord {
  readonly wall: WallMs;
  readonly oplog: string | undefined;
  readonly lines: readonly Buffer[];
}

export interface BiodataRecord {
  readonly wall: WallMs;
  readonly line: string;
}

export interface ErrorRecord {
  readonly wall: WallMs;
  readonly line: string;
}

export interface CommandOutcome {
  readonly id: string;
  /** The body as posted to `devicecmd`. */
  readonly body: Buffer;
  /** Block form stands alone in its post; line forms share one. */
  readonly isBlock: boolean;
}

/** What a ZKTeco terminal remembers; all of it survives a restart (protocols/zkteco-push.md §6.2). */
export class ZktecoDevice {
  readonly profile: ZktecoProfile;
  readonly serialNumber: string;
  readonly clock: DeviceClock;
  readonly attendance = new RecordTable<AttendanceRecord>();
  readonly operations = new RecordTable<OperationRecord>(10_000);
  readonly biodata = new RecordTable<BiodataRecord>(10_000);
  readonly photos = new RecordTable<PunchRecord>(2_000);
  readonly errors = new RecordTable<ErrorRecord>(1_000);
  readonly people = new Map<string, SimulatedUser>();
  readonly oddNames = new Map<string, Buffer>();
  readonly options = new Map<string, string>();
  readonly capacity: Capacity;
  readonly #random: Random;
  results: CommandOutcome[] = [];
  #serial = 40_000;

  constructor(
    profile: ZktecoProfile,
    serialNumber: string,
    clock: DeviceClock,
    random = new Random(1),
    capacity: Capacity = {},
  ) {
    this.profile = profile;
    this.serialNumber = serialNumber;
    this.clock = clock;
    this.#random = random;
    this.capacity = capacity;
  }

  get pending(): number {
    const { attendance, operations, biodata, photos, errors } = this;
    return [attendance, operations, biodata, photos, errors].reduce((sum, { unsent }) => sum + unsent, 0);
  }

  /** Whether what a command brings of a person finds no room. */
  hasNoRoomFor(user: SimulatedUser): boolean {
    return isFull(this.capacity, this.people, user);
  }

  keep(punch: PunchRecord): void {
    this.attendance.add({ punch, serial: ++this.#serial });
    if (punch.photo) this.photos.add(punch);
  }

  /** Stores a person without telling anybody: what a command does. */
  store(user: SimulatedUser): void {
    const before = this.people.get(user.pin);
    this.people.set(user.pin, { ...before, ...user, templates: merged(before?.templates, user.templates) });
  }

  /** Somebody who was here before the server was: told when a handshake asks for everything. */
  place(user: SimulatedUser): void {
    this.store(user);
    if (this.profile.templates === 'biodata') this.#addBiodata(user, user.templates ?? []);
  }

  /** Stores a person and logs it: what a keypad does. */
  enrol(user: SimulatedUser, rawName?: Buffer): void {
    this.store(user);
    if (rawName) this.oddNames.set(user.pin, rawName);
    const stored = this.people.get(user.pin) ?? user;
    const time = wallText(this.clock.now());
    this.#addOperation(oplogLine(30, time, [user.pin]), this.#linesOf(stored));
    if (this.profile.templates === 'biodata') this.#addBiodata(stored, user.templates ?? []);
  }

  /** One template more, with the operation line that announces it (op 6, §3.5). */
  addTemplate(pin: string, template: SimulatedTemplate): void {
    const user = this.people.get(pin) ?? { pin };
    this.store({ ...user, templates: [template] });
    const line = this.profile.templates === 'biodata' ? [] : [Buffer.from(templateLine(pin, template))];
    const time = wallText(this.clock.now());
    this.#addOperation(oplogLine(6, time, [pin, template.no, template.data.length]), line);
    if (this.profile.templates === 'biodata') this.#addBiodata(user, [template]);
  }

  /** Somebody enrols at the keypad: a new person is logged as one (op 30), a known one by the template alone. */
  enrolTemplate(pin: string, template: SimulatedTemplate): void {
    if (this.people.has(pin)) this.addTemplate(pin, template);
    else this.enrol({ pin, templates: [template] });
  }

  /** A template of somebody who holds a finger or a face to the sensor. */
  makeTemplate(kind: SimulatedTemplateKind, no: number): SimulatedTemplate {
    return { kind, no, data: makeTemplateBytes(this.makerOf(kind), this.#random) };
  }

  /** The mark of this terminal's own templates of a kind; the major version decides (§3.7). */
  makerOf(kind: SimulatedTemplateKind): string {
    return `zk-${kind}-${Number.parseInt(this.versionOf(kind), 10)}`;
  }

  /** Something went wrong with a command after its result: what `ERRORLOG` tells (§3.8). */
  logError(code: string, message: string, commandId: string): void {
    const line = `ERRORLOG ErrCode=${code}\tErrMsg=${message}\tDataOrigin=cmd\tCmdId=${commandId}\tAdditional=`;
    this.errors.add({ wall: this.clock.now(), line });
  }

  /** The version that this terminal gives a template of a kind. */
  versionOf(kind: SimulatedTemplate['kind']): string {
    if (kind === 'fingerprint') return this.profile.versions.fingerprint;
    return kind === 'visible-face' ? this.profile.versions.visibleFace : this.profile.versions.face;
  }

  /** The upload pointer for records up to a wall time, as the profile writes it (§2.6). */
  stampFor(newest: WallMs): string {
    if (this.profile.stamp === 'always-9999') return '9999';
    return this.profile.stamp === 'iso' ? isoWall(newest) : String(zkSeconds(newest));
  }

  /** Re-opens what the stamps of a handshake ask for again (§2.6). */
  applyStamps(configuration: Configuration): void {
    const isP1 = this.profile.dialect === 'p1';
    const asks = (table: StampTable): ((wall: WallMs) => boolean) | undefined => {
      const stamp = stampOf(configuration, table, isP1);
      if (this.profile.stampMeaning === 'always') return () => true;
      if (stamp === '0') return () => true;
      if (stamp === undefined || this.profile.stampMeaning === 'flag') return undefined;
      // "None" and texts count as 0 to a numeric parser (O3). Records at or before the stamp that were never
      // acknowledged stay open here; real stamp-based units lose those, which no server can mend.
      const pointer = Number.parseInt(stamp, 10) || 0;
      return (wall) => zkSeconds(wall) > pointer;
    };
    const attlog = asks('ATTLOG');
    if (attlog) this.attendance.markUnsent((each) => attlog(each.punch.wall));
    const photos = asks('ATTPHOTO');
    if (photos) this.photos.markUnsent((each) => photos(each.wall));
    const biodata = asks('BIODATA');
    if (biodata) this.biodata.markUnsent((each) => biodata(each.wall));
    if (asks('OPERLOG')?.(0) === true) this.#dumpOperations();
  }

  /** The status vector of §2.7. */
  info(): string {
    const templates = [...this.people.values()].flatMap((user) => user.templates ?? []);
    const fingers = templates.filter((each) => each.kind === 'fingerprint').length;
    const faces = templates.filter((each) => each.kind !== 'fingerprint').length;
    const { fingerprint, face, visibleFace } = this.profile.versions;
    const all = [
      ...[this.profile.firmware, this.people.size, fingers, this.attendance.size, '192.0.2.40'],
      ...[Number.parseInt(fingerprint, 10), Number.parseInt(face || visibleFace || '-1', 10), 12, faces],
      ...[visibleFace ? '11111' : '111', 0, this.photos.size, this.photos.size],
    ];
    return all.slice(0, this.profile.infoFields).join(',');
  }

  #addOperation(oplog: string, lines: readonly Buffer[]): void {
    this.operations.add({ wall: this.clock.now(), oplog, lines });
  }

  #addBiodata(user: SimulatedUser, templates: readonly SimulatedTemplate[]): void {
    for (const template of templates) {
      const line = biodataLine(user.pin, template, this.versionOf(template.kind));
      this.biodata.add({ wall: this.clock.now(), line });
    }
  }

  /** USER, USERPIC, FACE…, FP…: the order of a complete dump (§2.4). */
  #linesOf(user: SimulatedUser): Buffer[] {
    const lines = [userLine(user, this.oddNames.get(user.pin))];
    if (user.photo) lines.push(Buffer.from(userPictureLine(user.pin, user.photo)));
    if (this.profile.templates === 'biodata') return lines;
    const templates = [...(user.templates ?? [])].sort((a, b) => a.kind.localeCompare(b.kind));
    for (const template of templates) lines.push(Buffer.from(templateLine(user.pin, template)));
    return lines;
  }

  /** Stamp 0: every person in full, then the operations by themselves. */
  #dumpOperations(): void {
    const operations = this.operations.filter((each) => each.oplog !== undefined);
    this.operations.clear();
    for (const user of this.people.values()) {
      this.operations.add({ wall: this.clock.now(), oplog: undefined, lines: this.#linesOf(user) });
    }
    for (const each of operations) this.operations.add({ ...each, lines: [] });
  }
}

const slotOf = (each: SimulatedTemplate): string => `${each.kind}/${each.no}/${each.index ?? 0}`;

function merged(
  before: readonly SimulatedTemplate[] = [],
  after: readonly SimulatedTemplate[] = [],
): readonly SimulatedTemplate[] {
  const slots = new Map(before.map((each) => [slotOf(each), each]));
  for (const each of after) slots.set(slotOf(each), each);
  return [...slots.values()];
}
