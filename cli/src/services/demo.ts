import { asSerialNumber, offsetMinutes } from '@biolistener/core';
import { Fleet } from '@biolistener/simulator';
import type { Composition } from './roles.ts';

const SEED = 20261;
const TERMINALS = 4;
const EMPLOYEES = 50;

/** Simulated terminals of every brand, approved beforehand, that punch now and then. Returns how to stop them. */
export async function startDemo({ site }: Composition): Promise<() => Promise<void>> {
  const { settings, store } = site;
  const fleet = new Fleet({
    count: TERMINALS,
    seed: SEED,
    target: { host: '127.0.0.1', port: settings.publicPort },
    brandMix: { zkteco: 1, ebkn: 1 },
    punchesPerSecond: 0.5,
    pins: Array.from({ length: EMPLOYEES }, (_, i) => String(i + 1)),
    utcOffsetMinutes: offsetMinutes(settings.timeZone, Date.now()),
  });
  for (const { serialNumber, brand } of fleet.terminals) {
    const name = `Demo ${brand} ${serialNumber.slice(-2)}`;
    await store.changeTerminal(
      asSerialNumber(serialNumber),
      { status: 'approved', settings: { zone: settings.timeZone, name } },
      'demo',
      brand,
    );
  }
  fleet.start();
  return () => fleet.stop();
}
