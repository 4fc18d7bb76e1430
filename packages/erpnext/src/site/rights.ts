import type { ErpNextClient } from '../client.ts';
import { textIn } from '../doctypes.ts';
import { erpnextError } from '../errors.ts';
import { RequestFailed } from '../failure.ts';
import { rowsIn } from './document.ts';

export interface Installer {
  readonly user: string;
  readonly roles: ReadonlySet<string>;
}

/**
 * Who the key belongs to. Only a System Manager may make DocTypes, and only one can see roles, so a refusal says the same.
 * Errors: ERPNEXT_RIGHTS_MISSING with what to do; RequestFailed for the way to the site.
 */
export async function whoInstalls(client: ErpNextClient): Promise<Installer> {
  const told = await client.ask('frappe.auth.get_logged_user');
  const user = typeof told === 'string' ? told : 'an unknown user';
  const roles = user === 'Administrator' ? ['System Manager', 'Workspace Manager'] : await rolesOf(client, user);
  if (!roles.includes('System Manager'))
    throw erpnextError(
      'ERPNEXT_RIGHTS_MISSING',
      `The key belongs to ${user}, who is not a System Manager and may not set up the site. Use the key of a System ` +
        'Manager for this one command; Biolistener itself does not need it afterwards.',
    );
  return { user, roles: new Set(roles) };
}

async function rolesOf(client: ErpNextClient, user: string): Promise<string[]> {
  try {
    return rowsIn(await client.get('User', user), 'roles').map((row) => textIn(row, 'role') ?? '');
  } catch (error) {
    if (error instanceof RequestFailed && error.failure.status === 403) return [];
    throw error;
  }
}
