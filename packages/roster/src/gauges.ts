import type { Instant } from '@biolistener/core';
import {
  ROSTER_STATES,
  type CommandState,
  type CommandStore,
  type RosterState,
  type RosterStore,
} from '@biolistener/store';

/** How rosters and commands stand, counted in the store. */
export interface RosterGauges {
  readonly commands: Readonly<Record<CommandState, number>>;
  readonly items: Readonly<Record<RosterState, number>>;
  /** At most 10,000 are counted. */
  readonly marks: number;
  readonly openBytes: number;
  /** Age of the oldest open command in seconds; 0: none is open. */
  readonly oldestOpenSeconds: number;
}

const MOST_MARKS = 10_000;

export async function rosterGauges(
  store: Pick<RosterStore, 'rosterSummary' | 'listMarks'> & Pick<CommandStore, 'countCommands'>,
  now: Instant,
): Promise<RosterGauges> {
  const [commands, summaries, marks] = await Promise.all([
    store.countCommands(),
    store.rosterSummary({}),
    store.listMarks(MOST_MARKS),
  ]);
  const items = Object.fromEntries(
    ROSTER_STATES.map((state) => [state, summaries.reduce((sum, { byState }) => sum + byState[state], 0)]),
  ) as Record<RosterState, number>; // one entry for each state
  const oldest = summaries.reduce((first, { oldestOpenAt }) => Math.min(first, oldestOpenAt ?? first), now);
  return {
    commands,
    items,
    marks: marks.length,
    openBytes: summaries.reduce((sum, { openBytes }) => sum + openBytes, 0),
    oldestOpenSeconds: Math.max(0, (now - oldest) / 1000),
  };
}
