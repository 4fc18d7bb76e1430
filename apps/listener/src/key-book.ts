import { asSerialNumber, messageOf, type JsonObject, type SerialNumber } from '@biolistener/core';
import { isSameKey, openSharedKey, ownerOfSharedKey, proofOf, type SharedKey, type Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Entry, Registry } from './registry.ts';
import type { Request } from './request.ts';

/** The keys that terminals must show, where somebody set one (docs/terminals.md#shared-keys). */
export interface KeyBook {
  /** Whether a terminal has no key to show, shows it, or showed it from the same address when it greeted. */
  admits(request: Request, entry: Entry): boolean;
  /** Reads them again when the store's revision moved. */
  refresh(): Promise<void>;
}

interface KeyBookDeps {
  readonly store: Pick<Store, 'revision' | 'listSettings' | 'findTerminal'>;
  readonly vault: Vault;
  readonly registry: Pick<Registry, 'learn'>;
  readonly log: Log;
  readonly now: () => number;
}

/** Sealed with a key that is gone: nothing fits it, so the terminal is refused rather than let in. */
const UNREADABLE = 'unreadable';
/** How often the store is asked whether a terminal that is refused showed its key to another listener. */
const LOOK_AGAIN_MS = 2_000;

export function createKeyBook({ store, vault, registry, log, now }: KeyBookDeps): KeyBook {
  let keys = new Map<SerialNumber, SharedKey | typeof UNREADABLE>();
  let revision = -1;
  let unreadable: ReadonlySet<string> = new Set();
  const lookedAt = new Map<SerialNumber, number>();

  function read(serialNumber: string, stored: unknown): SharedKey | typeof UNREADABLE {
    try {
      return openSharedKey(vault, stored) ?? UNREADABLE;
    } catch (error) {
      if (!unreadable.has(serialNumber))
        log.error({ serialNumber, reason: messageOf(error) }, 'the shared key of a terminal cannot be read');
      return UNREADABLE;
    }
  }

  /** It may have greeted another listener; that it did is in the store, and moves no revision. The next request is judged by it. */
  function lookAgain(entry: Entry, serialNumber: SerialNumber, proof: string): void {
    if (now() - (lookedAt.get(serialNumber) ?? 0) < LOOK_AGAIN_MS) return;
    lookedAt.set(serialNumber, now());
    const take = (profile: JsonObject | undefined): void => {
      if (profile?.['keyProof'] === proof)
        entry.terminal = { ...entry.terminal, profile: { ...entry.terminal.profile, keyProof: proof } };
    };
    // a store that is away refuses the next requests as well, and is asked again
    store.findTerminal(serialNumber).then(
      (found) => take(found?.profile),
      () => undefined,
    );
  }

  /** Remembered with the terminal: it has to hold after a restart, and in every listener. */
  function remember(entry: Entry, proof: string | null): void {
    if ((entry.terminal.profile['keyProof'] ?? null) === proof) return;
    registry.learn(entry, now(), { profile: { keyProof: proof } });
  }

  return {
    admits({ brand, identity, input, serialNumber }, entry) {
      const key = keys.size === 0 ? undefined : keys.get(serialNumber);
      if (key === undefined) return true;
      if (key === UNREADABLE) return false;
      const proof = brand.sharedKey === 'greeting' ? proofOf(key, input.remoteAddress) : null;
      if (identity.sharedKey === undefined) {
        if (proof === null || entry.terminal.profile['keyProof'] === proof) return proof !== null;
        lookAgain(entry, serialNumber, proof);
        return false;
      }
      if (!isSameKey(identity.sharedKey, key)) return false;
      remember(entry, proof);
      return true;
    },
    async refresh() {
      const moved = await store.revision();
      if (moved === revision) return;
      const rows = (await store.listSettings()).flatMap(({ key, value }) => {
        const owner = ownerOfSharedKey(key);
        return owner === undefined ? [] : [[asSerialNumber(owner), read(owner, value)] as const];
      });
      keys = new Map(rows);
      unreadable = new Set(rows.flatMap(([serialNumber, key]) => (key === UNREADABLE ? [serialNumber] : [])));
      revision = moved;
    },
  };
}
