import { isZone, toLocal, type Command, type CommandKind, type JsonObject } from '@biolistener/core';
import { hasSecretReference, type EncodeContext, type Encoded } from '@biolistener/wire';
import { BACKUP } from './codes.ts';
import { Refusal, textParameter, timeParameter, userIdFor } from './command-parameters.ts';
import { libraryProblem, unsupportedProblem, type Problem } from './compatibility.ts';
import { encodeIoTime } from './io-time.ts';
import { encodeFrame } from './frame.ts';
import { writeUser } from './user-command.ts';
import { backupNumberFor, templateData } from './template-command.ts';

/** A command in the brand's words: `cmd_code` and its parameters. */
export interface CommandWords {
  readonly word: string;
  readonly json?: JsonObject;
  readonly binaries?: readonly Uint8Array[];
}

type Writer = (parameters: JsonObject, ctx: EncodeContext) => CommandWords;

/** Photos go into a slot only where the profile asks for it; the generations disagree on its number (Q8). */
function updatePhoto(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const slot = ctx.terminal.options?.['photoBackup'];
  if (slot !== BACKUP.photo2019 && slot !== BACKUP.photo2023) {
    throw new Refusal('EB_COMMAND_NEEDS_OPTION', 'options.photoBackup must be 30 or 50 before photos are sent alone');
  }
  return setEnrolData(parameters, slot, templateData(parameters, 'data'), ctx);
}

function setEnrolData(parameters: JsonObject, slot: number, data: Uint8Array, ctx: EncodeContext): CommandWords {
  const user_id = userIdFor(parameters, ctx);
  return { word: 'SET_ENROLL_DATA', json: { user_id, backup_number: slot, enroll_data: 'BIN_1' }, binaries: [data] };
}

function queryLogs(parameters: JsonObject): CommandWords {
  const begin = timeParameter(parameters, 'from');
  const end = timeParameter(parameters, 'to');
  if (begin === undefined && end === undefined) return { word: 'GET_LOG_DATA' };
  return {
    word: 'GET_LOG_DATA',
    json: { ...(begin === undefined ? {} : { begin_time: begin }), ...(end === undefined ? {} : { end_time: end }) },
  };
}

/** Stamped when the reply is written: a queued time is 8 to 15 s late (§4.1). */
function setClock(ctx: EncodeContext): CommandWords {
  const { zone } = ctx.terminal;
  if (zone === undefined || !isZone(zone)) throw new Refusal('EB_ZONE_UNKNOWN', 'the terminal has no time zone');
  return { word: 'SET_TIME', json: { time: encodeIoTime(toLocal(ctx.now, zone)) } };
}

/** Q12: verb and parameters of the door differ by model, so a person names the one that works. */
function openDoor(ctx: EncodeContext): CommandWords {
  const verb = ctx.terminal.options?.['doorCommand'];
  if (verb === 'SET_DOOR_STATUS') return { word: verb, json: { door_status: 'open' } };
  if (verb === 'OPEN_DOOR') return { word: verb };
  throw new Refusal('EB_COMMAND_NEEDS_OPTION', 'options.doorCommand must be SET_DOOR_STATUS or OPEN_DOOR');
}

function clearLogs(parameters: JsonObject): CommandWords {
  if (parameters['confirmed'] === true) return { word: 'CLEAR_LOG_DATA' };
  throw new Refusal('EB_COMMAND_NEEDS_CONFIRMATION', 'CLEAR_LOG_DATA removes every record; confirmed must be true');
}

/** §5.10: success is the enrolment that the terminal pushes later, not the result of this command. */
function startEnrolment(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const param = { user_id: userIdFor(parameters, ctx), backup_number: backupNumberFor(parameters) };
  return { word: 'SET_COMMAND', json: { cmd: 'enter_enroll', param } };
}

function queryTemplate(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const json = { user_id: userIdFor(parameters, ctx), backup_number: backupNumberFor(parameters) };
  return { word: 'GET_ENROLL_DATA', json };
}

const WRITERS: Partial<Record<CommandKind, Writer>> = {
  'user.update': writeUser,
  'user.delete': (parameters, ctx) => ({ word: 'DELETE_USER', json: { user_id: userIdFor(parameters, ctx) } }),
  'template.update': (parameters, ctx) =>
    setEnrolData(parameters, backupNumberFor(parameters), templateData(parameters, 'data', ctx), ctx),
  'photo.update': updatePhoto,
  'user.query': (parameters, ctx) =>
    textParameter(parameters, 'pin') === undefined
      ? { word: 'GET_USER_ID_LIST' }
      : { word: 'GET_USER_INFO', json: { user_id: userIdFor(parameters, ctx) } },
  'template.query': queryTemplate,
  'enrol.start': startEnrolment,
  'logs.query': queryLogs,
  'clock.set': (_parameters, ctx) => setClock(ctx),
  restart: () => ({ word: 'RESET_FK' }),
  info: () => ({ word: 'GET_DEVICE_STATUS' }),
  'door.open': (_parameters, ctx) => openDoor(ctx),
  'logs.clear': clearLogs,
};

/** What the terminals of this brand can be asked to do. `template.delete` has no verb; `raw` would be one to wipe them (§5). */
export const COMMANDS = Object.keys(WRITERS) as CommandKind[]; // the keys of a table of kinds are kinds

/** Writes that must not be tried before the terminal said which library it speaks. */
export const NEEDS_PROFILE: ReadonlySet<CommandKind> = new Set([
  'user.update',
  'user.delete',
  'template.update',
  'photo.update',
  'enrol.start',
]);

/**
 * Of a person whom it does not know several models tell nothing at all and poll on (§4.6, §5.4: WF-206BNC, WS535BW1). Asking
 * or deleting again harms nobody and a late answer still counts, so the mailbox is not held up for as long as after a write.
 */
const MAY_STAY_SILENT: ReadonlySet<string> = new Set(['GET_USER_INFO', 'GET_ENROLL_DATA', 'DELETE_USER']);
const ABOUT_ONE_PERSON_MS = 30_000;

/** What is special about the answer to a verb. */
function answerOf(word: string): Partial<Extract<Encoded, { kind: 'encoded' }>> {
  // usually no result follows a restart (§5.13); the next poll shows that the terminal is back
  if (word === 'RESET_FK') return { isSilent: true };
  return MAY_STAY_SILENT.has(word) ? { answerWithinMs: ABOUT_ONE_PERSON_MS } : {};
}

function refuseIf(problem: Problem | undefined): void {
  if (problem) throw new Refusal(problem.reason, problem.detail);
}

/**
 * The `cmd_code` (`word`) and framed parameters of one command; zero bytes for commands without parameters.
 * The frame is plain: `answer` puts it into the dialect of the poll that fetches it (encrypted, bare JSON).
 * Source: protocols/ebkn-fkweb.md §2.6, §5; cases E01–E04.
 */
export function encode(command: Command, ctx: EncodeContext): Encoded {
  const { id, kind, parameters } = command;
  try {
    if (!/^\d{1,16}$/.test(id)) throw new Refusal('EB_COMMAND_PARAMETERS', 'a command id is 1 to 16 digits');
    const writer = Object.hasOwn(WRITERS, kind) ? WRITERS[kind] : undefined;
    if (!writer) throw new Refusal('EB_COMMAND_UNSUPPORTED', `${kind} is not offered for this brand`);
    const { profile } = ctx.terminal;
    if (NEEDS_PROFILE.has(kind)) refuseIf(libraryProblem(profile));
    if (hasSecretReference(parameters)) throw new Refusal('EB_SECRET_UNRESOLVED', 'a secret was not put in its place');
    const { word, json, binaries } = writer(parameters, ctx);
    refuseIf(unsupportedProblem(word, profile));
    const bytes = json === undefined ? new Uint8Array(0) : encodeFrame(JSON.stringify(json), binaries);
    return { kind: 'encoded', id, word, bytes, ...answerOf(word) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', id, reason: error.code, detail: error.message };
    throw error;
  }
}
