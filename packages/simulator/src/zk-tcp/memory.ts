import { NONE } from './wire.ts';
import { putEntry, STRIDE, userBytes, type DeviceUser, type LogEntry } from './records.ts';
import type { ZkTcpProfile } from './profiles.ts';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A table as it is read: its size in front (§5.2). */
const blobOf = (records: Buffer): Buffer => Buffer.concat([u32(records.length), records]);

/** What a terminal keeps: people, templates, log, options, and whether its screen says "working". */
export class DeviceMemory {
  readonly profile: ZkTcpProfile;
  readonly options: Map<string, string>;
  readonly users = new Map<number, DeviceUser>();
  /** By `uid/finger`. */
  readonly templates = new Map<string, Buffer>();
  log: LogEntry[] = [];
  isDisabled = false;
  restarts = 0;
  unlocks: number[] = [];
  /** Writes that were not followed by a refresh. */
  unrefreshed = 0;

  constructor(profile: ZkTcpProfile, serialNumber: string) {
    this.profile = profile;
    this.options = new Map([...Object.entries(profile.options), ['~SerialNumber', serialNumber]]);
  }

  addEntry(entry: LogEntry): void {
    this.log.push(entry);
    if (this.log.length > this.profile.capacity.records) this.log.shift();
  }

  userOf(userId: string): DeviceUser | undefined {
    return [...this.users.values()].find((user) => user.userId === userId);
  }

  removeUser(uid: number): boolean {
    for (const key of this.templates.keys()) if (key.startsWith(`${uid}/`)) this.templates.delete(key);
    return this.users.delete(uid);
  }

  userBlob(): Buffer {
    return blobOf(Buffer.concat([...this.users.values()].map((user) => userBytes(user, this.profile.users))));
  }

  logBlob(): Buffer {
    const shape = this.profile.log;
    const records = Buffer.alloc(this.log.length * STRIDE[shape]);
    this.log.forEach((entry, at) => putEntry(records, at * STRIDE[shape], entry, shape));
    return blobOf(records);
  }

  templateBlob(): Buffer {
    const entries = [...this.templates].map(([key, data]) => {
      const [uid = 0, finger = 0] = key.split('/').map(Number);
      const head = Buffer.alloc(6);
      head.writeUInt16LE(data.length + 6, 0);
      head.writeUInt16LE(uid, 2);
      head[4] = finger;
      head[5] = 1;
      return Buffer.concat([head, data]);
    });
    return blobOf(Buffer.concat(entries));
  }

  /** The words of GET_FREE_SIZES, as many as this firmware tells (§3.3). `off` makes the counter of the log lie. */
  sizes(off: number): Buffer {
    const { capacity, sizes } = this.profile;
    if (sizes === 4) return u32(0);
    const words = Buffer.alloc(sizes);
    const admins = [...this.users.values()].filter((user) => user.privilege >> 1 > 0).length;
    const passwords = [...this.users.values()].filter((user) => user.password !== '').length;
    const values: readonly (readonly [number, number])[] = [
      [16, this.users.size],
      [24, this.templates.size],
      [32, this.log.length + off],
      [48, admins],
      [52, passwords],
      [56, capacity.fingerprints],
      [60, capacity.users],
      [64, capacity.records],
      [68, capacity.fingerprints - this.templates.size],
      [72, capacity.users - this.users.size],
      [76, Math.max(0, capacity.records - this.log.length)],
    ];
    for (const [at, value] of values) words.writeUInt32LE(Math.max(0, value), at);
    return words;
  }

  /** Whole tables by the command that names them in a read (§5.2, §5.4). */
  tableOf(command: number): Buffer | undefined {
    if (command === 9) return this.userBlob();
    if (command === 13) return this.logBlob();
    if (command === 7) return this.templateBlob();
    return command === 34 ? blobOf(NONE) : undefined;
  }
}
