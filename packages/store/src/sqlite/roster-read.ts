import { asSerialNumber, NOBODY, type SerialNumber } from '@biolistener/core';
import {
  ROSTER_STATES,
  type RosterCell,
  type RosterState,
  type RosterSummary,
  type SeenPerson,
} from '../contract/index.ts';
import { numberOfId } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { cellsOf, seenOf, takesPeople, type Pair } from './roster-cells.ts';
import { int, intOr, limited, orNull, text } from './rows.ts';
import { terminalOf } from './terminals-read.ts';

const pairOf = (row: Row): Pair => [int(row, 'terminal_id'), int(row, 'person_id')];

const TERMINALS_OF_PERSON = `SELECT terminal_id, ?1 AS person_id FROM assignments WHERE person_id = ?1
  UNION SELECT terminal_id, ?1 FROM roster_items WHERE person_id = ?1
  UNION SELECT t.id, ?1 FROM terminals t JOIN persons p ON p.id = ?1 AND p.is_everywhere = 1 AND p.state = 'active'
    WHERE t.status = 'approved' AND t.serial_number <> '${NOBODY}'
  ORDER BY terminal_id`;

export const cellsOfPerson = (db: Database, personId: string): RosterCell[] =>
  cellsOf(db, db.all(TERMINALS_OF_PERSON, numberOfId(personId) ?? -1).map(pairOf)).filter(
    (cell) => cell.isWanted || cell.items.length > 0,
  );

/** Each kind by its own index and no further than the page. `?4`: whether anybody is put there at all. */
export const PERSONS_OF_TERMINAL = `SELECT ?1 AS terminal_id, id AS person_id FROM (
    SELECT * FROM (SELECT person_id AS id FROM assignments
      WHERE terminal_id = ?1 AND person_id > ?2 AND ?4 ORDER BY person_id LIMIT ?3)
    UNION SELECT * FROM (SELECT DISTINCT person_id AS id FROM roster_items
      WHERE terminal_id = ?1 AND person_id > ?2 ORDER BY person_id LIMIT ?3)
    UNION SELECT * FROM (SELECT id FROM persons
      WHERE is_everywhere = 1 AND state = 'active' AND id > ?2 AND ?4 ORDER BY id LIMIT ?3))
  ORDER BY id LIMIT ?3`;

export function cellsOfTerminal(
  db: Database,
  serialNumber: SerialNumber,
  afterPersonId: string | undefined,
  limit: number,
): RosterCell[] {
  const row = db.get('SELECT * FROM terminals WHERE serial_number = ?', serialNumber);
  if (!row) return [];
  const after = afterPersonId === undefined ? 0 : (numberOfId(afterPersonId) ?? 0);
  const takes = takesPeople(terminalOf(row)) ? 1 : 0;
  return cellsOf(db, db.all(PERSONS_OF_TERMINAL, int(row, 'id'), after, limited(limit), takes).map(pairOf));
}

export function findCell(db: Database, serialNumber: SerialNumber, personId: string): RosterCell | undefined {
  const row = db.get('SELECT id FROM terminals WHERE serial_number = ?', serialNumber);
  const person = numberOfId(personId);
  return row && person !== undefined ? cellsOf(db, [[int(row, 'id'), person]])[0] : undefined;
}

const STRANGERS = `SELECT u.pin, u.name, u.privilege, u.card, u.is_enabled, u.secrets IS NOT NULL AS has_password, u.extra,
    u.updated_at
  FROM terminals t JOIN users u ON u.terminal_id = t.id
  WHERE t.serial_number = ? AND u.gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM persons p WHERE p.pin = u.pin AND p.state = 'active')
    AND NOT EXISTS (SELECT 1 FROM persons p JOIN roster_items i ON i.terminal_id = t.id AND i.person_id = p.id
      WHERE p.pin = u.pin)
  ORDER BY u.pin LIMIT ?`;

export const strangersAt = (db: Database, serialNumber: SerialNumber, limit: number): SeenPerson[] =>
  db.all(STRANGERS, serialNumber, limited(limit)).map(seenOf);

const COUNTED = ROSTER_STATES.map((state) => `sum(state = '${state}') AS ${state}`).join(', ');
const SUMMARY = `WITH asked AS (SELECT id, serial_number FROM terminals
    WHERE (?1 IS NULL OR serial_number = ?1) AND (?2 IS NULL OR settings ->> '$.place' = ?2)),
  counted AS (SELECT terminal_id, count(DISTINCT person_id) AS persons, ${COUNTED} FROM roster_items
    WHERE terminal_id IN (SELECT id FROM asked) GROUP BY terminal_id),
  open AS (SELECT terminal_id, sum(bytes) AS bytes, min(created_at) AS oldest_at FROM commands INDEXED BY commands_ending
    WHERE state IN ('queued', 'leased', 'sent', 'answered') AND terminal_id IN (SELECT id FROM asked) GROUP BY terminal_id)
  SELECT a.serial_number, c.*, o.bytes AS open_bytes, o.oldest_at FROM asked a
  LEFT JOIN counted c ON c.terminal_id = a.id LEFT JOIN open o ON o.terminal_id = a.id
  WHERE c.terminal_id IS NOT NULL OR o.terminal_id IS NOT NULL ORDER BY a.serial_number`;

const summaryOf = (row: Row): RosterSummary => ({
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  persons: intOr(row, 'persons') ?? 0,
  // one for each of the states: the type of the record
  byState: Object.fromEntries(ROSTER_STATES.map((state) => [state, intOr(row, state) ?? 0])) as Record<
    RosterState,
    number
  >,
  openBytes: intOr(row, 'open_bytes') ?? 0,
  oldestOpenAt: intOr(row, 'oldest_at'),
});

/** Terminals of which anything is in the roster or in the mailbox. */
export const rosterSummary = (
  db: Database,
  filter: { readonly serialNumber?: SerialNumber; readonly place?: string },
): RosterSummary[] => db.all(SUMMARY, orNull(filter.serialNumber), orNull(filter.place)).map(summaryOf);

/** What was surely or perhaps put there, and somebody who was seen there under a PIN that nobody has now. */
const RISKS = `SELECT DISTINCT i.terminal_id, i.person_id FROM persons p JOIN roster_items i ON i.person_id = p.id
    WHERE p.state = 'left'
      AND (i.put_digest IS NOT NULL OR i.state IN ('queued', 'accepted', 'confirmed', 'removing'))
  UNION SELECT u.terminal_id, max(p.id) FROM persons p JOIN users u ON u.pin = p.pin AND u.gone_at IS NULL
    WHERE p.state = 'left' AND NOT EXISTS (SELECT 1 FROM persons n WHERE n.pin = p.pin AND n.state = 'active')
    GROUP BY u.terminal_id, u.pin
  ORDER BY 2, 1 LIMIT ?`;

export const openRisks = (db: Database, limit: number): RosterCell[] =>
  cellsOf(db, db.all(RISKS, limited(limit)).map(pairOf));
