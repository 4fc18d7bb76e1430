import { messageOf } from '@biolistener/core';
import type { StoredCommand } from '@biolistener/store';
import type { ListenerDeps } from '../deps.ts';
import type { Entry } from '../registry.ts';
import type { Request } from '../request.ts';

const MOST_OPEN = 500;
const LOST = 'The connection ended before the terminal answered; look whether it was done.';

/**
 * A terminal comes back, perhaps from a process that died: what was sent to it and is not answered goes again at once, but
 * for what must not happen twice. A restart is proven by it. A failure is only told: leases run out all the same.
 */
export async function takeUp({ brand, serialNumber }: Request, entry: Entry, deps: ListenerDeps): Promise<void> {
  try {
    await deps.sent.flush();
    const open = await deps.store.listCommands({ serialNumber, states: ['sent'], limit: MOST_OPEN });
    if (open.length === 0) return;
    const now = deps.now();
    const idsOf = (pick: (command: StoredCommand) => boolean): string[] => open.filter(pick).map(({ id }) => id);
    const isAgain = ({ kind }: StoredCommand): boolean => brand.socket?.isRepeatable(kind) === true;
    const restarts = idsOf(({ kind }) => kind === 'restart');
    const once = idsOf((command) => !isAgain(command) && command.kind !== 'restart');
    const again = idsOf(isAgain);
    if (restarts.length > 0) await deps.store.verifyCommands(restarts, 'event', now);
    if (once.length > 0)
      await deps.store.failCommands(
        once.map((id) => ({ id, reason: 'silent', detail: LOST })),
        now,
      );
    if (again.length === 0) return;
    await deps.store.resendCommands(again, now);
    entry.hasCommands = true;
  } catch (error) {
    deps.log.warn(
      { brand: brand.name, serialNumber, reason: messageOf(error) },
      'a terminal came back; its commands go again when their time is up',
    );
  }
}
