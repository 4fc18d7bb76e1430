import { SimulatedBioStar, type AckedPunch } from '@biolistener/simulator';
import type { Unit } from './unit.ts';

const DEVICE = '546832590';
const ACCESS_GROUP = '3';
const PUNCH_EVERY_MS = 700;
/** A face was known. */
const IDENTIFIED = 4867;
/** Of a hundred calls so many find that their session is gone. */
const LOST_SESSIONS = 0.02;

export interface BioStar {
  /** Where the service finds the server. */
  readonly env: Readonly<Record<string, string>>;
  readonly unit: Unit;
}

/** A BioStar server with one device; what people punch there is stored by the server, so all of it has to arrive. */
export async function startBioStar(
  random: () => number,
  pins: readonly string[],
  wallTime: (at: Date) => string,
): Promise<BioStar> {
  const server = new SimulatedBioStar();
  server.addDevice(DEVICE, 'Gate');
  server.intercept = ({ path }) => (path !== '/login' && random() < LOST_SESSIONS ? { code: '10' } : undefined);
  await server.start();
  const made = new Map<string, AckedPunch>();
  const punch = (): void => {
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    const pin = pins.find((one) => !made.has(`${one} ${at.getTime()}`)); // one punch of a person in a second
    if (pin === undefined) return;
    server.report({ deviceId: DEVICE, code: IDENTIFIED, userId: pin, at });
    const identity = { serialNumber: DEVICE, pin, wallTime: wallTime(at), state: '', verify: '' };
    made.set(`${pin} ${at.getTime()}`, { ...identity, ackedAt: Date.now() });
  };
  const timer = setInterval(punch, PUNCH_EVERY_MS);
  const unit: Unit = {
    serialNumber: DEVICE,
    brand: 'suprema',
    options: { accessGroup: ACCESS_GROUP },
    has: (pin, wanted) => wanted.what === 'user' && isLetIn(server, pin),
    opened: () => new Map(),
    punches: () => [...made.values()],
    calm() {
      clearInterval(timer);
      server.intercept = undefined;
    },
    async stop() {
      clearInterval(timer);
      await server.stop();
    },
  };
  const env = {
    BIOLISTENER_SUPREMA_URL: server.url,
    BIOLISTENER_SUPREMA_LOGIN: 'sidecar',
    BIOLISTENER_SUPREMA_PASSWORD: 'open sesame',
    BIOLISTENER_SUPREMA_PIN: server.identity.fingerprint,
    BIOLISTENER_SUPREMA_TIME_ZONE: 'UTC',
  };
  return { env, unit };
}

/** A user of the server counts at the device when their access group lets them in there. */
function isLetIn(server: SimulatedBioStar, pin: string): boolean {
  const groups = server.directory.users.get(pin)?.['access_groups'];
  return Array.isArray(groups) && JSON.stringify(groups).includes(`"id":"${ACCESS_GROUP}"`);
}
