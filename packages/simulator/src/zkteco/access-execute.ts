import type { SimulatedTemplate, SimulatedTemplateKind } from '../terminal.ts';
import { isForeign } from '../synthetic-template.ts';
import type { AccessDevice, AccessResult } from './access-device.ts';
import { transactionLine, userLine } from './access-rows.ts';
import { readFields, type ZktecoCommand } from './command-line.ts';
import { kindOfBioType } from './rows.ts';

/** What a query posts to `querydata` before its result (protocols/zkteco-push.md §3.12). */
export interface AccessAnswer {
  readonly type: 'tabledata' | 'count' | 'options';
  readonly table: string;
  readonly lines: readonly string[];
}

export interface AccessExecution {
  readonly result?: AccessResult;
  readonly answer?: AccessAnswer;
  readonly then?: 'restart' | 'open';
  /** Somebody at the terminal needs this long, ms before scaling. */
  readonly finish?: { readonly afterMs: number; readonly act: () => AccessResult };
}

type Fields = ReadonlyMap<string, string>;

const resultOf = (id: string, code: number, echo: string): AccessResult => ({
  id,
  line: `ID=${id}&Return=${code}&CMD=${echo}`,
});

/** Runs one command against the memory of a terminal (§4.5, §4.6). */
export function executeAccess(device: AccessDevice, { id, text }: ZktecoCommand): AccessExecution {
  const done = (code: number, echo: string, more: AccessExecution = {}): AccessExecution => ({
    result: resultOf(id, code, echo),
    ...more,
  });
  const data = /^DATA (UPDATE|DELETE|COUNT) (\S+) ?(.*)$/.exec(text);
  if (data) return dataCommand(device, data, done);
  if (text.startsWith('DATA QUERY ')) return query(device, text.slice(11), done);
  if (text.startsWith('CONTROL DEVICE ')) return control(text.slice(15), done);
  if (text.startsWith('SET OPTIONS ')) return setOptions(device, text.slice(12), done);
  if (text.startsWith('GET OPTIONS ')) return getOptions(device, text.slice(12), done);
  if (text.startsWith('ENROLL_BIO ')) return enrol(device, id, readFields(text.slice(11)));
  return done(-13, text.split(' ', 1)[0] ?? '');
}

type Done = (code: number, echo: string, more?: AccessExecution) => AccessExecution;

function dataCommand(device: AccessDevice, found: RegExpExecArray, done: Done): AccessExecution {
  const [, verb = '', table = '', rest = ''] = found;
  const fields = readFields(rest);
  const echo = `DATA ${verb}`;
  if (verb === 'UPDATE') return done(update(device, table, fields), echo);
  if (verb === 'DELETE') return done(remove(device, table, rest.trim(), fields), echo);
  const lines = rowsOf(device, table, fields);
  if (!lines) return done(-100, echo);
  return done(lines.length, echo, { answer: { type: 'count', table, lines: [`${table}=${lines.length}`] } });
}

function update(device: AccessDevice, table: string, fields: Fields): number {
  const pin = fields.get('pin');
  if (!pin) return -101;
  switch (table) {
    case 'user':
      return updateUser(device, pin, fields);
    case 'userauthorize':
      device.rights.set(pin, Number(fields.get('authorizedoorid')));
      return 0;
    case 'templatev10':
      return device.profile.templates === 'biodata' ? -100 : updateFinger(device, pin, fields);
    case 'biodata':
      return device.profile.templates === 'biodata' ? updateBio(device, pin, fields) : -100;
    case 'biophoto':
      return device.profile.templates === 'biodata' ? updatePhoto(device, pin, fields) : -708;
    default:
      return -100;
  }
}

function updateUser(device: AccessDevice, pin: string, fields: Fields): number {
  if (device.hasNoRoomFor({ pin })) return -18;
  const [name, card, password] = ['name', 'cardno', 'password'].map((key) => fields.get(key));
  const privilege = fields.get('privilege');
  device.store({
    pin,
    ...(name === undefined ? {} : { name }),
    ...(card === undefined ? {} : { card }),
    ...(password === undefined ? {} : { password }),
    ...(privilege === undefined ? {} : { privilege: Number(privilege) }),
  });
  return 0;
}

const bytesOf = (text: string | undefined): Buffer | undefined =>
  text !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;

function updateFinger(device: AccessDevice, pin: string, fields: Fields): number {
  const text = fields.get('template');
  if (text === undefined || Number(fields.get('size')) !== text.length) return -631;
  const number = Number(fields.get('fingerid'));
  return store(device, pin, text, {
    kind: 'fingerprint',
    no: number % 16,
    ...(number >= 16 ? { isDuress: true } : {}),
  });
}

function updateBio(device: AccessDevice, pin: string, fields: Fields): number {
  const kind = kindOfBioType(Number(fields.get('type')));
  if (!kind || device.versionOf(kind) === '') return -708;
  if (fields.get('majorver') !== device.versionOf(kind).split('.')[0]) return -105;
  const version = `${fields.get('majorver')}.${fields.get('minorver') ?? '0'}`;
  const place = { no: Number(fields.get('no')), index: Number(fields.get('index') ?? 0) };
  const isDuress = fields.get('duress') === '1';
  return store(device, pin, fields.get('tmp'), { kind, ...place, version, ...(isDuress ? { isDuress } : {}) });
}

function store(
  device: AccessDevice,
  pin: string,
  text: string | undefined,
  head: Omit<SimulatedTemplate, 'data'>,
): number {
  if (!device.people.has(pin)) return -27;
  const data = bytesOf(text);
  if (!data || isForeign(data, device.makerOf(head.kind))) return -105;
  const template = { ...head, data };
  if (device.hasNoRoomFor({ pin, templates: [template] })) return -18;
  device.store({ pin, templates: [template] });
  return 0;
}

function updatePhoto(device: AccessDevice, pin: string, fields: Fields): number {
  const photo = bytesOf(fields.get('content'));
  if (!photo || !device.people.has(pin)) return photo ? -27 : -631;
  device.store({ pin, photo, templates: [device.makeTemplate('visible-face', 0)] });
  return 0;
}

/** `*` is everybody; a delete that finds nothing is done. A user takes neither templates nor rights along. */
function remove(device: AccessDevice, table: string, condition: string, fields: Fields): number {
  const pins = condition === '*' ? [...device.people.keys()] : [fields.get('pin')].filter((pin) => pin !== undefined);
  if (pins.length === 0) return -101;
  for (const pin of pins) {
    const user = device.people.get(pin);
    if (table === 'user') device.people.delete(pin);
    else if (table === 'userauthorize') device.rights.delete(pin);
    else if (table !== 'templatev10' && table !== 'biodata' && table !== 'biophoto') return -100;
    else if (user && table === 'biophoto') device.people.set(pin, withoutPhoto(user));
    else if (user)
      device.people.set(pin, { ...user, templates: (user.templates ?? []).filter((each) => !isMeant(each, fields)) });
  }
  return 0;
}

function withoutPhoto<T extends { readonly photo?: Uint8Array }>(user: T): Omit<T, 'photo'> {
  const { photo: _photo, ...others } = user;
  return others;
}

function isMeant(each: SimulatedTemplate, fields: Fields): boolean {
  const finger = fields.get('fingerid');
  if (finger !== undefined) return each.no + (each.isDuress === true ? 16 : 0) === Number(finger);
  const [type, no] = [fields.get('type'), fields.get('no')];
  const isKind = type === undefined || kindOfBioType(Number(type)) === each.kind;
  return isKind && (no === undefined || Number(no) === each.no);
}

/** The lines of a table that fit a condition; undefined: there is no such table. */
function rowsOf(device: AccessDevice, table: string, fields: Fields): string[] | undefined {
  const pin = fields.get('pin');
  const people = [...device.people.values()].filter((user) => pin === undefined || user.pin === pin);
  switch (table) {
    case 'user':
      return people.map(userLine);
    case 'userauthorize':
      return [...device.rights].map(
        ([who, doors]) => `userauthorize pin=${who}\tauthorizetimezoneid=1\tauthorizedoorid=${doors}`,
      );
    case 'templatev10':
    case 'biodata': {
      if ((device.profile.templates === 'biodata') !== (table === 'biodata')) return undefined;
      const own = people.flatMap((user) => (user.templates ?? []).map((each) => ({ pin: user.pin, each })));
      return own.filter(({ each }) => isMeant(each, fields)).map(({ pin: who, each }) => device.lineOf(who, each).line);
    }
    case 'transaction':
      return device.events.filter(() => true).map(transactionLine);
    default:
      return undefined;
  }
}

function query(device: AccessDevice, text: string, done: Done): AccessExecution {
  const found = /^tablename=([^,]+),fielddesc=([^,]*),filter=(.*)$/.exec(text);
  if (!found) return done(-801, 'DATA QUERY');
  const [, table = '', , filter = ''] = found;
  const lines = rowsOf(device, table, filter === '*' ? new Map() : readFields(filter));
  if (!lines) return done(-100, 'DATA QUERY');
  return done(lines.length, 'DATA QUERY', { answer: { type: 'tabledata', table, lines } });
}

function control(hex: string, done: Done): AccessExecution {
  const bytes = Buffer.from(hex, 'hex');
  if (!/^[0-9A-F]{10}$/.test(hex)) return done(-11, 'CONTROL DEVICE');
  if (bytes[0] === 1) return done(0, 'CONTROL DEVICE', { then: 'open' });
  return bytes[0] === 3 ? done(0, 'CONTROL DEVICE', { then: 'restart' }) : done(-708, 'CONTROL DEVICE');
}

/** `DateTime` is UTC in ZK seconds, `MachineTZ` the offset that is shown (§5.2). */
function setOptions(device: AccessDevice, text: string, done: Done): AccessExecution {
  for (const pair of text.split(',')) {
    const [key = '', value = ''] = pair.split('=');
    const zone = /^([+-])(\d{2})(\d{2})$/.exec(value);
    if (key === 'MachineTZ' && zone)
      device.clock.offsetMinutes = (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
    else if (key === 'DateTime') device.clock.set(wallOfSeconds(Number(value)) + device.clock.offsetMinutes * 60_000);
    else device.options.set(key, value);
  }
  return done(0, 'SET OPTIONS');
}

/** The inverse of the ZK second count (§5.3). */
export function wallOfSeconds(count: number): number {
  const days = Math.floor(count / 86_400);
  const months = Math.floor(days / 31);
  return Date.UTC(2000 + Math.floor(months / 12), months % 12, (days % 31) + 1) + (count % 86_400) * 1000;
}

function getOptions(device: AccessDevice, text: string, done: Done): AccessExecution {
  const own = device.ownOptions();
  const pairs = text.split(',').flatMap((key) => (own.has(key) ? [`${key}=${own.get(key)}`] : []));
  return done(0, 'GET OPTIONS', { answer: { type: 'options', table: 'options', lines: [pairs.join(',')] } });
}

/** The result comes when the person has finished, the template as a line of its table. */
function enrol(device: AccessDevice, id: string, fields: Fields): AccessExecution {
  const kind: SimulatedTemplateKind | undefined = kindOfBioType(Number(fields.get('type')));
  const pin = fields.get('pin');
  if (!kind || !pin || device.versionOf(kind) === '') return { result: resultOf(id, -708, 'ENROLL_BIO') };
  const act = (): AccessResult => {
    device.enrolTemplate(pin, device.makeTemplate(kind, Number(fields.get('no') ?? 0)));
    return resultOf(id, 0, 'ENROLL_BIO');
  };
  return { finish: { afterMs: 4000, act } };
}
