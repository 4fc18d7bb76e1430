import type { JsonObject } from '@biolistener/core';
import type { Fields } from './fields.ts';

/** Where the brands keep it: by name, with how many each unit of it stands for. */
type Names = readonly (readonly [name: string, times: number])[];

interface Room {
  readonly what: 'users' | 'fingerprints' | 'faces' | 'records';
  readonly used: Names;
  readonly capacity: Names;
}

const each = (...names: readonly string[]): Names => names.map((name) => [name, 1] as const);

/**
 * zkteco tells its counts with every poll and its room among its options, users and fingers by the hundred and punches by
 * ten thousand; zk-tcp both when it is read; aiface both when it greets (`used`, `sizes`); ebkn counts alone.
 */
const ROOMS: readonly Room[] = [
  {
    what: 'users',
    used: each('users', 'totalusercount', 'usercount', 'used.user', 'UserCount'),
    capacity: [...each('userCapacity', 'sizes.user'), ['~MaxUserCount', 100]],
  },
  {
    what: 'fingerprints',
    used: each('fingerprints', 'fpcount', 'used.fp', 'FPCount'),
    capacity: [...each('fingerprintCapacity', 'sizes.fp'), ['~MaxFingerCount', 100]],
  },
  {
    what: 'faces',
    used: each('faces', 'facecount', 'used.face', 'FaceCount'),
    capacity: each('faceCapacity', 'sizes.face', '~MaxFaceCount'),
  },
  {
    what: 'records',
    used: each('attendanceRecords', 'totallogcount', 'logcount', 'used.log', 'TransactionCount'),
    capacity: [...each('attendanceCapacity', 'sizes.log'), ['~MaxAttLogCount', 10_000]],
  },
];

const objectIn = (profile: JsonObject, name: string): JsonObject => {
  const part = profile[name];
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? (part as JsonObject) : {}; // checked
};

const prefixed = (prefix: string, part: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(part).map(([name, value]) => [`${prefix}.${name}`, value]));

/** Newer knowledge over older: what a poll tells over what was asked for once. */
const flat = (profile: JsonObject): JsonObject => ({
  ...objectIn(profile, 'options'),
  ...prefixed('used', objectIn(profile, 'used')),
  ...prefixed('sizes', objectIn(profile, 'sizes')),
  ...objectIn(profile, 'counters'),
  ...profile,
});

function countOf(told: JsonObject, names: Names): number | undefined {
  for (const [name, times] of names) {
    const value = told[name];
    const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count * times;
  }
  return undefined;
}

/** How much of what a terminal has, can have, and has left; nothing of what it does not tell. */
export function capacityFields(profile: JsonObject): Fields {
  const told = flat(profile);
  const fields = ROOMS.flatMap(({ what, used, capacity }): (readonly [string, number])[] => {
    const [has, most] = [countOf(told, used), countOf(told, capacity) ?? 0];
    return [
      ...(has === undefined ? [] : [[`${what}_used`, has] as const]),
      ...(most === 0 ? [] : [[`${what}_capacity`, most] as const]),
      ...(has === undefined || most === 0 ? [] : [[`${what}_free`, Math.max(0, most - has)] as const]),
    ];
  });
  return Object.fromEntries(fields);
}
