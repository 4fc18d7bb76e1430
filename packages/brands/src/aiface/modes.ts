import type { JsonObject } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import {
  FIRMWARE_TABLES,
  INOUT_TABLES,
  isInoutTable,
  isModeTable,
  MODE_TABLES,
  type ModeTable,
  type Verify,
} from './codes.ts';

const sizesOf = (profile: JsonObject): JsonObject => {
  const sizes = profile['sizes'];
  return typeof sizes === 'object' && sizes !== null && !Array.isArray(sizes) ? (sizes as JsonObject) : {};
};

/** A capacity that the terminal told; 0 when it did not. */
export const sizeOf = (profile: JsonObject, what: string): number => {
  const size = sizesOf(profile)[what];
  return typeof size === 'number' ? size : 0;
};

/** It told faces, and neither fingers nor cards: whatever it says, it saw a face (protocols/aiface-websocket.md §4.4). */
export const isFaceOnly = (profile: JsonObject): boolean =>
  sizeOf(profile, 'face') > 0 && sizeOf(profile, 'fp') === 0 && sizeOf(profile, 'card') === 0;

function tableOf({ profile, options }: TerminalView, isPull: boolean): ModeTable {
  const chosen = options?.['modeTable'];
  if (isModeTable(chosen)) return chosen;
  const firmware = profile['firmware'];
  const seen = FIRMWARE_TABLES.find(([shape]) => typeof firmware === 'string' && shape.test(firmware));
  return seen?.[1] ?? (isPull ? 'v2pull' : 'v2push');
}

/** How somebody proved who they are. `isPull`: the document numbers `getalllog` otherwise than `sendlog`. */
export function verifyOf(mode: number | undefined, terminal: TerminalView, isPull: boolean): Verify {
  if (mode === undefined) return 'other';
  if (terminal.options?.['modeTable'] === undefined && isFaceOnly(terminal.profile)) return 'face';
  const table: Readonly<Record<number, Verify>> = MODE_TABLES[tableOf(terminal, isPull)];
  return table[mode] ?? 'other';
}

/** Which way, where the dialect of the site says so (§4.5). */
export function directionOf(inout: number | undefined, { options }: TerminalView): 'IN' | 'OUT' | undefined {
  const chosen = options?.['inoutTable'];
  const table: Readonly<Record<number, 'IN' | 'OUT'>> = INOUT_TABLES[isInoutTable(chosen) ? chosen : 'classic'];
  return inout === undefined ? undefined : table[inout];
}
