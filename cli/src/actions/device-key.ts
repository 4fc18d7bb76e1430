import { messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import type { Store, TerminalListing } from '@biolistener/store';
import { isSharedKey, sealSharedKey, sharedKeySetting } from '@biolistener/security';
import { readFileSync } from 'node:fs';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { actorHere } from '../services/actor.ts';
import { openVault } from '../services/site.ts';

/** The key in a file; empty for none. It is printed nowhere. Errors: usage (2). */
export function readSharedKey(file: string): string {
  if (file === '') return '';
  const key = textOf(file).trim();
  if (isSharedKey(key)) return key;
  throw new CommandFailure(
    `${file} holds no key`,
    EXIT.usage,
    'It is 1 to 64 visible ASCII characters, alone in the file.',
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`the key cannot be read: ${messageOf(error)}`, EXIT.usage);
  }
}

/** Sets or, empty, forgets the key that a terminal must show. Answers what a person must know. Errors: usage (2). */
export async function keepSharedKey(
  { serialNumber, brand }: TerminalListing,
  key: string,
  store: Store,
  site: Settings,
): Promise<string[]> {
  const { findBrand } = await import('@biolistener/brands');
  const way = findBrand(brand)?.sharedKey;
  if (way === undefined)
    throw new CommandFailure(
      `terminals of ${brand} show no shared key`,
      EXIT.usage,
      'The communication key of a terminal that is called is set by `biolistener device add`.',
    );
  await store.setSetting(
    sharedKeySetting(serialNumber),
    key === '' ? null : sealSharedKey(openVault(site), key),
    actorHere(),
  );
  if (key === '' || way === 'every-request') return [];
  return ['It shows its key only when it greets: restart it, or it is refused until it greets by itself.'];
}
