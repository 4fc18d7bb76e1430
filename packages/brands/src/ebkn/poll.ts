import type { Json } from '@biolistener/core';
import { flatJson, integerOf, isFields, textOf, type Fields } from './fields.ts';
import type { Findings, Message } from './findings.ts';
import { readIoTime } from './io-time.ts';
import { isPlainJson, type EbknRequest } from './request.ts';

/** Wire names of `fk_info` and where the profile keeps them (§4.1). */
const TEXTS: readonly (readonly [string, string])[] = [
  ['fk_name', 'terminalName'],
  ['firmware', 'firmware'],
  ['firmware_filename', 'firmwareFileName'],
  ['fk_bin_data_lib', 'dataLib'],
  ['ip', 'ip'],
];
const NUMBERS: readonly (readonly [string, string])[] = [
  ['fp_data_ver', 'fpDataVer'],
  ['face_data_ver', 'faceDataVer'],
  ['palm_data_ver', 'palmDataVer'],
  ['pv_data_ver', 'palmDataVer'],
];

/** What a poll says of the terminal: nested in `fk_info` on hardware, flat in some simulators. */
function learnInfo(json: Fields, profile: Record<string, Json>): void {
  const info = isFields(json['fk_info']) ? json['fk_info'] : {};
  const valueOf = (name: string): unknown => info[name] ?? json[name];
  for (const [name, key] of TEXTS) {
    const text = textOf(valueOf(name))?.trim();
    if (text !== undefined && text !== '') profile[key] = text.slice(0, 100);
  }
  for (const [name, key] of NUMBERS) {
    const number = integerOf(valueOf(name));
    if (number !== undefined) profile[key] = number;
  }
  const supported = valueOf('supported_enroll_data');
  if (Array.isArray(supported)) profile['supportedEnrollData'] = flatJson(supported.slice(0, 20)) ?? [];
}

/** `receive_cmd`: facts only. An empty or unreadable body is still a poll. Source: §4.1; cases B18, D01. */
export function takePoll(message: Message): void {
  const { frame, found } = message;
  // A poll carries nothing that could be lost, so a bad body is a fact about the terminal and not a parked record.
  const isBad = frame.json === undefined && frame.status !== 'empty';
  if (isBad || message.ctx.terminal.profile['pollBody'] !== undefined)
    found.profile['pollBody'] = isBad ? frame.status : null;
  if (!frame.json) return;
  learnInfo(frame.json, found.profile);
  const { firmware } = message.ctx.terminal.profile;
  const isUpdated = firmware !== undefined && found.profile['firmware'] !== undefined;
  // what the old firmware did not have the new one may
  if (isUpdated && firmware !== found.profile['firmware']) found.profile['unsupported'] = null;
  const wallClock = readIoTime(textOf(frame.json['fk_time']));
  if (wallClock) found.wallClock = wallClock;
}

/** What every request shows of the dialect (§6.1). */
export function learnDialect(request: EbknRequest, found: Findings): void {
  if (request.transName) found.profile['headerTransName'] = request.transName;
  found.profile['plainJson'] = isPlainJson(request);
  if (isPlainJson(request)) found.profile['devModel'] = (request.devModel ?? '').slice(0, 32);
  found.profile['encrypt'] = request.encryption ?? null;
}

/** Only what differs from the stored profile: a terminal that says nothing new causes no write. */
export function newFacts(
  learnt: Readonly<Record<string, Json>>,
  known: Readonly<Record<string, Json>>,
): Record<string, Json> {
  const isNews = ([key, value]: [string, Json]): boolean =>
    value === null || value === false
      ? known[key] !== undefined && known[key] !== null && known[key] !== value
      : !isSame(value, known[key]);
  return Object.fromEntries(Object.entries(learnt).filter(isNews));
}

const isSame = (a: Json, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
