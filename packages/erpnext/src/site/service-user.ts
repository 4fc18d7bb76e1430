import type { ErpNextClient } from '../client.ts';
import { textIn } from '../doctypes.ts';
import { isRecord } from '../server-text.ts';
import { SERVICE_ROLE } from './grants.ts';
import type { SitePart } from './part.ts';

export interface ServiceUserOptions {
  /** `biolistener@your.company`: becomes the name of the user. */
  readonly email: string;
  /** The role HR User instead of rules of our own: broader, but the site's permissions stay as they came. */
  readonly withHrUserRole?: boolean | undefined;
  /** System Manager as well: Frappe lets nobody else read comm keys and passwords of terminals back. */
  readonly readsSecrets?: boolean | undefined;
  /** always: a new secret even where the user has keys; the old one stops working at once. */
  readonly keys?: 'when-missing' | 'always' | 'never' | undefined;
}

export const userPart = (options: ServiceUserOptions): SitePart => ({
  object: 'User',
  name: options.email,
  tables: { roles: ['role'] },
  wanted: { enabled: 1, roles: rolesOf(options).map((role) => ({ role })) },
  onCreate: {
    email: options.email,
    first_name: 'Biolistener',
    user_type: 'System User',
    send_welcome_email: 0,
  },
});

const rolesOf = (options: ServiceUserOptions): string[] => [
  SERVICE_ROLE,
  ...(options.withHrUserRole === true ? ['HR User'] : []),
  ...(options.readsSecrets === true ? ['System Manager'] : []),
];

/** Shown once; the site keeps the secret encrypted and gives it back to nobody. */
export interface ServiceKeys {
  readonly user: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** Errors: RequestFailed. Undefined when the user keeps the keys that it has. */
export async function makeKeys(client: ErpNextClient, options: ServiceUserOptions): Promise<ServiceKeys | undefined> {
  const when = options.keys ?? 'when-missing';
  if (when === 'never') return undefined;
  if (when === 'when-missing' && (await apiKeyOf(client, options.email)) !== '') return undefined;
  const answer = await client.request('POST', '/api/method/frappe.core.doctype.user.user.generate_keys', {
    body: { user: options.email },
  });
  const told = answer.body['message'];
  const apiSecret = isRecord(told) ? textIn(told, 'api_secret') : undefined;
  return { user: options.email, apiKey: await apiKeyOf(client, options.email), apiSecret: apiSecret ?? '' };
}

const apiKeyOf = async (client: ErpNextClient, email: string): Promise<string> =>
  textIn(await client.get('User', email), 'api_key') ?? '';
