import { parseWall } from '../wall-clock.ts';
import { readFields } from './command-line.ts';
import type { ZktecoDevice } from './device.ts';
import { attlogRow, biodataLine, kindOfBioType, templateLine, userLine } from './rows.ts';

/** Records that a query posts before its result (§4.4). */
export interface QueryUpload {
  readonly table: string;
  readonly lines: readonly Buffer[];
}

/** The bounds of a period; a missing or unreadable one is open. */
export function periodOf(argument: string): { from: number; to: number } {
  const fields = readFields(argument);
  const bound = (key: string, otherwise: number): number => {
    try {
      return parseWall(fields.get(key) ?? '');
    } catch {
      return otherwise; // firmware takes what it cannot read as no bound
    }
  };
  return { from: bound('starttime', -Infinity), to: bound('endtime', Infinity) };
}

/** The uploads that answer a `DATA QUERY`; undefined for a table that this unit does not have (§4.4). */
export function queryData(device: ZktecoDevice, table: string, condition: string): QueryUpload[] | undefined {
  const fields = readFields(condition);
  const pin = fields.get('pin');
  const people = [...device.people.values()].filter((user) => pin === undefined || user.pin === pin);
  const { queryTable, columns } = device.profile;
  switch (table) {
    case 'USERINFO':
      return [{ table: queryTable, lines: people.map((user) => userLine(user, device.oddNames.get(user.pin))) }];
    case 'FINGERTMP': {
      const no = fields.get('fid') ?? fields.get('fingerid');
      const lines = people.flatMap((user) =>
        (user.templates ?? [])
          .filter((each) => each.kind === 'fingerprint' && (no === undefined || each.no === Number(no)))
          .map((each) => Buffer.from(templateLine(user.pin, each))),
      );
      return [{ table: queryTable === 'OPERLOG' ? 'OPERLOG' : 'FINGERTMP', lines }];
    }
    case 'BIODATA': {
      if (device.profile.templates !== 'biodata') return undefined;
      const kind = kindOfBioType(Number(fields.get('type')));
      const number = fields.get('no');
      const lines = people.flatMap((user) =>
        (user.templates ?? [])
          .filter((each) => kind === undefined || each.kind === kind)
          .filter((each) => number === undefined || each.no === Number(number))
          .map((each) => Buffer.from(biodataLine(user.pin, each, device.versionOf(each.kind)))),
      );
      return [{ table: 'BIODATA', lines }];
    }
    case 'ATTLOG': {
      const { from, to } = periodOf(condition);
      const records = device.attendance.filter(({ punch }) => punch.wall >= from && punch.wall <= to);
      const zone = device.clock.offsetMinutes;
      return [{ table: 'ATTLOG', lines: records.map((r) => Buffer.from(attlogRow(r.punch, columns, r.serial, zone))) }];
    }
    default:
      return undefined;
  }
}
