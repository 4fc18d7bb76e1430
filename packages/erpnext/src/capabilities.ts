import type { JsonObject, ZoneName } from '@biolistener/core';
import { isRecord } from './server-text.ts';

/** What the connect self-test found out about a site; stored with the target, so it is JSON. */
export interface Capabilities {
  /** ISO time of the test. */
  readonly checkedAt: string;
  /** `refuse`: delivering would store wrong times, or cannot work at all. */
  readonly verdict: 'ready' | 'refuse';
  /** The sentence to show when refusing. */
  readonly reason: string | undefined;
  readonly user: string | undefined;
  readonly versions: Readonly<Record<string, string>>;
  readonly siteZone: ZoneName | undefined;
  readonly zoneSource: 'site' | 'setting' | undefined;
  /** The unique custom field is there and did refuse a second row, or is declared unique. */
  readonly punchIdField: boolean;
  /** A punch dated years back kept its time. Undefined: not tried yet; the first delivery will show. */
  readonly timeIsKept: boolean | undefined;
  readonly keepsMicroseconds: boolean | undefined;
  /** Shift Types whose stamp HRMS moves by itself; undefined when the site has no such switch. */
  readonly autoUpdatedShiftTypes: readonly string[] | undefined;
  /** Shift Types with auto attendance that go by log type alone; undefined when the user may not read them. */
  readonly strictShiftTypes: readonly string[] | undefined;
}

/** As JSON for the store: keys that are not known are left out. */
export const writeCapabilities = (capabilities: Capabilities): JsonObject =>
  JSON.parse(JSON.stringify(capabilities)) as JsonObject; // made of JSON values only

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const names = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined);
const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** Reads what a store gives back; undefined when no test was made or it was written by something else. */
export function readCapabilities(stored: JsonObject): Capabilities | undefined {
  const verdict = stored['verdict'];
  const checkedAt = text(stored['checkedAt']);
  if ((verdict !== 'ready' && verdict !== 'refuse') || checkedAt === undefined) return undefined;
  const versions = stored['versions'];
  const source = stored['zoneSource'];
  return {
    checkedAt,
    verdict,
    reason: text(stored['reason']),
    user: text(stored['user']),
    versions: isRecord(versions)
      ? Object.fromEntries(Object.entries(versions).map(([app, version]) => [app, text(version) ?? '?']))
      : {},
    siteZone: text(stored['siteZone']),
    zoneSource: source === 'site' || source === 'setting' ? source : undefined,
    punchIdField: stored['punchIdField'] === true,
    timeIsKept: flag(stored['timeIsKept']),
    keepsMicroseconds: flag(stored['keepsMicroseconds']),
    autoUpdatedShiftTypes: names(stored['autoUpdatedShiftTypes']),
    strictShiftTypes: names(stored['strictShiftTypes']),
  };
}
