import type { Fault, FaultList, FaultState } from './faults.ts';
import { renameDocument } from './rename.ts';
import { rotateSecret } from './rpc-core.ts';
import type { Site } from './site.ts';
import { isZone } from './site-time.ts';
import { Transaction } from './transaction.ts';

/** Everything that can go wrong with a site, on demand. What changes data is as durable as any other write. */
export interface FaultControl {
  /** Arms a fault and answers its id. */
  add(fault: Fault): string;
  remove(id: string): void;
  /** Ends every fault; changed data stays changed. */
  clear(): void;
  list(): readonly FaultState[];
  /** Changes System Settings' zone; users keep the zone that they were made with. */
  setTimeZone(zone: string): Promise<void>;
  renameEmployee(from: string, to: string): Promise<void>;
  /** Gives the user a new secret and answers it: the old one is refused with 401 from now on. */
  rotateKey(user: string, secret?: string): Promise<string>;
  setTracebacks(isOn: boolean): Promise<void>;
  /** Without Frappe HR its DocTypes and methods do not exist; what it stored stays. */
  setHrms(isInstalled: boolean): void;
}

export function makeFaultControl(site: Site, faults: FaultList): FaultControl {
  const write = async <T>(step: (tx: Transaction) => T): Promise<T> => {
    const tx = new Transaction(site.store, site.store.snapshot);
    const result = step(tx);
    tx.commit();
    await site.store.settled();
    return result;
  };
  const setting = (change: Record<string, string | number>): Promise<void> =>
    write((tx) => {
      const before = tx.find('System Settings', 'System Settings');
      tx.put('System Settings', 'System Settings', { ...before, ...change });
    });
  return {
    add: (fault) => faults.add(fault),
    remove: (id) => faults.remove(id),
    clear: () => faults.clear(),
    list: () => faults.list(),
    setTimeZone: async (zone) => {
      if (!isZone(zone)) throw new RangeError(`not a time zone: ${zone}`);
      await setting({ time_zone: zone });
    },
    renameEmployee: async (from, to) => {
      await write((tx) => renameDocument(site, tx, 'Employee', from, to));
    },
    rotateKey: (user, secret) => write((tx) => rotateSecret(tx, user, secret)),
    setTracebacks: (isOn) => setting({ allow_error_traceback: isOn ? 1 : 0 }),
    setHrms: (isInstalled) => {
      site.hasHrms = isInstalled;
    },
  };
}
