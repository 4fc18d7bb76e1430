import type { JsonObject, TemplateKind } from '@biolistener/core';
import { BIO_TYPES } from './codes.ts';

export type Versions = Partial<Record<TemplateKind, string>>;

const textIn = (from: unknown, key: string): string => {
  const value = typeof from === 'object' && from !== null ? (from as JsonObject)[key] : undefined; // profiles are JSON
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

const isVersion = (text: string): boolean => /^\d{1,4}(\.\d{1,4})*$/.test(text) && Number.parseInt(text, 10) > 0;

/** `0:13.0:0:…:40.1`, indexed by biometric type; `0` is not there (protocols/zkteco-push.md §2.8). */
function multiBioVersions(list: string): Versions {
  const versions: Versions = {};
  for (const [type, version] of list.split(':').slice(0, BIO_TYPES.length).entries()) {
    const kind = BIO_TYPES[type];
    if (kind !== undefined && isVersion(version)) versions[kind] = version;
  }
  return versions;
}

/**
 * Which algorithm versions a terminal reported: `MultiBioVersion` is authoritative, then the single options, then `INFO`.
 * An absent kind is unknown. Source: protocols/zkteco-push.md §2.7, §2.8.
 */
export function versionsOf(profile: JsonObject): Versions {
  const options = profile['options'];
  const versions: Versions = {};
  const single: readonly [TemplateKind, string][] = [
    [
      'fingerprint',
      textIn(options, 'FPVersion') || textIn(options, '~ZKFPVersion') || textIn(profile, 'fingerprintVersion'),
    ],
    ['face', textIn(options, 'FaceVersion') || textIn(profile, 'faceVersion')],
    ['finger-vein', textIn(options, 'FvVersion')],
    ['palm', textIn(options, 'PvVersion')],
  ];
  for (const [kind, version] of single) if (isVersion(version)) versions[kind] = version;
  return { ...versions, ...multiBioVersions(textIn(options, 'MultiBioVersion')) };
}

const flagAt = (list: string, kind: TemplateKind): boolean => list.split(':')[BIO_TYPES.indexOf(kind)] === '1';

/** Whether a terminal said that it takes templates of a kind by BIODATA. */
export const takesBioData = (profile: JsonObject, kind: TemplateKind): boolean =>
  flagAt(textIn(profile['options'], 'MultiBioDataSupport'), kind);

const supportsIn = (profile: JsonObject, name: string): boolean => {
  const supports = profile['supports'];
  return typeof supports === 'object' && supports !== null && (supports as JsonObject)[name] === true; // as in textIn
};

/** Whether it said that it makes templates out of photos. `INFO` says so for visible faces without a list (§2.7 field 10). */
export const takesComparisonPhotos = (profile: JsonObject): boolean =>
  flagAt(textIn(profile['options'], 'MultiBioPhotoSupport'), 'visible-face') ||
  textIn(profile['options'], 'BioPhotoFun') === '1' ||
  supportsIn(profile, 'comparisonPhoto');

/** Whether it said that it shows pictures of persons (§2.7 field 10, `PhotoFunOn`). */
export const takesUserPictures = (profile: JsonObject): boolean =>
  supportsIn(profile, 'userPicture') || textIn(profile['options'], 'PhotoFunOn') === '1';

/** Whether it said that it has nothing of a kind: 0 in the list of versions, or no face version in `INFO` (§2.7, §2.8). */
export function lacks(profile: JsonObject, kind: TemplateKind): boolean {
  const list = textIn(profile['options'], 'MultiBioVersion');
  if (list !== '') return !isVersion(list.split(':')[BIO_TYPES.indexOf(kind)] ?? '');
  return kind === 'face' && ['0', '-1'].includes(textIn(profile, 'faceVersion'));
}

/** Whether it reported the lists of unified templates at all. */
export const reportsMultiBio = (profile: JsonObject): boolean =>
  textIn(profile['options'], 'MultiBioDataSupport') !== '' || textIn(profile['options'], 'MultiBioVersion') !== '';

/** The lists of unified templates that this server takes. */
export const MULTI_BIO_LINES = [
  'MultiBioDataSupport=0:1:1:0:0:0:0:1:1:1',
  'MultiBioPhotoSupport=0:0:0:0:0:0:0:0:0:1',
] as const;

/** Said to a terminal that reported its own. */
export const multiBioLines = (profile: JsonObject): readonly string[] =>
  reportsMultiBio(profile) ? MULTI_BIO_LINES : [];
