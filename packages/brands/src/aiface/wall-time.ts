import { localTimeOf, toLocal, type Instant, type LocalTime } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import { textOf } from './message.ts';

const SHAPE = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})$/;

/** `YYYY-MM-DD HH:mm:ss` of the terminal's wall; parts of one digit will do (protocols/aiface-websocket.md §5.2). */
export function readWallTime(value: unknown): LocalTime | undefined {
  const parts = SHAPE.exec(textOf(value) ?? '');
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return localTimeOf(year, month, day, hour, minute, second);
}

const told = new Map<string, { readonly second: number; readonly text: LocalTime }>();

/** Made once a second for each zone: every answer carries it, and asking for the parts of a time costs more than the rest of an answer. */
function wallNow(now: Instant, zone: string): LocalTime {
  const second = Math.floor(now / 1000);
  const known = told.get(zone);
  if (known?.second === second) return known.text;
  const text = toLocal(now, zone);
  told.set(zone, { second, text }); // as many as there are zones
  return text;
}

/** The terminal adopts it: its own wall time, or nothing where nobody may set its clock (§8). */
export function cloudTime(terminal: TerminalView | undefined, now: Instant): { readonly cloudtime?: string } {
  const zone = terminal?.zone;
  return zone === undefined || terminal?.options?.['keepClock'] === true ? {} : { cloudtime: wallNow(now, zone) };
}
