import type { SerialNumber } from '@biolistener/core';
import type { Person, RosterCell } from '@biolistener/store';
import type { CellPlan } from './cell-sheet.ts';
import type { RosterDeps, RosterKeeperStore } from './deps.ts';
import { fillGaps } from './fill-gaps.ts';
import { loadCommands } from './load-commands.ts';
import { endOfFormer, loadSources, type ItemsOf } from './load-sources.ts';
import type { LoadedPerson, Page } from './pages.ts';
import { planCell } from './plan-cell.ts';

export interface PlannedCell {
  readonly cell: RosterCell;
  readonly plan: CellPlan;
}

export interface PlanOptions {
  /** A person said: try again what failed. */
  readonly isRetry?: boolean;
  /** Only look: no person gets the name that a terminal told. */
  readonly isDryRun?: boolean;
}

/** Loads all that concerns one person, at one terminal or at all of theirs, and plans each cell. Writes no roster. */
export async function planPerson(
  loaded: LoadedPerson,
  page: Page,
  silenced: ReadonlySet<SerialNumber>,
  deps: RosterDeps,
  options: PlanOptions,
): Promise<PlannedCell[]> {
  const { store } = deps;
  const { serialNumber } = page;
  const since = endOfFormer(loaded.person, loaded.samePin);
  const cells = await cellsOf(loaded.person, serialNumber, store);
  // only where all terminals of the person are in sight
  const mayFill = serialNumber === undefined && options.isDryRun !== true;
  const person = mayFill ? await fillGaps(deps, loaded.person, cells, since) : loaded.person;
  const commands = await loadCommands(deps, person.pin, serialNumber);
  await commands.addFor(
    cells.flatMap((cell) => cell.items),
    store,
  );
  const itemsOf = itemsAmong(cells, store, person.id);
  const sources = await loadSources(deps, person, since, silenced, itemsOf, commands);
  const formers = await formersAt({ ...loaded, person }, serialNumber, store);
  const shared = { sources, commandOf: commands.find, seenSince: since, now: deps.now(), settings: deps.settings() };
  return cells.map((cell) => {
    const context = {
      ...shared,
      ...options,
      rules: deps.rulesOf(cell.terminal.brand),
      openCommands: commands.openAt(cell.terminal.serialNumber),
      removedAt: commands.removedAt(cell.terminal.serialNumber),
      hasPredecessor: formers.has(cell.terminal.serialNumber),
      isReread: page.isReread === true,
    };
    const current = { ...cell, person };
    return { cell: current, plan: planCell(current, context) };
  });
}

async function cellsOf(
  person: Person,
  serialNumber: SerialNumber | undefined,
  store: RosterKeeperStore,
): Promise<RosterCell[]> {
  if (serialNumber === undefined) return store.cellsOfPerson(person.id);
  const cell = await store.findCell(serialNumber, person.id);
  return cell ? [cell] : [];
}

/** Terminals where something of a former person of the PIN is left. */
async function formersAt(
  { person, samePin }: LoadedPerson,
  serialNumber: SerialNumber | undefined,
  store: RosterKeeperStore,
): Promise<ReadonlySet<SerialNumber>> {
  const formers = person.state === 'active' ? samePin.filter((other) => other.state === 'left') : [];
  const cells = await Promise.all(formers.map((former) => cellsOf(former, serialNumber, store)));
  const withRows = cells.flat().filter((cell) => cell.items.length > 0);
  return new Set(withRows.map((cell) => cell.terminal.serialNumber));
}

function itemsAmong(cells: readonly RosterCell[], store: RosterKeeperStore, personId: string): ItemsOf {
  const known = new Map(cells.map((cell) => [cell.terminal.serialNumber, cell.items]));
  return async (serialNumber) => known.get(serialNumber) ?? (await store.findCell(serialNumber, personId))?.items ?? [];
}
