import type { PunchRecord } from '../punch-record.ts';
import { BatchSize, bodyOf, linesOf, takeOperations } from './batches.ts';
import type { ZktecoDevice } from './device.ts';
import type { RequestWriter, ZktecoRequest } from './request.ts';
import { attlogRow, photoBody, photoName } from './rows.ts';

/** One POST of records, and what to note when the server has taken it. */
export interface Upload {
  readonly request: ZktecoRequest;
  /** Lines in the body: the number that the reply must name. */
  readonly records: number;
  readonly punches: readonly PunchRecord[];
  readonly isPhoto: boolean;
  commit(): void;
}

/** Makes the uploads of a terminal from what it has not sent yet (protocols/zkteco-push.md §3). */
export class Uploader {
  readonly batch: BatchSize;
  readonly #device: ZktecoDevice;
  readonly #requests: RequestWriter;
  #isAllowed: (name: string) => boolean = () => true;

  constructor(device: ZktecoDevice, requests: RequestWriter) {
    this.#device = device;
    this.#requests = requests;
    this.batch = new BatchSize(device.profile.batch);
  }

  /** Which tables the server asked for (§2.4). */
  allow(rule: (name: string) => boolean): void {
    this.#isAllowed = rule;
  }

  /** The next upload of each table, made only when its turn comes: what went before may have changed the tables. */
  *next(newestFirst: boolean): Generator<Upload> {
    const makers = [() => this.#attendance(newestFirst), () => this.#operations(), () => this.#biodata()];
    makers.push(() => this.#errors());
    for (const make of [...makers, () => this.#photo()]) {
      const upload = make();
      if (upload) yield upload;
    }
  }

  hasMore(): boolean {
    const { attendance, operations, biodata, photos, errors } = this.#device;
    const waiting = (table: { readonly unsent: number }, name: string): boolean =>
      table.unsent > 0 && this.#isAllowed(name);
    return (
      errors.unsent > 0 ||
      waiting(attendance, 'AttLog') ||
      waiting(operations, 'OpLog') ||
      waiting(biodata, 'EnrollUser') ||
      waiting(photos, 'AttPhoto')
    );
  }

  /** The lines of a query, in posts of their own before the result; the stamp is not the resume pointer (§4.4). */
  *queryUploads(table: string, lines: readonly Buffer[]): Generator<Upload> {
    for (let at = 0; at < lines.length; at += this.batch.size) {
      yield this.#upload(table, lines.slice(at, at + this.batch.size), this.#device.stampFor(this.#device.clock.now()));
    }
  }

  #attendance(newestFirst: boolean): Upload | undefined {
    const { attendance, profile, clock } = this.#device;
    const entries = this.#isAllowed('AttLog') ? attendance.take(this.batch.size, newestFirst) : [];
    if (entries.length === 0) return undefined;
    const punches = entries.map((each) => each.record.punch);
    const rows = entries.map(({ record: { punch, serial } }) =>
      Buffer.from(attlogRow(punch, profile.columns, serial, clock.offsetMinutes)),
    );
    const stamp = this.#device.stampFor(Math.max(...punches.map((punch) => punch.wall)));
    return { ...this.#upload('ATTLOG', rows, stamp), punches, commit: () => attendance.markSent(entries) };
  }

  #operations(): Upload | undefined {
    const { operations } = this.#device;
    const entries = this.#isAllowed('OpLog') ? takeOperations(operations, this.batch.size) : [];
    const newest = entries.at(-1);
    if (!newest) return undefined;
    const lines = entries.flatMap((each) => linesOf(each.record));
    const upload = this.#upload('OPERLOG', lines, this.#device.stampFor(newest.record.wall));
    return { ...upload, commit: () => operations.markSent(entries) };
  }

  #biodata(): Upload | undefined {
    const { biodata } = this.#device;
    const entries = this.#isAllowed('EnrollUser') ? biodata.take(Math.min(this.batch.size, 30)) : [];
    const newest = entries.at(-1);
    if (!newest) return undefined;
    const lines = entries.map((each) => Buffer.from(each.record.line));
    const upload = this.#upload('BIODATA', lines, this.#device.stampFor(newest.record.wall));
    return { ...upload, commit: () => biodata.markSent(entries) };
  }

  /** Not in TransFlag: errors go to servers of 2.4.1 and later (§2.8). */
  #errors(): Upload | undefined {
    const { errors } = this.#device;
    const entries = errors.take(30);
    const newest = entries.at(-1);
    if (!newest) return undefined;
    const lines = entries.map((each) => Buffer.from(each.record.line));
    const upload = this.#upload('ERRORLOG', lines, this.#device.stampFor(newest.record.wall));
    return { ...upload, commit: () => errors.markSent(entries) };
  }

  /** One photo per request (§3.4). */
  #photo(): Upload | undefined {
    const { photos, profile } = this.#device;
    const entries = this.#isAllowed('AttPhoto') ? photos.take(1) : [];
    const record = entries[0]?.record;
    if (!record?.photo) return undefined;
    const isOld = profile.photosTo === 'fdata';
    const stamp = `${isOld ? 'PhotoStamp' : 'Stamp'}=${this.#device.stampFor(record.wall)}`;
    const body = photoBody(record, record.photo);
    const operation = `${profile.photosTo}/ATTPHOTO ${photoName(record)}`;
    const request = this.#requests.post(profile.photosTo, operation, `&table=ATTPHOTO&${stamp}`, body);
    return { request, records: 1, punches: [], isPhoto: true, commit: () => photos.markSent(entries) };
  }

  #upload(table: string, lines: readonly Buffer[], stamp: string): Upload {
    const isOldOperation = this.#device.profile.dialect === 'p1' && table === 'OPERLOG';
    const query = `&table=${table}&${isOldOperation ? 'OpStamp' : 'Stamp'}=${stamp}`;
    const request = this.#requests.post('cdata', `cdata/${table}`, query, bodyOf(lines));
    return { request, records: lines.length, punches: [], isPhoto: false, commit: () => undefined };
  }
}
