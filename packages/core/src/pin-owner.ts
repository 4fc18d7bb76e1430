import type { Punch } from './punch.ts';
import { toInstant, type Instant, type LocalDate, type LocalTime, type ZoneName } from './time.ts';

/** number: the terminal takes "007" and "7" for one person. */
export type PinForm = 'text' | 'number';

/** The same for all spellings that a terminal takes for one person. */
export const pinKey = (pin: string, form: PinForm): string =>
  form === 'number' && /^\d+$/.test(pin) ? pin.replace(/^0+(?=\d)/, '') : pin;

/** Something that happened once, at a moment that is known to lie between these two. */
export interface Moment {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** An employee had the PIN, as the site showed. */
export interface SitePeriod {
  readonly kind: 'site';
  /** As the site spells it. */
  readonly idValue: string;
  readonly employee: string;
  /** Undefined: since before the site was first looked at. */
  readonly from: Moment | undefined;
  /** Undefined: has it still. */
  readonly until: Moment | undefined;
  /** The last day of an employee who left, in the zone of the site. */
  readonly leftOn: LocalDate | undefined;
}

/** A person of the roster with dates says whose the PIN is, whatever the site shows. */
export interface PersonPeriod {
  readonly kind: 'person';
  readonly idValue: string;
  readonly employee: string;
  readonly personId: string;
  /** Both inclusive, in the zone of the terminal. */
  readonly validFrom: LocalDate | undefined;
  readonly validTo: LocalDate | undefined;
  /** When somebody put this employee in the place of another, and left the dates as they were. */
  readonly since?: Instant | undefined;
  /** When somebody ended the person, or put another employee there. */
  readonly endedAt: Instant | undefined;
}

export type PinPeriod = SitePeriod | PersonPeriod;

/** When a punch was made: somewhere between these two, both inclusive, as far as its clock can be believed. */
export interface PunchStretch {
  readonly from: Instant;
  readonly to: Instant;
}

export type OwnerVerdict =
  | { readonly kind: 'one'; readonly employee: string }
  /** Several had it at that time. */
  | { readonly kind: 'conflict'; readonly employees: readonly string[] }
  /** It changed hands about then, and the time of the punch does not tell on which side it lies. */
  | { readonly kind: 'unsure'; readonly employees: readonly string[] }
  | { readonly kind: 'left'; readonly employee: string; readonly leftOn: LocalDate }
  | { readonly kind: 'nobody' };

const SECOND = 1000;
const HOUR = 3_600_000;
/** Answers take a moment, and drift is measured in whole seconds. */
const MEASURING_MS = 5 * SECOND;
const UNMEASURED_MS = 60 * SECOND;

/**
 * How far from its time a punch may have been made: the drift of the terminal, the future that it cannot come from, the
 * hour that happened twice. Nothing at all is known of the time that an implausible clock showed.
 */
export function punchStretch(
  { instant, flags }: Pick<Punch, 'instant' | 'flags'>,
  clock: { readonly driftSeconds: number | undefined; readonly receivedAt: Instant },
): PunchStretch {
  if (flags.includes('clock-implausible')) return { from: -Infinity, to: Infinity };
  const { driftSeconds } = clock;
  const slack = driftSeconds === undefined ? UNMEASURED_MS : Math.abs(driftSeconds) * SECOND + MEASURING_MS;
  const isSkipped = flags.includes('time-skipped');
  const isTwice = flags.includes('time-ambiguous');
  return {
    from: Math.min(instant, clock.receivedAt) - slack - (isSkipped ? HOUR : 0),
    to: instant + slack + (isSkipped || isTwice ? HOUR : 0),
  };
}

interface Stretch {
  readonly employee: string;
  readonly from: Moment;
  readonly until: Moment;
  /** The site shows it with this employee still. */
  readonly isKept: boolean;
  readonly leftOn: LocalDate | undefined;
}

const at = (instant: Instant): Moment => ({ notBefore: instant, notAfter: instant });
const ALWAYS = at(-Infinity);
const NEVER = at(Infinity);
function earlier(one: Moment, other: Moment): Moment {
  if (one === NEVER || other === NEVER) return one === NEVER ? other : one;
  return {
    notBefore: Math.min(one.notBefore, other.notBefore),
    notAfter: Math.min(one.notAfter, other.notAfter),
  };
}

const startOf = (day: LocalDate, zone: ZoneName): Moment => at(toInstant(`${day} 00:00:00` as LocalTime, zone).instant);

/** The end of a day is the start of the next: a day with a change of clocks has no 24 hours. */
function endOf(day: LocalDate, zone: ZoneName): Moment {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * HOUR).toISOString();
  return next.startsWith('+') ? NEVER : startOf(next.slice(0, 10) as LocalDate, zone); // 9999-12-31 means for ever
}

const later = (one: Moment, other: Moment): Moment => (one.notBefore >= other.notBefore ? one : other);

function ofPerson({ employee, validFrom, validTo, since, endedAt }: PersonPeriod, zone: ZoneName): Stretch {
  const from = validFrom === undefined ? ALWAYS : startOf(validFrom, zone);
  const until = validTo === undefined ? NEVER : endOf(validTo, zone);
  return {
    employee,
    from: since === undefined ? from : later(from, at(since)),
    until: endedAt === undefined ? until : earlier(until, at(endedAt)),
    isKept: false,
    leftOn: undefined,
  };
}

/** Whoever is the first known owner had it since ever: HR often enters a PIN after it was used. */
function ofSite(periods: readonly SitePeriod[], zone: ZoneName, doesLeave: boolean): Stretch[] {
  const first = Math.min(...periods.map(({ from }) => (from ?? ALWAYS).notBefore));
  return periods.map(({ employee, from = ALWAYS, until, leftOn }) => ({
    employee,
    from: from.notBefore === first ? ALWAYS : from,
    until: earlier(until ?? NEVER, doesLeave && leftOn !== undefined ? endOf(leftOn, zone) : NEVER),
    isKept: until === undefined,
    leftOn,
  }));
}

const isPossible = ({ from, until }: Stretch, punch: PunchStretch): boolean =>
  from.notBefore <= punch.to && punch.from < until.notAfter;
const isSure = ({ from, until }: Stretch, punch: PunchStretch): boolean =>
  from.notAfter <= punch.from && (punch.to < until.notBefore || until === NEVER);

const namesOf = (stretches: readonly Stretch[]): string[] => [...new Set(stretches.map(({ employee }) => employee))];

/** Of several who had it at once, the one with whom the site left it: that is how people settle it. */
function judge(possible: readonly Stretch[], punch: PunchStretch): OwnerVerdict {
  const employees = namesOf(possible);
  const sure = namesOf(possible.filter((stretch) => isSure(stretch, punch)));
  const [keeper, ...otherKeepers] = namesOf(possible.filter(({ isKept }) => isKept));
  const owner = employees.length === 1 ? employees[0] : otherKeepers.length === 0 ? keeper : undefined;
  if (owner !== undefined && sure.includes(owner)) return { kind: 'one', employee: owner };
  return { kind: sure.length > 1 ? 'conflict' : 'unsure', employees };
}

/**
 * Whose a PIN was when a punch was made, among all who ever had it. Persons with dates come first; of an employee whom
 * they name, nothing else counts. What cannot be told is never guessed (docs/pins.md).
 */
export function judgeOwner(
  periods: readonly PinPeriod[],
  punch: PunchStretch,
  zones: { readonly site: ZoneName; readonly terminal: ZoneName },
): OwnerVerdict {
  const persons = periods
    .filter((period) => period.kind === 'person')
    .map((period) => ofPerson(period, zones.terminal));
  const named = persons.filter((stretch) => isPossible(stretch, punch));
  if (named.length > 0) return judge(named, punch);
  const dated = new Set(namesOf(persons));
  const site = periods.filter((period) => period.kind === 'site');
  const undated = (doesLeave: boolean): Stretch[] =>
    ofSite(site, zones.site, doesLeave).filter((stretch) => !dated.has(stretch.employee) && isPossible(stretch, punch));
  const possible = undated(true);
  if (possible.length > 0) return judge(possible, punch);
  const left = undated(false).at(-1); // who would have it, had they not left
  if (left?.leftOn === undefined) return { kind: 'nobody' };
  return { kind: 'left', employee: left.employee, leftOn: left.leftOn };
}
