import type { Instant } from '@biolistener/core';
import type { CommandChange, NewCommand, RosterChange } from '@biolistener/store';
import type { CellPlan } from './cell-sheet.ts';
import { ACTOR, type RosterKeeperStore } from './deps.ts';

export interface Applied {
  readonly changes: number;
  readonly commands: number;
}

/** So many cells in one transaction: uploads of terminals wait behind it. */
const CELLS_AT_ONCE = 400;

/**
 * Writes plans to the store. Rows and their commands are one transaction; what is superseded is cancelled after it: a crash in
 * between lets an old command go out before the new one, which costs nothing but the way.
 */
export async function applyPlans(store: RosterKeeperStore, plans: readonly CellPlan[], now: Instant): Promise<Applied> {
  let applied: Applied = { changes: 0, commands: 0 };
  for (let from = 0; from < plans.length; from += CELLS_AT_ONCE) {
    const { changes, commands } = await applyChunk(store, plans.slice(from, from + CELLS_AT_ONCE), now);
    applied = { changes: applied.changes + changes, commands: applied.commands + commands };
  }
  return applied;
}

async function applyChunk(store: RosterKeeperStore, plans: readonly CellPlan[], now: Instant): Promise<Applied> {
  const { changes, commands } = joined(plans);
  const { commandIds } =
    changes.length + commands.length > 0 ? await store.applyRoster(changes, commands, now) : { commandIds: [] };
  const used = new Set(commandIds); // a command may be merged with one that was to be cancelled
  const cancel = plans.flatMap((plan) => plan.cancel).filter((id) => !used.has(id));
  if (cancel.length > 0) await store.cancelCommands(cancel, ACTOR, now);
  await settleCommands(store, plans, now);
  return { changes: changes.length, commands: commands.length };
}

async function settleCommands(store: RosterKeeperStore, plans: readonly CellPlan[], now: Instant): Promise<void> {
  for (const proof of ['read-back', 'answer'] as const) {
    const ids = plans.flatMap((plan) => plan.verify.filter((each) => each.proof === proof).map(({ id }) => id));
    if (ids.length > 0) await store.verifyCommands(ids, proof, now);
  }
  const refuted: CommandChange[] = plans.flatMap((plan) => plan.refute);
  if (refuted.length > 0) await store.failCommands(refuted, now);
}

/** Plans count their commands each from none. */
function joined(plans: readonly CellPlan[]): { changes: RosterChange[]; commands: NewCommand[] } {
  const changes: RosterChange[] = [];
  const commands: NewCommand[] = [];
  for (const plan of plans) {
    const offset = commands.length;
    commands.push(...plan.commands);
    for (const change of plan.changes)
      changes.push(change.command === undefined ? change : { ...change, command: change.command + offset });
  }
  return { changes, commands };
}

export const isEmptyPlan = (plan: CellPlan): boolean =>
  plan.changes.length + plan.commands.length + plan.cancel.length + plan.verify.length + plan.refute.length === 0;
