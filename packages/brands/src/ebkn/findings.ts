import { asPin, isZone, type Json, type LocalTime, type Pin, type ZoneName } from '@biolistener/core';
import type { DecodeContext, ParkedRecord, WireEvent } from '@biolistener/wire';
import type { EbknErrorCode } from './errors.ts';
import type { Frame } from './frame.ts';
import type { EbknRequest } from './request.ts';

/** What one message turned out to hold; the readers of its parts add to it. */
export interface Findings {
  readonly events: WireEvent[];
  readonly parked: ParkedRecord[];
  readonly profile: Record<string, Json>;
  wallClock?: LocalTime;
}

export const newFindings = (): Findings => ({ events: [], parked: [], profile: {} });

/** A complete message with everything that reading it needs. */
export interface Message {
  readonly request: EbknRequest;
  /** The whole message, decrypted. */
  readonly bytes: Uint8Array;
  readonly frame: Frame;
  readonly ctx: DecodeContext;
  readonly found: Findings;
}

/** The library name that counts here: what the message says, else what the terminal said before. */
export function libNameOf(message: Message): string | undefined {
  const said = message.frame.json?.['fk_bin_data_lib'];
  const known = message.ctx.terminal.profile['dataLib'];
  if (typeof said === 'string' && said.trim() !== '') return said.trim().slice(0, 40);
  return typeof known === 'string' ? known : undefined;
}

/** The zone of the wall; UTC where nobody set one, or one that is none (an approved terminal has one). */
export function zoneOf(ctx: DecodeContext): ZoneName {
  const { zone } = ctx.terminal;
  return zone !== undefined && isZone(zone) ? zone : 'UTC';
}

/**
 * Puts something aside with its bytes. What holds a binary is sensitive: it may be a picture or a template.
 * `raw` is the whole message unless a part of it says more.
 */
export function park(
  message: Message,
  reason: EbknErrorCode,
  detail: string,
  raw?: Uint8Array,
  isSensitive?: boolean,
): void {
  message.found.parked.push({
    reason,
    detail,
    table: message.request.requestCode === '' ? 'request:missing' : message.request.requestCode,
    raw: raw ?? message.bytes,
    isSensitive: isSensitive ?? true,
  });
}

/** §4.9: an id is 1 to 32 characters; control characters are none. */
export function userIdOf(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  return /^[^\p{Cc}]{1,32}$/u.test(text) ? text : undefined;
}

/** §4.9: digits lose their leading zeros, `0` stays; other ids are verbatim. */
export const normalUserId = (userId: string): string =>
  /^\d+$/.test(userId) ? userId.replace(/^0+(?=\d)/, '') : userId;

/** The PIN of a device's user id: the normal form, or the device's own where `options.keepLeadingZeros` says so. */
export function pinOf(userId: string, ctx: DecodeContext): Pin {
  return asPin(ctx.terminal.options?.['keepLeadingZeros'] === true ? userId : normalUserId(userId));
}

/** §6.1: the padding that commands need is learnt from the ids that the terminal sends. */
export function learnPadding(userId: string, found: Findings): void {
  if (/^0\d{7}$/.test(userId)) found.profile['userIdPad'] = 8;
  else if (/^[1-9]\d{0,6}$/.test(userId)) found.profile['userIdPad'] ??= 0;
}
