import { OPEN_COMMAND_STATES } from '@biolistener/store';
import type { SweepDeps } from './sweep.ts';

const PAGE = 1000;
const ACTOR = 'system:force-close';

/**
 * Closes what people asked and no terminal has done for days. What the roster wants is left alone: it is wanted as long as
 * its person is, and has a deadline of its own.
 */
export async function forceClose({ store, settings, clock, log }: SweepDeps): Promise<void> {
  const oldest = clock.now() - settings().forceCloseAfterMs;
  let closed = 0;
  let beforeId: string | undefined;
  for (;;) {
    const filter = { states: OPEN_COMMAND_STATES, limit: PAGE } as const;
    const page = await store.listCommands(beforeId === undefined ? filter : { ...filter, beforeId });
    const due = page.filter(({ origin, createdAt }) => origin !== 'roster' && createdAt <= oldest);
    if (due.length > 0)
      closed += await store.cancelCommands(
        due.map(({ id }) => id),
        ACTOR,
        clock.now(),
      );
    beforeId = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  if (closed > 0) log.warn({ closed }, 'commands that were open for too long were closed');
}
