import type { Who, WorkDeps } from '@biolistener/api/work';
import { findBrand } from '@biolistener/brands';
import { runTimeSettings } from '@biolistener/config';
import type { CommandKind, JsonObject, Terminal } from '@biolistener/core';
import { viewOf, type Refused } from '@biolistener/roster';
import type { Store } from '@biolistener/store';
import { actorHere } from './actor.ts';
import { withStore, type Here } from './with-store.ts';

/** What brands say to the work of people and programs; only whoever composes a process knows brands. */
export const brandWork = {
  rulesOf: (brand: string) => findBrand(brand)?.roster,
  objectionTo(terminal: Terminal, kind: CommandKind, parameters: JsonObject): Refused | undefined {
    const context = { now: Date.now(), terminal: viewOf(terminal) };
    const encoded = findBrand(terminal.brand)?.encode({ id: '1', kind, parameters }, context);
    if (encoded?.kind !== 'refused') return undefined;
    return { kind: 'refused', code: encoded.reason, detail: encoded.detail };
  },
  now: () => Date.now(),
} satisfies Partial<WorkDeps>;

async function workWith(store: Store): Promise<WorkDeps> {
  const { rosterSettings } = await import('@biolistener/worker');
  const settings = rosterSettings(runTimeSettings(await store.listSettings()));
  return { ...brandWork, store, rosterSettings: () => settings };
}

export interface HereAtWork extends Here {
  readonly work: WorkDeps;
  readonly who: Who;
}

/** As `withStore`, with what changes people, commands and rosters. */
export const withWork = <T>(job: (here: HereAtWork) => Promise<T>): Promise<T> =>
  withStore(async (here) => job({ ...here, work: await workWith(here.store), who: whoHere() }));

/** Whoever can run this command on the machine of the service may do what the service may. */
const whoHere = (): Who => ({ actor: actorHere(), origin: 'cli', mayOpenDoors: true });
