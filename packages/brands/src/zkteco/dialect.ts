import type { JsonObject } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import type { Route } from './route.ts';
import { parameterOf, rawParameterOf } from './target.ts';

/** The four families of this protocol (protocols/zkteco-push.md §0). */
export type Dialect = 'P1' | 'ATT' | 'TFT' | 'SEC';

const asDialect = (value: unknown): Dialect | undefined =>
  value === 'P1' || value === 'ATT' || value === 'TFT' || value === 'SEC' ? value : undefined;

/** `2026-03-09T14:05:30` as a stamp: only TFT does this (§2.6). */
const ISO_STAMP = /^\d{4}-\d{2}-\d{2}T/;

function hasIsoStamp(route: Route): boolean {
  return ['stamp', 'opstamp', 'photostamp'].some((name) => ISO_STAMP.test(parameterOf(route.target, name) ?? ''));
}

/** Evidence of P1: its own stamp names or path, from a terminal that never told a version. */
function looksLikeP1(route: Route, profile: JsonObject): boolean {
  if (typeof profile['pushver'] === 'string' || rawParameterOf(route.target, 'pushver') !== undefined) return false;
  return (
    route.operation === 'fdata' ||
    rawParameterOf(route.target, 'opstamp') !== undefined ||
    rawParameterOf(route.target, 'photostamp') !== undefined
  );
}

/** What a terminal in access mode never does: tell a version below 3, or send these tables. The operator switched the mode (§2.11). */
function endsAccess(route: Route): boolean {
  if (route.kind === 'upload') return route.table === 'ATTLOG' || route.table === 'OPERLOG';
  return route.kind === 'handshake' && /^[12]\./.test(parameterOf(route.target, 'pushver') ?? '');
}

/**
 * The dialect of a terminal: what it was before, unless this request proves another one (§2.11).
 * `options.dialect` of the settings wins over everything. Never decided by `pushver` alone.
 */
export function dialectOf(route: Route, terminal: TerminalView): Dialect {
  const chosen = asDialect(terminal.options?.['dialect']);
  if (chosen) return chosen;
  const { profile } = terminal;
  const type = parameterOf(route.target, 'devicetype')?.toLowerCase();
  if (route.kind === 'security' || type === 'acc') return 'SEC';
  if (hasIsoStamp(route) || rawParameterOf(route.target, 'comkey') !== undefined || route.kind === 'time') return 'TFT';
  // a handshake in attendance mode ends SEC: the operator switched the mode in the menu; a version ends P1
  if (route.kind === 'handshake' && type !== undefined) return 'ATT';
  if (looksLikeP1(route, profile)) return asDialect(profile['dialect']) === 'TFT' ? 'TFT' : 'P1';
  const before = asDialect(profile['dialect']);
  if (before === 'SEC' && endsAccess(route)) return 'ATT';
  if (before === 'P1' && rawParameterOf(route.target, 'pushver') !== undefined) return 'ATT';
  return before ?? 'ATT';
}
