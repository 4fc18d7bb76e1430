import {
  offsetMinutes,
  toLocal,
  type CommandKind,
  type Json,
  type JsonObject,
  type TemplateKind,
} from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { BIO_TYPES } from './codes.ts';
import { photoUseOf, templateTableOf } from './compatibility.ts';
import { secNameOf } from './command-words.ts';
import { bioFields, KINDS, photoIn, pinIn, templateIn, templateTable, type CommandText } from './encode-people.ts';
import { rawCommand } from './encode-raw.ts';
import { encodeZkSeconds } from './numbers.ts';
import { fieldsOf, Refusal, type Parameters } from './parameters.ts';
import { doorsProblem, rightsAt } from './sec-rights.ts';
import { utcSeconds, zoneText } from './sec-session.ts';
import { versionsOf } from './versions.ts';
import { readWallTime } from './wall-time.ts';

type Encoder = (p: Parameters, ctx: EncodeContext) => CommandText;

const optionOf = (profile: JsonObject, name: string): Json | undefined => {
  const options = profile['options'];
  return typeof options === 'object' && options !== null ? (options as JsonObject)[name] : undefined; // profiles are JSON
};

/** `YYYYMMDD`, or ZK seconds for terminals that registered with `DateFmtFunOn=1` (§3.11); digits go as they are. */
function dateIn(p: Parameters, name: string, { terminal }: EncodeContext): string | undefined {
  const text = p.optionalText(name);
  if (text === undefined || /^\d*$/.test(text)) return text;
  const wall = readWallTime(text.length <= 10 ? `${text} 00:00:00` : text);
  const seconds = wall && encodeZkSeconds(wall);
  if (wall === undefined || seconds === undefined)
    throw new Refusal('ZK_PARAMETER_WRONG', `\`${name}\` must be a date`);
  return optionOf(terminal.profile, 'DateFmtFunOn') === '1' ? String(seconds) : wall.slice(0, 10).replaceAll('-', '');
}

/** The parameters of attendance terminals; what the person may open goes behind, as without it they open nothing (§4.5). */
function userUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const pin = pinIn(p);
  const user = fieldsOf([
    ['CardNo', p.optionalText('card')],
    ['Pin', pin],
    ['Password', p.optionalText('password')],
    ['Group', p.optionalText('group')],
    ['StartTime', dateIn(p, 'validFrom', ctx)],
    ['EndTime', dateIn(p, 'validTo', ctx)],
    ['Name', p.optionalText('name')],
    ['Privilege', p.optionalInteger('privilege', 0, 15)],
    ['Disable', p.optionalInteger('disable', 0, 1)],
    ['Verify', p.optionalInteger('verify', 0, 255)],
  ]);
  const problem = doorsProblem(ctx.terminal);
  const rights = rightsAt(ctx.terminal);
  if (problem || !rights) throw new Refusal('ZK_PROFILE_UNKNOWN', problem?.detail ?? 'no doors are known');
  const authorize = fieldsOf([
    ['Pin', pin],
    ['AuthorizeTimezoneId', rights.timeZone],
    ['AuthorizeDoorId', rights.doors],
    ['DevID', rights.device],
  ]);
  // the command is called by what it is for; its last line is the rights
  const line = `DATA UPDATE userauthorize ${authorize}`;
  const before = [{ word: 'DATA UPDATE user', fields: user, hasNames: true }];
  return { word: 'DATA UPDATE user', fields: authorize, line, before };
}

/** Rights and templates before the user, who would take nothing along (§4.5). */
function userDelete(p: Parameters, { terminal }: EncodeContext): CommandText {
  const fields = fieldsOf([['Pin', pinIn(p, true)]]);
  const { profile } = terminal;
  const kinds = Object.keys(versionsOf(profile)) as TemplateKind[]; // the keys of Versions are kinds
  const tables = new Set(kinds.flatMap((kind) => templateTableOf(kind, profile) ?? []));
  const before = ['userauthorize', ...[...tables].map(secNameOf)].map((table) => ({
    word: `DATA DELETE ${table}`,
    fields,
  }));
  return { word: 'DATA DELETE user', fields, before };
}

/** From 16 on the number of a finger says duress (§3.7). */
const DURESS = 16;

function templateUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const { table, ...template } = templateIn(p, ctx);
  const { pin, no, index, isDuress, size, data } = template;
  if (table === 'BIODATA') return { word: 'DATA UPDATE biodata', fields: bioFields(template) };
  const place =
    table === 'facev7' ? (['FaceID', index] as const) : (['FingerID', isDuress ? no + DURESS : no] as const);
  const tail = table === 'facev7' ? [] : ([['Resverd', ''], ['EndTag', '']] as const); // prettier-ignore
  const fields = fieldsOf([['Size', size], ['UID', 0], ['Pin', pin], place, ['Valid', 1], ['Template', data], ...tail]); // prettier-ignore
  return { word: `DATA UPDATE ${table}`, fields };
}

/** A finger may be kept as a duress finger, under another number: both go. */
function templateDelete(p: Parameters, ctx: EncodeContext): CommandText {
  const kind = p.oneOf('kind', [...KINDS, 'photo'] as const);
  const pin = pinIn(p, true);
  if (kind === 'photo') return photoDelete(pin, ctx);
  const no = p.optionalInteger('no', 0, 99);
  const table = templateTable(kind, ctx);
  const word = `DATA DELETE ${secNameOf(table)}`;
  const of = (...more: readonly (readonly [string, number | undefined])[]): string => fieldsOf([['Pin', pin], ...more]);
  if (table === 'BIODATA') return { word, fields: of(['Type', BIO_TYPES.indexOf(kind)], ['No', no]) };
  if (table === 'facev7' || no === undefined) return { word, fields: of() };
  return { word, fields: of(['FingerID', no]), before: [{ word, fields: of(['FingerID', no + DURESS]) }] };
}

/** The picture that `photoUpdate` of the roster would have sent. */
function photoDelete(pin: string, { terminal }: EncodeContext): CommandText {
  const isComparison = photoUseOf(terminal.profile) === 'comparison';
  const type = isComparison ? BIO_TYPES.indexOf('visible-face') : undefined;
  return { word: `DATA DELETE ${isComparison ? 'biophoto' : 'userpic'}`, fields: fieldsOf([['Pin', pin], ['Type', type]]) }; // prettier-ignore
}

function photoUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const { kind, pin, content } = photoIn(p, ctx);
  const size = content.length;
  if (kind === 'user') {
    return { word: 'DATA UPDATE userpic', fields: fieldsOf([['pin', pin], ['size', size], ['format', 0], ['content', content]]) }; // prettier-ignore
  }
  const type = BIO_TYPES.indexOf('visible-face');
  const fields = fieldsOf([['PIN', pin], ['Type', type], ['Size', size], ['Content', content], ['Format', 0]]); // prettier-ignore
  return { word: 'DATA UPDATE biophoto', fields };
}

/** `filter` is conditions joined by TABs, `*` for all; a comma or a line end in it would end it (§4.5). */
function query(table: string, conditions: string): CommandText {
  const filter = conditions === '' ? '*' : conditions;
  if (filter.includes(',')) throw new Refusal('ZK_PARAMETER_WRONG', 'a comma cannot be asked for');
  const word = `DATA QUERY ${table}`;
  return { word, fields: '', line: `DATA QUERY tablename=${table},fielddesc=*,filter=${filter}` };
}

function userQuery(p: Parameters): CommandText {
  return query('user', p.optionalText('pin') === undefined ? '' : fieldsOf([['Pin', pinIn(p)]]));
}

function templateQuery(p: Parameters, ctx: EncodeContext): CommandText {
  const kind = p.oneOf('kind', KINDS);
  const pin = p.optionalText('pin') === undefined ? undefined : pinIn(p);
  const table = templateTable(kind, ctx);
  const type = table === 'BIODATA' ? BIO_TYPES.indexOf(kind) : undefined;
  return query(secNameOf(table), fieldsOf([['Type', type], ['Pin', pin]])); // prettier-ignore
}

/** `{pin, kind, no?, retry?, overwrite?, card?}`; cards are enrolled at the terminal. */
function enrolStart(p: Parameters): CommandText {
  const kind = p.oneOf('kind', KINDS);
  const fields = fieldsOf([
    ['type', BIO_TYPES.indexOf(kind)],
    ['no', p.optionalInteger('no', 0, 9) ?? 0],
    ['pin', pinIn(p)],
    ['cardno', p.optionalText('card') ?? ''],
    ['retry', p.optionalInteger('retry', 1, 10) ?? 3],
    ['overwrite', p.isTrue('overwrite') ? 1 : 0],
  ]);
  return { word: 'ENROLL_BIO', fields };
}

/** `{door?: 0–255, seconds?: 1–254, keepOpen?}`; door 0 is all. `AABBCCDDEE` of §4.5. */
function doorOpen(p: Parameters): CommandText {
  const door = p.optionalInteger('door', 0, 255) ?? 1;
  const seconds = p.isTrue('keepOpen') ? 255 : (p.optionalInteger('seconds', 1, 254) ?? 5);
  return control('open', [1, door, 1, seconds, 0]);
}

function control(name: string, bytes: readonly number[]): CommandText {
  const hex = Buffer.from(bytes).toString('hex').toUpperCase();
  return { word: `CONTROL DEVICE ${name}`, fields: '', line: `CONTROL DEVICE ${hex}` };
}

/**
 * `MachineTZ` first, then `DateTime` in UTC; sources disagree, so `options.clockBase: "local"` sends the time at the wall alone
 * (§5.2, O5). Terminals that ask at `rtdata` need none of it.
 */
function clockSet(_: Parameters, { now, terminal }: EncodeContext): CommandText {
  const { zone, options } = terminal;
  if (zone === undefined) throw new Refusal('ZK_PROFILE_UNKNOWN', 'the terminal has no time zone yet');
  const isLocal = options?.['clockBase'] === 'local';
  const seconds = isLocal ? (encodeZkSeconds(toLocal(now, zone)) ?? 0) : utcSeconds(now);
  const machineZone = isLocal ? '' : `MachineTZ=${zoneText(offsetMinutes(zone, now))},`;
  return { word: 'SET OPTIONS', fields: `${machineZone}DateTime=${seconds}` };
}

/** What a terminal is asked of itself: what it registers with, and what it holds. */
const ASKED = [
  ['~DeviceName', 'FirmVer', 'PushVersion', 'IPAddress', 'LockCount', 'ReaderCount', 'DateFmtFunOn', 'CardFormat'],
  ['~ZKFPVersion', 'FaceVersion', 'MultiBioDataSupport', 'MultiBioPhotoSupport', 'MultiBioVersion', 'BioPhotoFun'],
  ['PhotoFunOn', '~MaxUserCount', '~MaxAttLogCount', '~IsABCPinEnable'],
]
  .flat()
  .join(',');

const lacks = (): never => {
  throw new Refusal('ZK_COMMAND_UNSUPPORTED', 'access terminals have no such command');
};

/** The schema of each kind's parameters is that of attendance terminals unless it stands at its function. */
export const SEC_ENCODERS: Readonly<Record<CommandKind, Encoder>> = {
  'user.update': userUpdate,
  'user.delete': userDelete,
  'template.update': templateUpdate,
  'template.delete': templateDelete,
  'photo.update': photoUpdate,
  'user.query': userQuery,
  'template.query': templateQuery,
  'enrol.start': enrolStart,
  // the documented conditions know no period: the whole log comes, and what is here already is not taken twice
  'logs.query': () => query('transaction', ''),
  'clock.set': clockSet,
  restart: () => control('restart', [3, 0, 0, 0, 0]),
  info: () => ({ word: 'GET OPTIONS', fields: ASKED }),
  'door.open': doorOpen,
  'logs.clear': lacks,
  check: lacks,
  raw: (p) => rawCommand(p.verbatim('text'), p.isTrue('confirmed')),
};
