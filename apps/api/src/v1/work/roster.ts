import { asPin, type SerialNumber } from '@biolistener/core';
import {
  Converger,
  forecastSeconds,
  personSubject,
  progressOf,
  prunePlanOf,
  terminalSubject,
  type PlannedCell,
  type Progress,
  type PrunePlan,
} from '@biolistener/roster';
import type { RosterCell, RosterState, RosterSummary, Store } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import type { Who, WorkDeps } from './deps.ts';
import { getPerson, getTerminal } from './find.ts';
import { terminalsAt } from './people.ts';

/** Whose rosters: everything, one terminal, all of a place, one person. */
export type RosterScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'device'; readonly serialNumber: string }
  | { readonly kind: 'place'; readonly place: string }
  | { readonly kind: 'pin'; readonly pin: string }
  | { readonly kind: 'employee'; readonly employee: string };

const MOST_OF_ONE_EMPLOYEE = 100;

/** Persons of an employee, who may have several PINs. Errors: API_NO_SUCH_PLACE. */
async function personsOf(store: Store, employee: string) {
  const persons = await store.listPersons({ employee, limit: MOST_OF_ONE_EMPLOYEE });
  if (persons.length > 0) return persons;
  throw apiError('API_NO_SUCH_PLACE', `nobody here belongs to the employee ${employee.slice(0, 140)}`);
}

/** Terminals of a scope; undefined: it is about a person. */
async function terminalsOf(deps: WorkDeps, scope: RosterScope): Promise<readonly SerialNumber[] | undefined> {
  switch (scope.kind) {
    case 'all':
      return (await deps.store.allTerminals()).map(({ serialNumber }) => serialNumber);
    case 'device':
      return [(await getTerminal(deps.store, scope.serialNumber)).serialNumber];
    case 'place':
      return terminalsAt(deps, { place: scope.place });
    default:
      return undefined;
  }
}

async function subjectsOf(deps: WorkDeps, scope: RosterScope): Promise<string[]> {
  const terminals = await terminalsOf(deps, scope);
  if (terminals) return terminals.map(terminalSubject);
  if (scope.kind === 'employee')
    return (await personsOf(deps.store, scope.employee)).map(({ id }) => personSubject(id));
  if (scope.kind !== 'pin') return [];
  const persons = await deps.store.listPersons({ pin: asPin(scope.pin), limit: MOST_OF_ONE_EMPLOYEE });
  const [first] = persons.length > 0 ? persons : [await getPerson(deps.store, scope.pin)];
  return first === undefined ? [] : [personSubject(first.id)]; // a person stands for all of the PIN
}

const convergerOf = ({ store, rulesOf, rosterSettings, now, claim }: WorkDeps): Converger =>
  new Converger({ store, rulesOf, settings: rosterSettings, now, ...(claim === undefined ? {} : { claim }) });

/** What would be done so that terminals have what they should have; writes nothing. */
export async function planRosters(
  deps: WorkDeps,
  scope: RosterScope,
  options: { readonly isRetry?: boolean } = {},
): Promise<PlannedCell[]> {
  const converger = convergerOf(deps);
  const planned: PlannedCell[] = [];
  for (const subject of await subjectsOf(deps, scope)) planned.push(...(await converger.plan(subject, options)));
  return planned;
}

export interface RosterApplied {
  readonly cells: number;
  readonly changes: number;
  readonly commands: number;
  /** Left to the worker, which was at it at the same moment. */
  readonly leftToWorker: number;
}

/** Queues what has to be done, here and now. */
export async function applyRosters(
  deps: WorkDeps,
  scope: RosterScope,
  options: { readonly isRetry?: boolean } = {},
): Promise<RosterApplied> {
  const converger = convergerOf(deps);
  let all: RosterApplied = { cells: 0, changes: 0, commands: 0, leftToWorker: 0 };
  for (const subject of await subjectsOf(deps, scope)) {
    const { cells, changes, commands, isBusy } = await converger.converge(subject, options);
    if (isBusy) await deps.store.mark([subject]);
    all = {
      cells: all.cells + cells,
      changes: all.changes + changes,
      commands: all.commands + commands,
      leftToWorker: all.leftToWorker + (isBusy ? 1 : 0),
    };
  }
  return all;
}

export interface TerminalRoster extends RosterSummary {
  readonly progress: Progress;
  /** Seconds until all that waits is sent, while the terminal keeps polling; undefined: nothing waits. */
  readonly forecastSeconds: number | undefined;
}

/** A record that is not as it should be, and why. */
export interface Drift {
  readonly cell: RosterCell;
  readonly items: RosterCell['items'];
}

export interface RosterStatus {
  readonly terminals: readonly TerminalRoster[];
  /** Failed or impossible records, and those that changed at the terminal. */
  readonly drift: readonly Drift[];
  /** People who left and of whom something may still be at a terminal. */
  readonly risks: readonly RosterCell[];
  /** Marks that wait for the worker; at most 1,000 are counted. */
  readonly marks: number;
}

const TROUBLED: readonly RosterState[] = ['failed', 'impossible'];
const MOST_DRIFT = 500;
const MOST_RISKS = 500;
const MOST_MARKS = 1000;
const PAGE = 200;

/** How the rosters of a scope stand. */
export async function rosterStatus(deps: WorkDeps, scope: RosterScope): Promise<RosterStatus> {
  const { store } = deps;
  const terminals = await terminalsOf(deps, scope);
  const cells = terminals === undefined ? await cellsOfPersons(deps, scope) : undefined;
  const wanted = new Set(terminals ?? cells?.map((cell) => cell.terminal.serialNumber));
  const summaries = (await store.rosterSummary({})).filter((one) => wanted.has(one.serialNumber));
  const risks = await store.openRisks(MOST_RISKS);
  const persons = cells === undefined ? undefined : new Set(cells.map((cell) => cell.person.id));
  return {
    terminals: summaries.map((one) => ({
      ...one,
      progress: progressOf(one),
      forecastSeconds: forecastSeconds(one),
    })),
    drift: driftOf(cells ?? (await troubledCells(store, summaries))),
    risks: risks.filter(({ terminal, person }) =>
      persons ? persons.has(person.id) : wanted.has(terminal.serialNumber),
    ),
    marks: (await store.listMarks(MOST_MARKS)).length,
  };
}

async function cellsOfPersons({ store }: WorkDeps, scope: RosterScope): Promise<RosterCell[]> {
  const persons =
    scope.kind === 'employee'
      ? await personsOf(store, scope.employee)
      : scope.kind === 'pin'
        ? [await getPerson(store, scope.pin)]
        : [];
  return (await Promise.all(persons.map(({ id }) => store.cellsOfPerson(id)))).flat();
}

/** Only terminals that have trouble are read record by record. */
async function troubledCells(store: Store, summaries: readonly RosterSummary[]): Promise<RosterCell[]> {
  const found: RosterCell[] = [];
  for (const { serialNumber, byState } of summaries) {
    let left = TROUBLED.reduce((sum, state) => sum + byState[state], 0);
    let after: string | undefined;
    while (left > 0 && found.length < MOST_DRIFT) {
      const cells = await store.cellsOfTerminal(serialNumber, after, PAGE);
      const troubled = cells.filter((cell) => troubledItems(cell).length > 0);
      found.push(...troubled);
      left -= troubled.reduce((sum, cell) => sum + troubledItems(cell).length, 0);
      after = cells.at(-1)?.person.id;
      if (cells.length < PAGE) break;
    }
  }
  return found;
}

const troubledItems = (cell: RosterCell): RosterCell['items'] =>
  cell.items.filter((item) => TROUBLED.includes(item.state) || item.reason === 'ROSTER_DRIFT');

const driftOf = (cells: readonly RosterCell[]): Drift[] =>
  cells
    .map((cell) => ({ cell, items: troubledItems(cell) }))
    .filter(({ items }) => items.length > 0)
    .slice(0, MOST_DRIFT);

export interface TerminalPrune extends PrunePlan {
  readonly serialNumber: SerialNumber;
}

/**
 * Users at the terminals of a scope for whom nobody here accounts; nothing is queued yet.
 * Errors: API_COMMAND_ROSTER for a scope without terminals, and as prunePlanOf.
 */
export async function planPrunes(deps: WorkDeps, who: Who, scope: RosterScope): Promise<TerminalPrune[]> {
  const { store, rulesOf, rosterSettings, now } = deps;
  const terminals = await terminalsOf(deps, scope);
  if (!terminals) throw apiError('API_COMMAND_ROSTER', 'strangers are looked for at terminals, not of a person');
  const asked = { by: who.actor, origin: who.origin, now: now() };
  const plans: TerminalPrune[] = [];
  for (const serialNumber of terminals) {
    const terminal = await getTerminal(store, serialNumber);
    const isReachable = terminal.status === 'approved' && terminal.isSyncOff !== true && rulesOf(terminal.brand);
    if (!isReachable) continue;
    plans.push({ serialNumber, ...(await prunePlanOf(store, rulesOf, serialNumber, rosterSettings(), asked)) });
  }
  return plans.filter((plan) => plan.remove.length + plan.keep.length > 0);
}

/** Queues the commands of these plans; answers how many. */
export async function prune({ store, now }: WorkDeps, plans: readonly TerminalPrune[]): Promise<number> {
  const commands = plans.flatMap((plan) => plan.commands);
  if (commands.length > 0) await store.queueCommands(commands, now());
  return commands.length;
}
