import { securityError } from './errors.ts';
import type { SealedBytes, Vault } from './vault.ts';

/** The one form in which passwords of people are stored, whether a terminal or a person told them. */
export const sealPassword = (vault: Vault, password: string): SealedBytes =>
  vault.seal('user', Buffer.from(JSON.stringify({ password })));

/** Errors: SECURITY_KEY_MISSING, SECURITY_SEAL_BROKEN (also where what was sealed is no password). */
export function openPassword(vault: Vault, sealed: SealedBytes): string {
  const plain = vault.open('user', sealed);
  try {
    const { password } = JSON.parse(Buffer.from(plain).toString()) as { readonly password?: unknown }; // checked next
    if (typeof password === 'string') return password;
  } catch {
    // its text is quoted by the parser's message, so that message goes nowhere
  } finally {
    plain.fill(0);
  }
  throw securityError('SECURITY_SEAL_BROKEN', 'sealed bytes hold no password');
}
