import type { Command, CommandKind, JsonObject } from '@biolistener/core';
import { hasSecretReference, type EncodeContext, type Encoded } from '@biolistener/wire';
import { accessGroup, pinParameter, Refusal, refuseIf, textParameter, utcParameter } from './command-parameters.ts';
import { writeWords, type CommandWords, type FaceWish, type FingerWish } from './command-words.ts';
import { LARGEST_PHOTO, mayTakeOver, userGroupOf } from './compatibility.ts';
import { cutFace, decodeBase64, FACE_BIN_TYPES, TEMPLATE_FORMS, type FaceBinType } from './template-forms.ts';
import { pinProblem, wishProblem } from './user-object.ts';
import { fieldsOf, integerOf, isTrue, rowsOf, textOf, type Fields } from './values.ts';

type Writer = (parameters: JsonObject, ctx: EncodeContext) => CommandWords;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function unresolved(value: unknown): void {
  if (hasSecretReference((value ?? null) as JsonObject | null))
    throw new Refusal('SU_SECRET_UNRESOLVED', 'a template, photo or password was not put in'); // JSON of a command
}

/** One finger from its two parts; 384 bytes each (§4.2). */
function fingerOf(no: number, parts: readonly Fields[]): FingerWish {
  const of = (index: number): string => {
    const part = parts.find((each) => integerOf(each['index']) === index);
    const bytes = decodeBase64(textOf(part?.['data']));
    if (bytes?.length === TEMPLATE_FORMS.fingerprint.bytes) return base64(bytes);
    throw new Refusal('SU_FINGER_INCOMPLETE', `finger ${no} lacks a usable part ${index}`);
  };
  return { no, isDuress: parts.some((part) => isTrue(part['isDuress'])), templates: [of(0), of(1)] };
}

function fingersOf(templates: readonly Fields[]): FingerWish[] {
  const parts = templates.filter((each) => each['kind'] === 'fingerprint');
  const numbers = [...new Set(parts.map((part) => integerOf(part['no']) ?? -1))];
  if (numbers.some((no) => no < 0 || no > TEMPLATE_FORMS.fingerprint.mostNo))
    throw new Refusal('SU_TEMPLATE_KIND', 'BioStar counts fingers from 0 to 9');
  return numbers.map((no) =>
    fingerOf(
      no,
      parts.filter((part) => integerOf(part['no']) === no),
    ),
  );
}

/** Both formats, each in its place and of 544 bytes (S20). */
function faceOf(templates: readonly Fields[]): FaceWish | undefined {
  const parts = templates.filter((each) => each['kind'] === 'visible-face');
  if (parts.length === 0) return undefined;
  const of = (type: FaceBinType): string => {
    const bytes = decodeBase64(textOf(parts.find((part) => textOf(part['version']) === type)?.['data']));
    const cut = bytes && cutFace(bytes);
    if (cut) return base64(cut);
    throw new Refusal('SU_FACE_SIZE', `the face template of format ${type} is missing or too short`);
  };
  const [first, second] = FACE_BIN_TYPES;
  return { templates: { [first]: of(first), [second]: of(second) } }; // both are there
}

function photoOf(parameters: JsonObject): string | undefined {
  const photo = textParameter(parameters, 'photo') ?? textParameter(parameters, 'data');
  if (photo === undefined) return undefined;
  const bytes = decodeBase64(photo);
  if (!bytes) throw new Refusal('SU_COMMAND_PARAMETERS', 'the picture is no base64');
  if (bytes.length > LARGEST_PHOTO) throw new Refusal('SU_PHOTO_SIZE', 'the picture is too large for a user');
  return photo;
}

function cardOf(parameters: JsonObject): string | undefined {
  const card = textParameter(parameters, 'card');
  if (card === undefined || card === '') return undefined;
  if (!/^\d{1,20}$/.test(card)) throw new Refusal('SU_COMMAND_PARAMETERS', 'a card number is digits');
  return card;
}

function writeUser(parameters: JsonObject, ctx: EncodeContext, templates: readonly Fields[]): CommandWords {
  unresolved(parameters);
  const wish = {
    pin: pinParameter(parameters),
    name: textParameter(parameters, 'name'),
    start: textParameter(parameters, 'start'),
    end: textParameter(parameters, 'end'),
  };
  refuseIf(wishProblem(wish, ctx.terminal.options));
  const [card, face, photo] = [cardOf(parameters), faceOf(templates), photoOf(parameters)];
  const password = textParameter(parameters, 'password');
  return {
    word: 'write-user',
    wish,
    accessGroup: accessGroup(ctx),
    userGroup: userGroupOf(ctx.terminal),
    mayTakeOver: mayTakeOver(ctx.terminal),
    fingers: fingersOf(templates),
    ...(card === undefined ? {} : { card }),
    ...(face === undefined ? {} : { face }),
    ...(photo === undefined ? {} : { photo }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

/** A finger goes as a whole: the list of its parts, or one part by itself, which is refused as incomplete. */
const partsOf = (parameters: JsonObject): Fields[] =>
  Array.isArray(parameters['templates']) ? rowsOf(parameters['templates']) : [fieldsOf(parameters)];

function removeTemplates(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const templates = partsOf(parameters);
  return {
    word: 'remove-templates',
    pin: checkedPin(parameters, ctx),
    fingers: templates.flatMap((each) => (each['kind'] === 'fingerprint' ? (integerOf(each['no']) ?? []) : [])),
    face: templates.some((each) => each['kind'] === 'visible-face'),
    mayTakeOver: mayTakeOver(ctx.terminal),
  };
}

function checkedPin(parameters: JsonObject, ctx: EncodeContext): string {
  const pin = pinParameter(parameters);
  refuseIf(pinProblem(pin, ctx.terminal.options));
  return pin;
}

const readUserWords: Writer = (parameters, ctx) => ({
  word: 'read-user',
  pin: checkedPin(parameters, ctx),
  accessGroup: accessGroup(ctx),
});

function readEvents(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const [from, to] = [utcParameter(parameters, 'from', ctx), utcParameter(parameters, 'to', ctx)];
  if (from < to) return { word: 'read-events', from, to };
  throw new Refusal('SU_COMMAND_PARAMETERS', '`from` must be before `to`');
}

/** Somebody stands at the device and is scanned there (§4.1 to §4.3). */
function scan(parameters: JsonObject, ctx: EncodeContext): CommandWords {
  const kind = textParameter(parameters, 'kind') ?? 'fingerprint';
  const what = kind === 'visible-face' || kind === 'face' ? 'face' : kind;
  if (what !== 'fingerprint' && what !== 'face' && what !== 'card')
    throw new Refusal('SU_TEMPLATE_KIND', 'a device scans fingerprints, faces and cards');
  const no = integerOf(parameters['no']) ?? 0;
  if (no < 0 || no > TEMPLATE_FORMS.fingerprint.mostNo)
    throw new Refusal('SU_TEMPLATE_KIND', 'BioStar counts fingers from 0 to 9');
  return {
    word: 'scan',
    what,
    no,
    pin: checkedPin(parameters, ctx),
    accessGroup: accessGroup(ctx),
    userGroup: userGroupOf(ctx.terminal),
    mayTakeOver: mayTakeOver(ctx.terminal),
  };
}

const WRITERS: Partial<Record<CommandKind, Writer>> = {
  'user.update': (parameters, ctx) => writeUser(parameters, ctx, rowsOf(parameters['templates'])),
  'user.delete': (parameters, ctx) => ({
    word: 'remove-user',
    pin: checkedPin(parameters, ctx),
    accessGroup: accessGroup(ctx),
    mayTakeOver: mayTakeOver(ctx.terminal),
  }),
  'template.update': (parameters, ctx) =>
    writeUser(onlyPin(parameters), ctx, (unresolved(parameters), partsOf(parameters))),
  'template.delete': removeTemplates,
  'photo.update': (parameters, ctx) => writeUser(parameters, ctx, []),
  'user.query': readUserWords,
  'template.query': readUserWords,
  'enrol.start': scan,
  'logs.query': readEvents,
  info: () => ({ word: 'read-device' }),
};

/** What else stands beside a template belongs to it and not to the user. */
const onlyPin = ({ pin }: JsonObject): JsonObject => (pin === undefined ? {} : { pin });

export const COMMANDS = Object.keys(WRITERS) as CommandKind[]; // the keys of a table of kinds are kinds

/** Two scans of half a minute each, or a face for more than one, and the writing (§7a). */
const SCAN_MS = 180_000;

export function encode({ id, kind, parameters }: Command, ctx: EncodeContext): Encoded {
  const writer = WRITERS[kind];
  if (!writer)
    return { kind: 'refused', id, reason: 'SU_COMMAND_UNSUPPORTED', detail: `the API of BioStar cannot do ${kind}` };
  try {
    const words = writer(parameters, ctx);
    const patience = words.word === 'scan' ? { answerWithinMs: SCAN_MS } : {};
    return { kind: 'encoded', id, word: words.word, bytes: writeWords(words), ...patience };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', id, reason: error.reason, detail: error.message };
  }
}
