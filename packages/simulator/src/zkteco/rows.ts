import type { PunchRecord } from '../punch-record.ts';
import type { SimulatedTemplate, SimulatedUser } from '../terminal.ts';
import { compactWall } from '../wall-clock.ts';
import type { ZktecoProfile } from './profiles.ts';

const GPS = Buffer.from('{"GPSInfo":{"longitude":"77.5946","latitude":"12.9716"}}').toString('base64');

/** `+19800`: seconds east with sign, the V5.8 column. */
function offsetColumn(zoneMinutes: number): string {
  const seconds = zoneMinutes * 60;
  return seconds < 0 ? String(seconds) : `+${seconds}`;
}

/** One attendance row without its line end, in the columns of the profile (protocols/zkteco-push.md §3.3). */
export function attlogRow(
  record: PunchRecord,
  columns: ZktecoProfile['columns'],
  serial: number,
  zoneMinutes: number,
): string {
  const first = [record.pin, record.wallTime, record.state, record.verify, 0];
  const seven = [...first, 0, 0];
  const masked = [...seven, 0, '0.0', '0.0'];
  switch (columns) {
    case 'five':
      return first.join('\t');
    case 'seven':
      return seven.join('\t');
    case 'sixteen':
      return [...seven, '', '', '', '', '', '', '', '', ''].join('\t');
    case 'mask':
      return masked.join('\t');
    case 'mask-serial':
      return [...seven, 0, 0, 0, serial].join('\t');
    case 'offset':
      return [...masked, offsetColumn(zoneMinutes), GPS].join('\t');
  }
}

/** `OPLOG 30<TAB>0<TAB>time<TAB>obj1…obj4` (§3.5). */
export const oplogLine = (op: number, time: string, objects: readonly (string | number)[] = []): string =>
  [`OPLOG ${op}`, 0, time, ...[0, 1, 2, 3].map((at) => objects[at] ?? 0)].join('\t');

/** A `USER` line; the name may be bytes that are no UTF-8. */
export function userLine(user: SimulatedUser, rawName?: Buffer): Buffer {
  const before = `USER PIN=${user.pin}\tName=`;
  const after = [
    '',
    `Pri=${user.privilege ?? 0}`,
    `Passwd=${user.password ?? ''}`,
    `Card=${user.card ?? ''}`,
    'Grp=1',
    'TZ=0000000100000000',
    'Verify=-1',
    'ViceCard=',
  ].join('\t');
  return Buffer.concat([Buffer.from(before), rawName ?? Buffer.from(user.name ?? ''), Buffer.from(after)]);
}

/** §3.7, numbers of the biometric types. */
export const BIO_TYPES: Readonly<Record<SimulatedTemplate['kind'], number>> = {
  fingerprint: 1,
  face: 2,
  'finger-vein': 7,
  palm: 8,
  'visible-face': 9,
};

export function kindOfBioType(type: number): SimulatedTemplate['kind'] | undefined {
  const found = Object.entries(BIO_TYPES).find(([, number]) => number === type);
  return found?.[0] as SimulatedTemplate['kind'] | undefined; // the keys of BIO_TYPES are the kinds
}

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');

/** One template as a `FP`, `FACE` or `FVEIN` line; `Size` is the length of the base64 text (§3.5). */
export function templateLine(pin: string, template: SimulatedTemplate): string {
  const text = base64(template.data);
  const valid = template.isDuress === true ? 3 : 1;
  const tail = `Size=${text.length}\tValid=${valid}`;
  switch (template.kind) {
    case 'fingerprint':
      return `FP PIN=${pin}\tFID=${template.no}\t${tail}\tTMP=${text}`;
    case 'finger-vein':
      return `FVEIN Pin=${pin}\tFID=${template.no}\tIndex=${template.index ?? 0}\t${tail}\tTmp=${text}`;
    default:
      return `FACE PIN=${pin}\tFID=${template.index ?? template.no}\t${tail}\tTMP=${text}`;
  }
}

/** One template in the unified shape (§3.7). */
export function biodataLine(pin: string, template: SimulatedTemplate, version: string): string {
  const [major = '0', minor = '0'] = (template.version ?? version).split('.');
  const fields = [
    `Pin=${pin}`,
    `No=${template.no}`,
    `Index=${template.index ?? 0}`,
    'Valid=1',
    `Duress=${template.isDuress === true ? 1 : 0}`,
    `Type=${BIO_TYPES[template.kind]}`,
    `MajorVer=${major}`,
    `MinorVer=${minor}`,
    'Format=0',
    `Tmp=${base64(template.data)}`,
  ];
  return `BIODATA ${fields.join('\t')}`;
}

export function userPictureLine(pin: string, photo: Uint8Array): string {
  const text = base64(photo);
  return `USERPIC PIN=${pin}\tFileName=${pin}.jpg\tSize=${text.length}\tContent=${text}`;
}

/** The body of one attendance photo: header lines, NUL, JPEG (§3.4). */
export function photoBody(record: PunchRecord, photo: Uint8Array): Buffer {
  const head = [
    `PIN=${photoName(record)}`,
    `SN=${record.serialNumber}`,
    `size=${photo.length}`,
    'CMD=uploadphoto\0',
  ].join('\n');
  return Buffer.concat([Buffer.from(head), photo]);
}

export const photoName = (record: PunchRecord): string => `${compactWall(record.wall)}-${record.pin}.jpg`;
