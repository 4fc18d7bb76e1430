import type { Json, JsonObject } from '@biolistener/core';
import { BiolistenerError } from '@biolistener/core';
import { securityError, type SecurityReason } from './errors.ts';
import { openPassword } from './passwords.ts';
import type { SealedBytes, SealPurpose, Vault } from './vault.ts';

/** Where sealed secrets are found, by the ids that references name; the store is one. */
export interface SecretLookups {
  findTemplate(
    id: string,
  ): Promise<{ readonly encoding: 'base64' | 'binary'; readonly sealed: SealedBytes } | undefined>;
  findPhoto(id: string): Promise<{ readonly sealed: SealedBytes } | undefined>;
  findPassword(personId: string): Promise<SealedBytes | undefined>;
}

export type Resolved =
  | { readonly kind: 'resolved'; readonly parameters: JsonObject }
  /** `detail` names the reference, never what it stands for. */
  | { readonly kind: 'refused'; readonly reason: SecurityReason; readonly detail: string };

/** Deeper than any command of a brand; a loop of ours must not become an endless walk. */
const DEEPEST = 16;

/**
 * Puts secrets in the place of their references, anywhere in the parameters of a command: templates and photos as base64
 * text, passwords as text. The result is written to one terminal and dropped: never logged, stored or kept.
 * Failures of the look-up itself (the store is away) are thrown: they are no verdict on the command.
 */
export async function resolveSecrets(parameters: JsonObject, lookups: SecretLookups, vault: Vault): Promise<Resolved> {
  try {
    return { kind: 'resolved', parameters: (await walk(parameters, { lookups, vault }, 0)) as JsonObject }; // an object stays one
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined || !(error instanceof BiolistenerError)) throw error;
    return { kind: 'refused', reason, detail: error.message };
  }
}

interface Ways {
  readonly lookups: SecretLookups;
  readonly vault: Vault;
}

const REASONS: readonly string[] = [
  'SECURITY_SECRET_GONE',
  'SECURITY_REFERENCE_INVALID',
  'SECURITY_KEY_MISSING',
  'SECURITY_SEAL_BROKEN',
] satisfies readonly SecurityReason[];

const reasonOf = (error: unknown): SecurityReason | undefined =>
  error instanceof BiolistenerError && REASONS.includes(error.code) ? (error.code as SecurityReason) : undefined;

async function walk(value: Json, ways: Ways, depth: number): Promise<Json> {
  if (depth > DEEPEST) throw securityError('SECURITY_REFERENCE_INVALID', 'the parameters are nested too deeply');
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return Promise.all(value.map((each) => walk(each, ways, depth + 1)));
  if (Object.keys(value).some((name) => name.startsWith('$'))) return secretOf(value, ways);
  const entries = await Promise.all(
    Object.entries(value).map(async ([name, each]) => [name, await walk(each, ways, depth + 1)] as const),
  );
  return Object.fromEntries(entries);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** `{"$template": "12"}`: one name, and an id. */
function secretOf(reference: JsonObject, ways: Ways): Promise<string> {
  const [[name, id] = ['', null], ...more] = Object.entries(reference);
  if (more.length > 0 || typeof id !== 'string' || !/^[\w:.-]{1,64}$/.test(id))
    throw securityError('SECURITY_REFERENCE_INVALID', 'a reference to a secret has one name and an id');
  if (name === '$template') return templateText(id, ways);
  if (name === '$photo') return photoText(id, ways);
  if (name === '$password') return passwordText(id, ways);
  throw securityError('SECURITY_REFERENCE_INVALID', 'a reference names a kind of secret that does not exist');
}

/** A template that came as base64 goes as it came: the text is what the other terminal checks. */
async function templateText(id: string, { lookups, vault }: Ways): Promise<string> {
  const found = await lookups.findTemplate(id);
  if (!found) throw securityError('SECURITY_SECRET_GONE', `template ${id} is not stored any more`);
  return textOf(vault, 'template', found.sealed, found.encoding === 'base64' ? 'latin1' : 'base64');
}

async function photoText(id: string, { lookups, vault }: Ways): Promise<string> {
  const found = await lookups.findPhoto(id);
  if (!found) throw securityError('SECURITY_SECRET_GONE', `picture ${id} is not stored any more`);
  return textOf(vault, 'photo', found.sealed, 'base64');
}

async function passwordText(personId: string, { lookups, vault }: Ways): Promise<string> {
  const sealed = await lookups.findPassword(personId);
  if (!sealed) throw securityError('SECURITY_SECRET_GONE', `person ${personId} has no stored password`);
  return openPassword(vault, sealed);
}

/** The opened bytes are blanked at once: the text that goes out is the one copy left. */
function textOf(vault: Vault, purpose: SealPurpose, sealed: SealedBytes, as: 'latin1' | 'base64'): string {
  const plain = vault.open(purpose, sealed);
  const text = Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString(as);
  plain.fill(0);
  return text;
}
