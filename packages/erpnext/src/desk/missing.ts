import type { PeopleStore } from '@biolistener/store';
import { DEVICE, DEVICE_COMMAND, DEVICE_USER } from './names.ts';

/** Documents that the site does not list any more, and that nobody said were deleted. */
export interface Missing {
  readonly doctype: string;
  readonly missing: number;
  readonly listed: number;
}

type Cursors = Pick<PeopleStore, 'getCursor' | 'setCursor'>;

/** People delete a few at once. More than a fifth is more likely a right that was taken away, or another site. */
const FEW = 5;
const SHARE = 0.2;

export const isDoubtful = (missing: number, listed: number): boolean =>
  missing > 1 && (listed === 0 || missing > Math.max(FEW, SHARE * (missing + listed)));

const cursorOf = (targetId: string, doctype: string): string => `desk-missing.${targetId}.${doctype}`;

/** Undefined: none is in doubt any more. */
export async function writeMissing(
  store: Cursors,
  targetId: string,
  doctype: string,
  doubt: Omit<Missing, 'doctype'> | undefined,
): Promise<void> {
  const name = cursorOf(targetId, doctype);
  const text = doubt === undefined ? '' : `${doubt.missing} ${doubt.listed}`;
  if (((await store.getCursor(name)) ?? '') !== text) await store.setCursor(name, text);
}

/** What is in doubt, for whoever shows troubles. */
export async function readMissing(store: Cursors, targetId: string): Promise<readonly Missing[]> {
  const found: Missing[] = [];
  for (const doctype of [DEVICE, DEVICE_USER, DEVICE_COMMAND]) {
    const [missing = 0, listed = 0] = ((await store.getCursor(cursorOf(targetId, doctype))) ?? '')
      .split(' ')
      .map(Number);
    if (missing > 0) found.push({ doctype, missing, listed });
  }
  return found;
}

export const missingWords = ({ doctype, missing, listed }: Missing): string =>
  `the site lists ${missing} of ${missing + listed} (${doctype}) no more: nothing is removed`;
