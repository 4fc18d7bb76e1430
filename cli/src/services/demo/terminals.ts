import { asSerialNumber, offsetMinutes, type JsonObject } from '@biolistener/core';
import { Fleet, type PlannedTerminal } from '@biolistener/simulator';
import type { Site } from '../site.ts';

export const SEED = 20261;
/** As many as the sandbox has, with the same PINs. */
export const PINS: readonly string[] = Array.from({ length: 50 }, (_, i) => String(i + 1));

/** Terminals that call: one of each way of calling, and a second one where the same fingers fit. */
export const CALLERS = [
  { serialNumber: 'DEMOZKTECO001', brand: 'zkteco', profile: 'tft-sdk231', name: 'Front door' },
  { serialNumber: 'DEMOZKTECO002', brand: 'zkteco', profile: 'tft-sdk231', name: 'Back door' },
  { serialNumber: 'DEMOACCESS001', brand: 'zkteco', profile: 'inbio-sec312', name: 'Gate (access control)' },
  { serialNumber: 'DEMOEBKN00001', brand: 'ebkn', profile: 'zfkl101', name: 'Workshop' },
  { serialNumber: 'DEMOAIFACE001', brand: 'aiface', profile: 'ai06', name: 'Reception (face)' },
] as const satisfies readonly (PlannedTerminal & { readonly name: string })[];

export interface DemoTerminal {
  readonly serialNumber: string;
  readonly brand: string;
  readonly name: string;
}

export async function approve(
  { settings, store }: Site,
  { serialNumber, brand, name }: DemoTerminal,
  options?: JsonObject,
): Promise<void> {
  const change = { zone: settings.timeZone, name, ...(options === undefined ? {} : { options }) };
  await store.changeTerminal(asSerialNumber(serialNumber), { status: 'approved', settings: change }, 'demo', brand);
}

export const makeFleet = ({ settings }: Site): Fleet =>
  new Fleet({
    list: CALLERS,
    seed: SEED,
    target: { host: '127.0.0.1', port: settings.publicPort },
    punchesPerSecond: 0.5,
    pins: PINS,
    utcOffsetMinutes: offsetMinutes(settings.timeZone, Date.now()),
  });
