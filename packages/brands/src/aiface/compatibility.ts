import type { JsonObject, RecordHead } from '@biolistener/core';
import type { RosterRules, TerminalView } from '@biolistener/wire';
import { ALGORITHM, slotOfPlace, STRANGER } from './codes.ts';
import type { AifaceErrorCode } from './errors.ts';
import { sizeOf } from './modes.ts';
import { versionFor } from './users.ts';

/** Why a terminal cannot have something. */
export interface Problem {
  readonly reason: AifaceErrorCode;
  readonly detail: string;
}

const PIN = /^[1-9]\d{0,17}$/;

/** Leading zeros do not survive, 0 is nobody, and one number is everybody who was not recognised (protocols/aiface-websocket.md §4.8). */
export function pinProblem(pin: string): Problem | undefined {
  if (PIN.test(pin) && pin !== STRANGER) return undefined;
  return { reason: 'AI_PIN_UNFIT', detail: 'a PIN here is 1 to 18 digits without leading zeros' };
}

/** Before it registered nothing is known of its model: nobody is written to it. */
export const profileProblem = (profile: JsonObject): Problem | undefined =>
  typeof profile['model'] === 'string' || typeof profile['firmware'] === 'string'
    ? undefined
    : { reason: 'AI_PROFILE_UNKNOWN', detail: 'the terminal has not registered yet' };

/** Words that it left unanswered three times in a row (§6.1). */
export function unsupportedProblem(word: string, profile: JsonObject): Problem | undefined {
  const list = profile['unsupported'];
  if (!Array.isArray(list) || !list.includes(word)) return undefined;
  return { reason: 'AI_COMMAND_UNSUPPORTED', detail: `the terminal does not answer ${word}` };
}

/** Which capacity must not be zero for which family of bytes. */
export const FAMILY_SIZES: Readonly<Record<string, string>> = {
  [ALGORITHM.finger]: 'fp',
  [ALGORITHM.face]: 'face',
  [ALGORITHM.feature]: 'face',
  [ALGORITHM.palm]: 'palm',
};

/** Brand, family, version: fingers by `fpalgo`, everything else by model, and never between two (§4.2). */
export function templateProblem(
  { kind, no, algorithm, version }: Omit<NonNullable<RecordHead['template']>, 'index' | 'encoding'>,
  profile: JsonObject,
): Problem | undefined {
  const size = Object.hasOwn(FAMILY_SIZES, algorithm) ? FAMILY_SIZES[algorithm] : undefined;
  if (size === undefined) {
    return { reason: 'AI_TEMPLATE_FAMILY', detail: `a ${kind} template of ${algorithm || 'no named algorithm'}` };
  }
  if (slotOfPlace(kind, no) === undefined || sizeOf(profile, size) === 0) {
    return { reason: 'AI_TEMPLATE_KIND', detail: `the terminal has no place for ${kind} ${no}` };
  }
  const theirs = versionFor(algorithm, profile);
  if (theirs !== '' && theirs === version) return undefined;
  const said = version === '' ? 'of no known version' : `of ${version}`;
  return {
    reason: 'AI_TEMPLATE_FAMILY',
    detail: `the ${kind} template is ${said}, the terminal has ${theirs || 'told none'}`,
  };
}

const LARGEST_PHOTO = 150_000;

export function photoProblem(size: number, profile: JsonObject): Problem | undefined {
  if (sizeOf(profile, 'face') === 0) return { reason: 'AI_PHOTO_UNFIT', detail: 'the terminal told no room for faces' };
  if (size < LARGEST_PHOTO) return undefined;
  return {
    reason: 'AI_PHOTO_UNFIT',
    detail: `the picture has ${size} bytes, the terminal takes less than ${LARGEST_PHOTO}`,
  };
}

export function troubleOf(record: RecordHead, { profile }: TerminalView): Problem | undefined {
  const problem = profileProblem(profile) ?? pinProblem(record.pin);
  if (problem || record.what === 'user') return problem;
  if (record.what === 'photo') return photoProblem(record.size ?? 0, profile);
  if (record.template) return templateProblem(record.template, profile);
  return { reason: 'AI_TEMPLATE_KIND', detail: 'nothing is known of the template' };
}

const SHORTEST_CUT = 8;
const digitsOf = (card: string): string => card.replace(/^0+(?=\d)/, '');

/** How long a name may be is not documented, so one that was cut is the same name (§6.4). */
export const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) => {
  const [sent, shown] = [(person.name ?? '').trim(), (seen.name ?? '').trim()];
  const isSameName = sent === shown || (Array.from(shown).length >= SHORTEST_CUT && sent.startsWith(shown));
  return [
    ...(isSameName ? [] : (['name'] as const)),
    ...(person.card === undefined || digitsOf(person.card) === digitsOf(seen.card ?? '') ? [] : (['card'] as const)),
    ...(person.isAdministrator && seen.privilege === 0 ? (['privilege'] as const) : []),
    ...(person.hasPassword && !seen.hasPassword ? (['password'] as const) : []),
  ];
};
