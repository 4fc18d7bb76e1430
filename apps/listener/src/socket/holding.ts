import { randomUUID } from 'node:crypto';
import { messageOf, type Instant, type SerialNumber } from '@biolistener/core';
import type { ListenerDeps } from '../deps.ts';

/** Where a terminal came to last, as all processes know it. */
export interface Held {
  readonly isHere: boolean;
  readonly address: string;
  readonly since: Instant;
}

/** Which process a terminal came to last: its commands go out there, and nowhere else. */
export interface Holding {
  /** It came to this one. Never throws: a store that is away is told later. */
  note(serialNumber: SerialNumber, address: string): Promise<void>;
  /** Undefined: nobody has it. Throws when the store is away. */
  find(serialNumber: SerialNumber): Promise<Held | undefined>;
}

const nameOf = (serialNumber: SerialNumber): string => `socket:${serialNumber}`;

/** One row for each terminal, written when it greets and read when something waits for it: neither is often. */
export function createHolding({ store, log, now }: Pick<ListenerDeps, 'store' | 'log' | 'now'>): Holding {
  const us = randomUUID();
  const untold = new Map<SerialNumber, string>();

  async function tell(serialNumber: SerialNumber, value: string): Promise<void> {
    await store.setCursor(nameOf(serialNumber), value);
    untold.delete(serialNumber);
  }

  return {
    async note(serialNumber, address) {
      const value = `${us} ${now()} ${address}`;
      untold.set(serialNumber, value);
      try {
        await tell(serialNumber, value);
      } catch (error) {
        log.warn({ serialNumber, reason: messageOf(error) }, 'other listeners hear later whose terminal this is');
      }
    },
    async find(serialNumber) {
      const mine = untold.get(serialNumber);
      const stored = await store.getCursor(nameOf(serialNumber));
      // what could not be told in time may be old news by now: it went to another listener since
      const isLate = mine !== undefined && sinceOf(stored) <= sinceOf(mine);
      if (isLate) await tell(serialNumber, mine);
      untold.delete(serialNumber);
      const value = isLate ? mine : stored;
      if (value === undefined) return undefined;
      const [who, since, address = ''] = value.split(' ');
      return { isHere: who === us, address, since: Number(since) };
    },
  };
}

/** `process since address`, as it is written. */
const sinceOf = (value: string | undefined): number => Number(value?.split(' ')[1] ?? 0);
