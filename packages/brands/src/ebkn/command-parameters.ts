import { BiolistenerError, type JsonObject } from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { dataLibOf } from './data-lib.ts';
import { EBKN_ERRORS, type EbknErrorCode } from './errors.ts';
import { encodeIoTime, readIoTime } from './io-time.ts';
import { textOf } from './fields.ts';

/** Why a command is not written. Raised and caught inside `encode` only. */
export class Refusal extends BiolistenerError {
  constructor(code: EbknErrorCode, message: string) {
    super(code, EBKN_ERRORS[code].kind, message);
  }
}

/** A parameter as text; undefined when it is absent. Anything but text and numbers is refused. */
export function textParameter(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  if (text === undefined) throw new Refusal('EB_COMMAND_PARAMETERS', `${name} must be text`);
  return text;
}

/** A wall time of the terminal, `YYYY-MM-DD HH:MM:SS`, as 14 digits. */
export function timeParameter(parameters: JsonObject, name: string): string | undefined {
  const text = textParameter(parameters, name);
  if (text === undefined) return undefined;
  const time = readIoTime(text);
  if (time === undefined) throw new Refusal('EB_COMMAND_PARAMETERS', `${name} is no wall time YYYY-MM-DD HH:MM:SS`);
  return encodeIoTime(time);
}

/** How long ids are made with zeros: as the terminal's own were seen, else 8 for the family that always does (§6.4). */
export function paddingOf(profile: JsonObject): 0 | 8 {
  const seen = profile['userIdPad'];
  if (seen === 0 || seen === 8) return seen;
  const library = profile['dataLib'];
  return typeof library === 'string' && dataLibOf(library) === 'M50' ? 8 : 0;
}

/**
 * The user id as this terminal spells it: `deviceUserId` where it has told one, else the PIN padded as its other ids are (§4.9).
 * Vendor limits: 1 to 24 letters and digits.
 */
export function userIdFor(parameters: JsonObject, ctx: EncodeContext): string {
  const known = textParameter(parameters, 'deviceUserId');
  const pin = known ?? textParameter(parameters, 'pin');
  if (pin === undefined || !/^[A-Za-z0-9]{1,24}$/.test(pin)) {
    throw new Refusal('EB_COMMAND_PARAMETERS', 'pin must be 1 to 24 letters and digits');
  }
  const isPadded = known === undefined && paddingOf(ctx.terminal.profile) === 8 && /^\d+$/.test(pin);
  return isPadded ? pin.padStart(8, '0') : pin;
}
