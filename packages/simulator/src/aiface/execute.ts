import type { PunchRecord } from '../punch-record.ts';
import { parseWall, wallText, type DeviceClock } from '../wall-clock.ts';
import type { AifaceDevice } from './device.ts';

export type Json = Record<string, unknown>;

/** What a command makes the terminal say, and do afterwards. `undefined` of `reply`: it stays silent. */
export interface Executed {
  readonly reply: Json | undefined;
  readonly then?: 'restart' | 'enrol';
}

/** Where a listing stands; the terminal has one for each word, and a new first page starts it again (§6.2). */
export class Cursors {
  readonly #at = new Map<string, { rows: readonly Json[]; next: number }>();

  page(
    word: string,
    isStart: boolean,
    size: number,
    rows: () => readonly Json[],
    device: AifaceDevice,
  ): Json | undefined {
    const { countMode, toMode, endStyle } = device.profile;
    if (isStart || !this.#at.has(word)) this.#at.set(word, { rows: rows(), next: 0 });
    const cursor = this.#at.get(word) ?? { rows: [], next: 0 };
    const from = cursor.next;
    let record = cursor.rows.slice(from, from + size);
    const isPast = record.length === 0 && from > 0;
    if (isPast && endStyle === 'silent') return undefined;
    if (isPast && endStyle === 'false') return { result: false };
    if (isPast && endStyle === 'repeat') record = cursor.rows.slice(from - size, from);
    cursor.next += size;
    const count = { total: cursor.rows.length, page: record.length, zero: 0 }[countMode];
    const to = record.length === 0 ? 0 : from + record.length - (toMode === 'incl' ? 1 : 0);
    return { result: true, count, from: record.length === 0 ? 0 : from, to, record };
  }
}

interface Bench {
  readonly device: AifaceDevice;
  readonly clock: DeviceClock;
  readonly cursors: Cursors;
}
type Handler = (message: Json, bench: Bench) => Executed;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const yes: Executed = { reply: { result: true } };
const no = (reason: number | string): Executed => ({
  reply: { result: false, ...(typeof reason === 'number' ? { reason } : { msg: reason }) },
});

export const logRow = (record: PunchRecord): Json => ({
  enrollid: Number(record.pin),
  time: record.wallTime,
  mode: record.verify,
  inout: record.state,
  event: 0,
});

const setUser: Handler = (message, { device }) => {
  const [id, slot, record] = [text(message['enrollid']), Number(message['backupnum']), text(message['record'])];
  if (!/^[1-9]\d*$/.test(id)) return no(1);
  const reason = device.refusal(slot, record);
  if (reason !== undefined) return no(reason);
  const person = device.ensure(id);
  if (!person) return no('user full');
  person.name = text(message['name']) || person.name;
  person.admin = Number(message['admin'] ?? person.admin);
  person.slots.set(slot, record);
  return yes;
};

const deleteUser: Handler = (message, { device }) => {
  const [id, slot] = [text(message['enrollid']), Number(message['backupnum'])];
  const person = device.people.get(id);
  if (!person) return no(1);
  if (slot === 13) {
    // Topdata: everything but biometrics; the rest has to be deleted one by one (§4.1)
    for (const each of [...person.slots.keys()]) if (each === 10 || each === 11 || each <= 9) person.slots.delete(each);
  } else if (slot === 12) for (let finger = 0; finger <= 9; finger += 1) person.slots.delete(finger);
  else person.slots.delete(slot);
  if (person.slots.size === 0) device.people.delete(id);
  return yes;
};

const getUserInfo: Handler = (message, { device }) => {
  const [id, slot] = [text(message['enrollid']), Number(message['backupnum'])];
  const person = device.people.get(id);
  const record = person?.slots.get(slot);
  if (!person || record === undefined)
    return { reply: { result: false, enrollid: Number(id), backupnum: slot, msg: 'can not find the user' } };
  const shown = slot === 50 && device.profile.dataUriPrefix ? `data:image/jpeg;base64,${record}` : record;
  const content = slot === 10 || slot === 11 ? Number(record) : shown;
  return {
    reply: {
      result: true,
      enrollid: Number(id),
      name: person.name,
      backupnum: slot,
      admin: person.admin,
      record: content,
    },
  };
};

const HANDLERS: Readonly<Record<string, Handler>> = {
  getuserlist: (message, { device, cursors }) => ({
    reply: cursors.page('getuserlist', message['stn'] === true, 40, () => device.rows(), device),
  }),
  getuserinfo: getUserInfo,
  setuserinfo: setUser,
  deleteuser: deleteUser,
  getusername: (message, { device }) => {
    const person = device.people.get(text(message['enrollid']));
    return person ? { reply: { result: true, record: person.name } } : no('can not find the user');
  },
  getalllog: (message, { device, cursors }) => {
    const [from, to] = [text(message['from']), text(message['to'])];
    const rows = (): Json[] =>
      device.logs
        .filter(({ record }) => (from === '' || record.wallTime >= from) && (to === '' || record.wallTime < to))
        .map(({ record }) => logRow(record));
    return { reply: cursors.page('getalllog', message['stn'] === true, 50, rows, device) };
  },
  getnewlog: (message, { device, cursors }) => {
    if (device.profile.noGetnewlog) return { reply: undefined };
    const rows = (): Json[] => device.unacked.map(({ record }) => logRow(record));
    const reply = cursors.page('getnewlog', message['stn'] === true, 50, rows, device);
    return { reply };
  },
  cleanlog: (_message, { device }) => {
    device.logs.length = 0;
    return yes;
  },
  settime: (message, { clock }) => {
    clock.set(parseWall(text(message['cloudtime'])));
    return yes;
  },
  gettime: (_message, { clock }) => ({ reply: { result: true, time: wallText(clock.now()) } }),
  getdevinfo: () => ({ reply: { result: true, deviceid: 1, language: 0, volume: 6, screensaver: 15, verifymode: 0 } }),
  opendoor: () => yes,
  disabledevice: (_message, { device }) => {
    device.isBusy = true;
    return yes;
  },
  enabledevice: (_message, { device }) => {
    device.isBusy = false;
    return yes;
  },
  reboot: () => ({ reply: undefined, then: 'restart' }),
  adduser: (message) => ({
    reply: { result: true, enrollid: message['enrollid'], backupnum: message['backupnum'] },
    then: 'enrol',
  }),
};

/** Carries out one command of protocols/aiface-websocket.md §6. */
export function execute(message: Json, bench: Bench): Executed {
  const word = text(message['cmd']);
  const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined;
  if (handler) return handler(message, bench);
  return bench.device.profile.silentUnknown ? { reply: undefined } : no('can not find this command');
}
