import type { JsonObject, TemplateKind } from '@biolistener/core';
import { BACKUP } from './codes.ts';
import { paddingOf } from './command-parameters.ts';
import { dataLibOf, type DataLib } from './data-lib.ts';
import type { EbknErrorCode } from './errors.ts';
import { templateVersion } from './user-object.ts';

/** Why a terminal cannot have something. */
export interface Problem {
  readonly reason: EbknErrorCode;
  readonly detail: string;
}

interface KindRow {
  /** `backup_number`s of the kind (protocols/ebkn-fkweb.md §5.4). */
  readonly slots: readonly [first: number, last: number];
  /** How `supported_enroll_data` may name it (§4.1). */
  readonly words: readonly string[];
  /** Polls tell a format version of this kind; without one the library alone must do. */
  readonly hasVersion: boolean;
}

/** The templates of this protocol. */
export const TEMPLATE_KINDS: Readonly<Partial<Record<TemplateKind, KindRow>>> = {
  fingerprint: { slots: [0, 9], words: ['FP'], hasVersion: true },
  face: { slots: [BACKUP.face, BACKUP.face], words: ['FACE'], hasVersion: true },
  palm: {
    slots: [BACKUP.firstPalm, BACKUP.lastPalm],
    words: ['PALM', 'PALMVEIN', 'PV'],
    hasVersion: true,
  },
  'finger-vein': {
    slots: [BACKUP.fingerVein, BACKUP.fingerVein],
    words: ['VEIN', 'FV', 'FINGERVEIN'],
    hasVersion: false,
  },
};

interface LibRow {
  /** Templates are exchanged within a family only (§4.1, §5.4); no source says that two libraries share one. */
  readonly family: string;
  /** Ids are 32-bit numbers (§5.1, §5.2): no letters, no leading zeros. */
  readonly isNumeric: boolean;
  readonly longestPin: number;
}

const numeric = (family: string): LibRow => ({ family, isNumeric: true, longestPin: 10 });

/** What the libraries mean for people; `other` is not here, so nothing is written to a library that no document has. */
export const LIBRARIES: Readonly<Partial<Record<DataLib, LibRow>>> = {
  HS100: numeric('HS100'),
  HS101: numeric('HS101'),
  HS102: { family: 'HS102', isNumeric: false, longestPin: 16 },
  HS103: { family: 'HS103', isNumeric: false, longestPin: 24 },
  HS104: numeric('HS104'),
  HS105: numeric('HS105'),
  HS200: numeric('HS200'),
  M50: { family: 'M50', isNumeric: true, longestPin: 8 },
};

const textIn = (profile: JsonObject, key: string): string => {
  const value = profile[key];
  return typeof value === 'string' ? value : '';
};

export const libraryOf = (name: string): LibRow | undefined => {
  const lib = dataLibOf(name);
  return lib && LIBRARIES[lib];
};

/** Nothing is written before the terminal said which library it speaks. */
export function libraryProblem(profile: JsonObject): Problem | undefined {
  const name = textIn(profile, 'dataLib');
  if (libraryOf(name)) return undefined;
  const detail =
    name === ''
      ? 'the terminal has not said its data library (fk_bin_data_lib) yet'
      : `nothing is known of the data library ${name}`;
  return { reason: 'EB_PROFILE_UNKNOWN', detail };
}

/** Whether it said that it enrols one of these; true where it said nothing of the kind. */
export function enrols(profile: JsonObject, words: readonly string[]): boolean {
  const list = profile['supportedEnrollData'];
  if (!Array.isArray(list) || list.length === 0) return true;
  return list.some((word) => typeof word === 'string' && words.includes(word.trim().toUpperCase()));
}

/** The terminal itself said that it does not have a verb. */
export function unsupportedProblem(word: string, profile: JsonObject): Problem | undefined {
  const list = profile['unsupported'];
  if (!Array.isArray(list) || !list.includes(word)) return undefined;
  return { reason: 'EB_VERB_UNSUPPORTED', detail: `the terminal said that it does not have ${word}` };
}

export interface TemplateTraits {
  readonly kind: TemplateKind;
  readonly no: number;
  readonly algorithm: string;
  readonly version: string;
}

/** The slot of a template; undefined where this protocol has none. Kinds that differ in name alone share their slots. */
export function slotOf(kind: string, no: number): number | undefined {
  const row = TEMPLATE_KINDS[(kind === 'palm-vein' ? 'palm' : kind) as TemplateKind]; // an unknown key gives undefined
  if (!row) return undefined;
  const [first, last] = row.slots;
  if (first === last) return first; // one slot: the number says nothing
  return Number.isInteger(no) && no >= 0 && first + no <= last ? first + no : undefined;
}

/**
 * Whether a terminal can use a template: same library family, same format version, and a reader for it. Formats are only
 * understood by the same library and version (§4.1), so what does not say its own is not sent. Undefined: it can.
 */
export function templateProblem(template: TemplateTraits, profile: JsonObject): Problem | undefined {
  const { kind, algorithm, version } = template;
  const row = TEMPLATE_KINDS[kind];
  if (!row || slotOf(kind, template.no) === undefined) {
    return { reason: 'EB_TEMPLATE_KIND', detail: `this protocol has no slot for ${kind} ${template.no}` };
  }
  const own = textIn(profile, 'dataLib');
  const family = libraryOf(own)?.family;
  const ownVersion = templateVersion(kind, profile);
  const said = `template ${algorithm || '(no library)'} ${version}, terminal ${own} ${ownVersion}`.trim();
  if (family === undefined || libraryOf(algorithm)?.family !== family)
    return { reason: 'EB_TEMPLATE_FAMILY', detail: said };
  if (!enrols(profile, row.words)) {
    return { reason: 'EB_TEMPLATE_KIND', detail: `the terminal says that it enrols no ${kind}` };
  }
  if (!row.hasVersion) return undefined;
  if (ownVersion === '') {
    return { reason: 'EB_PROFILE_UNKNOWN', detail: `the terminal has not said its ${kind} format version yet` };
  }
  return version === ownVersion ? undefined : { reason: 'EB_TEMPLATE_FAMILY', detail: said };
}

/** A picture helps where faces are enrolled, or where a person named the slot that takes it (§5.4, Q8). */
export function photoProblem(profile: JsonObject, options: JsonObject | undefined): Problem | undefined {
  const hasSlot = options?.['photoBackup'] === BACKUP.photo2019 || options?.['photoBackup'] === BACKUP.photo2023;
  const list = profile['supportedEnrollData'];
  const hasFaces = Array.isArray(list) && enrols(profile, ['FACE']);
  if (hasSlot || hasFaces) return undefined;
  return { reason: 'EB_PHOTO_NOT_TAKEN', detail: 'the terminal did not say that it enrols faces' };
}

const LARGEST_ID = 0xffff_ffff;

function numericProblem(pin: string, longest: number): string | undefined {
  if (!/^\d+$/.test(pin)) return 'the ids of this terminal are numbers';
  if (pin.replace(/^0+/, '').length > longest || Number(pin) > LARGEST_ID)
    return 'the number is too large for this terminal';
  return undefined;
}

/**
 * Leading zeros are lost on the way back: `7` and `007` would be one person there (§4.9). Kept apart only where an operator
 * set `keepLeadingZeros`, the ids are text, and nothing pads them.
 */
function zeroProblem(pin: string, isNumeric: boolean, profile: JsonObject, options: JsonObject | undefined): boolean {
  const keepsZeros = options?.['keepLeadingZeros'] === true;
  const isPadded = paddingOf(profile) === 8;
  if (keepsZeros && isPadded) return /^\d+$/.test(pin) && pin.length !== 8; // comes back with eight digits, as itself only then
  return /^0\d/.test(pin) && (isNumeric || !keepsZeros);
}

/** Whether a terminal can hold a PIN and give it back unchanged. Source: protocols/ebkn-fkweb.md §4.9, §5.1. */
export function pinProblem(pin: string, profile: JsonObject, options: JsonObject | undefined): Problem | undefined {
  const library = libraryOf(textIn(profile, 'dataLib'));
  if (!library) return libraryProblem(profile);
  const unfit = (detail: string): Problem => ({ reason: 'EB_PIN_UNFIT', detail });
  if (!/^[A-Za-z0-9]+$/.test(pin) || /^0+$/.test(pin)) return unfit('a PIN here is letters and digits, and not 0');
  if (pin.length > library.longestPin && !library.isNumeric)
    return unfit(`a PIN here has up to ${library.longestPin} characters`);
  const trouble = library.isNumeric ? numericProblem(pin, library.longestPin) : undefined;
  if (trouble !== undefined) return unfit(trouble);
  if (!zeroProblem(pin, library.isNumeric, profile, options)) return undefined;
  return { reason: 'EB_PIN_ZEROS', detail: 'the terminal cannot tell this PIN from the same number without its zeros' };
}
