import { type BiolistenerError, messageOf } from '@biolistener/core';
import type { ErpNextClient } from '../client.ts';
import { erpnextError } from '../errors.ts';
import { RequestFailed } from '../failure.ts';
import { createPart, readPart, updatePart } from './access.ts';
import { differences, type Marks, marksOf } from './compare.ts';
import type { SiteDefinitions } from './definitions.ts';
import { sameText, type SiteDoc } from './document.ts';
import { PERMISSION_RULE } from './grants.ts';
import { type InstalledState, writeInstalledState } from './installed-state.ts';
import { partKey } from './part.ts';
import { planPart, type SitePlan, type Step } from './plan.ts';
import { whoInstalls } from './rights.ts';
import { rulesOf } from './rules.ts';
import { makeKeys, type ServiceKeys } from './service-user.ts';

export interface ApplyOptions {
  /** Asked before something of a person is overwritten; keep leaves it as it is and says so. */
  readonly decide: (step: Step) => Promise<'overwrite' | 'keep'> | 'overwrite' | 'keep';
  /** Told after each step, for a progress line. */
  readonly onStep?: ((step: AppliedStep) => void) | undefined;
}

export interface AppliedStep extends Step {
  readonly done: 'created' | 'updated' | 'unchanged' | 'left to the person' | 'skipped';
}

export interface ApplyReport {
  readonly steps: readonly AppliedStep[];
  /** Once and nowhere else: neither logged nor kept. */
  readonly keys: ServiceKeys | undefined;
}

/**
 * Carries a plan out, step by step, each read back. Safe to repeat and to break off: what is done is found done next time.
 * Errors: ERPNEXT_NAME_TAKEN before anything is written; ERPNEXT_STEP_REFUSED and ERPNEXT_NOT_VERIFIED with the step;
 * RequestFailed when the site cannot be reached.
 */
export async function applyPlan(
  client: ErpNextClient,
  definitions: SiteDefinitions,
  plan: SitePlan,
  options: ApplyOptions,
): Promise<ApplyReport> {
  const foreign = plan.steps.find((step) => step.isForeign);
  if (foreign !== undefined) throw erpnextError('ERPNEXT_NAME_TAKEN', foreign.reason ?? foreign.name);
  const work = new Application(client, definitions, plan, options);
  await work.prepare();
  try {
    for (const step of plan.steps) await work.run(step);
  } finally {
    await work.remember();
  }
  const user = plan.serviceUser;
  return { steps: work.done, keys: user === undefined ? undefined : await makeKeys(client, user) };
}

class Application {
  readonly done: AppliedStep[] = [];
  readonly #client: ErpNextClient;
  readonly #definitions: SiteDefinitions;
  readonly #plan: SitePlan;
  readonly #options: ApplyOptions;
  readonly #marks: Record<string, Marks>;
  #installer: Awaited<ReturnType<typeof whoInstalls>> | undefined;
  #rulesFresh: readonly string[];

  constructor(client: ErpNextClient, definitions: SiteDefinitions, plan: SitePlan, options: ApplyOptions) {
    this.#client = client;
    this.#definitions = definitions;
    this.#plan = plan;
    this.#options = options;
    this.#marks = { ...plan.state.marks };
    this.#rulesFresh = plan.state.rulesFresh;
  }

  /** The first rule of ours makes the site copy its standard rules, so it is noted which DocTypes had none of their own. */
  async prepare(): Promise<void> {
    this.#installer = await whoInstalls(this.#client);
    const planned = this.#plan.steps.filter((step) => step.object === PERMISSION_RULE && step.action === 'create');
    const doctypes = new Set(planned.map((step) => sameText(step.part.wanted['parent'])));
    for (const doctype of doctypes)
      if ((await rulesOf(this.#client, doctype)).length === 0)
        this.#rulesFresh = [...new Set([...this.#rulesFresh, doctype])];
  }

  /** Looks again right before it writes: between plan and step there may have been a person. */
  async run(planned: Step): Promise<void> {
    if (this.#installer === undefined) return;
    const context = { state: this.#plan.state, installer: this.#installer, definitions: this.#definitions };
    const step = await this.#guarded(planned, () => planPart(this.#client, planned.part, context));
    const done = await this.#guarded(step, () => this.#act(step));
    const applied = { ...step, done };
    this.done.push(applied);
    this.#options.onStep?.(applied);
  }

  async #act(step: Step): Promise<AppliedStep['done']> {
    if (step.action === 'skip') return 'skipped';
    if (step.action === 'conflict' && (await this.#options.decide(step)) === 'keep') return 'left to the person';
    if (step.action === 'create') await createPart(this.#client, step.part);
    else if (step.action !== 'keep') await this.#update(step);
    this.#marks[partKey(step.part)] = marksOf(step.part, await this.#verified(step));
    return step.action === 'keep' ? 'unchanged' : step.action === 'create' ? 'created' : 'updated';
  }

  async #update(step: Step): Promise<void> {
    const site = await readPart(this.#client, step.part);
    if (site === undefined) throw erpnextError('ERPNEXT_NOT_VERIFIED', `${step.object} ${step.name} is gone.`);
    await updatePart(this.#client, step.part, site, step.differences.length === 0);
  }

  async #verified(step: Step): Promise<SiteDoc> {
    const site = await readPart(this.#client, step.part);
    const [first] = site === undefined ? [] : differences(step.part, site, undefined);
    if (site !== undefined && first === undefined) return site;
    const what =
      first === undefined ? 'is not there' : `has ${first.what} = "${first.site}" instead of "${first.wanted}"`;
    throw erpnextError('ERPNEXT_NOT_VERIFIED', `${step.object} ${step.name} was written, but ${what}.`);
  }

  async #guarded<T>(step: Step, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestFailed) || !PERMANENT.has(error.failure.kind)) throw error;
      throw refusal(step, error);
    }
  }

  /** Also after a failure, so that what was done is known as ours. Nowhere to keep it means that nothing of ours is there. */
  async remember(): Promise<void> {
    const secretMark = this.done.find((step) => step.part.secretMark !== undefined)?.part.secretMark;
    const isComplete = this.done.length === this.#plan.steps.length;
    const state: InstalledState = {
      version: isComplete ? this.#plan.version : this.#plan.state.version,
      marks: this.#marks,
      secretMark: isComplete ? (secretMark ?? this.#plan.state.secretMark) : this.#plan.state.secretMark,
      rulesFresh: this.#rulesFresh,
    };
    if (JSON.stringify(state) === JSON.stringify(this.#plan.state)) return;
    try {
      await writeInstalledState(this.#client, state);
    } catch (error) {
      if (isComplete) throw error; // else the first failure is the one to tell
    }
  }
}

const PERMANENT: ReadonlySet<string> = new Set(['refused', 'duplicate', 'missing', 'not-there', 'key-refused']);

function refusal(step: Step, error: RequestFailed): BiolistenerError {
  const text = `${step.object} ${step.name}: ${messageOf(error)}`;
  return error.failure.kind === 'key-refused'
    ? erpnextError('ERPNEXT_RIGHTS_MISSING', `${text}. The user of the key lacks the right for this.`, error)
    : erpnextError('ERPNEXT_STEP_REFUSED', text, error);
}
