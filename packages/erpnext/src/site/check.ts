import { messageOf } from '@biolistener/core';
import type { ErpNextClient } from '../client.ts';
import { INTEGRATION_SETTINGS } from '../desk/names.ts';
import { EMPLOYEE, EMPLOYEE_CHECKIN, SHIFT_TYPE } from '../doctypes.ts';
import { RequestFailed } from '../failure.ts';
import type { SiteDefinitions } from './definitions.ts';
import { planSite, type SiteOptions, type SitePlan, type Step } from './plan.ts';

/**
 * absent: nothing of ours is there. ready: all of it, as this version has it. outdated: another version's. changed: a
 * person changed something, which the next upgrade asks about. incomplete: something is missing.
 */
export type SiteVerdict = 'absent' | 'incomplete' | 'outdated' | 'changed' | 'ready';

export interface SiteCheck {
  readonly verdict: SiteVerdict;
  readonly plan: SitePlan;
  /** Steps that are not as they should be. */
  readonly open: readonly Step[];
}

/** Compares the site with the definitions; writes nothing. Errors: as planSite. */
export async function checkSite(
  client: ErpNextClient,
  definitions: SiteDefinitions,
  options: SiteOptions,
): Promise<SiteCheck> {
  const plan = await planSite(client, definitions, options);
  const open = plan.steps.filter((step) => step.action !== 'keep' && step.action !== 'skip');
  return { verdict: verdictOf(plan, open), plan, open };
}

function verdictOf(plan: SitePlan, open: readonly Step[]): SiteVerdict {
  const doctypes = plan.steps.filter((step) => step.object === 'DocType' && step.part.isAddition !== true);
  if (plan.way === 'rest' && doctypes.every((step) => step.action === 'create')) return 'absent';
  if (open.some((step) => step.action === 'create')) return 'incomplete';
  if (open.some((step) => step.action === 'update')) return 'outdated';
  return open.length > 0 ? 'changed' : 'ready';
}

export interface AccessCheck {
  readonly doctype: string;
  readonly mayRead: boolean;
  readonly detail: string;
}

/** Whether the service's own key sees what the service works with; run with that key, not with the installer's. */
export async function checkServiceAccess(service: ErpNextClient, definitions: SiteDefinitions): Promise<AccessCheck[]> {
  const doctypes = definitions.doctypes
    .filter((doctype) => doctype['istable'] !== 1)
    .map((doctype) => String(doctype['name']));
  const checks: AccessCheck[] = [];
  for (const doctype of [...doctypes, EMPLOYEE, EMPLOYEE_CHECKIN, SHIFT_TYPE])
    checks.push(await tryReading(service, doctype));
  return checks;
}

async function tryReading(service: ErpNextClient, doctype: string): Promise<AccessCheck> {
  try {
    if (doctype === INTEGRATION_SETTINGS) await service.get(doctype, doctype);
    else await service.list(doctype, { fields: ['name'], orderBy: 'name asc', length: 1 });
    return { doctype, mayRead: true, detail: 'can be read' };
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return { doctype, mayRead: false, detail: messageOf(error) };
  }
}
