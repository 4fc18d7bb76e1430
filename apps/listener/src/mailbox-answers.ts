import { messageOf } from '@biolistener/core';
import type { StoredCommand } from '@biolistener/store';
import type { Decoded } from '@biolistener/wire';
import type { MailboxDeps } from './mailbox.ts';
import type { Entry } from './registry.ts';
import type { Request } from './request.ts';

/** What a terminal said about commands: the next one may go now, and the store may have set times to try again. */
export function noteResults({ events }: Decoded, { brand, serialNumber }: Request, entry: Entry, deps: MailboxDeps) {
  for (const event of events) {
    if (event.kind !== 'command-result') continue;
    entry.hasCommands = true;
    deps.registry.lookAgainAt(0);
    const { id, code, verdict } = event.result;
    const tags = { commandId: id.slice(0, 32), brand: brand.name, serialNumber, code: code.slice(0, 32), verdict };
    // `uncertain`: a first word on the way to the real result
    if (verdict === 'done' || verdict === 'uncertain') deps.log.debug(tags, 'a command was answered');
    else if (verdict === 'unclear') deps.log.info(tags, 'a command was answered, and whether it was done is not known');
    else deps.log.info(tags, 'a command was not done');
  }
}

const MOST_OPEN = 500;

/**
 * A terminal begins anew: what was sent to it before and is not answered goes again at once; a restart that was asked for
 * is proven by it. A failure is only told: leases run out all the same.
 */
export async function noteRestart({ brand, serialNumber }: Request, entry: Entry, deps: MailboxDeps): Promise<void> {
  try {
    await deps.sent.flush();
    const open = await deps.store.listCommands({ serialNumber, states: ['sent'], limit: MOST_OPEN });
    const [restarts, others] = [open.filter(isRestart), open.filter((command) => !isRestart(command))];
    const now = deps.now();
    if (restarts.length > 0) await deps.store.verifyCommands(idsOf(restarts), 'event', now);
    if (others.length === 0) return;
    await deps.store.resendCommands(idsOf(others), now);
    entry.hasCommands = true;
    deps.log.info(
      { brand: brand.name, serialNumber, commands: idsOf(others), state: 'queued' },
      'a terminal restarted; what it did not answer goes again',
    );
  } catch (error) {
    deps.log.warn(
      { brand: brand.name, serialNumber, reason: messageOf(error) },
      'a terminal restarted; its commands go again when their time is up',
    );
  }
}

const isRestart = (command: StoredCommand): boolean => command.kind === 'restart';
const idsOf = (commands: readonly StoredCommand[]): string[] => commands.map((command) => command.id);
