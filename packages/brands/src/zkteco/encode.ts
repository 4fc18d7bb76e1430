import { toLocal, type Command, type CommandKind, type TemplateKind } from '@biolistener/core';
import type { EncodeContext, Encoded } from '@biolistener/wire';
import { BIO_TYPES } from './codes.ts';
import {
  photoUpdate,
  pinIn,
  templateDelete,
  templateTable,
  templateUpdate,
  userDelete,
  userUpdate,
  type CommandText,
} from './encode-people.ts';
import { rawCommand } from './encode-raw.ts';
import { encodeGb } from './gb18030.ts';
import { fieldsOf, parametersOf, Refusal, type Parameters } from './parameters.ts';
import { readWallTime } from './wall-time.ts';

type Encoder = (p: Parameters, ctx: EncodeContext) => CommandText;

const plain = (word: string): CommandText => ({ word, fields: '' });

/** `{pin?}` */
function userQuery(p: Parameters): CommandText {
  const fields = p.optionalText('pin') === undefined ? '' : fieldsOf([['PIN', pinIn(p)]]);
  return { word: 'DATA QUERY USERINFO', fields };
}

const KINDS: readonly TemplateKind[] = BIO_TYPES;

/** `{kind, pin?, no?}`; old fingerprint terminals must be asked per person. */
function templateQuery(p: Parameters, ctx: EncodeContext): CommandText {
  const kind = p.oneOf('kind', KINDS);
  const no = p.optionalInteger('no', 0, 99);
  const pin = p.optionalText('pin') === undefined ? undefined : pinIn(p);
  if (kind === 'fingerprint' && templateTable(kind, ctx) === 'FINGERTMP') {
    return {
      word: 'DATA QUERY FINGERTMP',
      fields: fieldsOf([
        ['PIN', pin ?? pinIn(p)],
        ['FID', no],
      ]),
    };
  }
  const fields = fieldsOf([
    ['Type', BIO_TYPES.indexOf(kind)],
    ['PIN', pin],
    ['No', pin === undefined ? undefined : no],
  ]);
  return { word: 'DATA QUERY BIODATA', fields };
}

/** `{from, to, what?: 'attendance' | 'photos'}`; wall times of the terminal. */
function logsQuery(p: Parameters, ctx: EncodeContext): CommandText {
  const time = (name: string): string => {
    const read = readWallTime(p.text(name));
    if (!read) throw new Refusal('ZK_PARAMETER_WRONG', `\`${name}\` must be a time, YYYY-MM-DD HH:MM:SS`);
    return ctx.terminal.profile['dialect'] === 'TFT' ? read.replace(' ', 'T') : read;
  };
  const table = p.optionalText('what') === 'photos' ? 'ATTPHOTO' : 'ATTLOG';
  return {
    word: `DATA QUERY ${table}`,
    fields: fieldsOf([
      ['StartTime', time('from')],
      ['EndTime', time('to')],
    ]),
  };
}

/** `{pin, kind: template kind or 'card', no?, retry?, overwrite?, card?}`; somebody must stand at the terminal. */
function enrolStart(p: Parameters): CommandText {
  const kind = p.oneOf('kind', [...KINDS, 'card'] as const);
  const pin = pinIn(p);
  const retry = p.optionalInteger('retry', 1, 10) ?? 3;
  const overwrite = p.isTrue('overwrite') ? 1 : 0;
  if (kind === 'card')
    return {
      word: 'ENROLL_MF',
      fields: fieldsOf([
        ['PIN', pin],
        ['RETRY', retry],
      ]),
    };
  if (kind === 'fingerprint') {
    const finger = p.integer('no', 0, 9);
    const fields = fieldsOf([
      ['PIN', pin],
      ['FID', finger],
      ['RETRY', retry],
      ['OVERWRITE', overwrite],
    ]);
    return { word: 'ENROLL_FP', fields };
  }
  const type = BIO_TYPES.indexOf(kind);
  const card = p.optionalText('card') ?? '';
  const who = [
    ['TYPE', type],
    ['PIN', pin],
    ['CardNo', card],
  ] as const;
  return { word: 'ENROLL_BIO', fields: fieldsOf([...who, ['RETRY', retry], ['OVERWRITE', overwrite]]) };
}

/** `{what: 'attendance' | 'photos', confirmed: true}` */
function logsClear(p: Parameters): CommandText {
  const what = p.oneOf('what', ['attendance', 'photos']);
  if (!p.isTrue('confirmed')) throw new Refusal('ZK_COMMAND_UNCONFIRMED', 'clearing needs `confirmed: true`');
  return plain(what === 'photos' ? 'CLEAR PHOTO' : 'CLEAR LOG');
}

/** The schema of each kind's parameters stands at its function; see docs/protocols/zkteco.md#commands. */
const ENCODERS: Readonly<Record<CommandKind, Encoder>> = {
  'user.update': userUpdate,
  'user.delete': userDelete,
  'template.update': templateUpdate,
  'template.delete': templateDelete,
  'photo.update': photoUpdate,
  'user.query': userQuery,
  'template.query': templateQuery,
  'enrol.start': enrolStart,
  'logs.query': logsQuery,
  'clock.set': (_, ctx) => {
    const now = toLocal(ctx.now, ctx.terminal.zone ?? 'UTC');
    throw new Refusal('ZK_CLOCK_BY_DATE', `no clock command exists; the next reply carries the time (${now})`);
  },
  restart: () => plain('REBOOT'),
  info: () => plain('INFO'),
  'door.open': () => plain('AC_UNLOCK'),
  'logs.clear': logsClear,
  check: () => plain('CHECK'),
  raw: (p) => rawCommand(p.verbatim('text'), p.isTrue('confirmed')),
};

const ID = /^[A-Za-z0-9]{1,16}$/;
/** What one delivery may hold at most (§4.1). */
const LARGEST = 900 * 1024;

/** Names go in the character set that the terminal used last, if it is a Chinese one and GB18030 (§1.4). */
function bytesOf(line: string, hasNames: boolean, ctx: EncodeContext): Uint8Array {
  const { profile } = ctx.terminal;
  const isGb = hasNames && profile['language'] === 83 && profile['nameCharset'] === 'gb18030';
  return (isGb ? encodeGb(line) : undefined) ?? Buffer.from(line, 'utf8');
}

/** Commands that the terminal refused as unknown before, as `unsupported` of the profile names them. */
function requireSupport(word: string, ctx: EncodeContext): void {
  const { profile } = ctx.terminal;
  const isKnownMissing = Array.isArray(profile['unsupported']) && profile['unsupported'].includes(word);
  if (isKnownMissing) throw new Refusal('ZK_COMMAND_UNSUPPORTED', `the terminal said that it does not have ${word}`);
}

function lineOf(command: Command, ctx: EncodeContext): Encoded {
  if (!ID.test(command.id)) throw new Refusal('ZK_COMMAND_ID', 'an id is 1 to 16 letters and digits');
  if (ctx.terminal.profile['dialect'] === 'SEC') {
    throw new Refusal('ZK_SEC_NOT_YET', 'the terminal is in access control mode');
  }
  const text = ENCODERS[command.kind](parametersOf(command.parameters), ctx);
  requireSupport(text.word, ctx);
  const line = text.line ?? (text.fields === '' ? text.word : `${text.word} ${text.fields}`);
  const bytes = bytesOf(`C:${command.id}:${line}\n`, text.hasNames === true, ctx);
  if (bytes.length > LARGEST) throw new Refusal('ZK_COMMAND_TOO_LARGE', `the command has ${bytes.length} bytes`);
  return { kind: 'encoded', id: command.id, word: text.word, bytes };
}

/**
 * One command as `C:<id>:<verb> <fields>` ended by LF, or why this terminal cannot have it. Never throws.
 * Fields are joined by TABs and cleared of control characters. Source: protocols/zkteco-push.md §4.1, §4.3, §4.4.
 */
export function encode(command: Command, ctx: EncodeContext): Encoded {
  try {
    return lineOf(command, ctx);
  } catch (error) {
    const isOurs = error instanceof Refusal;
    const reason = isOurs ? error.reason : 'ZK_PARAMETER_WRONG';
    const detail = isOurs ? error.message : 'the command could not be written';
    return { kind: 'refused', id: command.id, reason, detail };
  }
}
