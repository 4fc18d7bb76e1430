import { isZone, offsetMinutes, toLocal, type Instant, type ZoneName } from '@biolistener/core';

export type ZoneSource = 'site' | 'setting';

export interface ZoneFindings {
  /** System Settings of the site; undefined when the user may not read it. */
  readonly told: ZoneName | undefined;
  /** What our settings say. */
  readonly configured: ZoneName | undefined;
  /** `creation` of a row just written (naive site time, ms as if UTC) against the server's Date header. */
  readonly measuredOffsetMinutes: number | undefined;
  readonly now: Instant;
}

export type ZoneVerdict =
  | { readonly kind: 'known'; readonly zone: ZoneName; readonly source: ZoneSource; readonly isMeasured: boolean }
  | { readonly kind: 'conflict' | 'unknown'; readonly detail: string };

/** Offsets in minutes from a naive site time and the instant at which it was taken, to the quarter hour. */
export function measureOffset(siteTime: string, serverTime: Instant | undefined): number | undefined {
  const naive = Date.parse(`${siteTime.slice(0, 19).replace(' ', 'T')}Z`);
  if (serverTime === undefined || Number.isNaN(naive)) return undefined;
  const minutes = (naive - serverTime) / 60_000;
  const quarter = Math.round(minutes / 15) * 15;
  return Math.abs(minutes - quarter) <= 2 ? quarter : undefined;
}

const offsetText = (minutes: number): string =>
  `UTC${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`;

/**
 * Which zone the site stores times in (contract §2.8). What the site tells wins only when nothing contradicts it: a
 * conflict is refused, because either choice could store wrong times.
 */
export function judgeZone(found: ZoneFindings): ZoneVerdict {
  const { told, configured, measuredOffsetMinutes: measured, now } = found;
  const zone = told ?? configured;
  if (zone === undefined) {
    const hint = measured === undefined ? '' : ` The site's clock is at ${offsetText(measured)} now.`;
    return {
      kind: 'unknown',
      detail: `The user may not read the site's time zone and none is configured: set BIOLISTENER_ERPNEXT_TIME_ZONE.${hint}`,
    };
  }
  if (!isZone(zone)) return { kind: 'conflict', detail: `"${zone}" is no time zone that this machine knows.` };
  if (told !== undefined && configured !== undefined && !behaveAlike(told, configured, now))
    return { kind: 'conflict', detail: `The site keeps time in ${told}, the setting says ${configured}.` };
  if (measured !== undefined && measured !== offsetMinutes(zone, now))
    return {
      kind: 'conflict',
      detail: `The site's clock is at ${offsetText(measured)}, but ${zone} is at ${offsetText(offsetMinutes(zone, now))} now.`,
    };
  const source = told === undefined ? 'setting' : 'site';
  return { kind: 'known', zone, source, isMeasured: measured !== undefined };
}

/** Asia/Calcutta and Asia/Kolkata are one zone under two names: compared month by month over the next year. */
function behaveAlike(a: ZoneName, b: ZoneName, now: Instant): boolean {
  if (!isZone(b)) return false;
  return Array.from({ length: 13 }, (_, month) => now + month * 30 * 86_400_000).every(
    (at) => toLocal(at, a) === toLocal(at, b),
  );
}
