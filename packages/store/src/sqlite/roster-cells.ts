import { asPin, type RosterItemKey, type Terminal } from '@biolistener/core';
import type { Person, RosterCell, RosterItem, RosterState, SeenPerson, TemplateHead } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { personOf } from './persons-read.ts';
import { flag, int, intOr, jsonObject, text, textOr } from './rows.ts';
import { headOfTemplate, TEMPLATE_HEAD } from './templates-read.ts';
import { terminalOf } from './terminals-read.ts';

/** A person and a terminal, by row id. */
export type Pair = readonly [terminal: number, person: number];

/** The pairs as a table. */
const PAIRS = `WITH pair (terminal_id, person_id) AS MATERIALIZED
  (SELECT value ->> 0, value ->> 1 FROM json_each(?1))`;

export const ITEMS = `${PAIRS} SELECT i.* FROM pair JOIN roster_items i
  ON i.terminal_id = pair.terminal_id AND i.person_id = pair.person_id ORDER BY i.key DESC`; // the user first
export const SEEN = `${PAIRS} SELECT pair.person_id, u.terminal_id, u.pin, u.name, u.privilege, u.card, u.is_enabled,
    u.secrets IS NOT NULL AS has_password, u.extra, u.updated_at
  FROM pair JOIN persons p ON p.id = pair.person_id
  JOIN users u ON u.terminal_id = pair.terminal_id AND u.pin = p.pin WHERE u.gone_at IS NULL`;
export const SEEN_TEMPLATES = `${PAIRS} SELECT pair.person_id, ${TEMPLATE_HEAD}
  FROM pair JOIN persons p ON p.id = pair.person_id
  JOIN templates m ON m.terminal_id = pair.terminal_id AND m.pin = p.pin
  JOIN terminals t ON t.id = m.terminal_id WHERE m.gone_at IS NULL`;
const ASSIGNED = `${PAIRS} SELECT a.* FROM pair JOIN assignments a
  ON a.person_id = pair.person_id AND a.terminal_id = pair.terminal_id`;

const itemOf = (row: Row): RosterItem => {
  const commandId = row['command_id'];
  return {
    key: text(row, 'key') as RosterItemKey, // written from RosterChange only
    state: text(row, 'state') as RosterState, // the table checks it
    wantedDigest: textOr(row, 'wanted_digest') ?? null,
    putDigest: textOr(row, 'put_digest'),
    commandId: typeof commandId === 'number' ? String(commandId) : undefined,
    attempts: int(row, 'attempts'),
    reason: textOr(row, 'reason'),
    detail: textOr(row, 'detail'),
    readBackAt: intOr(row, 'read_back_at'),
    changedAt: int(row, 'changed_at'),
  };
};

export const seenOf = (row: Row): SeenPerson => ({
  pin: asPin(text(row, 'pin')),
  name: textOr(row, 'name'),
  privilege: intOr(row, 'privilege'),
  card: textOr(row, 'card'),
  isEnabled: row['is_enabled'] === null ? undefined : flag(row, 'is_enabled'),
  hasPassword: flag(row, 'has_password'),
  extra: jsonObject(row, 'extra'),
  seenAt: int(row, 'updated_at'),
});

const keyOf = (row: Row): string => `${int(row, 'terminal_id')}|${int(row, 'person_id')}`;

function grouped<T>(rows: readonly Row[], read: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(read(row));
    else groups.set(key, [read(row)]);
  }
  return groups;
}

function byId<T>(
  db: Database,
  table: 'persons' | 'terminals',
  ids: Iterable<number>,
  read: (row: Row) => T,
): Map<number, T> {
  const sql = `SELECT * FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`;
  return new Map(db.all(sql, JSON.stringify([...new Set(ids)])).map((row) => [int(row, 'id'), read(row)]));
}

/** Whether anybody is put on a terminal at all. */
export const takesPeople = (terminal: Terminal): boolean =>
  terminal.status === 'approved' && terminal.isSyncOff !== true;

const isWanted = (person: Person, terminal: Terminal, isAssigned: boolean): boolean =>
  person.state === 'active' && (person.isEverywhere || isAssigned) && takesPeople(terminal);

/** The cells of these pairs, in their order: a handful of queries, however many they are. */
export function cellsOf(db: Database, pairs: readonly Pair[]): RosterCell[] {
  if (pairs.length === 0) return [];
  const list = JSON.stringify(pairs);
  const persons = byId(
    db,
    'persons',
    pairs.map(([, person]) => person),
    personOf,
  );
  const terminals = byId(
    db,
    'terminals',
    pairs.map(([terminal]) => terminal),
    terminalOf,
  );
  const items = grouped(db.all(ITEMS, list), itemOf);
  const seen = grouped(db.all(SEEN, list), seenOf);
  const templates = grouped<TemplateHead>(db.all(SEEN_TEMPLATES, list), headOfTemplate);
  const assigned = new Set(db.all(ASSIGNED, list).map(keyOf));
  const cells: RosterCell[] = [];
  for (const [terminalId, personId] of pairs) {
    const person = persons.get(personId);
    const terminal = terminals.get(terminalId);
    if (!person || !terminal) continue;
    const key = `${terminalId}|${personId}`;
    cells.push({
      person,
      terminal,
      isWanted: isWanted(person, terminal, assigned.has(key)),
      items: items.get(key) ?? [],
      seen: seen.get(key)?.[0],
      seenTemplates: templates.get(key) ?? [],
    });
  }
  return cells;
}
