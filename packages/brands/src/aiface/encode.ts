import { isZone, toLocal, type Command, type CommandKind, type Json, type JsonObject } from '@biolistener/core';
import { hasSecretReference, type EncodeContext, type Encoded } from '@biolistener/wire';
import { NEEDS_PROFILE } from './abilities.ts';
import { DELETABLE, PHOTO_PAUSE_MS, SLOT, slotOfPlace, WITHIN } from './codes.ts';
import { photoProblem, profileProblem, templateProblem, unsupportedProblem } from './compatibility.ts';
import { numberOrText } from './message.ts';
import { isFaceOnly } from './modes.ts';
import { dayIn, enrollIdIn, integerIn, Refusal, refuseIf, textIn, wrong } from './parameters.ts';
import { writeScript, type Script, type ScriptStep } from './script.ts';

interface Written {
  /** What a terminal must know to be asked. */
  readonly word: string;
  readonly script: Script;
}
type Writer = (parameters: JsonObject, ctx: EncodeContext) => Written;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const single = (message: ScriptStep['message'], rest: Omit<ScriptStep, 'message'> = {}): Written => ({
  word: message.cmd,
  script: { play: 'steps', steps: [{ message, ...rest }] },
});

const ownerIn = (parameters: JsonObject): JsonObject => ({
  enrollid: enrollIdIn(parameters),
  name: textIn(parameters, 'name') ?? '',
  admin: integerIn(parameters, 'privilege', 0, 2) ?? 0,
});

const credential = (parameters: JsonObject, backupnum: number, record: number | string): ScriptStep => {
  const { enrollid = '', name = '', admin = 0 } = ownerIn(parameters);
  return { message: { cmd: 'setuserinfo', enrollid, name, backupnum, admin, record } };
};

/** A number of at most 8 digits; zeros in front would be lost on the way (§4.1). */
function passwordIn(parameters: JsonObject): number | undefined {
  const text = textIn(parameters, 'password');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Refusal('AI_PASSWORD_UNFIT', 'the password is not 1 to 8 digits');
  return Number(text);
}

function cardIn(parameters: JsonObject): number | string | undefined {
  const text = textIn(parameters, 'card');
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,20}$/.test(text)) throw new Refusal('AI_CARD_UNFIT', 'the card number is not decimal');
  return numberOrText(text.replace(/^0+(?=\d)/, ''));
}

const base64In = (parameters: JsonObject, name: string): Buffer => {
  const bytes = Buffer.from(textIn(parameters, name) ?? '', 'base64');
  if (bytes.length === 0) throw wrong(`${name} must be base64 and not empty`);
  return bytes;
};

function slotIn(parameters: JsonObject): number {
  const kind = textIn(parameters, 'kind') ?? '';
  if (kind === 'password' || kind === 'card' || kind === 'photo') return SLOT[kind];
  const given = integerIn(parameters, 'backupNumber', 0, 51);
  const slot = given ?? slotOfPlace(kind, integerIn(parameters, 'no', 0, 99) ?? 0);
  if (slot === undefined || !DELETABLE(slot)) throw wrong('no credential slot: give kind and no, or backupNumber');
  return slot;
}

/** Templates are text to this protocol, and were stored as its bytes. */
function templateStep(owner: JsonObject, template: JsonObject, ctx: EncodeContext): ScriptStep {
  const [kind, no] = [textIn(template, 'kind') ?? '', integerIn(template, 'no', 0, 99) ?? 0];
  const traits = { algorithm: textIn(template, 'algorithm') ?? '', version: textIn(template, 'version') ?? '' };
  refuseIf(templateProblem({ kind: kind as never, no, ...traits }, ctx.terminal.profile)); // asked of any text
  const slot = slotOfPlace(kind, no) ?? 0;
  return credential(owner, slot, base64In(template, 'data').toString('utf8'));
}

function photoStep(owner: JsonObject, name: string, source: JsonObject, ctx: EncodeContext): ScriptStep {
  const bytes = base64In(source, name);
  refuseIf(photoProblem(bytes.length, ctx.terminal.profile));
  const step = credential(owner, SLOT.photo, bytes.toString('base64'));
  return { ...step, withinMs: WITHIN.slow, afterMs: PHOTO_PAUSE_MS };
}

/** `{pin, name?, privilege?, password?, card?, templates?, photo?}`: one message for each credential (§6.4). */
function userUpdate(parameters: JsonObject, ctx: EncodeContext): Written {
  const [password, card] = [passwordIn(parameters), cardIn(parameters)];
  const templates = Array.isArray(parameters['templates']) ? (parameters['templates'] as readonly Json[]) : [];
  const steps = [
    ...(password === undefined ? [] : [credential(parameters, SLOT.password, password)]),
    ...(card === undefined ? [] : [credential(parameters, SLOT.card, card)]),
    ...templates.filter(isObject).map((each) => templateStep(parameters, each, ctx)),
    ...(parameters['photo'] === undefined ? [] : [photoStep(parameters, 'photo', parameters, ctx)]),
  ];
  // a person without anything is slot 0 with "0" in it where only faces count (Topdata, §4.1)
  if (steps.length === 0 && isFaceOnly(ctx.terminal.profile)) steps.push(credential(parameters, 0, '0'));
  if (steps.length === 0) {
    throw new Refusal('AI_NOTHING_TO_WRITE', 'the person has no card, password, template or picture for this terminal');
  }
  return writing(steps, ctx);
}

const isQuiet = ({ terminal: { options, profile } }: EncodeContext): { readonly isQuiet?: true } =>
  options?.['quietWhileWriting'] === true && !unsupportedProblem('disabledevice', profile) ? { isQuiet: true } : {};

const writing = (steps: readonly ScriptStep[], ctx: EncodeContext): Written => ({
  word: 'setuserinfo',
  script: { play: 'steps', steps, ...isQuiet(ctx) },
});

const userDelete: Writer = (parameters, ctx) => {
  const canList = !unsupportedProblem('getuserlist', ctx.terminal.profile);
  return { word: 'deleteuser', script: { play: 'remove', enrollid: enrollIdIn(parameters), canList, ...isQuiet(ctx) } };
};

const templateDelete: Writer = (parameters) =>
  single({ cmd: 'deleteuser', enrollid: enrollIdIn(parameters), backupnum: slotIn(parameters) }, { isLenient: true });

/** `{pin?}`: one person with name, card and password, or the list of everybody. */
const userQuery: Writer = (parameters) => {
  if (textIn(parameters, 'pin') === undefined) return { word: 'getuserlist', script: { play: 'list' } };
  const slots = [SLOT.password, SLOT.card];
  return { word: 'getuserinfo', script: { play: 'read', enrollid: enrollIdIn(parameters), slots, isUser: true } };
};

const templateQuery: Writer = (parameters) => ({
  word: 'getuserinfo',
  script: { play: 'read', enrollid: enrollIdIn(parameters), slots: [slotIn(parameters)] },
});

/** `{pin, kind, no?, name?}`: somebody must stand there. What comes of it arrives as `senduser` (§6.5). */
const enrolStart: Writer = (parameters) => {
  const { enrollid = '', name = '', admin = 0 } = ownerIn(parameters);
  const message = { cmd: 'adduser', enrollid, backupnum: slotIn(parameters), admin, name, flag: 10 };
  return single(message, { withinMs: WITHIN.slow });
};

/** `{from?, to?, what?: 'new'}`: by day, or what the terminal has not handed over (§6.6). */
const logsQuery: Writer = (parameters) => {
  if (parameters['what'] === 'new') return { word: 'getnewlog', script: { play: 'logs', word: 'getnewlog' } };
  const [from, to] = [dayIn(parameters, 'from'), dayIn(parameters, 'to')];
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return { word: 'getalllog', script: { play: 'logs', word: 'getalllog', ...bounds } };
};

const clockSet: Writer = (_parameters, { terminal, now }) => {
  const { zone } = terminal;
  if (zone === undefined || !isZone(zone)) throw new Refusal('AI_ZONE_UNKNOWN', 'the terminal has no time zone');
  return single({ cmd: 'settime', cloudtime: toLocal(now, zone) });
};

/** Only what is stored may be forgotten: the terminal must show all that it has (§6.6). */
const logsClear: Writer = (parameters, { terminal: { profile } }) => {
  if (parameters['confirmed'] !== true) throw new Refusal('AI_COMMAND_UNCONFIRMED', 'clearing needs `confirmed: true`');
  if (unsupportedProblem('getalllog', profile))
    throw new Refusal('AI_LOGS_UNREAD', 'the terminal does not show its records, so nobody knows whether all are here');
  return { word: 'cleanlog', script: { play: 'clear', drains: !unsupportedProblem('getnewlog', profile) } };
};

/** Nothing that erases a terminal can be asked for in its own words (§6.5, §6.7, §11). */
const FORBIDDEN = /^(initsys|cleanuser|cleanadmin|cleanlog|cleanuserlock|disabledevice|ota.*)$/i;

/** `{text, confirmed}`: one message as JSON. */
const raw: Writer = (parameters) => {
  if (parameters['confirmed'] !== true)
    throw new Refusal('AI_COMMAND_UNCONFIRMED', 'a raw message needs `confirmed: true`');
  let message: unknown;
  try {
    message = JSON.parse(textIn(parameters, 'text') ?? '');
  } catch {
    throw wrong('text is no JSON'); // the parser's words would quote it
  }
  if (typeof message !== 'object' || message === null || !('cmd' in message) || typeof message.cmd !== 'string')
    throw wrong('text must be one JSON object with a cmd');
  const cmd = message.cmd.trim();
  if (!/^[a-z0-9_]{1,40}$/i.test(cmd) || FORBIDDEN.test(cmd)) throw wrong(`${cmd.slice(0, 40)} is not sent`);
  return single({ ...message, cmd });
};

const WRITERS: Readonly<Record<CommandKind, Writer>> = {
  'user.update': userUpdate,
  'user.delete': userDelete,
  'template.update': (parameters, ctx) => writing([templateStep(parameters, parameters, ctx)], ctx),
  'template.delete': templateDelete,
  'photo.update': (parameters, ctx) => writing([photoStep(parameters, 'data', parameters, ctx)], ctx),
  'user.query': userQuery,
  'template.query': templateQuery,
  'enrol.start': enrolStart,
  'logs.query': logsQuery,
  'clock.set': clockSet,
  restart: () => single({ cmd: 'reboot' }, { withinMs: WITHIN.restart }),
  info: () => single({ cmd: 'getdevinfo' }),
  'door.open': (parameters) => {
    const doornum = integerIn(parameters, 'door', 1, 4);
    return single({ cmd: 'opendoor', ...(doornum === undefined ? {} : { doornum }) });
  },
  'logs.clear': logsClear,
  check: () => single({ cmd: 'gettime' }),
  raw,
};

/** Lists are long, and of records longer still; a lost process is noticed a little later for it. */
const LONG_MS: Partial<Record<Script['play'], number>> = {
  list: 600_000,
  remove: 600_000,
  logs: 3_600_000,
  clear: 3_600_000,
};

/**
 * A command as the script of its conversation, or why this terminal cannot have it. Never throws.
 * Source: protocols/aiface-websocket.md §6.
 */
export function encode(command: Command, ctx: EncodeContext): Encoded {
  const { id, kind, parameters } = command;
  try {
    if (!Object.hasOwn(WRITERS, kind)) throw new Refusal('AI_COMMAND_UNSUPPORTED', `${kind} is not offered`);
    const { profile } = ctx.terminal;
    if (NEEDS_PROFILE.has(kind)) refuseIf(profileProblem(profile));
    if (hasSecretReference(parameters)) throw new Refusal('AI_SECRET_UNRESOLVED', 'a secret was not put in its place');
    const { word, script } = WRITERS[kind](parameters, ctx);
    refuseIf(unsupportedProblem(word, profile));
    const answerWithinMs = LONG_MS[script.play];
    const patience = answerWithinMs === undefined ? {} : { answerWithinMs };
    return { kind: 'encoded', id, word, bytes: writeScript(script), ...patience };
  } catch (error) {
    const isOurs = error instanceof Refusal;
    const reason = isOurs ? error.code : 'AI_COMMAND_PARAMETERS';
    return { kind: 'refused', id, reason, detail: isOurs ? error.message : 'the command could not be written' };
  }
}
