import { existsSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '@biolistener/config';
import {
  addCurrentKey,
  addOpeningKey,
  allSealCounts,
  createVault,
  dropOldKeys,
  KEY_FILE_LAG_MS,
  keyringOfText,
  openKeyFile,
  parseKeys,
  resealAll,
  resealSettings,
  type Keyring,
  type ResealOutcome,
} from '@biolistener/security';
import type { Store } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { counted, print } from '../output.ts';
import { actorHere } from '../services/actor.ts';
import { confirm } from '../services/confirm.ts';
import { keyFileOf } from '../services/site.ts';
import { withStore } from '../services/with-store.ts';
import { addedText, keysText, progressTo, rotatedText, viewOfKeys } from '../views/keys.ts';

interface Options {
  readonly json?: boolean;
}

export interface RotateOptions extends Options {
  readonly newKey?: boolean;
  readonly dropOld?: boolean;
  readonly yes?: boolean;
}

/** Ends with 4 when records are there that no key opens. */
export async function showKeys(options: Options): Promise<void> {
  const view = await withStore(async ({ store, settings }) => {
    const counts = await allSealCounts(store);
    if (settings.masterKey !== undefined)
      return viewOfKeys('BIOLISTENER_MASTER_KEY', keyringOfText(settings.masterKey), counts);
    return viewOfKeys(keyFileOf(settings), openKeyFile(keyFileHere(settings)), counts);
  });
  print(options, view, () => keysText(view));
  if (view.keys.some((key) => !key.isPresent)) throw new Unhealthy();
}

/** Errors: not found (3) when there is none: looking must not make a key. */
function keyFileHere(settings: Settings): string {
  const path = keyFileOf(settings);
  if (existsSync(path)) return path;
  throw new CommandFailure(
    `there is no key file at ${path}`,
    EXIT.notFound,
    'Put its copy back, or start `biolistener up` once in a new installation.',
  );
}

/** Errors: refused (5) where the key is a setting, which no command can change. */
function keyFileToChange(settings: Settings): string {
  if (settings.masterKey === undefined) return keyFileHere(settings);
  throw new CommandFailure(
    'the key comes from BIOLISTENER_MASTER_KEY and cannot be changed here',
    EXIT.refused,
    'Put that key into a key file, remove the setting, restart, and try again; docs/keys.md has the steps.',
  );
}

const LEASE = 'keys.rotate';
/** Renewed with every batch; one that was killed holds up the next one no longer than this. */
const LEASE_MS = 10_000;

/** Makes a new key unless a change is under way, seals everything anew, and drops old keys where asked. */
export async function rotateKeys(options: RotateOptions): Promise<void> {
  await withStore(async ({ store, settings }) => {
    const path = keyFileToChange(settings);
    if (options.dropOld === true) await confirm(dropQuestion(path), options);
    const result = await alone(store, async (goOn) => {
      const isNew = options.newKey === true || !(await isUnderWay(store, openKeyFile(path)));
      if (isNew) addCurrentKey(path);
      const outcome = await resealUntilNoneIsLeft(store, path, isNew, goOn);
      const dropped = options.dropOld === true ? await dropOldKeys(path, store, pause) : [];
      return { ...outcome, isNew, dropped, file: path };
    });
    print(options, result, () => rotatedText(result));
    if (result.unreadable.length > 0) throw new Unhealthy();
  });
}

const dropQuestion = (path: string): string =>
  `Old keys will be removed from ${path}. Backups of the store from before can then be read only with a copy of the old key file: keep one as long as such backups.`;

/** Another key that is at hand still seals records: an earlier run did not come to its end. */
async function isUnderWay(store: Store, ring: Keyring): Promise<boolean> {
  const counts = await allSealCounts(store);
  return ring.ids().some((id) => id !== ring.current.id && (counts[id] ?? 0) > 0);
}

/** A running process may seal with the old key for a moment more, so a new key gets a second round. */
async function resealUntilNoneIsLeft(
  store: Store,
  path: string,
  isNew: boolean,
  goOn: () => Promise<void>,
): Promise<ResealOutcome> {
  const first = await reseal(store, path, goOn);
  if (!isNew) return first;
  await pause(2 * KEY_FILE_LAG_MS);
  const second = await reseal(store, path, goOn);
  return { ...second, resealed: first.resealed + second.resealed };
}

async function reseal(store: Store, path: string, goOn: () => Promise<void>): Promise<ResealOutcome> {
  const ring = openKeyFile(path);
  const vault = createVault(ring);
  const show = progressTo(process.stderr);
  const outcome = await resealAll(store, vault, ring, (progress) => {
    show(progress);
    return goOn();
  });
  const settings = await resealSettings(store, vault, ring, actorHere());
  return {
    ...outcome,
    resealed: outcome.resealed + settings.resealed,
    unreadable: [...outcome.unreadable, ...settings.unreadable],
  };
}

/** One change of keys at a time on one store. Errors: refused (5) while another one runs on. */
async function alone<T>(store: Store, work: (goOn: () => Promise<void>) => Promise<T>): Promise<T> {
  const owner = randomUUID();
  const claim = (): Promise<boolean> => store.claimLease(LEASE, owner, LEASE_MS, Date.now());
  const giveUpAt = Date.now() + LEASE_MS + 2_000;
  while (!(await claim())) {
    if (Date.now() > giveUpAt) throw new CommandFailure('another change of keys is running', EXIT.refused);
    await pause(250);
  }
  try {
    return await work(async () => {
      await claim();
    });
  } finally {
    await store.releaseLease(LEASE, owner);
  }
}

/** Never from the command line itself: what stands there is in the shell's history and in the list of processes. */
export async function addKeys(file: string, options: Options): Promise<void> {
  await withStore(async ({ store, settings }) => {
    const path = keyFileToChange(settings);
    const texts = keysIn(file).map((key) => Buffer.from(key).toString('base64'));
    const added = await alone(store, () => Promise.resolve(texts.map((text) => addOpeningKey(path, text))));
    const counts = await allSealCounts(store);
    const keys = added.map(({ id, isNew }) => ({ id, isNew, records: counts[id] ?? 0 }));
    print(options, { file: path, keys }, () => addedText(path, keys));
  });
}

function keysIn(file: string): Uint8Array[] {
  const name = file === '-' ? 'standard input' : file;
  if (file !== '-' && !existsSync(file)) throw new CommandFailure(`there is no file ${file}`, EXIT.notFound);
  const keys = parseKeys(readFileSync(file === '-' ? 0 : file, 'utf8'), name);
  if (keys.length > 0) return keys;
  throw new CommandFailure(
    `${counted(0, 'key')} in ${name}`,
    EXIT.failed,
    'A key is 64 hex digits or the base64 of 32 bytes.',
  );
}
