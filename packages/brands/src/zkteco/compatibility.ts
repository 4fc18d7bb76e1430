import type { JsonObject, TemplateKind } from '@biolistener/core';
import { BIO_TYPES } from './codes.ts';
import type { ZkReason } from './errors.ts';
import { lacks, takesBioData, takesComparisonPhotos, takesUserPictures, versionsOf } from './versions.ts';

export type OldTable = 'FINGERTMP' | 'FACE' | 'FVEIN';
export type SecTable = 'templatev10' | 'facev7';
export type TemplateTable = 'BIODATA' | OldTable | SecTable;

/** Why a terminal cannot have something. */
export interface Problem {
  readonly reason: ZkReason;
  readonly detail: string;
}

/** Tables of terminals without unified templates, and the newest major version that each can hold (protocols/zkteco-push.md §4.3). */
export const OLD_TABLES: Readonly<Partial<Record<TemplateKind, { readonly table: OldTable; readonly upTo?: number }>>> =
  {
    fingerprint: { table: 'FINGERTMP', upTo: 10 },
    face: { table: 'FACE' },
    'finger-vein': { table: 'FVEIN' },
  };

/** Which algorithms a table carries: formats other than the vendor's own are written as BIODATA alone (§3.7). */
export const TABLE_ALGORITHMS: Readonly<Record<TemplateTable, readonly string[]>> = {
  BIODATA: ['zk', 'iso', 'ansi'],
  FINGERTMP: ['zk'],
  FACE: ['zk'],
  FVEIN: ['zk'],
  templatev10: ['zk'],
  facev7: ['zk'],
};

/** The tables of access terminals, and the one major version that each holds: it is in their names (§3.7, §3.11). */
export const SEC_TABLES: Readonly<
  Partial<Record<TemplateKind, { readonly table: SecTable; readonly version: number }>>
> = { fingerprint: { table: 'templatev10', version: 10 }, face: { table: 'facev7', version: 7 } };

/** What one delivery may hold at most (§4.1). */
export const LARGEST_COMMAND = 900 * 1024;
/** User pictures of old units: 10 to 20 KB as base64 (§4.3). */
export const LARGEST_USER_PICTURE = 20 * 1024;

const majorOf = (version: string): number => Number.parseInt(version, 10);

/** Which table a terminal keeps a kind in; undefined where it did not say that it has any (§4.3). */
export function templateTableOf(kind: TemplateKind, profile: JsonObject): TemplateTable | undefined {
  if (takesBioData(profile, kind)) return 'BIODATA';
  if (profile['dialect'] === 'SEC') return secTableOf(kind, profile);
  const old = OLD_TABLES[kind];
  const version = versionsOf(profile)[kind];
  const isNewer = old?.upTo !== undefined && version !== undefined && majorOf(version) > old.upTo;
  return isNewer ? 'BIODATA' : old?.table;
}

function secTableOf(kind: TemplateKind, profile: JsonObject): TemplateTable | undefined {
  const own = SEC_TABLES[kind];
  const version = versionsOf(profile)[kind];
  return own && version !== undefined && majorOf(version) === own.version ? own.table : undefined;
}

/** What the terminal's dialect does with people at all. */
export function dialectProblem(profile: JsonObject): Problem | undefined {
  const { dialect } = profile;
  if (dialect === 'ATT' || dialect === 'P1' || dialect === 'TFT' || dialect === 'SEC') return undefined;
  return { reason: 'ZK_PROFILE_UNKNOWN', detail: 'the terminal has not been heard yet, so its dialect is not known' };
}

/** Whether the terminal itself said that it does not have a command; `unsupported` of the profile names them by their words. */
export function unsupportedProblem(word: string, profile: JsonObject): Problem | undefined {
  const list = profile['unsupported'];
  if (!Array.isArray(list) || !list.includes(word)) return undefined;
  return { reason: 'ZK_COMMAND_UNSUPPORTED', detail: `the terminal said that it does not have ${word}` };
}

/** Same major version; the minor must agree where both say it (§3.7). Unknown on either side fails closed. */
export function versionProblem(kind: TemplateKind, version: string, profile: JsonObject): Problem | undefined {
  const theirs = versionsOf(profile)[kind];
  if (theirs === undefined) {
    return lacks(profile, kind)
      ? { reason: 'ZK_TEMPLATE_KIND', detail: `the terminal has no ${kind} templates` }
      : { reason: 'ZK_PROFILE_UNKNOWN', detail: `the terminal did not say its ${kind} algorithm version` };
  }
  const [major = '', minor] = version.split('.');
  const [theirMajor = '', theirMinor] = theirs.split('.');
  const isSame = major !== '' && Number(major) === Number(theirMajor);
  const isMinorSame = minor === undefined || theirMinor === undefined || Number(minor) === Number(theirMinor);
  if (isSame && isMinorSame) return undefined;
  const said = version === '' ? 'of no known version' : `of version ${version}`;
  return { reason: 'ZK_TEMPLATE_VERSION', detail: `the ${kind} template is ${said}, the terminal has ${theirs}` };
}

export interface TemplateTraits {
  readonly kind: TemplateKind;
  readonly algorithm: string;
  readonly version: string;
}

/** Whether a terminal can use a template: brand, kind, algorithm and version, in that order. Undefined: it can. */
export function templateProblem(template: TemplateTraits, profile: JsonObject): Problem | undefined {
  const { kind, algorithm, version } = template;
  if (!TABLE_ALGORITHMS.BIODATA.includes(algorithm) || !BIO_TYPES.includes(kind)) {
    return { reason: 'ZK_TEMPLATE_FOREIGN', detail: `a ${kind} template of ${algorithm || 'no named algorithm'}` };
  }
  const problem = versionProblem(kind, version, profile);
  if (problem) return problem;
  const table = templateTableOf(kind, profile);
  if (table === undefined) {
    return { reason: 'ZK_PROFILE_UNKNOWN', detail: `the terminal did not say that it takes ${kind} templates` };
  }
  if (TABLE_ALGORITHMS[table].includes(algorithm)) return undefined;
  return { reason: 'ZK_TEMPLATE_FOREIGN', detail: `the terminal does not take ${algorithm} templates` };
}

/** Which picture a terminal makes use of: one to recognise a face by, or one to show. */
export function photoUseOf(profile: JsonObject): 'comparison' | 'user' | undefined {
  if (takesComparisonPhotos(profile)) return 'comparison';
  return takesUserPictures(profile) ? 'user' : undefined;
}

/** Whether a terminal can use a picture of a person; `length` is that of the base64 text. */
export function photoProblem(length: number, profile: JsonObject): Problem | undefined {
  const use = photoUseOf(profile);
  if (use === undefined) {
    return { reason: 'ZK_PHOTO_NOT_TAKEN', detail: 'the terminal did not say that it takes pictures of persons' };
  }
  const most = use === 'user' ? LARGEST_USER_PICTURE : LARGEST_COMMAND;
  if (length <= most) return undefined;
  return {
    reason: 'ZK_PHOTO_TOO_LARGE',
    detail: `the picture has ${length} bytes as base64, the terminal takes ${most}`,
  };
}

const LONGEST_PIN = 24;

/**
 * Whether a terminal can hold a PIN: up to 24 digits, kept with their leading zeros; letters only where it said
 * `~IsABCPinEnable=1`. All zeros stand for nobody. Source: protocols/zkteco-push.md §3.3, §3.5, §6.1 Q13.
 */
export function pinUnfitness(pin: string, profile: JsonObject): Problem | undefined {
  if (!/^[A-Za-z0-9]+$/.test(pin) || pin.length > LONGEST_PIN || /^0+$/.test(pin)) {
    const detail = `a PIN here is 1 to ${LONGEST_PIN} digits, and not 0`;
    return { reason: 'ZK_PIN_UNFIT', detail };
  }
  const options = profile['options'];
  const takesLetters =
    typeof options === 'object' && options !== null && (options as JsonObject)['~IsABCPinEnable'] === '1'; // profiles are JSON
  if (/^\d+$/.test(pin) || takesLetters) return undefined;
  return { reason: 'ZK_PIN_UNFIT', detail: 'the terminal did not say that it takes letters in a PIN' };
}
