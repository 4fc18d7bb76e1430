import type { Json, JsonObject } from '@biolistener/core';
import { readCount } from './numbers.ts';
import { percentDecode } from './target.ts';

/** Fields of `INFO`, by position; `''` marks those that are no count (protocols/zkteco-push.md §2.7). */
const COUNTS = [
  '',
  'users',
  'fingerprints',
  'attendanceRecords',
  '',
  '',
  '',
  'facesPerUser',
  'faces',
  '',
  'cards',
  'userPictures',
  'attendancePhotos',
] as const;

const SUPPORT_BITS = ['fingerprint', 'face', 'userPicture', 'comparisonPhoto', 'visibleLight'] as const;

/** Left to right; a bit that is not there is unknown. */
function supportsOf(bits: string): JsonObject | undefined {
  if (!/^[01]{1,8}$/.test(bits)) return undefined;
  return Object.fromEntries(SUPPORT_BITS.slice(0, bits.length).map((name, i) => [name, bits[i] === '1']));
}

/**
 * Reads the status vector of a poll into profile keys. 4 to 13 values were seen; an empty or missing one is unknown and
 * changes nothing. `+` stands for a blank here alone (§1.3).
 */
export function readInfo(raw: string): JsonObject {
  const values = percentDecode(raw.replaceAll('+', ' ')).split(',', 16);
  const facts: Record<string, Json> = {};
  for (const [i, name] of COUNTS.entries()) {
    const count = name === '' ? undefined : readCount(values[i]?.trim());
    if (count !== undefined) facts[name] = count;
  }
  for (const [i, name] of [
    [0, 'firmware'],
    [4, 'localAddress'],
    [5, 'fingerprintVersion'],
    [6, 'faceVersion'],
  ] as const) {
    const value = (values[i] ?? '').trim().slice(0, 100);
    if (value !== '') facts[name] = value;
  }
  const supports = supportsOf((values[9] ?? '').trim());
  if (supports) facts['supports'] = supports;
  return facts;
}
