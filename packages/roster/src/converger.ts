import type { Instant } from '@biolistener/core';
import { applyPlans, isEmptyPlan } from './apply-plans.ts';
import { askProfiles } from './ask-profile.ts';
import type { CellPlan } from './cell-sheet.ts';
import type { Claim, RosterDeps } from './deps.ts';
import { welcome } from './enrolment-policy.ts';
import { nameTemplates } from './name-templates.ts';
import { loadPage, pagesOf, type LoadedPerson, type Page } from './pages.ts';
import { planPerson, type PlannedCell, type PlanOptions } from './plan-person.ts';
import { cellSubject, readSubject } from './subject.ts';
import { TerminalCache } from './terminal-cache.ts';

export interface Converged {
  readonly cells: number;
  readonly changes: number;
  readonly commands: number;
  /** Somebody else was at it: this has to be done again in a moment. */
  readonly isBusy: boolean;
  /** When to look again although nobody marks it. */
  readonly lookAgainAt?: Instant;
}

const NOTHING: Converged = { cells: 0, changes: 0, commands: 0, isBusy: false };

/** Makes the terminals have what they should have. Safe to run twice, and from any process at once. */
export class Converger {
  readonly #deps: RosterDeps;
  readonly #terminals: TerminalCache;

  constructor(deps: RosterDeps) {
    this.#deps = deps;
    this.#terminals = new TerminalCache(deps.store);
  }

  /** Looks at what a mark names, and writes what has to be done. Errors: ROSTER_BAD_SUBJECT, and what the store throws. */
  async converge(text: string, options: PlanOptions = {}): Promise<Converged> {
    const subject = readSubject(text);
    if (subject.kind === 'terminal') await nameTemplates(subject.serialNumber, this.#deps);
    let all = NOTHING;
    for await (const page of pagesOf(subject, this.#deps.store))
      all = added(all, await this.#convergePage(page, options));
    return all;
  }

  /** The same without writing anything: what would be done. Cells that are as they should be are left out. */
  async plan(text: string, options: PlanOptions = {}): Promise<PlannedCell[]> {
    const { store } = this.#deps;
    const planned: PlannedCell[] = [];
    const dry = { ...options, isDryRun: true };
    for await (const page of pagesOf(readSubject(text), store))
      for (const loaded of await loadPage(page, store)) planned.push(...(await this.#planPerson(loaded, page, dry)));
    return planned.filter(({ plan }) => !isEmptyPlan(plan));
  }

  async #convergePage(page: Page, options: PlanOptions): Promise<Converged> {
    const claim = (await this.#deps.claim?.(page.pins)) ?? everything(page.pins);
    try {
      const held = { ...page, pins: page.pins.filter((pin) => claim.held.has(pin)) };
      const done = await this.#convergeHeld(held, options);
      return { ...done, isBusy: held.pins.length < page.pins.length };
    } finally {
      await claim.release();
    }
  }

  async #convergeHeld(page: Page, options: PlanOptions): Promise<Converged> {
    const persons = await loadPage(page, this.#deps.store);
    if (!page.ids) persons.push(...(await this.#welcomeUnknown(page, persons)));
    let all = NOTHING;
    let plans: CellPlan[] = [];
    for (const loaded of persons) {
      const planned = await this.#planPerson(loaded, page, options);
      await this.#wakeSuccessor(loaded, planned);
      await askProfiles(planned, this.#deps);
      all = added(all, lookedAt(planned));
      plans.push(...planned.map(({ plan }) => plan).filter((plan) => !isEmptyPlan(plan)));
      if (loaded.samePin.length === 1) continue;
      all = added(all, await this.#apply(plans)); // the present person of a PIN is planned on what became of the former
      plans = [];
    }
    return added(all, await this.#apply(plans));
  }

  async #planPerson(loaded: LoadedPerson, page: Page, options: PlanOptions): Promise<PlannedCell[]> {
    return planPerson(loaded, page, await this.#terminals.silenced(), this.#deps, options);
  }

  async #apply(plans: readonly CellPlan[]): Promise<Converged> {
    return { ...NOTHING, ...(await applyPlans(this.#deps.store, plans, this.#deps.now())) };
  }

  /** Whoever has the PIN now may be put where the former one is gone. Marked before it is written: a crash must not lose it. */
  async #wakeSuccessor({ person, samePin }: LoadedPerson, planned: readonly PlannedCell[]): Promise<void> {
    const successor = samePin.find((other) => other.state === 'active');
    if (person.state === 'active' || !successor) return;
    const freed = planned.filter(({ plan }) => plan.changes.some(({ item }) => item === undefined));
    const subjects = freed.map(({ cell }) => cellSubject(cell.terminal.serialNumber, successor.id));
    if (subjects.length > 0) await this.#deps.store.mark(subjects);
  }

  /** Somebody enrolled at a terminal whom nobody assigned: the policy says what that means. */
  async #welcomeUnknown({ pins }: Page, persons: readonly LoadedPerson[]): Promise<LoadedPerson[]> {
    const silenced = await this.#terminals.silenced();
    const welcomed = await Promise.all(
      pins.map(async (pin) => {
        const samePin = persons.filter(({ person }) => person.pin === pin).map(({ person }) => person);
        const person = await welcome(this.#deps, pin, samePin, silenced);
        return person ? [{ person, samePin: [...samePin, person] }] : [];
      }),
    );
    return welcomed.flat();
  }
}

const everything = (pins: readonly string[]): Claim => ({ held: new Set(pins), release: () => Promise.resolve() });

function lookedAt(planned: readonly PlannedCell[]): Converged {
  const times = planned.flatMap(({ plan }) => plan.lookAgainAt ?? []);
  const lookAgain = times.length === 0 ? {} : { lookAgainAt: Math.min(...times) };
  return { ...NOTHING, cells: planned.length, ...lookAgain };
}

function added(a: Converged, b: Converged): Converged {
  const times = [a.lookAgainAt, b.lookAgainAt].filter((time) => time !== undefined);
  return {
    cells: a.cells + b.cells,
    changes: a.changes + b.changes,
    commands: a.commands + b.commands,
    isBusy: a.isBusy || b.isBusy,
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  };
}
