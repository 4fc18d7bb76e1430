import { openHostileProxy, ZkTcpTerminal, type AckedPunch } from '@biolistener/simulator';
import type { Unit } from './unit.ts';

const SERIAL = 'SIMZT0001';
const PUNCH_EVERY_MS = 700;
const READ_EVERY_SECONDS = 3;

/**
 * A terminal that waits to be called, behind a network that cuts and delays. Each of its punches counts as acknowledged:
 * they stand in its log, and whoever reads the log has to read all of it.
 */
export async function startPulled(seed: number, pins: readonly string[], wallTime: () => string): Promise<Unit> {
  const terminal = new ZkTcpTerminal({ serialNumber: SERIAL, seed, wallTime });
  for (const pin of pins) terminal.addUser({ userId: pin, name: `Staff ${pin}` });
  const network = await openHostileProxy(await terminal.start(), { seed, reset: 0.01, delay: 0.05 });
  const made = new Map<string, AckedPunch>();
  const punch = (): void => {
    const at = wallTime();
    const pin = pins.find((one) => !made.has(`${one} ${at}`)); // one punch of a person in a second
    if (pin === undefined) return;
    terminal.punch({ userId: pin, wallTime: at });
    made.set(`${pin} ${at}`, { serialNumber: SERIAL, pin, wallTime: at, state: '0', verify: '1', ackedAt: Date.now() });
  };
  const timer = setInterval(punch, PUNCH_EVERY_MS);
  return {
    serialNumber: SERIAL,
    brand: 'zk-tcp',
    options: { address: '127.0.0.1', port: network.port, pullEverySeconds: READ_EVERY_SECONDS },
    enrol: (pin, finger) => enrol(terminal, pin, finger),
    has(pin, wanted) {
      const user = terminal.memory.userOf(pin);
      if (wanted.what === 'user' || !user) return user !== undefined;
      return wanted.kind === 'fingerprint' && terminal.memory.templates.has(`${user.uid}/${wanted.no}`);
    },
    opened: () => new Map([['', terminal.memory.unlocks.length]]),
    punches: () => [...made.values()],
    calm() {
      clearInterval(timer);
      network.calm();
    },
    async stop() {
      clearInterval(timer);
      await network.close();
      await terminal.stop();
    },
  };
}

function enrol(terminal: ZkTcpTerminal, pin: string, finger: number): void {
  const { users } = terminal.memory;
  const uid = Math.max(0, ...users.keys()) + 1;
  if (!terminal.memory.userOf(pin)) terminal.addUser({ uid, userId: pin, name: `Person ${pin}` });
  terminal.addFinger(pin, finger);
}
