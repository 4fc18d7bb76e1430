import type { Keyring, ResealOutcome, ResealProgress } from '@biolistener/security';
import { counted, facts, printable, table } from '../output.ts';

export interface KeyLine {
  readonly id: string;
  readonly isCurrent: boolean;
  /** In the key file: what it sealed can be opened. */
  readonly isPresent: boolean;
  readonly records: number;
}

export interface KeysView {
  readonly from: string;
  readonly current: string;
  readonly keys: readonly KeyLine[];
}

/** The current key first, then those of the file, then those that records name and nobody has. */
export function viewOfKeys(from: string, ring: Keyring, counts: Readonly<Record<string, number>>): KeysView {
  const missing = Object.keys(counts).filter((id) => !ring.ids().includes(id));
  const keys = [...ring.ids(), ...missing.toSorted()].map((id) => ({
    id,
    isCurrent: id === ring.current.id,
    isPresent: !missing.includes(id),
    records: counts[id] ?? 0,
  }));
  return { from, current: ring.current.id, keys };
}

const roleOf = ({ isCurrent, isPresent, records }: KeyLine): string => {
  if (isCurrent) return 'seals new records';
  if (!isPresent) return 'MISSING: these records cannot be opened';
  return records > 0 ? 'opens old records' : 'needed by no record';
};

export function keysText(view: KeysView): string {
  const columns = [
    { title: 'key', value: (key: KeyLine) => key.id },
    { title: 'records', value: (key: KeyLine) => key.records },
    { title: 'use', value: roleOf },
  ];
  return [facts([['keys from', view.from]]), '', table(view.keys, columns, ''), ...adviceOn(view)].join('\n');
}

function adviceOn({ keys }: KeysView): string[] {
  const old = keys.filter((key) => key.isPresent && !key.isCurrent);
  return [
    ...(keys.some((key) => !key.isPresent)
      ? ['', 'Bring a missing key back: biolistener keys add <copy of the key file>']
      : []),
    ...(old.some((key) => key.records > 0)
      ? ['', 'Seal all records with the current key: biolistener keys rotate']
      : []),
  ];
}

/** A line that is written over on a screen; in a file, one line every few seconds. */
export function progressTo(stream: NodeJS.WriteStream, now: () => number = Date.now): (at: ResealProgress) => void {
  let shownAt = -Infinity;
  return ({ done, total }) => {
    const isEnd = done >= total;
    if (!isEnd && now() - shownAt < (stream.isTTY ? 100 : 5_000)) return;
    shownAt = now();
    const line = `${done} of ${total} records are sealed with the new key`;
    stream.write(stream.isTTY ? `\r${line}${isEnd ? '\n' : ''}` : `${line}\n`);
  };
}

export interface Rotated extends ResealOutcome {
  readonly file: string;
  readonly isNew: boolean;
  readonly dropped: readonly string[];
}

export function rotatedText({ file, keyId, isNew, resealed, unreadable, dropped }: Rotated): string {
  return [
    isNew
      ? `Key ${keyId} is new in ${printable(file)} and seals from now on. Running services follow within a second.`
      : `An earlier change to key ${keyId} was not finished. It is now, and no other key was made; run it again for a new one.`,
    `${counted(resealed, 'record')} sealed anew.`,
    ...(unreadable.length > 0 ? brokenLines(unreadable) : []),
    ...(dropped.length > 0 ? [`Removed from the key file: ${dropped.join(', ')}.`] : []),
    'Copy the key file to its safe place now: the copy from before does not open these records.',
  ].join('\n');
}

function brokenLines(unreadable: Rotated['unreadable']): string[] {
  const shown = unreadable.slice(0, 5).map(({ table: name, rowId, code }) => `  ${name} ${rowId}: ${code}`);
  const more = unreadable.length - shown.length;
  return [
    `${counted(unreadable.length, 'record')} cannot be opened and stayed unchanged:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Bring missing keys back with `biolistener keys add`; a damaged record is lost. With --new-key they hold up no new key.',
  ];
}

export interface AddedKey {
  readonly id: string;
  readonly isNew: boolean;
  readonly records: number;
}

export const addedText = (file: string, keys: readonly AddedKey[]): string =>
  keys
    .map(({ id, isNew, records }) =>
      isNew
        ? `Key ${id} is in ${printable(file)} now and opens ${counted(records, 'record')}.`
        : `Key ${id} was there already.`,
    )
    .join('\n');
