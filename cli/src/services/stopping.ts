import { messageOf } from '@biolistener/core';
import type { Log } from '@biolistener/telemetry';
import { outliveReaders } from '../readers.ts';

/** Things that were started and are stopped in the opposite order, each once, whatever fails. */
export interface StopList {
  add(name: string, stop: () => Promise<void> | void): void;
  stopAll(log: Log): Promise<void>;
}

export function createStopList(): StopList {
  const items: { name: string; stop: () => Promise<void> | void }[] = [];
  return {
    add: (name, stop) => void items.push({ name, stop }),
    async stopAll(log) {
      for (let item = items.pop(); item !== undefined; item = items.pop()) {
        try {
          await item.stop();
        } catch (error) {
          log.warn({ part: item.name, reason: messageOf(error) }, 'did not stop in order');
        }
      }
    },
  };
}

/** For what runs until it is told to stop. Resolves at the first Ctrl-C or SIGTERM. npm and the terminal both pass the signal on, so a second one says nothing new. */
export function stopRequested(): Promise<NodeJS.Signals> {
  outliveReaders();
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
