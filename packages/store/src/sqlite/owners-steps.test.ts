import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asPin, judgeOwner, punchStretch, toLocal, type Instant, type LocalDate } from '@biolistener/core';
import fc from 'fast-check';
import type { MirroredEmployee, MirrorLook } from '../contract/index.ts';
import { Database } from './database.ts';
import { keepOnlyEmployees, putEmployees } from './employees.ts';
import { migrate } from './migrate.ts';
import { ownersOf } from './owners-read.ts';
import { momentOf } from './owners-steps.ts';

/**
 * A site with three employees and two PINs, whose history is known to the millisecond, and a mirror that looks at it now and
 * then. What is judged from the mirror is held against what was true.
 */
const ZONE = 'Asia/Dubai';
const START = Date.UTC(2026, 2, 1);
const SECOND = 1000;
const DAY = 86_400_000;
const FIELD = 'attendance_device_id';

let db: Database;
let runs = 0;
beforeAll(() => {
  db = new Database(new DatabaseSync(':memory:'));
  migrate(db, 100);
});
afterAll(() => db.close());

interface Deed {
  readonly what: 'give' | 'take' | 'edit' | 'leave' | 'return' | 'look' | 'reconcile';
  readonly who: number;
  readonly pin: number;
  /** Seconds since the deed before. */
  readonly after: number;
  /** Last day of who leaves, counted from the day on which it is entered. */
  readonly days: number;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom('give', 'give', 'take', 'edit', 'leave', 'leave', 'return', 'return', 'look', 'reconcile'),
  who: fc.integer({ min: 0, max: 2 }),
  pin: fc.integer({ min: 0, max: 1 }),
  after: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 200_000 })),
  days: fc.integer({ min: -3, max: 2 }),
});

const even = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }));
const punch = fc.record({
  pin: fc.constantFrom('7', '8'),
  /** Which change it is near to, and by how many seconds; none: anywhere. */
  near: fc.option(even(0, 1000)),
  seconds: fc.oneof(even(-60, 60), even(-1200, 1200)),
  part: even(0, 1_000_000),
});

const PINS = ['7', '8'] as const;
const NAMES = ['E1', 'E2', 'E3'] as const;
/** A stretch in which somebody had a PIN, and how far a look was from its ends. */
interface Truth {
  readonly name: string;
  readonly pin: string;
  readonly from: Instant;
  until: Instant;
}
interface Person {
  pin: string | undefined;
  leftOn: LocalDate | undefined;
  modified: Instant;
}

class World {
  readonly target = `site-${(runs += 1)}`;
  readonly truths: Truth[] = [];
  /** Stretches around every change that no look could narrow. */
  readonly blurs: { readonly from: Instant; until: Instant }[] = [];
  now = START;
  readonly #people = NAMES.map((): Person => ({ pin: undefined, leftOn: undefined, modified: START - DAY }));
  readonly #skew: number;
  readonly #isUnique: boolean;
  #lookedAt: Instant | undefined;
  #reconciledAt: Instant | undefined;
  #hasNews = false;

  constructor(skew: number, isUnique: boolean) {
    this.#skew = skew;
    this.#isUnique = isUnique;
  }

  do(deed: Deed): void {
    // what changes twice between two looks was never seen, and nothing can tell it
    if (this.#hasNews && deed.what !== 'edit' && deed.what !== 'look' && deed.what !== 'reconcile') this.look(false);
    this.now += deed.after * SECOND;
    const person = this.#people[deed.who]!;
    const pin = PINS[deed.pin]!;
    if (deed.what === 'look' || deed.what === 'reconcile') return this.look(deed.what === 'reconcile');
    if (deed.what === 'give') {
      const other = this.#people.find((one) => one.pin === pin && one !== person);
      if (other && this.#isUnique) this.#set(other, undefined);
      this.#set(person, pin);
    } else if (deed.what === 'take') this.#set(person, undefined);
    else if (deed.what === 'leave') this.#leave(person, deed.days);
    else if (deed.what === 'return') this.#return(person);
    person.modified = this.now;
  }

  #change(): void {
    this.#hasNews = true;
    const from = Math.min(this.#lookedAt ?? 0, this.now) - 11 * 60 * SECOND;
    this.blurs.push({ from, until: Infinity });
  }

  #set(person: Person, pin: string | undefined): void {
    if (person.pin === pin) return;
    this.#end(person, this.now);
    person.pin = pin;
    person.modified = this.now;
    this.#begin(person);
    this.#change();
  }

  #nameOf = (person: Person): string => NAMES[this.#people.indexOf(person)]!;

  #begin(person: Person): void {
    const { pin, leftOn } = person;
    const until = leftOn === undefined ? Infinity : Math.max(this.now, endOf(leftOn));
    if (pin !== undefined) this.truths.push({ name: this.#nameOf(person), pin, from: this.now, until });
  }

  #end(person: Person, at: Instant): void {
    const last = this.truths.findLast(({ name }) => name === this.#nameOf(person));
    if (last && person.pin !== undefined) last.until = Math.min(last.until, at);
  }

  #leave(person: Person, days: number): void {
    if (person.leftOn !== undefined) return;
    const leftOn = toLocal(this.now + days * DAY, ZONE).slice(0, 10) as LocalDate;
    // the last day may be over already, also before the PIN was given
    for (const truth of this.truths)
      if (truth.name === this.#nameOf(person) && truth.until === Infinity) truth.until = endOf(leftOn);
    person.leftOn = leftOn;
    this.#change();
  }

  #return(person: Person): void {
    const { leftOn } = person;
    if (leftOn === undefined) return;
    const last = this.truths.findLast(({ name }) => name === this.#nameOf(person));
    person.leftOn = undefined;
    // around midnight of the last day a look may still take it for being taken back
    if (last && person.pin !== undefined && last.until > this.now) last.until = Infinity;
    else this.#begin(person);
    this.#change();
  }

  look(isAll: boolean): void {
    this.now += 2 * SECOND;
    const at = this.now;
    const look = { idField: FIELD, at, since: this.#lookedAt, sinceAll: this.#reconciledAt, zone: ZONE };
    putEmployees(
      db,
      this.target,
      this.#people.map((person) => this.#row(person)),
      look,
    );
    if (isAll) keepOnlyEmployees(db, this.target, NAMES, look);
    this.#lookedAt = at - SECOND;
    if (isAll) this.#reconciledAt = at - SECOND;
    for (const blur of this.blurs) if (blur.until === Infinity) blur.until = at + 2 * 60 * SECOND;
    this.#hasNews = false;
  }

  #row(person: Person): MirroredEmployee {
    const name = this.#nameOf(person);
    return {
      name,
      employeeName: name,
      idValue: person.pin,
      status: person.leftOn === undefined ? 'Active' : 'Left',
      leftOn: person.leftOn,
      modified: `${toLocal(person.modified + this.#skew, ZONE)}.000001`,
    };
  }
}

const endOf = (day: LocalDate): Instant => Date.parse(`${day}T00:00:00+04:00`) + DAY;

test('no punch of any history is credited to somebody who did not have the PIN, and far from changes each finds its owner', () => {
  let judged = 0;
  const history = fc.record({
    deeds: fc.array(deed, { minLength: 1, maxLength: 40 }),
    skew: fc.integer({ min: -30 * SECOND, max: 30 * SECOND }),
    drift: fc.oneof(fc.constant(0), fc.integer({ min: -300, max: 300 })),
    isUnique: fc.boolean(),
    punches: fc.array(punch, { minLength: 30, maxLength: 30 }),
  });
  fc.assert(
    fc.property(history, ({ deeds, skew, drift, isUnique, punches }) => {
      const world = new World(skew, isUnique);
      world.look(true);
      for (const one of deeds) world.do(one);
      world.look(true);
      for (const { pin, near, seconds, part } of punches) {
        const edges = world.truths.flatMap(({ from, until }) => [from, until]).filter(Number.isFinite);
        const edge = near === null ? undefined : edges[near % (edges.length || 1)];
        const anywhere = START + (part / 1_000_000) * (world.now - START);
        const made = Math.round(edge === undefined ? anywhere : edge + seconds * SECOND);
        const shown = made + drift * SECOND; // what the clock of the terminal said
        const stretch = punchStretch(
          { instant: shown, flags: [] },
          { driftSeconds: drift, receivedAt: Math.max(world.now, made) + DAY },
        );
        const periods = ownersOf(db, world.target, FIELD, asPin(pin), 'text');
        const verdict = judgeOwner(periods, stretch, { site: ZONE, terminal: ZONE });
        const truths = world.truths.filter((truth) => truth.pin === pin);
        const owners = truths.filter(({ from, until }) => from <= made && made < until).map(({ name }) => name);
        const first = truths.reduce<Truth | undefined>((a, b) => (a && a.from <= b.from ? a : b), undefined);
        const isBeforeAll = first !== undefined && made < first.from;
        if (verdict.kind === 'one') {
          judged += 1;
          expect(isBeforeAll ? [first.name] : owners).toContain(verdict.employee);
        }
        const isClear = !world.blurs.some(({ from, until }) => stretch.to >= from && stretch.from <= until);
        const isNearEnd = truths.some(({ until }) => Math.abs(until - made) < 700 * SECOND);
        if (isClear && !isNearEnd && owners.length === 1) expect(verdict).toEqual({ kind: 'one', employee: owners[0] });
      }
    }),
    { numRuns: 500 },
  );
  expect(judged).toBeGreaterThan(500); // a rule that parks everything would pass the first half
});

type MomentCase = [name: string, ago: number, seconds: readonly [number, number], over?: Partial<MirrorLook>];

describe('the moment of a change', () => {
  const look = { idField: FIELD, at: START, since: START - 30 * SECOND, sinceAll: START - DAY, zone: ZONE };
  const modified = (secondsAgo: number): string => `${toLocal(START - secondsAgo * SECOND, ZONE)}.000001`;
  test.each([
    ['after the last look, and not later than this one', 10, [-30, 0]],
    [
      'long ago, when nobody looked: not much later than it was saved',
      3600,
      [-7200, -3540],
      { since: START - 7200 * SECOND },
    ],
    ['before the last look, by a transaction that took long', 90, [-90, 0]],
    ['without moving `modified`: since everything was looked at', 3600, [-86_400, 0]],
    ['at any time before the first look', 3600, [-START / SECOND, -3540], { since: undefined, sinceAll: undefined }],
    ['of a site whose zone is not known', 10, [-86_400, 0], { zone: undefined }],
  ] as readonly MomentCase[])('%s', (_, ago, [notBefore, notAfter], over = {}) =>
    expect(momentOf({ ...look, ...over }, modified(ago))).toEqual({
      notBefore: START + notBefore * SECOND,
      notAfter: START + notAfter * SECOND,
    }),
  );
  test('is known to the millisecond', () =>
    expect(momentOf(look, modified(30).replace('.000001', '.250000'))).toEqual({
      notBefore: START - 30 * SECOND,
      notAfter: START,
    }));
  test('of the hour that happened twice is the later one at the latest', () => {
    const autumn = { ...look, zone: 'Europe/Berlin', at: Date.UTC(2026, 9, 26), since: Date.UTC(2026, 9, 24) };
    expect(momentOf(autumn, '2026-10-25 02:30:00').notAfter).toBe(Date.UTC(2026, 9, 25, 1, 31));
  });
});
