import {
  CODE,
  cutFace,
  decodeBase64,
  FACE_BIN_TYPES,
  fieldsOf,
  isLetIn,
  planRemoval,
  planWrite,
  rowsOf,
  TEMPLATE_FORMS,
  textOf,
  type Call,
  type CommandWords,
  type FaceBinType,
  type FaceWish,
  type Fields,
  type UserPlan,
} from '@biolistener/brands/suprema';
import type { JsonObject } from '@biolistener/core';
import { isTimeOut, type BioStarApi } from './api.ts';
import { cardIdOf, deleteUsers, findUser, type Device } from './calls.ts';
import { bodyOf, Refused } from './refused.ts';
import type { RoundResult } from './rounds.ts';
import type { SupremaPace } from './settings.ts';

/** How a command ended, before the store is told. */
export type Ending =
  | { readonly kind: 'done'; readonly info: JsonObject; readonly user?: Fields }
  /** For good; a code of the brand, or the server's own. */
  | { readonly kind: 'failed'; readonly code: string; readonly reason?: string; readonly detail: string };

export interface ConversationDeps {
  readonly api: BioStarApi;
  readonly pace: SupremaPace;
  readonly deviceId: string;
  readonly findDevice: () => Device | undefined;
  readonly readRange: (from: number, to: number, deviceId: string) => Promise<RoundResult>;
}

type ScanWords = Extract<CommandWords, { word: 'scan' }>;
type WriteWords = Extract<CommandWords, { word: 'write-user' }>;

/** Carries out one command at the server. Errors: those of the connection, which are worth another try. */
export async function converse(words: CommandWords, deps: ConversationDeps): Promise<Ending> {
  try {
    return await perform(words, deps);
  } catch (error) {
    if (error instanceof Refused) return refusalOf(error);
    throw error;
  }
}

function perform(words: CommandWords, deps: ConversationDeps): Promise<Ending> {
  switch (words.word) {
    case 'write-user':
      return writeUser(words, deps);
    case 'remove-user':
    case 'remove-templates':
      return carryOut(deps, async () => planRemoval(words, await findUser(deps.api, words.pin)));
    case 'read-user':
      return readUser(words, deps);
    case 'read-events':
      return readEvents(words, deps);
    case 'read-device':
      return Promise.resolve(readDevice(deps));
    case 'scan':
      return scan(words, deps);
  }
}

function refusalOf({ code, message }: Refused): Ending {
  const reason = code === CODE.referenceUndefined ? { reason: 'SU_GROUP_UNDEFINED' } : {};
  return { kind: 'failed', code, detail: message, ...reason };
}

const writeUser = (words: WriteWords, deps: ConversationDeps): Promise<Ending> =>
  carryOut(deps, async () => {
    const existing = await findUser(deps.api, words.wish.pin);
    const dry = planWrite(words, existing, undefined);
    if (dry.kind === 'refused' || words.card === undefined) return dry; // no card is made for nothing
    return planWrite(words, existing, await cardIdOf(deps.api, words.card, existing));
  });

async function carryOut({ api }: ConversationDeps, plan: () => Promise<UserPlan>): Promise<Ending> {
  const planned = await plan();
  if (planned.kind === 'refused') return { ...planned, kind: 'failed', code: '' };
  for (const call of planned.calls) await make(call, api);
  return { kind: 'done', info: { calls: planned.calls.length } };
}

async function make(call: Call, api: BioStarApi): Promise<void> {
  if (call.method !== 'DELETE') return void bodyOf(await api.call(call), 'user');
  const id = decodeURIComponent(call.path.split('?id=')[1] ?? '');
  const left = await deleteUsers(api, [id]);
  if (left.length > 0) throw new Refused({ code: '', message: 'the user is still there' }, 'user');
}

/** Somebody who is not let in at this device is not on it, whatever else the server knows of them. */
async function readUser(
  words: Extract<CommandWords, { word: 'read-user' }>,
  { api }: ConversationDeps,
): Promise<Ending> {
  const user = await findUser(api, words.pin);
  const isThere = user !== undefined && isLetIn(user, words.accessGroup);
  return { kind: 'done', info: { found: isThere }, ...(isThere ? { user } : {}) };
}

async function readEvents(
  words: Extract<CommandWords, { word: 'read-events' }>,
  deps: ConversationDeps,
): Promise<Ending> {
  const { events, newPunches } = await deps.readRange(Date.parse(words.from), Date.parse(words.to), deps.deviceId);
  return { kind: 'done', info: { events, newPunches } };
}

function readDevice({ findDevice }: ConversationDeps): Ending {
  const device = findDevice();
  if (device) return { kind: 'done', info: { name: device.name, status: device.status } };
  return { kind: 'failed', code: '', detail: 'the BioStar server does not list this device any more' };
}

/** Nobody came: that is no fault of the device (protocols/suprema.md §7a). */
const NOBODY_CAME: Ending = {
  kind: 'failed',
  code: 'nobody-presented',
  detail: 'nobody presented anything at the device',
};

/** One scan at a device, or what the server said instead. Undefined: nobody came in time. */
async function scanOnce(
  call: 'POST' | 'GET',
  path: string,
  body: JsonObject | undefined,
  withinMs: number,
  deps: ConversationDeps,
): Promise<Fields | undefined> {
  try {
    const answer = await deps.api.call({ method: call, path: `/devices/${deps.deviceId}/${path}`, body, withinMs });
    return bodyOf(answer, 'scan');
  } catch (error) {
    if (isTimeOut(error)) return undefined;
    throw error;
  }
}

async function scan(words: ScanWords, deps: ConversationDeps): Promise<Ending> {
  const found = await SCANS[words.what](words, deps);
  if (!found) return NOBODY_CAME;
  if ('kind' in found) return found;
  const { pin, accessGroup, userGroup, mayTakeOver } = words;
  const write: WriteWords = {
    word: 'write-user',
    wish: { pin },
    accessGroup,
    userGroup,
    mayTakeOver,
    fingers: [],
    ...found,
  };
  const ending = await writeUser(write, deps);
  const user = ending.kind === 'done' ? await findUser(deps.api, pin) : undefined;
  return user && ending.kind === 'done' ? { ...ending, user } : ending;
}

type Found = Partial<Pick<WriteWords, 'fingers' | 'face' | 'card'>>;
type Scanner = (words: ScanWords, deps: ConversationDeps) => Promise<Found | Ending | undefined>;

const unusable = (what: string): Ending => ({
  kind: 'failed',
  code: 'scan-unusable',
  detail: `the scan brought no usable ${what}`,
});

/** Where the template stands in the answer is not documented: the first text that has the right size (§4.2). */
function fingerIn(body: Fields): string | undefined {
  const texts = Object.values(body).flatMap((value) => [value, ...Object.values(fieldsOf(value))]);
  return texts.map(textOf).find((text) => decodeBase64(text)?.length === TEMPLATE_FORMS.fingerprint.bytes);
}

const scanFinger: Scanner = async ({ no }, deps) => {
  const option = { ScanFingerprintOption: { enroll_quality: '80', raw_image: false } };
  const templates: string[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const body = await scanOnce('POST', 'scan_fingerprint', option, deps.pace.scanMs, deps);
    if (!body) return undefined;
    const template = fingerIn(body);
    if (template === undefined) return unusable('fingerprint');
    templates.push(template);
  }
  return { fingers: [{ no, isDuress: false, templates: [templates[0] ?? '', templates[1] ?? ''] }] };
};

const scanCard: Scanner = async (_words, deps) => {
  const body = await scanOnce('POST', 'scan_card', { noblockui: true }, deps.pace.scanMs, deps);
  if (!body) return undefined;
  const card = textOf(fieldsOf(body['Card'])['card_id']);
  return card === undefined ? unusable('card') : { card };
};

const scanFace: Scanner = async (_words, deps) => {
  const body = await scanOnce(
    'GET',
    'credentials/face?pose_sensitivity=0&nonBlock=true',
    undefined,
    deps.pace.faceScanMs,
    deps,
  );
  if (!body) return undefined;
  const face = rowsOf(fieldsOf(body['credentials'])['faces'])[0];
  const templates = Object.fromEntries(
    FACE_BIN_TYPES.map((type) => {
      const held = rowsOf(face?.['templates']).find((each) => textOf(each['credential_bin_type']) === type);
      const bytes = decodeBase64(textOf(held?.['template_ex']));
      const cut = bytes && cutFace(bytes);
      return [type, cut && Buffer.from(cut).toString('base64')];
    }),
  );
  if (Object.values(templates).includes(undefined)) return unusable('face');
  const image = textOf(face?.['template_ex_normalized_image']);
  const wish: FaceWish = {
    templates: templates as Record<FaceBinType, string>,
    ...(image === undefined ? {} : { image }),
  }; // none is missing
  return { face: wish };
};

const SCANS: Readonly<Record<ScanWords['what'], Scanner>> = { fingerprint: scanFinger, card: scanCard, face: scanFace };
