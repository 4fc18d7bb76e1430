import { toLocal } from '@biolistener/core';
import { SimulatedBioStar, ZkTcpTerminal } from '@biolistener/simulator';
import type { SupremaServer } from '@biolistener/worker';
import type { Site } from '../site.ts';
import { approve, PINS, SEED } from './terminals.ts';

/** A terminal that waits to be called, and a device behind a BioStar server. */
export const PULLED = { serialNumber: 'DEMOPULL00001', brand: 'zk-tcp', name: 'Store room (is called)' } as const;
export const BEHIND_SERVER = { serialNumber: '541530001', brand: 'suprema', name: 'Office (Suprema)' } as const;

const PUNCH_EVERY_MS = 6_000;
/** The access group that the simulated server has. */
const ACCESS_GROUP = '3';
/** Somebody was identified (protocols/suprema.md §7). */
const IDENTIFIED = 4865;

export interface DemoServer {
  readonly server: SupremaServer;
  stop(): Promise<void>;
}

/**
 * Somebody else each time, beginning with the given one: two terminals at which the same people punched in the same second would
 * make one check-in of two punches. Returns how to end it.
 */
function punching(first: number, punch: (pin: string) => void): () => void {
  let punches = first;
  const timer = setInterval(() => {
    punches += 1;
    punch(PINS[(punches * 7) % PINS.length] ?? '1');
  }, PUNCH_EVERY_MS);
  return () => clearInterval(timer);
}

export async function startPulled(site: Site): Promise<() => Promise<void>> {
  const wallTime = (): string => toLocal(Date.now(), site.settings.timeZone);
  const terminal = new ZkTcpTerminal({ serialNumber: PULLED.serialNumber, seed: SEED, wallTime });
  for (const userId of PINS) terminal.addUser({ userId });
  const port = await terminal.start();
  await approve(site, PULLED, { address: '127.0.0.1', port });
  const stopPunching = punching(0, (userId) => terminal.punch({ userId, wallTime: wallTime() }));
  return async () => {
    stopPunching();
    await terminal.stop();
  };
}

/** A BioStar server with one device. Its certificate is its own, and pinned like that of a real one. */
export async function startBioStar(site: Site): Promise<DemoServer> {
  const account = { login: 'demo', password: 'a demo, and no secret' };
  const biostar = new SimulatedBioStar({ accounts: { [account.login]: account.password } });
  biostar.addDevice(BEHIND_SERVER.serialNumber, BEHIND_SERVER.name);
  await biostar.start();
  await approve(site, BEHIND_SERVER, { accessGroup: ACCESS_GROUP });
  const stopPunching = punching(PINS.length / 2, (userId) => {
    biostar.report({ deviceId: BEHIND_SERVER.serialNumber, code: IDENTIFIED, userId });
  });
  const server = {
    ...account,
    url: biostar.url,
    pin: biostar.identity.fingerprint,
    zone: 'UTC',
    firstDays: 1,
  };
  const stop = async (): Promise<void> => {
    stopPunching();
    await biostar.stop();
  };
  return { server, stop };
}
