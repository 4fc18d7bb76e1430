import type { PunchRecord } from '../punch-record.ts';
import type { Random } from '../random.ts';
import { isForeign, makeTemplateBytes } from '../synthetic-template.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedUser } from '../terminal.ts';
import { compactWall, type WallMs } from '../wall-clock.ts';
import { binaryOf, type EbknMessage } from './frame.ts';
import type { EbknProfile } from './profiles.ts';

/** An id as this firmware writes it. */
export const wireId = (pin: string, profile: EbknProfile): string =>
  profile.padTo > 0 && /^\d+$/.test(pin) ? pin.padStart(profile.padTo, '0') : pin;

/** `verify_mode` as it goes out: signed where the firmware prints it so, a list of words in the plain JSON dialect (§6.2). */
export function wireVerify(verify: number, profile: EbknProfile): number | string {
  if (profile.dialect === 'plain-json') return verify === 20 ? '["FACE"]' : '["FP"]';
  const value = profile.isSigned ? verify | 0 : verify;
  return profile.numbers === 'text' ? String(value) : value;
}

export const wireState = (state: number, profile: EbknProfile): number | string =>
  profile.numbers === 'text' ? String(state) : state;

/** One attendance record, keys in the alphabetical order of many units (§4.2). */
export function logMessage(record: PunchRecord, profile: EbknProfile): EbknMessage {
  const { photo } = record;
  const isPlain = profile.dialect === 'plain-json';
  const inline = photo && isPlain ? Buffer.from(photo).toString('base64') : null;
  const json = {
    fk_bin_data_lib: profile.librarySpelling,
    io_mode: wireState(record.state, profile),
    io_time: compactWall(record.wall),
    log_image: photo && !isPlain ? 'BIN_1' : inline,
    user_id: wireId(record.pin, profile),
    verify_mode: wireVerify(record.verify, profile),
  };
  return { json, binaries: photo && !isPlain ? [photo] : [] };
}

/** The poll body (§4.1). */
export function pollMessage(name: string, wall: WallMs, profile: EbknProfile): EbknMessage {
  const info = {
    face_data_ver: profile.versions.face,
    firmware: 'SIM-1.0.0',
    firmware_filename: 'SIM',
    fk_bin_data_lib: profile.librarySpelling,
    fp_data_ver: profile.versions.fingerprint,
    supported_enroll_data: ['FP', 'PASSWORD', 'IDCARD', 'FACE'],
  };
  return { json: { fk_info: info, fk_name: name, fk_time: compactWall(wall) }, binaries: [] };
}

const PRIVILEGES = ['USER', 'MANAGER', 'OPERATOR', 'REGISTER'] as const;
/** Slots of `backup_number` (§5.4): fingers 0–9, password 10, card 11, face 12, palm 13, finger vein 20. */
const SLOTS: Readonly<Record<SimulatedTemplateKind, number>> = {
  fingerprint: 0,
  face: 12,
  'visible-face': 12,
  palm: 13,
  'finger-vein': 20,
};

const hasNumbers = (kind: SimulatedTemplateKind): boolean => kind === 'fingerprint' || kind === 'palm';

const slotOf = (each: SimulatedTemplate): number => SLOTS[each.kind] + (hasNumbers(each.kind) ? each.no : 0);

/** The number of a template within its kind. */
const numberOf = (slot: number, kind: SimulatedTemplateKind): number => (hasNumbers(kind) ? slot - SLOTS[kind] : 0);

function kindOfSlot(slot: number): SimulatedTemplateKind | undefined {
  if (slot >= 0 && slot <= 9) return 'fingerprint';
  if (slot === 12) return 'face';
  if (slot >= 13 && slot <= 16) return 'palm';
  return slot === 20 ? 'finger-vein' : undefined;
}

/** The credentials of a user by slot. */
export function credentialsOf(user: SimulatedUser): { slot: number; data: Uint8Array }[] {
  const found = (user.templates ?? []).map((each) => ({ slot: slotOf(each), data: each.data }));
  if (user.password) found.push({ slot: 10, data: Buffer.from(user.password) });
  if (user.card) found.push({ slot: 11, data: Buffer.from(user.card) });
  return found;
}

/** One credential, with the owner that the document leaves open (§5): some firmware does not name him. */
export function credentialMessage(
  user: SimulatedUser,
  { slot, data }: { slot: number; data: Uint8Array },
  profile: EbknProfile,
): EbknMessage {
  const isPlain = profile.dialect === 'plain-json';
  const enroll_data = isPlain ? Buffer.from(data).toString('base64') : 'BIN_1';
  const owner = profile.namesOwner ? { backup_number: slot, user_id: wireId(user.pin, profile) } : {};
  return { json: { ...owner, enroll_data }, binaries: isPlain ? [] : [data] };
}

/** A name as this firmware keeps it: cut without a word (§5.4). */
export const cutName = (name: string, profile: EbknProfile): string =>
  Array.from(name).slice(0, profile.nameLimit).join('');

/** The user object; the photo is `BIN_1` as real devices have it, whatever the order of the keys (§2.1, §5.4). */
export function userMessage(user: SimulatedUser, profile: EbknProfile): EbknMessage {
  const isPlain = profile.dialect === 'plain-json';
  const binaries: Uint8Array[] = [];
  const refer = (data: Uint8Array): string => {
    if (isPlain) return Buffer.from(data).toString('base64');
    binaries.push(data);
    return `BIN_${binaries.length}`;
  };
  const photo = user.photo ? { user_photo: refer(user.photo) } : {};
  const list = credentialsOf(user).map(({ slot, data }) => ({ backup_number: slot, enroll_data: refer(data) }));
  const privilege = user.privilege ?? 0;
  const json = {
    enroll_data_array: list.length > 0 ? list : null,
    user_id: wireId(user.pin, profile),
    user_name: cutName(user.name ?? '', profile),
    ...photo,
    user_privilege: profile.privileges === 'number' ? privilege : (PRIVILEGES[privilege] ?? 'USER'),
  };
  return { json, binaries };
}

/** The mark of this terminal's own templates: library and format version (§4.1). */
export function makerOf(kind: SimulatedTemplateKind, profile: EbknProfile): string {
  const version = kind === 'fingerprint' ? profile.versions.fingerprint : profile.versions.face;
  return `${profile.library}-${kind}-${version}`;
}

/** Whether a credential is a template that another library or version made: real units refuse what they cannot read. */
export function isForeignCredential(slot: number, data: Uint8Array, profile: EbknProfile): boolean {
  const kind = kindOfSlot(slot);
  return kind !== undefined && isForeign(data, makerOf(kind, profile));
}

/** The template that a sensor makes for a slot; undefined where the slot is no template. */
export function templateFor(slot: number, profile: EbknProfile, random: Random): SimulatedTemplate | undefined {
  const kind = kindOfSlot(slot);
  return kind && { kind, no: numberOf(slot, kind), data: makeTemplateBytes(makerOf(kind, profile), random) };
}

/** One credential put on a user. */
export function withCredential(user: SimulatedUser, slot: number, data: Uint8Array): SimulatedUser {
  if (slot === 10) return { ...user, password: Buffer.from(data).toString('latin1') };
  if (slot === 11) return { ...user, card: Buffer.from(data).toString('latin1') };
  if (slot === 30 || slot === 50) return { ...user, photo: data };
  const kind = kindOfSlot(slot);
  if (!kind) return user;
  const others = (user.templates ?? []).filter((each) => slotOf(each) !== slot);
  return { ...user, templates: [...others, { kind, no: numberOf(slot, kind), data }] };
}

/** Reads a user object of `SET_USER_INFO` onto what is known; undefined when a field is not what firmware can read. */
export function readUser(
  message: EbknMessage,
  pin: string,
  before: SimulatedUser | undefined,
): SimulatedUser | undefined {
  const { json, binaries } = message;
  let user: SimulatedUser = { ...before, pin };
  if (typeof json['user_name'] === 'string') user = { ...user, name: json['user_name'] };
  const privilege = readPrivilege(json['user_privilege']);
  if (privilege !== undefined) user = { ...user, privilege };
  const photo = binaryOf(json['user_photo'], binaries);
  if (photo) user = { ...user, photo };
  const list: unknown = json['enroll_data_array'] ?? [];
  if (!Array.isArray(list)) return undefined;
  for (const item of list as readonly unknown[]) {
    const { backup_number: slot, enroll_data: reference } = (item ?? {}) as Record<string, unknown>; // checked just below
    const data = binaryOf(reference, binaries);
    if (!/^\d+$/.test(String(slot)) || !data) return undefined;
    user = withCredential(user, Number(slot), data);
  }
  return user;
}

export function readPrivilege(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const at = PRIVILEGES.findIndex((each) => each === value);
  return at < 0 ? undefined : at;
}
