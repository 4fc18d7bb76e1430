import type { NewCommand, RosterCell } from '@biolistener/store';
import { ACTOR, type RosterDeps } from './deps.ts';
import type { PlannedCell } from './plan-person.ts';
import { viewOf } from './terminal-view.ts';

/** Reasons of every brand that a better known terminal would not have. */
const IS_UNKNOWN = /_PROFILE_UNKNOWN$/;
const INFO = 'info';
const ASK_AGAIN_MS = 24 * 3_600_000;
const INFO_BYTES = 60;

const becameUnknown = ({ plan }: PlannedCell): boolean =>
  plan.changes.some(({ item }) => item?.state === 'impossible' && IS_UNKNOWN.test(item.reason ?? ''));

/**
 * Some terminals say what templates they take only when asked. Where a record could not go for want of that, they are asked,
 * once a day at most; what they answer changes their profile, and that marks them to be looked at again.
 */
export async function askProfiles(planned: readonly PlannedCell[], deps: RosterDeps): Promise<void> {
  const unknown = new Map(planned.filter(becameUnknown).map(({ cell }) => [cell.terminal.serialNumber, cell]));
  const orders: NewCommand[] = [];
  for (const cell of unknown.values()) if (await mayAsk(cell, deps)) orders.push(infoOrder(cell, deps));
  if (orders.length > 0) await deps.store.queueCommands(orders, deps.now());
}

async function mayAsk({ terminal }: RosterCell, { store, rulesOf, now }: RosterDeps): Promise<boolean> {
  const abilities = rulesOf(terminal.brand)?.abilities(viewOf(terminal));
  if (abilities?.commands.includes(INFO) !== true) return false;
  const recent = await store.listCommands({ serialNumber: terminal.serialNumber, limit: 200 });
  return !recent.some(({ kind, createdAt }) => kind === INFO && createdAt > now() - ASK_AGAIN_MS);
}

function infoOrder({ terminal }: RosterCell, { now, settings }: RosterDeps): NewCommand {
  const { rosterDeadlineMs, commandAttempts } = settings();
  return {
    serialNumber: terminal.serialNumber,
    kind: INFO,
    parameters: {},
    origin: 'service',
    askedBy: ACTOR,
    mergeKey: INFO,
    priority: 7,
    deadline: now() + rosterDeadlineMs,
    maxAttempts: commandAttempts,
    bytes: INFO_BYTES,
  };
}
