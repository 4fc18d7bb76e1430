import type { SimulatedTemplate, SimulatedUser } from '../terminal.ts';
import { zkSeconds } from '../wall-clock.ts';
import type { AccessEvent, TableLine } from './access-device.ts';
import type { ZktecoProfile } from './profiles.ts';
import { BIO_TYPES, photoName } from './rows.ts';
import type { PunchRecord } from '../punch-record.ts';

const joined = (fields: readonly (readonly [string, string | number])[]): string =>
  fields.map(([key, value]) => `${key}=${value}`).join('\t');

/** A live event (protocols/zkteco-push.md §3.10); the card is that of the person, who opened with a finger all the same. */
export const rtlogLine = ({ punch, index }: AccessEvent): string =>
  joined([
    ['time', punch.wallTime],
    ['pin', punch.pin],
    ['cardno', 0],
    ['eventaddr', 1],
    ['event', 0],
    ['inoutstatus', punch.state],
    ['verifytype', punch.verify],
    ['index', index],
  ]);

/** The same out of the log (§3.11). */
export const transactionLine = ({ punch, index }: AccessEvent): string =>
  `transaction ${joined([
    ['cardno', 0],
    ['pin', punch.pin],
    ['verified', punch.verify],
    ['doorid', 1],
    ['eventtype', 0],
    ['inoutstate', punch.state],
    ['time_second', zkSeconds(punch.wall)],
    ['index', index],
  ])}`;

/** `sensor`: door 1 closed, door 2 closed; no relay, no alarm. */
export const stateLine = (wallTime: string): string => `time=${wallTime}\tsensor=05\trelay=00\talarm=0000000000000000`;

export const userLine = (user: SimulatedUser): string =>
  `user ${joined([
    ['uid', 1],
    ['cardno', user.card ?? ''],
    ['pin', user.pin],
    ['password', user.password ?? ''],
    ['group', 1],
    ['starttime', 0],
    ['endtime', 0],
    ['name', user.name ?? ''],
    ['privilege', user.privilege ?? 0],
    ['disable', 0],
    ['verify', 0],
  ])}`;

export function templateLine(
  pin: string,
  template: SimulatedTemplate,
  profile: ZktecoProfile,
  version: string,
): TableLine {
  const text = Buffer.from(template.data).toString('base64');
  if (profile.templates === 'biodata') return { table: 'biodata', line: biodataLine(pin, template, version, text) };
  const finger = template.no + (template.isDuress === true ? 16 : 0);
  const line = joined([
    ['size', text.length],
    ['uid', 1],
    ['pin', pin],
    ['fingerid', finger],
    ['valid', 1],
    ['template', text],
    ['resverd', ''],
    ['endtag', ''],
  ]);
  return { table: 'templatev10', line: `templatev10 ${line}` };
}

function biodataLine(pin: string, template: SimulatedTemplate, version: string, text: string): string {
  const [major = '0', minor = '0'] = (template.version ?? version).split('.');
  return `biodata ${joined([
    ['pin', pin],
    ['no', template.no],
    ['index', template.index ?? 0],
    ['valid', 1],
    ['duress', template.isDuress === true ? 1 : 0],
    ['type', BIO_TYPES[template.kind]],
    ['majorver', major],
    ['minorver', minor],
    ['format', 0],
    ['tmp', text],
  ])}`;
}

/** Key=value here, not the form with a NUL (§3.11). */
export function photoLine(record: PunchRecord, photo: Uint8Array): string {
  const text = Buffer.from(photo).toString('base64');
  const { serialNumber } = record;
  return `ATTPHOTO ${joined([
    ['pin', photoName(record)],
    ['sn', serialNumber],
    ['size', photo.length],
    ['photo', text],
  ])}`;
}
