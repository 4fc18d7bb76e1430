import { PHOTO_ITEM, templateOfItem, USER_ITEM, type RosterItemKey } from '@biolistener/core';
import type { NewCommand, RosterChange } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { queueCommands, terminalsBySerial } from './commands-queue.ts';
import type { Database } from './database.ts';
import { orNull, text } from './rows.ts';
import { noteGone, noteItemGone } from './seen.ts';

const PUT = `INSERT INTO roster_items (terminal_id, person_id, key, state, wanted_digest, put_digest, command_id, attempts,
    reason, detail, read_back_at, changed_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (terminal_id, person_id, key) DO UPDATE SET state = excluded.state, wanted_digest = excluded.wanted_digest,
    put_digest = excluded.put_digest, command_id = coalesce(excluded.command_id, command_id),
    attempts = excluded.attempts, reason = excluded.reason, detail = excluded.detail,
    read_back_at = excluded.read_back_at, changed_at = excluded.changed_at`;

type Item = NonNullable<RosterChange['item']>;

function put(
  db: Database,
  place: readonly [number, number, string],
  item: Item,
  commandId: number | null,
  now: number,
): void {
  db.run(
    PUT,
    ...place,
    item.state,
    item.wantedDigest,
    orNull(item.putDigest),
    commandId,
    item.attempts,
    orNull(item.reason),
    orNull(item.detail),
    orNull(item.readBackAt),
    now,
  );
}

/** What was to be removed and has no row any more is not there any more; a wish that was dropped says nothing. */
function drop(db: Database, place: readonly [number, number, string], key: RosterItemKey, now: number): void {
  const row = db.get(
    `DELETE FROM roster_items WHERE terminal_id = ? AND person_id = ? AND key = ?
     RETURNING state = 'removing' AS was_removed, (SELECT pin FROM persons WHERE id = person_id) AS pin`,
    ...place,
  );
  if (row?.['was_removed'] !== 1) return;
  const [terminal] = place;
  const template = templateOfItem(key);
  if (key === USER_ITEM) noteGone(db, terminal, text(row, 'pin'), now);
  else if (template) noteItemGone(db, terminal, text(row, 'pin'), template, now);
  else if (key === PHOTO_ITEM) noteItemGone(db, terminal, text(row, 'pin'), 'photo', now);
}

/** One transaction: rows and their commands, each by the index of the other. */
export function applyRoster(
  db: Database,
  changes: readonly RosterChange[],
  commands: readonly NewCommand[],
  now: number,
): { commandIds: string[] } {
  const commandIds = queueCommands(db, commands, now).map(({ id }) => id);
  const terminalOf = terminalsBySerial(db);
  for (const { serialNumber, personId, key, item, command } of changes) {
    const commandId = command === undefined ? undefined : commandIds[command];
    if (command !== undefined && commandId === undefined)
      throw storeError('STORE_REJECTED', `a change names command ${command} of ${commandIds.length}`);
    const place = [terminalOf(serialNumber), Number(personId), key] as const;
    if (item) put(db, place, item, commandId === undefined ? null : Number(commandId), now);
    else drop(db, place, key, now);
  }
  return { commandIds };
}
