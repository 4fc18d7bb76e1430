import { asPunchId, type PunchId } from '@biolistener/core';
import type { Store, StoredPunch } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, printable } from '../output.ts';

/** As much of an id as people see and type. */
export const shortId = (id: string): string => id.slice(0, 12);

const asHex = (text: string): string => text.toLowerCase();
export const looksLikePunch = (text: string): boolean => /^[0-9a-f]{6,32}$/i.test(text);
/** `#12` or `12`. A shell takes `#12` for a comment unless it is quoted, so the bare number does too. */
export const pieceNumber = (text: string): number | undefined => {
  const [, digits] = /^#?(\d{1,9})$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
};

/** All punches that a prefix can mean; several are a mistake for every command but `trace`. */
export async function punchesLike(store: Store, text: string): Promise<StoredPunch[]> {
  if (!looksLikePunch(text)) return [];
  const whole = text.length === 32 ? await store.findPunch(asPunchId(asHex(text))) : undefined;
  return whole ? [whole] : store.findPunchesByPrefix(asHex(text), 10);
}

/** Errors: usage (2) for what is no id or means several, not found (3). */
export async function getPunch(store: Store, text: string): Promise<StoredPunch> {
  if (!looksLikePunch(text))
    throw new CommandFailure(
      `${JSON.stringify(text.slice(0, 60))} is no punch id`,
      EXIT.usage,
      'An id is 32 hex digits, or its first 6 or more; `biolistener punch list` shows them.',
    );
  const [punch, ...others] = await punchesLike(store, text);
  if (!punch) throw new CommandFailure(`no punch ${printable(text)} is stored`, EXIT.notFound);
  if (others.length === 0) return punch;
  throw severalPunches(text, [punch, ...others]);
}

export function severalPunches(text: string, punches: readonly StoredPunch[]): CommandFailure {
  const named = punches.map((one) => `${one.id}  PIN ${printable(one.pin)}  ${one.wallTime}`).join('\n');
  return new CommandFailure(
    `${counted(punches.length, 'punch', 'punches')} begin with ${text}`,
    EXIT.usage,
    `Type more digits:\n${named}`,
  );
}

export async function getPunchIds(store: Store, texts: readonly string[]): Promise<PunchId[]> {
  const ids: PunchId[] = [];
  for (const text of texts) ids.push((await getPunch(store, text)).id);
  return ids;
}
