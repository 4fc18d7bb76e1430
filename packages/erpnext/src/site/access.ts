import type { ErpNextClient } from '../client.ts';
import { textIn } from '../doctypes.ts';
import { RequestFailed } from '../failure.ts';
import { changesFor } from './compare.ts';
import type { SiteDoc } from './document.ts';
import { PERMISSION_RULE } from './grants.ts';
import type { SitePart } from './part.ts';
import { createRule, readRule, setFlags } from './rules.ts';

/** Reading and writing one part on a site, whatever way the site wants for it. All throw RequestFailed. */
export async function readPart(client: ErpNextClient, part: SitePart): Promise<SiteDoc | undefined> {
  if (part.object === PERMISSION_RULE) return readRule(client, part);
  const name = part.findBy === undefined ? part.name : await findName(client, part, part.findBy);
  return name === undefined ? undefined : readDocument(client, part.object, name);
}

export async function readDocument(client: ErpNextClient, doctype: string, name: string): Promise<SiteDoc | undefined> {
  try {
    return await client.get(doctype, name);
  } catch (error) {
    if (error instanceof RequestFailed && isMissing(error, name)) return undefined;
    throw error;
  }
}

/** `DocType X not found` means elsewhere that the site lacks an app; here that there is no such document. */
const isMissing = ({ failure }: RequestFailed, name: string): boolean =>
  failure.kind === 'missing' || (failure.status === 404 && failure.text.includes(`${name} not found`));

async function findName(client: ErpNextClient, part: SitePart, filters: NonNullable<SitePart['findBy']>) {
  const [row] = await client.list(part.object, { fields: ['name'], filters, orderBy: 'name asc', length: 1 });
  return row && textIn(row, 'name');
}

/** A document that somebody else makes at the same moment is as good as ours: reading back decides. */
export async function createPart(client: ErpNextClient, part: SitePart): Promise<void> {
  if (part.object === PERMISSION_RULE) return createRule(client, part);
  try {
    await client.create(part.object, { ...part.onCreate, ...part.wanted, ...part.secrets?.() });
  } catch (error) {
    if (!(error instanceof RequestFailed && /already exists/i.test(error.failure.text))) throw error;
  }
}

/** `modified` is a lock: whoever saves in the meantime wins, and we are told (contract §2.3). */
export async function updatePart(
  client: ErpNextClient,
  part: SitePart,
  site: SiteDoc,
  secretOnly: boolean,
): Promise<void> {
  if (part.object === PERMISSION_RULE) return setFlags(client, part, site);
  const changes = { ...(secretOnly ? {} : changesFor(part, site)), ...part.secrets?.() };
  await client.update(part.object, textIn(site, 'name') ?? part.name, { ...changes, modified: site['modified'] });
}
