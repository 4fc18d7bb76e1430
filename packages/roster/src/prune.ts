import { PHOTO_ITEM, USER_ITEM, type Instant, type SerialNumber, type Terminal } from '@biolistener/core';
import type { NewCommand, SeenPerson } from '@biolistener/store';
import type { RosterRules } from '@biolistener/wire';
import { rosterError } from './errors.ts';
import type { RosterKeeperStore } from './deps.ts';
import type { RosterSettings } from './settings.ts';
import { viewOf } from './terminal-view.ts';

/** Users that a terminal has and nobody here accounts for: `remove` goes with `--prune`, `keep` never. */
export interface PrunePlan {
  readonly remove: readonly SeenPerson[];
  readonly keep: readonly SeenPerson[];
  readonly commands: readonly NewCommand[];
}

const isAdministrator = (seen: SeenPerson): boolean => (seen.privilege ?? 0) > 0;

/** Pure. Who says nothing of a privilege is a plain user; an administrator of a terminal is never deleted from here. */
export function planPrune(
  terminal: Terminal,
  strangers: readonly SeenPerson[],
  rules: RosterRules,
  settings: RosterSettings,
  asked: { readonly by: string; readonly origin: NewCommand['origin']; readonly now: Instant },
): PrunePlan {
  const [keep, remove] = [strangers.filter(isAdministrator), strangers.filter((seen) => !isAdministrator(seen))];
  const commands = remove.flatMap((seen) =>
    rules.planRemove(seen.pin, [USER_ITEM, PHOTO_ITEM], viewOf(terminal), seen.extra).map((draft): NewCommand => ({
      serialNumber: terminal.serialNumber,
      kind: draft.kind,
      parameters: draft.parameters,
      origin: asked.origin,
      askedBy: asked.by,
      pin: seen.pin,
      mergeKey: draft.mergeKey,
      priority: 5,
      deadline: asked.now + settings.rosterDeadlineMs,
      maxAttempts: settings.commandAttempts,
      bytes: draft.bytes,
    })),
  );
  return { remove, keep, commands };
}

const MOST = 10_000;

/** Loads the strangers of a terminal and plans; queues nothing. Errors: ROSTER_TERMINAL_UNKNOWN, ROSTER_BRAND_UNKNOWN. */
export async function prunePlanOf(
  store: Pick<RosterKeeperStore, 'strangersAt' | 'findTerminal'>,
  rulesOf: (brand: string) => RosterRules | undefined,
  serialNumber: SerialNumber,
  settings: RosterSettings,
  asked: { readonly by: string; readonly origin: NewCommand['origin']; readonly now: Instant },
): Promise<PrunePlan> {
  const terminal = await store.findTerminal(serialNumber);
  if (!terminal) throw rosterError('ROSTER_TERMINAL_UNKNOWN', `no terminal ${serialNumber} is known`);
  const rules = rulesOf(terminal.brand);
  if (!rules) throw rosterError('ROSTER_BRAND_UNKNOWN', `nobody here speaks the brand ${terminal.brand}`);
  return planPrune(terminal, await store.strangersAt(serialNumber, MOST), rules, settings, asked);
}
