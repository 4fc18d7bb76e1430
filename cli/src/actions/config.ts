import { existsSync } from 'node:fs';
import { messageOf } from '@biolistener/core';
import {
  loadSettings,
  parseRunTimeSetting,
  RUN_TIME_SETTINGS,
  runTimeSettings,
  SETTINGS,
  showSettings,
  type RunTimeKey,
  type Settings,
} from '@biolistener/config';
import type { SettingRow } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { print, table, utc } from '../output.ts';
import { nearest } from '../parse/nearest.ts';
import { actorHere } from '../services/actor.ts';
import { storeFile, withStore } from '../services/with-store.ts';

interface Options {
  readonly json?: boolean;
}

/** Loading refuses what does not fit; what is left to say is names that nothing reads. */
export function checkConfig(options: Options): void {
  const { unknownNames, file } = loadSettings();
  const where = file === undefined ? 'the environment (there is no biolistener.env)' : `the environment and ${file}`;
  print(options, { fits: true, file, unknownNames }, () =>
    [
      `All settings of ${where} fit.`,
      ...unknownNames.map((name) => `Nothing reads ${name}: is it misspelt? docs/settings.md lists all.`),
    ].join('\n'),
  );
  if (unknownNames.length > 0) throw new Unhealthy();
}

interface ShownRunTime {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
  readonly doc: string;
}

/** First what is fixed at start, then what can be changed while the services run. */
export async function showConfig(options: Options): Promise<void> {
  const loaded = loadSettings();
  const fixed = showSettings(loaded);
  const runTime = shownRunTime(await storedRows(loaded.settings));
  print(options, { settings: fixed, runTime }, () => {
    const fixedColumns = [
      { title: 'setting', value: (row: (typeof fixed)[number]) => row.name },
      { title: 'value', value: (row: (typeof fixed)[number]) => (row.value === '' ? '–' : row.value) },
      { title: 'from', value: (row: (typeof fixed)[number]) => row.origin },
    ];
    const runTimeColumns = [
      { title: 'setting', value: (row: ShownRunTime) => row.key },
      { title: 'value', value: (row: ShownRunTime) => textOf(row.value) },
      { title: 'from', value: (row: ShownRunTime) => row.origin },
    ];
    return [
      'Fixed at start: the environment, or biolistener.env',
      table(fixed, fixedColumns, ''),
      '',
      'Changed while it runs: biolistener config set <setting> <value>',
      table(runTime, runTimeColumns, ''),
    ].join('\n');
  });
}

/** Before the first start there is no store, and the defaults are what counts. */
function storedRows(settings: Settings): Promise<SettingRow[]> {
  if (!existsSync(storeFile(settings))) return Promise.resolve([]);
  return withStore(({ store }) => store.listSettings());
}

function shownRunTime(rows: readonly SettingRow[]): ShownRunTime[] {
  const values: Readonly<Record<string, unknown>> = runTimeSettings(rows);
  const stored = new Map(rows.map((row) => [row.key, row]));
  return Object.entries(RUN_TIME_SETTINGS).map(([key, { doc }]) => {
    const row = stored.get(key);
    const origin = row === undefined ? 'default' : `${row.changedBy}, ${utc(row.changedAt)}`;
    return { key, value: values[key], origin, doc };
  });
}

const textOf = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

export async function setConfig(key: string, value: string, options: Options): Promise<void> {
  const parsed = parsedSetting(key, value);
  await withStore(({ store }) => store.setSetting(key, parsed, actorHere()));
  print(options, { key, value: parsed }, () => `${key} is ${textOf(parsed)} from now on.`);
}

export async function unsetConfig(key: string, options: Options): Promise<void> {
  assertKnown(key);
  await withStore(({ store }) => store.setSetting(key, null, actorHere()));
  const value = runTimeSettings([])[key];
  print(options, { key, value }, () => `${key} is ${textOf(value)} again, its default.`);
}

/** Errors: usage (2) with what is allowed. */
function parsedSetting(key: string, value: string): unknown {
  assertKnown(key);
  try {
    return parseRunTimeSetting(key, value);
  } catch (error) {
    throw new CommandFailure(messageOf(error), EXIT.usage, RUN_TIME_SETTINGS[key].doc);
  }
}

function assertKnown(key: string): asserts key is RunTimeKey {
  const keys = Object.keys(RUN_TIME_SETTINGS);
  if (keys.includes(key)) return;
  const isFixed = Object.values(SETTINGS).some((spec) => (spec.names as readonly string[]).includes(key));
  if (isFixed)
    throw new CommandFailure(
      `${key} is fixed at start`,
      EXIT.usage,
      'Set it in the environment or in biolistener.env, and restart.',
    );
  const near = nearest(key, keys);
  throw new CommandFailure(
    `there is no run-time setting ${JSON.stringify(key)}`,
    EXIT.usage,
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : `There are ${keys.join(', ')}.`,
  );
}
