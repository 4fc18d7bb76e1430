import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '@biolistener/core';
import { loadSettings, type LoadedSettings, type Settings } from '@biolistener/config';
import { at, type Finding } from './finding.ts';

export function lookAtSettings(): { loaded: LoadedSettings | undefined; findings: Finding[] } {
  const hop = at('settings');
  try {
    const loaded = loadSettings();
    const where = loaded.file ?? 'the environment and defaults';
    const misspelt = loaded.unknownNames.map((name) =>
      hop.warn(`nothing reads ${name}`, 'Is it misspelt? docs/settings.md lists all.'),
    );
    return { loaded, findings: [hop.ok(`all fit (${where})`), ...misspelt] };
  } catch (error) {
    const todo = 'Correct them; `biolistener config check` says the same.';
    return { loaded: undefined, findings: [hop.bad(messageOf(error).replaceAll('\n', '; '), todo)] };
  }
}

const GIB = 1024 ** 3;
const BAD_BYTES = GIB / 2;
const LOW_BYTES = 2 * GIB;

export async function lookAtFolder(settings: Settings): Promise<Finding[]> {
  const hop = at('data folder');
  const folder = resolve(settings.dataDir);
  if (!existsSync(folder))
    return [
      hop.bad(
        `${folder} is not there`,
        'Start `biolistener up` once, or set BIOLISTENER_DATA_DIR to the folder in use.',
      ),
    ];
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [
      hop.bad(
        `${folder} cannot be written by this user`,
        'Run this as the user of the service, or correct the owner of the folder.',
      ),
    ];
  }
  return [hop.ok(`${folder} can be written`), await space(folder)];
}

async function space(folder: string): Promise<Finding> {
  const hop = at('disk');
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  const percent = blocks === 0 ? 100 : Math.round((bavail / blocks) * 100);
  const text = `${(free / GIB).toFixed(1)} GiB free (${percent} %)`;
  const todo = 'Free some: on a full disk terminals are not acknowledged, and keep their punches.';
  if (free < BAD_BYTES) return hop.bad(text, todo);
  return free < LOW_BYTES ? hop.warn(text, todo) : hop.ok(text);
}
