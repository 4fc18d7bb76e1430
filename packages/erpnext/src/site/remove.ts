import { messageOf } from '@biolistener/core';
import type { ErpNextClient } from '../client.ts';
import { textIn } from '../doctypes.ts';
import { RequestFailed } from '../failure.ts';
import { readPart } from './access.ts';
import type { SiteDefinitions } from './definitions.ts';
import { rowsIn } from './document.ts';
import { PERMISSION_RULE, ruleParts } from './grants.ts';
import { readInstalledState } from './installed-state.ts';
import type { SitePart } from './part.ts';
import { definedParts } from './parts.ts';
import { findWay } from './plan.ts';
import { whoInstalls } from './rights.ts';
import { removeRule, resetRules } from './rules.ts';
import { webhookParts } from './webhooks.ts';

export interface RemoveOptions {
  /** The rows of our DocTypes, the DocTypes, their roles and the punch ids too. Cannot be undone. */
  readonly withData?: boolean | undefined;
  /** Email of the service's user; without it the user stays. */
  readonly serviceUser?: string | undefined;
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
  readonly onStep?: ((step: RemovedStep) => void) | undefined;
}

export interface RemovedStep {
  readonly object: string;
  readonly name: string;
  readonly done: 'removed' | 'stays' | 'was not there';
  readonly reason?: string;
}

/** DocTypes, roles and the module hold people's work or are held by it; without --with-data they stay. */
const HOLDS_DATA: ReadonlySet<string> = new Set(['DocType', 'Role', 'Custom Field', 'Module Def']);
const BY_THE_APP = 'It came with the app: run `bench --site SITE uninstall-app biolistener`.';

/**
 * Takes the installation away again, last made first.
 * Errors: ERPNEXT_RIGHTS_MISSING; RequestFailed for the way to the site. What the site refuses stays, and says why.
 */
export async function removeSite(
  client: ErpNextClient,
  definitions: SiteDefinitions,
  options: RemoveOptions,
): Promise<RemovedStep[]> {
  await whoInstalls(client);
  return new Removal(client, definitions, options).run();
}

class Removal {
  readonly #client: ErpNextClient;
  readonly #definitions: SiteDefinitions;
  readonly #options: RemoveOptions;
  readonly #steps: RemovedStep[] = [];

  constructor(client: ErpNextClient, definitions: SiteDefinitions, options: RemoveOptions) {
    this.#client = client;
    this.#definitions = definitions;
    this.#options = options;
  }

  async run(): Promise<RemovedStep[]> {
    const way = await findWay(this.#client, this.#definitions);
    const { rulesFresh } = await readInstalledState(this.#client);
    // what they do and sign does not matter here: they are found by what they watch
    const hooks = webhookParts({ publicUrl: 'https://unknown.invalid', secret: '' });
    for (const part of hooks) await this.#remove(part);
    await this.#removeUser();
    for (const part of ruleParts()) await this.#remove(part);
    for (const doctype of rulesFresh) await this.#resetRules(doctype);
    const defined = definedParts(this.#definitions).filter((part) => part.isAddition !== true);
    if (way === 'app') this.#note('App', 'biolistener', 'stays', BY_THE_APP);
    else {
      if (this.#options.withData === true) await this.#cutConnections();
      for (const part of defined.toReversed()) await this.#removeDefined(part);
    }
    return this.#steps;
  }

  #note(object: string, name: string, done: RemovedStep['done'], reason?: string): void {
    const step = { object, name, done, ...(reason === undefined ? {} : { reason }) };
    this.#steps.push(step);
    this.#options.onStep?.(step);
  }

  async #removeDefined(part: SitePart): Promise<void> {
    if (HOLDS_DATA.has(part.object) && this.#options.withData !== true) {
      const site = await readPart(this.#client, part);
      if (site === undefined) return this.#note(part.object, part.name, 'was not there');
      return this.#note(part.object, part.name, 'stays', WHY_IT_STAYS[part.object] ?? 'It holds data.');
    }
    await this.#remove(part);
  }

  async #remove(part: SitePart): Promise<void> {
    const site = await readPart(this.#client, part);
    if (site === undefined) return this.#note(part.object, part.name, 'was not there');
    if (part.object === 'DocType' && site['module'] !== this.#definitions.module)
      return this.#note(part.object, part.name, 'stays', 'It belongs to another app.');
    if (this.#options.dryRun === true) return this.#note(part.object, part.name, 'removed', await this.#rowsLost(part));
    await this.#tried(part, async () => {
      const lost = await this.#emptied(part);
      if (part.object === PERMISSION_RULE) await removeRule(this.#client, part);
      else await this.#client.remove(part.object, textIn(site, 'name') ?? part.name);
      return lost;
    });
  }

  /** A refusal leaves that one thing, not the rest: the site may have grown something around it. */
  async #tried(part: SitePart, work: () => Promise<string | undefined>): Promise<void> {
    try {
      this.#note(part.object, part.name, 'removed', await work());
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.failure.kind === 'unreachable') throw error;
      this.#note(part.object, part.name, 'stays', `The site refused: ${messageOf(error)}`);
    }
  }

  /** What would be in the way: the rows of a DocType, the people who have a role. */
  async #emptied(part: SitePart): Promise<string | undefined> {
    if (part.object === 'Role') await this.#takeRole(part.name);
    if (part.object !== 'DocType' || part.wanted['issingle'] === 1 || part.wanted['istable'] === 1) return undefined;
    let rows = 0;
    for (;;) {
      const page = await this.#names(part.name, 100);
      if (page.length === 0) return rows === 0 ? undefined : `with ${rows} rows`;
      for (const name of page) await this.#client.remove(part.name, name);
      rows += page.length;
    }
  }

  async #rowsLost(part: SitePart): Promise<string | undefined> {
    if (part.object !== 'DocType' || part.wanted['issingle'] === 1 || part.wanted['istable'] === 1) return undefined;
    return `with ${(await this.#names(part.name, 0)).length} rows`;
  }

  async #names(doctype: string, length: number): Promise<string[]> {
    const rows = await this.#client.list(doctype, { fields: ['name'], orderBy: 'name asc', length });
    return rows.map((row) => textIn(row, 'name') ?? '');
  }

  async #takeRole(role: string): Promise<void> {
    const query = {
      parent: 'User',
      fields: '["parent"]',
      filters: JSON.stringify([['role', '=', role]]),
      limit_page_length: '0',
    };
    const answer = await this.#client.request('GET', '/api/resource/Has Role', {
      query: { ...query, order_by: 'parent asc' },
    });
    const users = rowsIn(answer.body, 'data').map((row) => textIn(row, 'parent') ?? '');
    for (const user of new Set(users)) {
      const rest = rowsIn(await this.#client.get('User', user), 'roles').filter((row) => row['role'] !== role);
      await this.#client.update('User', user, { roles: rest.map((row) => ({ role: row['role'] })) });
    }
  }

  /** DocTypes that name each other in their connections could otherwise hold each other. */
  async #cutConnections(): Promise<void> {
    if (this.#options.dryRun === true) return;
    for (const part of definedParts(this.#definitions).filter((one) => one.isAddition)) {
      const site = await readPart(this.#client, part);
      if (site?.['module'] === this.#definitions.module)
        await this.#client.update(part.object, part.name, { links: [] });
    }
  }

  /** Disabling a user does not stop its key (contract §0.3), so the key goes first; then the user, if nothing holds it. */
  async #removeUser(): Promise<void> {
    const name = this.#options.serviceUser;
    if (name === undefined) return;
    const part: SitePart = { object: 'User', name, wanted: {} };
    if ((await readPart(this.#client, part)) !== undefined && this.#options.dryRun !== true)
      await this.#client.update('User', name, { enabled: 0, api_key: null, api_secret: null });
    await this.#remove(part);
  }

  /** Only where the rules of the site are again what the DocType brings, and were so before us. */
  async #resetRules(doctype: string): Promise<void> {
    if (this.#options.dryRun !== true && (await resetRules(this.#client, doctype)))
      this.#note(PERMISSION_RULE, `${doctype}: standard rules`, 'removed', 'the copies that the first rule had made');
  }
}

const WHY_IT_STAYS: Readonly<Record<string, string>> = {
  DocType: 'It holds your devices, users and commands. `--with-data` removes them for good.',
  Role: 'The DocTypes that stay need it.',
  'Custom Field': 'It keeps check-ins from being stored twice, also by a later installation.',
  'Module Def': 'The DocTypes that stay belong to it.',
};
