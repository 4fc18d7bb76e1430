import type { ErpNextClient } from '../client.ts';
import { rowsIn, sameText, type SiteDoc } from './document.ts';
import { PERMISSION_RULE, RULE_FLAGS } from './grants.ts';
import type { SitePart } from './part.ts';

/** Rules of the Role Permission Manager, which are written by its own calls, one right at a time (contract §3.4). */
const MANAGER = '/api/method/frappe.core.page.permission_manager.permission_manager';
const manageRules = (client: ErpNextClient, method: 'add' | 'update' | 'remove' | 'reset', body: object) =>
  client.request('POST', `${MANAGER}.${method}`, { body });

/** Rules of people are found among the rules of the DocType; only one fits role and level. */
export async function readRule(client: ErpNextClient, part: SitePart): Promise<SiteDoc | undefined> {
  const { parent, role, permlevel } = part.wanted;
  const rows = await rulesOf(client, sameText(parent));
  return rows.find((row) => row['role'] === role && sameText(row['permlevel']) === sameText(permlevel));
}

export const rulesOf = (client: ErpNextClient, doctype: string): Promise<SiteDoc[]> =>
  client.list(PERMISSION_RULE, {
    fields: ['name', 'parent', 'role', 'permlevel', 'if_owner', ...RULE_FLAGS],
    filters: [['parent', '=', doctype]],
    orderBy: 'permlevel asc, name asc',
    length: 200,
  });

export async function createRule(client: ErpNextClient, part: SitePart): Promise<void> {
  const { parent, role, permlevel } = part.wanted;
  await manageRules(client, 'add', { parent, role, permlevel });
  await setFlags(client, part, (await readRule(client, part)) ?? {});
}

export async function setFlags(client: ErpNextClient, part: SitePart, site: SiteDoc): Promise<void> {
  const { parent: doctype, role, permlevel } = part.wanted;
  for (const ptype of RULE_FLAGS) {
    const value = sameText(part.wanted[ptype]) === '' ? '0' : '1';
    if (sameText(site[ptype]) !== sameText(part.wanted[ptype]))
      await manageRules(client, 'update', { doctype, role, permlevel, ptype, value });
  }
}

export async function removeRule(client: ErpNextClient, part: SitePart): Promise<void> {
  const { parent: doctype, role, permlevel } = part.wanted;
  await manageRules(client, 'remove', { doctype, role, permlevel });
}

/** True when the copies that our first rule had made are gone; false where somebody else made rules of their own. */
export async function resetRules(client: ErpNextClient, doctype: string): Promise<boolean> {
  const rules = await rulesOf(client, doctype);
  const standard = rowsIn(await client.get('DocType', doctype), 'permissions');
  if (rules.length === 0 || !isSameRules(rules, standard)) return false;
  await manageRules(client, 'reset', { doctype });
  return true;
}

const isSameRules = (rules: readonly SiteDoc[], standard: readonly SiteDoc[]): boolean =>
  JSON.stringify(ruleTexts(rules)) === JSON.stringify(ruleTexts(standard));

const ruleTexts = (rows: readonly SiteDoc[]): string[] =>
  rows
    .map((row) => ['role', 'permlevel', 'if_owner', ...RULE_FLAGS].map((key) => sameText(row[key])).join('|'))
    .toSorted();
