import { asSerialNumber } from '@biolistener/core';
import { startFleet } from '@biolistener/simulator';
import type { Composition } from './roles.ts';

const SEED = 20261;
const EMPLOYEES = 50;

/** Simulated terminals of every brand, approved beforehand, that punch now and then. Returns how to stop them. */
export async function startDemo({ site }: Composition): Promise<() => Promise<void>> {
  const { settings, store } = site;
  const fleet = await startFleet({
    count: 4,
    seed: SEED,
    target: { host: '127.0.0.1', port: settings.publicPort },
    punchesPerSecond: 0.5,
    pins: Array.from({ length: EMPLOYEES }, (_, i) => String(i + 1)),
    onTerminal: async ({ serialNumber, brand }: { serialNumber: string; brand: string }) => {
      const change = {
        status: 'approved',
        settings: { zone: settings.timeZone, name: `Demo ${brand} ${serialNumber.slice(-2)}` },
      } as const;
      await store.changeTerminal(asSerialNumber(serialNumber), change, 'demo', brand);
    },
  });
  return () => fleet.stop();
}
