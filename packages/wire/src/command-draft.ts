import { digestOf, type CommandKind, type Json, type JsonObject, type RosterItemKey } from '@biolistener/core';
import type { CommandDraft } from './roster.ts';

const SECRET_NAMES: ReadonlySet<string> = new Set(['$template', '$photo', '$password']);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether parameters still name a secret (see `SecretReference`) instead of holding it. Codecs refuse such commands. */
export function hasSecretReference(value: Json): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some(hasSecretReference); // an array of Json is Json
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, inner]) => SECRET_NAMES.has(key) || hasSecretReference(inner));
}

/** JSON with the keys in order, so that equal parameters are equal texts. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`; // as above
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.keys(value).sort();
  return `{${pairs.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join()}}`;
}

/** Two commands that would write the same bytes have one key; anything else in them makes another. */
export const mergeKeyOf = (kind: CommandKind, parameters: JsonObject): string =>
  `${kind}:${digestOf(canonical(parameters)).slice(0, 32)}`;

/** Bytes of a command line or frame without what it carries: words, ids, field names. */
const FRAME_BYTES = 160;

/** A command that a brand's rules would make; `payload` is about how many bytes its records add. */
export function commandDraft(
  kind: CommandKind,
  parameters: JsonObject,
  covers: readonly RosterItemKey[],
  payload = 0,
): CommandDraft {
  return { kind, parameters, covers, bytes: FRAME_BYTES + payload, mergeKey: mergeKeyOf(kind, parameters) };
}

/** Length as base64 text: how templates and pictures travel, and how both are counted. */
export const base64Length = (size: number): number => Math.ceil(size / 3) * 4;
