import type { Command, CommandKind } from '@biolistener/core';
import { hasSecretReference, type EncodeContext, type Encoded } from '@biolistener/wire';
import { BIO_TYPES } from './codes.ts';
import { isSec } from './command-words.ts';
import { dialectProblem, LARGEST_COMMAND, unsupportedProblem, type Problem } from './compatibility.ts';
import {
  KINDS,
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
import { SEC_ENCODERS } from './sec-encode.ts';
import { LONGEST_CHAIN, subId } from './sub-commands.ts';
import { readWallTime } from './wall-time.ts';

type Encoder = (p: Parameters, ctx: EncodeContext) => CommandText;

const plain = (word: string): CommandText => ({ word, fields: '' });

/** `{pin?}` */
function userQuery(p: Parameters): CommandText {
  const fields = p.optionalText('pin') === undefined ? '' : fieldsOf([['PIN', pinIn(p)]]);
  return { word: 'DATA QUERY USERINFO', fields };
}

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
  // no clock command exists: a new handshake brings TimeZone and Date, by which the terminal sets its clock (§5.1, §5.2)
  'clock.set': () => plain('CHECK'),
  restart: () => plain('REBOOT'),
  info: () => plain('INFO'),
  'door.open': () => plain('AC_UNLOCK'),
  'logs.clear': logsClear,
  check: () => plain('CHECK'),
  raw: (p) => rawCommand(p.verbatim('text'), p.isTrue('confirmed')),
};

const ID = /^[A-Za-z0-9]{1,16}$/;
/** Names go in the character set that the terminal used last, if it is a Chinese one and GB18030 (§1.4). */
function bytesOf(line: string, hasNames: boolean, ctx: EncodeContext): Uint8Array {
  const { profile } = ctx.terminal;
  const isGb = hasNames && profile['language'] === 83 && profile['nameCharset'] === 'gb18030';
  return (isGb ? encodeGb(line) : undefined) ?? Buffer.from(line, 'utf8');
}

/** A person walks to the terminal, or it sends a long log (§4.2 rule 1). */
const SLOW: ReadonlySet<CommandKind> = new Set(['enrol.start', 'logs.query', 'user.query', 'template.query']);
const SLOW_ANSWER_MS = 600_000;

function refuseIf(problem: Problem | undefined): void {
  if (problem) throw new Refusal(problem.reason, problem.detail);
}

/** `C:<id>:<words> <fields>` ended by LF, behind the lines that must go before. */
function linesOf(id: string, text: CommandText, ctx: EncodeContext): Uint8Array {
  const { before = [] } = text;
  if (before.length > LONGEST_CHAIN || (before.length > 0 && !/^\d{1,15}$/.test(id))) {
    throw new Refusal('ZK_COMMAND_ID', 'a command of several lines needs an id of at most 15 digits');
  }
  return Buffer.concat([...before, text].map((one, at) => lineOf(at < before.length ? subId(id, at) : id, one, ctx)));
}

function lineOf(id: string, text: CommandText, ctx: EncodeContext): Uint8Array {
  const line = text.line ?? (text.fields === '' ? text.word : `${text.word} ${text.fields}`);
  return bytesOf(`C:${id}:${line}\n`, text.hasNames === true, ctx);
}

function encodedOf(command: Command, ctx: EncodeContext): Encoded {
  const { id, kind, parameters } = command;
  const { profile } = ctx.terminal;
  if (!ID.test(id)) throw new Refusal('ZK_COMMAND_ID', 'an id is 1 to 16 letters and digits');
  // a dialect that is not known yet gets the words of ATT, which old boards take as well (§4.3); rosters wait for it
  if (profile['dialect'] !== undefined) refuseIf(dialectProblem(profile));
  if (hasSecretReference(parameters)) throw new Refusal('ZK_SECRET_UNRESOLVED', 'a secret was not put in its place');
  const encoders = isSec(profile) ? SEC_ENCODERS : ENCODERS;
  const text = encoders[kind](parametersOf(parameters), ctx);
  refuseIf(unsupportedProblem(text.word, profile));
  const bytes = linesOf(id, text, ctx);
  if (bytes.length > LARGEST_COMMAND) {
    throw new Refusal('ZK_COMMAND_TOO_LARGE', `the command has ${bytes.length} bytes`);
  }
  const patience = SLOW.has(kind) ? { answerWithinMs: SLOW_ANSWER_MS } : {};
  return { kind: 'encoded', id, word: text.word, bytes, ...patience };
}

/**
 * One command as `C:<id>:<verb> <fields>` ended by LF (several lines where sub-commands.ts says so), or why this terminal cannot have it. Never throws.
 * Fields are joined by TABs and cleared of control characters. Source: protocols/zkteco-push.md §4.1, §4.3, §4.4.
 */
export function encode(command: Command, ctx: EncodeContext): Encoded {
  try {
    return encodedOf(command, ctx);
  } catch (error) {
    const isOurs = error instanceof Refusal;
    const reason = isOurs ? error.reason : 'ZK_PARAMETER_WRONG';
    const detail = isOurs ? error.message : 'the command could not be written';
    return { kind: 'refused', id: command.id, reason, detail };
  }
}
