import type { ErpNextClient } from '../client.ts';
import { textIn } from '../doctypes.ts';
import { readDocument, readPart } from './access.ts';
import { type Difference, differences } from './compare.ts';
import type { SiteDefinitions } from './definitions.ts';
import { sameText } from './document.ts';
import { ruleParts } from './grants.ts';
import { type InstalledState, readInstalledState } from './installed-state.ts';
import { partKey, type SitePart } from './part.ts';
import { definedParts } from './parts.ts';
import { type Installer, whoInstalls } from './rights.ts';
import { type ServiceUserOptions, userPart } from './service-user.ts';
import { type WebhookOptions, webhookParts } from './webhooks.ts';

/**
 * create: it is not there. update: it is ours, of another version. keep: nothing to do. conflict: a person changed it, or
 * made it before us: asked about. skip: cannot be made here; the reason says what is lost.
 */
export type StepAction = 'create' | 'update' | 'keep' | 'conflict' | 'skip';

export interface Step {
  readonly object: string;
  readonly name: string;
  readonly action: StepAction;
  readonly differences: readonly Difference[];
  readonly reason?: string;
  /** The name belongs to another app: cannot be overwritten at all. */
  readonly isForeign?: boolean;
  readonly part: SitePart;
}

export interface SiteOptions {
  /** Absent: no webhooks; the service then hears of changes when it next looks. */
  readonly webhooks?: WebhookOptions | undefined;
  /** Absent: no user is made; somebody gives the role Biometric Service to one. */
  readonly serviceUser?: ServiceUserOptions | undefined;
}

export interface SitePlan {
  readonly url: string;
  readonly installer: string;
  /** app: the Frappe app is installed, and only the rest is done over REST. */
  readonly way: 'rest' | 'app';
  /** Version whose traces are on the site; empty when there are none. */
  readonly installedVersion: string;
  readonly version: string;
  readonly steps: readonly Step[];
  readonly state: InstalledState;
  /** Whose keys are made at the end. Nothing secret is kept in a plan. */
  readonly serviceUser: ServiceUserOptions | undefined;
}

/**
 * What would have to happen on the site; nothing is written.
 * Errors: ERPNEXT_RIGHTS_MISSING; RequestFailed for the way to the site.
 */
export async function planSite(
  client: ErpNextClient,
  definitions: SiteDefinitions,
  options: SiteOptions,
): Promise<SitePlan> {
  const installer = await whoInstalls(client);
  const state = await readInstalledState(client);
  const way = await findWay(client, definitions);
  const steps: Step[] = [];
  for (const part of partsFor(definitions, options, way))
    steps.push(await planPart(client, part, { state, installer, definitions }));
  return {
    url: client.url,
    installer: installer.user,
    way,
    installedVersion: state.version,
    version: definitions.version,
    steps,
    state,
    serviceUser: options.serviceUser,
  };
}

/** Standard DocTypes of our module can only have come with the app. */
export async function findWay(client: ErpNextClient, definitions: SiteDefinitions): Promise<SitePlan['way']> {
  const [first] = definitions.doctypes;
  const site = first && (await readDocument(client, 'DocType', String(first['name'])));
  return site !== undefined && sameText(site['custom']) === '' && site['module'] === definitions.module
    ? 'app'
    : 'rest';
}

export function partsFor(definitions: SiteDefinitions, options: SiteOptions, way: SitePlan['way']): SitePart[] {
  const user = options.serviceUser;
  return [
    ...(way === 'rest' ? definedParts(definitions) : []),
    ...(user?.withHrUserRole === true ? [] : ruleParts()),
    ...(user === undefined ? [] : [userPart(user)]),
    ...(options.webhooks === undefined ? [] : webhookParts(options.webhooks)),
  ];
}

export interface PlanContext {
  readonly state: InstalledState;
  readonly installer: Installer;
  readonly definitions: SiteDefinitions;
}

export async function planPart(client: ErpNextClient, part: SitePart, context: PlanContext): Promise<Step> {
  const { object, name } = part;
  const step = { object, name, differences: [] as readonly Difference[], part };
  if (part.needsRole !== undefined && !context.installer.roles.has(part.needsRole.role))
    return {
      ...step,
      action: 'skip',
      reason: `The key has no role ${part.needsRole.role}: ${part.needsRole.otherwise}.`,
    };
  const site = await readPart(client, part);
  if (site === undefined) return { ...step, action: part.isAddition === true ? 'update' : 'create' };
  if (object === 'DocType' && site['module'] !== context.definitions.module)
    return {
      ...step,
      action: 'conflict',
      isForeign: true,
      reason: `The site has a DocType ${name} of the module ${textIn(site, 'module') ?? '?'}, which is not ours.`,
    };
  const marks = context.state.marks[partKey(part)];
  const isUnfinished = marks === undefined && part.isOurs === true;
  const found = differences(part, site, marks).map((one) => (isUnfinished ? { ...one, byPerson: false } : one));
  if (found.length > 0)
    return { ...step, action: found.some((one) => one.byPerson) ? 'conflict' : 'update', differences: found };
  if (part.secretMark !== undefined && part.secretMark !== context.state.secretMark)
    return { ...step, action: 'update', reason: 'The secret is another one.' };
  return { ...step, action: 'keep' };
}
