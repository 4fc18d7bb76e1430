import {
  asPin,
  pinKey,
  type Moment,
  type Pin,
  type PinForm,
  type PinPeriod,
  type SerialNumber,
  type SitePeriod,
  type TerminalSettings,
} from '@biolistener/core';
import type { PinNews, PinTerminal } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { dayIn, personPeriods } from './owners-persons.ts';
import { int, intOr, jsonObject, limited, text } from './rows.ts';

function momentIn(row: Row, after: string, by: string): Moment | undefined {
  const notAfter = intOr(row, by);
  return notAfter === undefined ? undefined : { notBefore: int(row, after), notAfter };
}

const siteOf = (row: Row): SitePeriod => ({
  kind: 'site',
  idValue: text(row, 'id_value'),
  employee: text(row, 'employee'),
  from: momentIn(row, 'from_after', 'from_by'),
  until: momentIn(row, 'until_after', 'until_by'),
  leftOn: dayIn(row, 'left_on'),
});

export const OWNERS = `SELECT * FROM pin_owners WHERE target_id = ? AND id_field = ? AND pin_key = ?
  ORDER BY coalesce(from_after, -1), id`;

export function ownersOf(db: Database, targetId: string, idField: string, pin: Pin, form: PinForm): PinPeriod[] {
  const wanted = pinKey(pin, form);
  const site = db.all(OWNERS, targetId, idField, pinKey(pin, 'number')).map(siteOf);
  return [...site, ...personPeriods(db, pin)].filter(({ idValue }) => pinKey(idValue, form) === wanted);
}

/** Those of persons who were replaced are few, and have no index by employee. */
export const PINS = `SELECT id_value AS pin FROM pin_owners WHERE target_id = ?1 AND id_field = ?2 AND employee = ?3
  UNION SELECT pin FROM persons WHERE employee = ?3 AND (valid_from IS NOT NULL OR valid_to IS NOT NULL) AND origin <> 'terminal'
  UNION SELECT pin FROM person_owners WHERE employee = ?3`;

export const pinsOf = (db: Database, targetId: string, idField: string, employee: string): Pin[] =>
  db.all(PINS, targetId, idField, employee).map((row) => asPin(text(row, 'pin')));

export function findPinTerminal(db: Database, serialNumber: SerialNumber): PinTerminal | undefined {
  const row = db.get(
    'SELECT brand, settings, clock_drift_seconds FROM terminals WHERE serial_number = ?',
    serialNumber,
  );
  if (!row) return undefined;
  const { options = {} } = jsonObject(row, 'settings') as TerminalSettings; // written from TerminalChange only
  return { brand: text(row, 'brand'), options, clockDriftSeconds: intOr(row, 'clock_drift_seconds') };
}

export const listPinNews = (db: Database, limit: number): PinNews[] =>
  db
    .all('SELECT id, pin FROM pin_news ORDER BY id LIMIT ?', limited(limit))
    .map((row) => ({ id: int(row, 'id'), pin: asPin(text(row, 'pin')) }));
