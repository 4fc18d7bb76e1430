import type { LocalDate, PersonPeriod } from '@biolistener/core';
import type { Database, Row } from './database.ts';
import { int, text, textOr } from './rows.ts';

export const DATED = `SELECT * FROM persons WHERE ltrim(pin, '0') = ltrim(?, '0') AND employee IS NOT NULL
  AND (valid_from IS NOT NULL OR valid_to IS NOT NULL) AND origin <> 'terminal' ORDER BY id`;

export const REPLACED = `SELECT o.*, p.valid_from AS valid_from_now FROM person_owners o JOIN persons p ON p.id = o.person_id
  WHERE ltrim(o.pin, '0') = ltrim(?, '0') ORDER BY o.id`;

/** A day as it was stored: written from `LocalDate` only. */
export const dayIn = (row: Row, column: string): LocalDate | undefined => textOr(row, column) as LocalDate | undefined;

const dayBefore = (day: LocalDate): LocalDate =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10) as LocalDate;

/** What persons with an employee and a date say about a PIN, in any spelling; those who were replaced first. */
export function personPeriods(db: Database, pin: string): PersonPeriod[] {
  const replaced = db.all(REPLACED, pin);
  const before = replaced.map(replacedOf).filter((period) => period !== undefined);
  return [...before, ...db.all(DATED, pin).map((row) => personOf(row, sinceOf(row, replaced)))];
}

const basicsOf = (row: Row, idColumn: string) => ({
  kind: 'person' as const,
  idValue: text(row, 'pin'),
  employee: text(row, 'employee'),
  personId: String(int(row, idColumn)),
  validFrom: dayIn(row, 'valid_from'),
});

const personOf = (row: Row, since: number | undefined): PersonPeriod => ({
  ...basicsOf(row, 'id'),
  validTo: dayIn(row, 'valid_to'),
  since,
  endedAt: text(row, 'state') === 'left' ? int(row, 'changed_at') : undefined,
});

/**
 * Another employee was put into a person. With the first day as it was, that counts from the moment of the change. A later
 * first day is where the one before ends; an earlier one says that there was no one before: a mistake was mended.
 */
function replacedOf(row: Row): PersonPeriod | undefined {
  const [said, now] = [dayIn(row, 'valid_from'), dayIn(row, 'valid_from_now')];
  const period = { ...basicsOf(row, 'person_id'), validTo: dayIn(row, 'valid_to'), endedAt: int(row, 'ended_at') };
  if (said === now) return period;
  if (now === undefined || (said !== undefined && said > now)) return undefined;
  const last = dayBefore(now);
  return { ...period, validTo: period.validTo !== undefined && period.validTo < last ? period.validTo : last };
}

const sinceOf = (person: Row, replaced: readonly Row[]): number | undefined => {
  const last = replaced.findLast(
    (row) => row['person_id'] === person['id'] && row['valid_from'] === person['valid_from'],
  );
  return last && int(last, 'ended_at');
};
