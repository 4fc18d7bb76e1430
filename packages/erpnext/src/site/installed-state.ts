import type { ErpNextClient } from '../client.ts';
import { INTEGRATION_SETTINGS } from '../desk/names.ts';
import { textIn } from '../doctypes.ts';
import { RequestFailed } from '../failure.ts';
import { isRecord } from '../server-text.ts';
import type { Marks } from './compare.ts';

const FIELD = 'installed_state';

/** What the installer left on the site, so that it can tell a person's edit from an older version of ours. */
export interface InstalledState {
  readonly version: string;
  readonly marks: Readonly<Record<string, Marks>>;
  readonly secretMark: string;
  /** DocTypes whose permissions were untouched before our rules; after the last rule they can be so again. */
  readonly rulesFresh: readonly string[];
}

export const NOTHING_INSTALLED: InstalledState = { version: '', marks: {}, secretMark: '', rulesFresh: [] };

/** Kept on the site itself, in a hidden field of the settings, so that any machine can go on with it. */
export async function readInstalledState(client: ErpNextClient): Promise<InstalledState> {
  try {
    return parseState(textIn(await client.get(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS), FIELD) ?? '');
  } catch (error) {
    if (error instanceof RequestFailed && ['missing', 'not-there', 'refused'].includes(error.failure.kind))
      return NOTHING_INSTALLED; // the DocType is not there yet: v14 to v16 say so in three ways (contract §2.4)
    throw error;
  }
}

export async function writeInstalledState(client: ErpNextClient, state: InstalledState): Promise<void> {
  await client.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, { [FIELD]: JSON.stringify(state) });
}

/** Broken text counts as nothing installed: then everything that differs is asked about. */
function parseState(text: string): InstalledState {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return NOTHING_INSTALLED;
  }
  if (!isRecord(stored)) return NOTHING_INSTALLED;
  const { marks, rulesFresh } = stored;
  return {
    version: textIn(stored, 'version') ?? '',
    marks: isRecord(marks)
      ? Object.fromEntries(Object.entries(marks).map(([key, value]) => [key, asMarks(value)]))
      : {},
    secretMark: textIn(stored, 'secretMark') ?? '',
    rulesFresh: Array.isArray(rulesFresh) ? rulesFresh.map(String) : [],
  };
}

const asMarks = (value: unknown): Marks =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, mark]) => [key, String(mark)])) : {};
