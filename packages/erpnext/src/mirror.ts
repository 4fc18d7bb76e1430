import type { PeopleStore, MirroredEmployee } from '@biolistener/store';
import { allEmployees, changedEmployees, employeesByIdValue } from './employees.ts';
import type { ErpNextClient } from './client.ts';

export interface MirrorDeps {
  readonly store: PeopleStore;
  readonly client: ErpNextClient;
  readonly targetId: string;
  readonly idField: string;
  /** Before each write: throws when the mirror must not be written with this id field any more. */
  readonly beforePut?: () => Promise<void>;
}

export interface MirrorRound {
  readonly seen: number;
  /** Id values that lead somewhere else than before: their parked punches may go. */
  readonly changedIdValues: readonly string[];
  readonly removed: number;
  /** Set when the round kept something on purpose that the site did not name. */
  readonly warning: string | undefined;
}

const cursorName = ({ targetId, idField }: MirrorDeps): string => `employees.${targetId}.${idField}`;

const newest = (rows: readonly MirroredEmployee[], cursor: string): string =>
  rows.reduce((latest, row) => (row.modified > latest ? row.modified : latest), cursor);

async function put(deps: MirrorDeps, rows: readonly MirroredEmployee[], changed: Set<string>): Promise<void> {
  await deps.beforePut?.();
  const { changedIdValues } = await deps.store.putEmployees(deps.targetId, rows);
  for (const value of changedIdValues) changed.add(value);
}

/** Takes over what changed since the last round. Without a cursor it is a full round. */
export async function pullChanges(deps: MirrorDeps): Promise<MirrorRound> {
  const cursor = await deps.store.getCursor(cursorName(deps));
  if (cursor === undefined) return reconcile(deps);
  const changed = new Set<string>();
  let latest = cursor;
  let seen = 0;
  for await (const rows of changedEmployees(deps.client, deps.idField, cursor)) {
    await put(deps, rows, changed);
    latest = newest(rows, latest);
    seen += rows.length;
  }
  if (latest !== cursor) await deps.store.setCursor(cursorName(deps), latest);
  return { seen, changedIdValues: [...changed], removed: 0, warning: undefined };
}

/** Compares everything: finds what was deleted or renamed, which a cursor never shows (contract §4). */
export async function reconcile(deps: MirrorDeps): Promise<MirrorRound> {
  const changed = new Set<string>();
  const names: string[] = [];
  let latest = (await deps.store.getCursor(cursorName(deps))) ?? '';
  for await (const rows of allEmployees(deps.client, deps.idField)) {
    await put(deps, rows, changed);
    names.push(...rows.map((row) => row.name));
    latest = newest(rows, latest);
  }
  await deps.beforePut?.();
  const isSuspicious = names.length === 0 && (await deps.store.countEmployees(deps.targetId)) > 0;
  const removed = isSuspicious ? 0 : (await deps.store.keepOnlyEmployees(deps.targetId, names)).removed;
  if (latest !== '') await deps.store.setCursor(cursorName(deps), latest);
  const warning = isSuspicious
    ? 'The site lists no employee at all; the mirror is kept. Has the user lost its right to read Employee?'
    : undefined;
  return { seen: names.length, changedIdValues: [...changed], removed, warning };
}

/**
 * Asks the site for one id value and puts what it says. Whom the mirror had for it and the site does not name any more
 * (renamed, deleted, other id) loses the id value here; the next full round removes the row.
 */
export async function refreshOne(deps: MirrorDeps, idValue: string): Promise<MirroredEmployee[]> {
  const rows = await employeesByIdValue(deps.client, deps.idField, idValue);
  const names = new Set(rows.map((row) => row.name));
  const known = await deps.store.findEmployees(deps.targetId, idValue);
  const gone = known.filter((row) => !names.has(row.name)).map((row) => ({ ...row, idValue: undefined }));
  await deps.beforePut?.();
  if (rows.length + gone.length > 0) await deps.store.putEmployees(deps.targetId, [...rows, ...gone]);
  return rows;
}
