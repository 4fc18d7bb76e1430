import type { Command, CommandKind, JsonObject } from '@biolistener/core';
import { hasSecretReference, type EncodeContext, type Encoded, type TerminalView } from '@biolistener/wire';
import { COMMANDS } from './abilities.ts';
import { FINGERS, pinProblem, templateProblem, textIn, userLayoutFor, type Problem } from './fitness.ts';

const bad = (detail: string): Problem => ({ reason: 'ZKT_COMMAND_PARAMETERS', detail });
const LARGEST_CARD = 0xffff_ffff;

type Check = (parameters: JsonObject, terminal: TerminalView) => Problem | undefined;

const needsPin: Check = (parameters, terminal) => {
  const pin = textIn(parameters, 'pin');
  return pin === undefined ? bad('pin must be text') : pinProblem(pin, terminal);
};

const needsUser: Check = (parameters, terminal) => {
  const card = textIn(parameters, 'card') ?? '0';
  if (!/^\d*$/.test(card) || Number(card) > LARGEST_CARD) return bad('card must be a number up to 4294967295');
  return passwordProblem(parameters, terminal) ?? needsPin(parameters, terminal);
};

/** Cut, it would be another password (§4.1, §4.2). */
function passwordProblem(parameters: JsonObject, terminal: TerminalView): Problem | undefined {
  const most = userLayoutFor(terminal) === 28 ? 5 : 8;
  const length = Buffer.byteLength(textIn(parameters, 'password') ?? '');
  return length > most ? bad(`password must have at most ${most} digits here`) : undefined;
}

const needsFinger: Check = (parameters, terminal) => {
  const no = Number(parameters['no'] ?? 0);
  if (!Number.isInteger(no) || no < 0 || no >= FINGERS) return bad('no must be a finger from 0 to 9');
  return needsPin(parameters, terminal);
};

const needsTemplate: Check = (parameters, terminal) => {
  const data = textIn(parameters, 'data');
  if (data === undefined || data === '') return bad('data must be base64 text');
  const [kind, algorithm, version] = ['kind', 'algorithm', 'version'].map((key) => textIn(parameters, key) ?? '');
  if (kind !== 'fingerprint') return { reason: 'ZKT_TEMPLATE_FOREIGN', detail: 'fingerprints alone travel this way' };
  const template = {
    kind: 'fingerprint',
    algorithm: algorithm || 'zk',
    version: version ?? '',
    no: Number(parameters['no'] ?? 0),
    index: 0,
    encoding: 'base64',
  } as const;
  return templateProblem(template, Math.floor((data.length * 3) / 4), terminal) ?? needsPin(parameters, terminal);
};

const mayNamePin: Check = (parameters) =>
  parameters['pin'] === undefined || textIn(parameters, 'pin') !== undefined ? undefined : bad('pin must be text');

const WALL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const needsRange: Check = (parameters) =>
  ['from', 'to'].every((name) => parameters[name] === undefined || WALL.test(textIn(parameters, name) ?? ''))
    ? undefined
    : bad('from and to are wall times YYYY-MM-DD HH:MM:SS');

const needsConfirmation: Check = (parameters) =>
  parameters['confirmed'] === true
    ? undefined
    : { reason: 'ZKT_NEEDS_CONFIRMATION', detail: 'clearing removes every record; confirmed must be true' };

const CHECKS: Partial<Record<CommandKind, Check>> = {
  'user.update': needsUser,
  'user.delete': needsPin,
  'template.update': needsTemplate,
  'template.delete': needsFinger,
  'user.query': mayNamePin,
  'template.query': mayNamePin,
  'logs.query': needsRange,
  'logs.clear': needsConfirmation,
};

const isOurs = (kind: CommandKind): boolean => COMMANDS.some((one) => one === kind);
const NO_BYTES = new Uint8Array(0);

/** Whether a terminal can have a command. It has no bytes of its own: it is a conversation, see `converse`. */
export function encode({ id, kind, parameters }: Command, { terminal }: EncodeContext): Encoded {
  const problem = isOurs(kind)
    ? (secretProblem(parameters) ?? CHECKS[kind]?.(parameters, terminal))
    : ({ reason: 'ZKT_COMMAND_UNSUPPORTED', detail: `the protocol has no ${kind}` } satisfies Problem);
  return problem ? { kind: 'refused', id, ...problem } : { kind: 'encoded', id, word: kind, bytes: NO_BYTES };
}

const secretProblem = (parameters: JsonObject): Problem | undefined =>
  hasSecretReference(parameters) ? bad('a secret is still a reference') : undefined;
