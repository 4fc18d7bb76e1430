import type { JsonObject } from '@biolistener/core';
import type { TerminalIdentity } from './session.ts';

/** What a terminal says of itself, as its profile keeps it; what it does not say stays out. */
export function profileOf({ firmware, options, sizes }: TerminalIdentity): JsonObject {
  const width = Number(options['~PIN2Width']);
  const said = {
    firmware,
    model: options['~DeviceName'],
    platform: options['~Platform'],
    fingerprintVersion: options['~ZKFPVersion'],
    faceVersion: options['ZKFaceVersion'],
    mac: options['MAC'],
    pinWidth: Number.isInteger(width) && width > 0 ? width : undefined,
    takesLetters: options['~IsABCPinEnable'] === '1' ? true : undefined,
    attendanceRecords: sizes.records,
    attendanceCapacity: sizes.recordCapacity,
    users: sizes.users,
    userCapacity: sizes.userCapacity,
    fingerprints: sizes.fingerprints,
    fingerprintCapacity: sizes.fingerprintCapacity,
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
