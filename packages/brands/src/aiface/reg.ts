import { toLocal, wallDifferenceSeconds, type Json } from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import { SUSPECT_SECONDS } from './codes.ts';
import type { Findings } from './findings.ts';
import { fieldsOf, integerOf, textOf, type Fields } from './message.ts';
import { readWallTime } from './wall-time.ts';

const KINDS = ['user', 'face', 'fp', 'palm', 'card', 'pwd', 'log'] as const;

/** Identity fields stand in `devinfo`, and flat on some firmware (protocols/aiface-websocket.md §3). */
const infoOf = (fields: Fields): Fields => ({ ...fields, ...fieldsOf(fields['devinfo']) });

function numbersOf(info: Fields, nameOf: (kind: string) => string, kinds: readonly string[]): Record<string, Json> {
  const pairs = kinds.map((kind) => [kind, integerOf(info[nameOf(kind)])] as const);
  return Object.fromEntries(pairs.flatMap(([kind, value]) => (value === undefined ? [] : [[kind, value]])));
}

/** What a terminal says of itself when it greets; the profile of §10 follows from model and firmware. */
export function takeGreeting(fields: Fields, ctx: DecodeContext, found: Findings): void {
  const info = infoOf(fields);
  const texts = { model: 'modelname', firmware: 'firmware', fpalgo: 'fpalgo', mac: 'mac' } as const;
  for (const [key, name] of Object.entries(texts)) {
    const text = textOf(info[name]);
    if (text !== undefined && text !== '') found.profile[key] = text.slice(0, 64);
  }
  const sizes = numbersOf(info, (kind) => `${kind}size`, KINDS);
  if (Object.keys(sizes).length > 0) found.profile['sizes'] = sizes;
  const used = numbersOf(info, (kind) => `used${kind}`, [...KINDS, 'newlog']);
  if (Object.keys(used).length > 0) found.profile['used'] = used;
  learnFirmware(ctx, found);
  learnClock(info, ctx, found);
}

/** Another firmware may know what the old one did not (§6.1). */
function learnFirmware({ terminal }: DecodeContext, found: Findings): void {
  const { firmware } = found.profile;
  if (firmware === undefined || firmware === terminal.profile['firmware']) return;
  for (const key of ['unsupported', 'strikes']) if (terminal.profile[key] !== undefined) found.profile[key] = null;
}

function learnClock(info: Fields, { terminal, now }: DecodeContext, found: Findings): void {
  const wallClock = readWallTime(info['time']);
  if (wallClock === undefined || terminal.zone === undefined) return;
  found.wallClock = wallClock;
  const seconds = wallDifferenceSeconds(wallClock, toLocal(now, terminal.zone));
  if (Math.abs(seconds) > SUSPECT_SECONDS) found.profile['isClockSuspect'] = true;
  else if (terminal.profile['isClockSuspect'] !== undefined) found.profile['isClockSuspect'] = null;
}
