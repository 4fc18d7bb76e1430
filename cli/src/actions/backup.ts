import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSettings, type Settings } from '@biolistener/config';
import { copySqliteStore } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print, printable } from '../output.ts';
import { keyFileOf } from '../services/site.ts';
import { storeFile } from '../services/with-store.ts';

/** Errors: refused (5) when something is at `file`: an older backup must not be lost to a newer one. */
export function backup(file: string, options: { readonly json?: boolean }): void {
  const { settings } = loadSettings();
  const target = resolve(file);
  if (existsSync(target))
    throw new CommandFailure(
      `${target} is there already`,
      EXIT.refused,
      'Give another name, or move that file away first.',
    );
  const copy = copySqliteStore(storeFile(settings), target);
  print(options, { file: target, ...copy, keyFile: keysOf(settings) }, () =>
    [
      `${printable(target)} holds ${counted(copy.punches, 'punch', 'punches')} and ${counted(copy.terminals, 'terminal')} (${(copy.bytes / 2 ** 20).toFixed(1)} MiB), and was read through.`,
      `The keys are not in it, and without them its templates and parked pieces stay closed: keep ${keysOf(settings) ?? 'BIOLISTENER_MASTER_KEY'} apart from it.`,
    ].join('\n'),
  );
}

/** Undefined where a setting holds the one key. */
const keysOf = (settings: Settings): string | undefined =>
  settings.masterKey === undefined ? keyFileOf(settings) : undefined;
