import type { Json, JsonObject } from '@biolistener/core';

/** What this server implements (protocols/zkteco-push.md §2.8). */
export const OUR_VERSION = '2.4.1';
const OLDEST = '2.2.14';
/** What is offered to a terminal that tried to exchange keys: the last version without encryption (§2.10). */
const WITHOUT_ENCRYPTION = '2.3.0';

const DOTTED = /^\d{1,6}(?:\.\d{1,6}){1,3}$/;

/** Compares dotted numbers, part by part, as numbers. */
function isLower(a: string, b: string): boolean {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < 4; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

const lowerOf = (a: string, b: string): string => (isLower(b, a) ? b : a);

/** `PushProtVer` for a terminal: the lower of both, `2.2.14` when its own does not parse; lower after an `exchange`. */
export function protocolVersion(pushver: string | undefined, isEncryptionRequested: boolean, cap?: string): string {
  if (pushver === undefined || !DOTTED.test(pushver)) return OLDEST;
  let version = lowerOf(OUR_VERSION, pushver);
  if (isEncryptionRequested) version = lowerOf(version, WITHOUT_ENCRYPTION);
  return cap !== undefined && DOTTED.test(cap) ? lowerOf(version, cap) : version;
}

const OUR_SEC_VERSION = '3.1.2';
/** The oldest of the security dialect, and the last without encryption (§2.9, §2.10). */
const OLDEST_SEC = '3.0.1';

/** The first dotted number in what a terminal of the security dialect said: its `pushver`, or `Ver 3.1.2S-…` of its registration. */
function saidVersion(profile: JsonObject): string | undefined {
  const options = profile['options'];
  const registered =
    typeof options === 'object' && options !== null ? (options as JsonObject)['PushVersion'] : undefined;
  for (const said of [profile['pushver'], registered]) {
    const found = typeof said === 'string' ? /\d{1,6}(?:\.\d{1,6}){1,3}/.exec(said) : null;
    if (found) return found[0];
  }
  return undefined;
}

/** The version for a terminal of the security dialect: the lower of both, 3.0.1 when it did not say its own. */
export function secVersion(profile: JsonObject, cap: Json | undefined): string {
  const said = saidVersion(profile);
  if (said === undefined || profile['encryptionRequested'] === true) return OLDEST_SEC;
  const version = lowerOf(OUR_SEC_VERSION, said);
  return typeof cap === 'string' && DOTTED.test(cap) ? lowerOf(version, cap) : version;
}
