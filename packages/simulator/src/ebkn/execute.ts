import { isForeign } from '../synthetic-template.ts';
import type { SimulatedTemplate } from '../terminal.ts';
import { compactWall, parseCompactWall } from '../wall-clock.ts';
import type { EbknDevice } from './device.ts';
import { binaryOf, type EbknMessage } from './frame.ts';
import {
  credentialMessage,
  credentialsOf,
  cutName,
  isForeignCredential,
  makerOf,
  readPrivilege,
  readUser,
  userMessage,
  wireId,
  wireState,
  wireVerify,
  withCredential,
} from './messages.ts';
import { encodeLogRecord, encodeUserRecord, LOG_SIZES, USER_SIZES } from './records.ts';

/** What came of one command; undefined where firmware never answers. */
export interface EbknResult {
  /** `cmd_return_code`. */
  readonly code: string;
  /** Absent: the result has an empty body. */
  readonly message?: EbknMessage;
  readonly then?: 'restart';
  /** Somebody enrols at the keypad; pushed as `realtime_enroll_data` when done. */
  readonly enrols?: { readonly pin: string; readonly slot: number };
}

type Handler = (device: EbknDevice, message: EbknMessage) => EbknResult | undefined;

const DONE: EbknResult = { code: 'OK' };
const BAD: EbknResult = { code: 'ERROR_INVALID_PARAM' };
/** No document names a code for a full memory, so it is the general one. */
const FULL: EbknResult = { code: 'Error' };

/** The commands of protocols/ebkn-fkweb.md §5 that a simulated terminal knows. */
const COMMANDS: Readonly<Record<string, Handler>> = {
  GET_USER_ID_LIST: listUsers,
  GET_LOG_DATA: listLogs,
  GET_USER_INFO: (device, { json }) => {
    const user = device.find(json['user_id']);
    return user ? { code: 'OK', message: userMessage(user, device.profile) } : unknownUser(device);
  },
  SET_USER_INFO: setUser,
  DELETE_USER: (device, { json }) => {
    const user = device.find(json['user_id']);
    if (!user) return unknownUser(device);
    device.people.delete(user.pin);
    return device.profile.deleteSaysError ? { code: 'Error' } : DONE;
  },
  SET_USER_NAME: (device, { json }) => {
    const user = device.find(json['user_id']);
    const name = json['user_name'];
    if (!user) return unknownUser(device);
    if (typeof name !== 'string') return BAD;
    device.people.set(user.pin, { ...user, name: cutName(name, device.profile) });
    return DONE;
  },
  SET_USER_PRIVILEGE: (device, { json }) => {
    const user = device.find(json['user_id']);
    const privilege = readPrivilege(json['user_privilege']);
    if (!user) return unknownUser(device);
    if (privilege === undefined) return BAD;
    device.people.set(user.pin, { ...user, privilege });
    return DONE;
  },
  GET_ENROLL_DATA: (device, { json }) => {
    const user = device.find(json['user_id']);
    if (!user) return unknownUser(device);
    const found = credentialsOf(user).find(({ slot }) => slot === Number(json['backup_number']));
    if (!found) return { code: 'ERROR_NO_DATA' };
    return { code: 'OK', message: credentialMessage(user, found, device.profile) };
  },
  SET_ENROLL_DATA: (device, { json, binaries }) => {
    const user = device.find(json['user_id']);
    const data = binaryOf(json['enroll_data'], binaries);
    if (!user) return unknownUser(device);
    const slot = Number(json['backup_number']);
    if (!data || !/^\d+$/.test(String(json['backup_number']))) return BAD;
    if (isForeignCredential(slot, data, device.profile)) return BAD;
    return device.store(withCredential(user, slot, data)) ? DONE : FULL;
  },
  SET_TIME: (device, { json }) => {
    const wall = parseCompactWall(String(json['time']));
    if (wall === undefined) return BAD;
    device.clock.set(wall);
    return DONE;
  },
  SET_FK_NAME: (device, { json }) => {
    if (typeof json['fk_name'] !== 'string') return BAD;
    device.name = json['fk_name'];
    return DONE;
  },
  GET_DEVICE_STATUS: deviceStatus,
  RESET_FK: () => ({ ...DONE, then: 'restart' }),
  SET_COMMAND: startEnrolment,
  CLEAR_LOG_DATA: (device) => {
    device.history = [];
    return DONE;
  },
  CLEAR_ENROLL_DATA: (device) => {
    device.people.clear();
    return DONE;
  },
};

/** Runs one command against the memory of a terminal (§4.10 step 4, §5). */
export function executeEbknCommand(device: EbknDevice, word: string, message: EbknMessage): EbknResult | undefined {
  const { refuses, unknownCommand } = device.profile;
  const handler = refuses.includes(word) || !Object.hasOwn(COMMANDS, word) ? undefined : COMMANDS[word];
  if (handler) return handler(device, message);
  return refuses.includes(word) || unknownCommand === 'not-supported' ? { code: 'ERROR_NOT_SUPPORTED' } : undefined;
}

const unknownUser = (device: EbknDevice): EbknResult | undefined =>
  device.profile.unknownUser === 'silent' ? undefined : BAD;

/** A counter as this firmware writes it. */
const count = (device: EbknDevice, value: number): number | string =>
  device.profile.numbers === 'text' ? String(value) : value;

function listUsers(device: EbknDevice): EbknResult {
  const { library, hasInlineIdArray } = device.profile;
  const people = [...device.people.values()];
  const ids = people.map((user) => wireId(user.pin, device.profile));
  if (hasInlineIdArray) {
    return { code: 'OK', message: { json: { user_id_count: people.length, user_id_array: ids }, binaries: [] } };
  }
  const records = people.map((user, at) => encodeUserRecord(library, ids[at] ?? user.pin, user));
  const json = {
    user_id_count: count(device, people.length),
    one_user_id_size: count(device, USER_SIZES[library] ?? 0),
    user_id_array: 'BIN_1',
  };
  return { code: 'OK', message: { json, binaries: [Buffer.concat(records)] } };
}

/** Old firmware compares dates only and ignores the time part (§5.2). */
function listLogs(device: EbknDevice, { json }: EbknMessage): EbknResult {
  const dayOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 8) : undefined);
  const from = dayOf(json['begin_time']) ?? '';
  const to = dayOf(json['end_time']) ?? '99999999';
  const { profile } = device;
  const found = device.history.filter((each) => {
    const day = compactWall(each.wall).slice(0, 8);
    return day >= from && day <= to;
  });
  if (profile.dialect === 'plain-json') {
    const list = found.map((each) => ({
      user_id: wireId(each.pin, profile),
      verify_mode: wireVerify(each.verify, profile),
      io_mode: wireState(each.state, profile),
      io_time: compactWall(each.wall),
    }));
    const head = { log_count: list.length, total_log_count: list.length, isLast: true };
    return { code: 'OK', message: { json: { ...head, Glog: list }, binaries: [] } };
  }
  const records = found.map((each) =>
    encodeLogRecord(profile.library, { id: each.pin, wall: each.wall, ioMode: each.state, verifyMode: each.verify }),
  );
  const counters = {
    log_count: count(device, found.length),
    one_log_size: count(device, LOG_SIZES[profile.library] ?? 0),
  };
  if (records.length === 0) return { code: 'OK', message: { json: counters, binaries: [] } };
  return { code: 'OK', message: { json: { ...counters, log_array: 'BIN_1' }, binaries: [Buffer.concat(records)] } };
}

function setUser(device: EbknDevice, message: EbknMessage): EbknResult {
  const id = message.json['user_id'];
  if (typeof id !== 'string' || id === '') return BAD;
  const known = device.find(id);
  const pin = known?.pin ?? (device.profile.padTo > 0 ? id.replace(/^0+(?=\d)/, '') : id);
  const user = readUser(message, pin, device.profile.setUserReplaces ? undefined : known);
  if (!user || (user.templates ?? []).some((each) => hasForeignBytes(each, device))) return BAD;
  if (user.photo && user.photo.length > (device.capacity.photoBytes ?? Infinity)) return BAD;
  const name = user.name === undefined ? {} : { name: cutName(user.name, device.profile) };
  return device.store({ ...user, ...name }) ? DONE : FULL;
}

const hasForeignBytes = (template: SimulatedTemplate, { profile }: EbknDevice): boolean =>
  isForeign(template.data, makerOf(template.kind, profile));

function deviceStatus(device: EbknDevice): EbknResult {
  const people = [...device.people.values()];
  const managers = people.filter((user) => (user.privilege ?? 0) > 0).length;
  const fingers = people.flatMap((user) => user.templates ?? []).filter((each) => each.kind === 'fingerprint').length;
  const json = {
    total_user_count: String(people.length),
    user_count: String(people.length - managers),
    manager_count: String(managers),
    fp_count: String(fingers),
    total_log_count: String(device.history.length),
  };
  return { code: 'OK', message: { json, binaries: [] } };
}

/** §5.10: `OK` at once, the enrolment itself is pushed when the person has finished. */
function startEnrolment(_device: EbknDevice, { json }: EbknMessage): EbknResult {
  const parameters = json['param'];
  if (json['cmd'] !== 'enter_enroll' || typeof parameters !== 'object' || parameters === null) return BAD;
  const { user_id: pin, backup_number: slot } = parameters as Record<string, unknown>; // checked in the next line
  if (typeof pin !== 'string' || !/^\d+$/.test(String(slot))) return BAD;
  return { ...DONE, enrols: { pin, slot: Number(slot) } };
}
