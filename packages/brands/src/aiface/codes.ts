import type { TemplateKind } from '@biolistener/core';

/** Credential slots (`backupnum`), protocols/aiface-websocket.md §4.1. */
export const SLOT = { password: 10, card: 11, allFingers: 12, everything: 13, photo: 50, face: 51 } as const;

/** Families of bytes. None is ever given to another. */
export const ALGORITHM = {
  finger: 'thbio',
  face: 'aiface-static',
  palm: 'aiface-palm',
  feature: 'aiface-feature',
} as const;

export interface TemplatePlace {
  readonly kind: TemplateKind;
  readonly no: number;
  readonly algorithm: string;
}

/** Ranges of slots that hold templates (§4.1): first, last, kind, number of the first. */
const RANGES = [
  [0, 9, 'fingerprint', 0, ALGORITHM.finger],
  [20, 27, 'face', 0, ALGORITHM.face],
  [30, 37, 'palm', 0, ALGORITHM.palm],
  [40, 41, 'palm', 10, ALGORITHM.palm],
  [51, 51, 'visible-face', 0, ALGORITHM.feature],
] as const;

export function placeOfSlot(slot: number): TemplatePlace | undefined {
  const found = RANGES.find(([first, last]) => slot >= first && slot <= last);
  return found && { kind: found[2], no: slot - found[0] + found[3], algorithm: found[4] };
}

/** The inverse of `placeOfSlot`. */
export function slotOfPlace(kind: string, no: number): number | undefined {
  const found = RANGES.find(([first, last, its, base]) => its === kind && no >= base && no <= last - first + base);
  return found && no - found[3] + found[0];
}

/** Slots that may still hold something after 13 and 50 were deleted (§4.1), and that can be deleted one by one. */
export const DELETABLE = (slot: number): boolean =>
  placeOfSlot(slot) !== undefined || slot === SLOT.password || slot === SLOT.card || slot === SLOT.photo;

export type Verify = 'fingerprint' | 'password' | 'card' | 'face' | 'palm' | 'vein' | 'qr' | 'other';

/** What `mode` means, by dialect (§4.4). No table fits all; the raw value is always kept. */
export const MODE_TABLES = {
  v2push: { 1: 'fingerprint', 2: 'password', 3: 'card', 8: 'face' },
  v2pull: { 0: 'fingerprint', 1: 'card', 2: 'password', 8: 'face' },
  tfs: { 1: 'fingerprint', 2: 'card', 3: 'password', 8: 'face' },
  bs2025: { 0: 'password', 1: 'fingerprint', 2: 'card', 3: 'face', 4: 'vein', 5: 'palm', 6: 'qr', 7: 'other' },
  ind: {
    0: 'password',
    1: 'fingerprint',
    2: 'card',
    3: 'face',
    4: 'password',
    5: 'palm',
    6: 'vein',
    8: 'card',
    10: 'card',
    50: 'face',
  },
  ai810: { 1: 'fingerprint', 2: 'palm', 4: 'card', 8: 'face', 16: 'password' },
  ai06: { 0: 'fingerprint', 1: 'password', 2: 'card', 3: 'face' },
  topdata: { 1: 'face' },
} as const satisfies Record<string, Readonly<Record<number, Verify>>>;
export type ModeTable = keyof typeof MODE_TABLES;
export const isModeTable = (name: unknown): name is ModeTable => typeof name === 'string' && name in MODE_TABLES;

/** Firmware that was seen, and how it numbers `mode` (§4.4, §10). The first that fits. */
export const FIRMWARE_TABLES: readonly (readonly [RegExp, ModeTable])[] = [
  [/^TH900/i, 'tfs'],
  [/^ai518_fp26v/i, 'topdata'],
  [/^ai518_f43h/i, 'bs2025'],
  [/fp80v/i, 'ai810'],
];

/** How `inout` is numbered (§4.5). What says no direction stays without one. */
export const INOUT_TABLES = {
  classic: { 0: 'IN', 1: 'OUT' },
  bs2025: { 0: 'IN', 1: 'OUT', 2: 'OUT', 3: 'IN', 4: 'IN', 5: 'OUT' },
  evo: {},
} as const satisfies Record<string, Readonly<Record<number, 'IN' | 'OUT'>>>;
export type InoutTable = keyof typeof INOUT_TABLES;
export const isInoutTable = (name: unknown): name is InoutTable => typeof name === 'string' && name in INOUT_TABLES;

/** Records of nobody (`enrollid` 0): what happened at the door (§4.6). */
export const SYSTEM_EVENTS = [
  'door closed',
  'door opened',
  'exit button',
  'opened by software',
  'closed by software',
  'forced open',
  'tamper',
  'alarm input',
] as const;
export const SYSTEM_ALERTS: ReadonlySet<number> = new Set([5, 6, 7]);

/** Topdata's person that was not recognised (§4.6). */
export const STRANGER = '99999999';

/** Why a photo was not taken (§6.4, numbers of the Evo text). */
export const PHOTO_REASONS: Readonly<Record<string, string>> = {
  1: 'the picture is too big',
  5: 'no face',
  6: 'several faces',
  7: 'the picture has too many pixels',
  8: 'the face is too large',
  9: 'the face is too small',
  10: 'low quality',
  11: 'the face is cut off',
  12: 'the face is enrolled already',
};

/** How long a terminal may take, ms (§6.1). */
export const WITHIN = { simple: 10_000, page: 15_000, slow: 20_000, restart: 3_000 } as const;
/** A late answer is waited for so long before the same word may go again (§6.1). */
export const TOMBSTONE_MS = 30_000;
/** How often a terminal that does not push everything is asked for the rest (§6.6). */
export const READ_NEWS_MS = 60_000;
/** How soon a terminal that shows "busy" is let go again after that failed; no sooner than a late answer is waited for. */
export const FREE_AGAIN_MS = TOMBSTONE_MS;
/** How far back the first of these readings goes, and the one after a page that could not be stored. */
export const REREAD_MS = 2 * 86_400_000;
/** Between two photos, as the terminal computes a face for each (§6.4). */
export const PHOTO_PAUSE_MS = 400;
/** Timeouts of one word in a row that make it unsupported (§6.1). */
export const STRIKES = 3;
/** Rows of one page (§6.2, §6.6), and pages that no terminal has. */
export const PAGE = { getuserlist: 40, getalllog: 50, getnewlog: 50 } as const;
export const MOST_PAGES = { getuserlist: 1000, getalllog: 4000, getnewlog: 4000 } as const;
/** All rows of one listing, as text and without their pictures; a hundred thousand records have half of it. */
export const MOST_LISTED_BYTES = 32 * 1024 * 1024;
/** A clock further off than this at the greeting makes the records of the session doubtful, s (§8). */
export const SUSPECT_SECONDS = 300;
/** A record older than this opens no door, s (§5.2). */
export const LIVE_SECONDS = 120;
/** No clock of this brand is believed before it. */
export const OLDEST_YEAR = 2016;

/** Polls without news: answered from memory. */
export const HEARTBEATS: ReadonlySet<string> = new Set(['reg', 'heartbeat', 'checklive', 'vicheckonline']);
/** Answered with `result:false`, so that nobody's firmware is changed and no call is taken (§3, §5.4). */
export const REFUSED: ReadonlySet<string> = new Set(['otacheck', 'otaget', 'talkcall']);
