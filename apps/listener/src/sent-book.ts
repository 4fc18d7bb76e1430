import { messageOf } from '@biolistener/core';
import type { Store, StoredCommand } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Encoded } from '@biolistener/wire';
import type { Entry, Registry } from './registry.ts';
import type { Request } from './request.ts';

/** A command and the bytes that were made of it. */
export interface Parcel {
  readonly command: StoredCommand;
  readonly encoded: Extract<Encoded, { kind: 'encoded' }>;
}

/**
 * What became of replies with commands in them. All that left in one turn is marked by one commit, after the replies:
 * a crash in between only means that the lease runs out and the command goes again.
 */
export interface SentBook {
  settle(request: Request, entry: Entry, parcels: readonly Parcel[], hasLeft: boolean): void;
  /** Resolves when all that was settled so far is in the store, or given up. */
  flush(): Promise<void>;
}

interface SentBookDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Log;
  readonly now: () => number;
  /** Times this is how long terminals may take to answer. Absent: as long as their brands need. */
  readonly patience?: (() => number) | undefined;
}

export function createSentBook({ store, registry, log, now, patience = () => 1 }: SentBookDeps): SentBook {
  /** Ids by how long their terminals may take. */
  let left = new Map<number, string[]>();
  let silent: string[] = [];
  let lost: string[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    const [sent, done, back] = [left, silent, lost];
    left = new Map();
    silent = [];
    lost = [];
    const at = now();
    for (const [needsMs, ids] of sent) {
      const answerWithinMs = Math.ceil(needsMs * patience());
      await attempt(store.markSent(ids, at, answerWithinMs), ids);
      registry.lookAgainAt(at + answerWithinMs);
    }
    if (done.length > 0) await attempt(store.verifyCommands(done, 'event', at), done);
    if (back.length === 0) return;
    await attempt(store.releaseCommands(back, at), back);
    registry.lookAgainAt(0);
  }

  async function attempt(call: Promise<void>, commands: readonly string[]): Promise<void> {
    await call.catch((error: unknown) =>
      log.warn({ commands, reason: messageOf(error) }, 'commands stay leased, and go again when the lease runs out'),
    );
  }

  const isEmpty = (): boolean => left.size + silent.length + lost.length === 0;

  /** Begins with the next turn, so that one commit takes whatever this turn settles. */
  function begin(): Promise<void> {
    writing ??= (async () => {
      await new Promise((next) => setImmediate(next));
      while (!isEmpty()) await write();
      writing = undefined;
    })();
    return writing;
  }

  return {
    settle({ brand, serialNumber }, entry, parcels, hasLeft) {
      for (const { command, encoded } of parcels) {
        const { id, kind, origin } = command;
        const tags = { commandId: id, kind, brand: brand.name, serialNumber, state: hasLeft ? 'sent' : 'queued' };
        if (!hasLeft) log.info(tags, 'a command did not leave and waits on');
        else if (origin === 'roster') log.debug(tags, 'a command went out');
        else log.info(tags, 'a command went out');
        if (hasLeft) {
          const within = encoded.answerWithinMs ?? brand.answerWithinMs;
          left.set(within, [...(left.get(within) ?? []), id]);
          if (encoded.isSilent === true) silent.push(id);
        } else lost.push(id);
      }
      if (!hasLeft) entry.hasCommands = true;
      void begin();
    },
    flush: () => (isEmpty() && writing === undefined ? Promise.resolve() : begin()),
  };
}
