/** The first year in which a clock of these devices is believed: they leave the works with 2000 or 2015 on it. */
export const OLDEST_YEAR = 2016;

/** Main codes are the high byte of `event_type_id.code` (protocols/suprema.md §7). */
const MAIN_MASK = 0xff00;
export const mainCodeOf = (code: number): number => code & MAIN_MASK;
const subCodeOf = (code: number): number => code & 0xff;

export const MAIN = {
  verified: 0x1000,
  verifyFailed: 0x1100,
  verifiedUnderDuress: 0x1200,
  identified: 0x1300,
  identifiedUnderDuress: 0x1500,
  dualAuthenticated: 0x1600,
} as const;

const ATTENDANCE: ReadonlySet<number> = new Set([
  MAIN.verified,
  MAIN.verifiedUnderDuress,
  MAIN.identified,
  MAIN.identifiedUnderDuress,
  MAIN.dualAuthenticated,
]);
const DURESS: ReadonlySet<number> = new Set([MAIN.verifiedUnderDuress, MAIN.identifiedUnderDuress]);

/** Codes that a later server may add still say in their name that somebody was recognized. */
const SUCCESS_NAME = /^(VERIFY_SUCCESS|IDENTIFY_SUCCESS|DUAL_AUTH_SUCCESS)/;

/** Main codes that the document names; the name of a code that it does name decides nothing. */
const NAMED: ReadonlySet<number> = new Set([
  ...ATTENDANCE,
  ...[0x1100, 0x1400, 0x1700, 0x1800, 0x1900, 0x1a00, 0x2000, 0x2200, 0x2400, 0x2600],
  ...[0x3100, 0x3200, 0x3b00, 0x3c00, 0x4200, 0x4500, 0x5000, 0x5400, 0x5500],
]);

export const isAttendance = (code: number, name: string | undefined): boolean =>
  ATTENDANCE.has(mainCodeOf(code)) || (!NAMED.has(mainCodeOf(code)) && SUCCESS_NAME.test(name ?? ''));

export const isDuress = (code: number): boolean => DURESS.has(mainCodeOf(code));

/** The device begins a new log: its `index` starts again (S21). */
export const restartsIndex = (code: number): boolean => mainCodeOf(code) === 0x4200 || code === 0x4502;

/** Somebody's record on a device changed. */
export const changesUsers = (code: number): boolean => [0x2000, 0x2200, 0x2400, 0x2600].includes(mainCodeOf(code));

/** An unknown card: a verification that failed at the card. */
export const isUnknownCard = (code: number): boolean => code === 0x1102;

const ALERTS: ReadonlySet<number> = new Set([0x1a00, 0x2600, 0x3200, 0x4200, 0x4500, 0x5400, 0x5500]);
export const isAlert = (code: number): boolean => ALERTS.has(mainCodeOf(code)) || isDuress(code);

/** Where an event that is no punch belongs. */
export function sourceOf(code: number): string {
  const main = mainCodeOf(code);
  if (isUnknownCard(code)) return 'unknown-credential';
  if (main >= 0x1000 && main < 0x2000) return 'denied';
  if (main >= 0x2000 && main < 0x3000) return 'user-change';
  if (main >= 0x3000 && main < 0x5000) return 'device';
  return main >= 0x5000 && main < 0x6000 ? 'door' : 'event';
}

export type Method = 'card' | 'finger' | 'face' | 'pin' | 'mixed' | 'other';

const VERIFY_METHODS: readonly Method[] = [
  ...(['other', 'pin', 'finger', 'mixed', 'face', 'mixed'] as const), // 1 ID+PIN … 5 ID+face+PIN
  ...(['card', 'mixed', 'mixed', 'mixed', 'mixed', 'mixed'] as const), // 6 card … B card+face+PIN
  ...(['card', 'mixed', 'mixed', 'mixed'] as const), // C access on card and its combinations
];
const IDENTIFY_METHODS: readonly Method[] = ['other', 'finger', 'mixed', 'face', 'mixed', 'mixed'];

/** How somebody was recognized. Several factors are `mixed`; the id that begins a verification is none. */
export function methodOf(code: number): Method {
  const sub = subCodeOf(code);
  const main = mainCodeOf(code);
  if (main === MAIN.identified || main === MAIN.identifiedUnderDuress)
    return IDENTIFY_METHODS[sub] ?? (sub <= 8 ? 'mixed' : 'other');
  if (main === MAIN.verified || main === MAIN.verifiedUnderDuress)
    return VERIFY_METHODS[sub] ?? (sub >= 0x10 && sub <= 0x13 ? 'mixed' : 'other');
  return main === MAIN.dualAuthenticated ? 'mixed' : 'other';
}
