import { toLocal, type Instant, type LocalDate, type Terminal, type ZoneName } from '@biolistener/core';
import type { Person } from '@biolistener/store';

type Validity = Pick<Person, 'validFrom' | 'validTo'>;

export const dayIn = (zone: ZoneName | undefined, now: Instant): LocalDate =>
  toLocal(now, zone ?? 'UTC').slice(0, 10) as LocalDate; // the first ten characters of a LocalTime are a date

/** Whether a person is valid today, by the day at the terminal; both ends are inclusive. */
export function isValidAt({ validFrom, validTo }: Validity, { zone }: Pick<Terminal, 'zone'>, now: Instant): boolean {
  if (validFrom === undefined && validTo === undefined) return true;
  const today = dayIn(zone, now);
  return (validFrom === undefined || today >= validFrom) && (validTo === undefined || today <= validTo);
}

/** Whether the answer was another one at `before` in any of these zones. */
export const changedBetween = (
  person: Validity,
  zones: readonly (ZoneName | undefined)[],
  before: Instant,
  now: Instant,
): boolean =>
  zones.some((zone) => {
    const at = zone === undefined ? {} : { zone };
    return isValidAt(person, at, before) !== isValidAt(person, at, now);
  });
