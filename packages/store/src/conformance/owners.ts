import { describe, expect, test } from '@jest/globals';
import {
  asPin,
  judgeOwner,
  type Instant,
  type LocalDate,
  type OwnerVerdict,
  type PinForm,
  type PinPeriod,
} from '@biolistener/core';
import type { MirroredEmployee, MirrorLook, Store } from '../contract/index.ts';
import { approve, contactOf, DAY, MINUTE, OTHER_SN, personOf, SN, T0, TARGET } from './builders.ts';
import type { Subject } from './harness.ts';

const FIELD = 'attendance_device_id';
const day = (text: string): LocalDate => text as LocalDate;
/** Saved at T0 + minutes, in UTC. */
const savedAt = (minutes: number): string =>
  `${new Date(T0 + minutes * MINUTE).toISOString().slice(0, 19).replace('T', ' ')}.000123`;

const employee = (
  name: string,
  idValue: string | undefined,
  with_: Partial<MirroredEmployee> = {},
): MirroredEmployee => ({
  name,
  employeeName: `Person ${name}`,
  idValue,
  status: 'Active',
  modified: savedAt(-1000),
  ...with_,
});

/** A look `minutes` after T0, when the one before was ten minutes earlier. */
const lookAt = (minutes: number, with_: Partial<MirrorLook> = {}): MirrorLook => ({
  idField: FIELD,
  at: T0 + minutes * MINUTE,
  since: T0 + (minutes - 10) * MINUTE,
  sinceAll: T0 - DAY,
  zone: 'UTC',
  ...with_,
});
const FIRST = lookAt(-500, { since: undefined, sinceAll: undefined });

const owners = (store: Store, pin = '7', form: PinForm = 'text', field = FIELD): Promise<PinPeriod[]> =>
  store.ownersOf(TARGET, field, asPin(pin), form);
const verdict = async (store: Store, instant: Instant, pin = '7'): Promise<OwnerVerdict> =>
  judgeOwner(await owners(store, pin), { from: instant, to: instant }, { site: 'UTC', terminal: 'UTC' });
const one = (name: string): OwnerVerdict => ({ kind: 'one', employee: name });

export function pinOwners(subject: () => Subject): void {
  test('whoever the first look shows had the PIN since ever; a change later is dated by what was saved when', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7'), employee('E2', undefined)], FIRST);
    const moved = [employee('E1', undefined, { modified: savedAt(3) }), employee('E2', '7', { modified: savedAt(4) })];
    expect((await store.putEmployees(TARGET, moved, lookAt(10))).changedIdValues).toEqual(['7']);
    const at = (minutes: number) => T0 + minutes * MINUTE;
    const [first, second] = await owners(store);
    expect(first).toEqual({
      ...{ kind: 'site', idValue: '7', employee: 'E1', from: undefined, leftOn: undefined },
      until: { notBefore: T0, notAfter: at(4) },
    });
    expect(second).toMatchObject({ employee: 'E2', from: { notBefore: T0, notAfter: at(5) }, until: undefined });
    expect((await store.putEmployees(TARGET, moved, lookAt(20))).changedIdValues).toEqual([]);
    expect(await owners(store)).toEqual([first, second]);
  });

  test('a first look that was broken off, and shows another with the PIN now, makes neither an owner since ever', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', undefined), employee('E2', '7')], FIRST);
    const moved = [employee('E1', '7', { modified: savedAt(3) }), employee('E2', undefined, { modified: savedAt(3) })];
    await store.putEmployees(TARGET, moved, { ...FIRST, at: T0 + 10 * MINUTE });
    const at = [-600, 2, 20].map((minutes) => T0 + minutes * MINUTE);
    const verdicts = await Promise.all(at.map((instant) => verdict(store, instant)));
    expect(verdicts).toMatchObject([{ kind: 'unsure' }, { kind: 'unsure' }, one('E1')]);
  });

  test('two whom the first look shows with one PIN both had it since ever', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7'), employee('E2', '7')], FIRST);
    expect(await verdict(store, T0 - 30 * DAY)).toEqual({ kind: 'conflict', employees: ['E1', 'E2'] });
    await store.putEmployees(TARGET, [employee('E1', undefined, { modified: savedAt(3) })], lookAt(10));
    expect(await verdict(store, T0 - 30 * DAY)).toEqual(one('E2'));
  });

  test('each field and each target has a history of its own; without a look there is none', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7')]);
    expect(await owners(store)).toEqual([]);
    await store.putEmployees(TARGET, [employee('E1', '7')], FIRST);
    await store.putEmployees(TARGET, [employee('E2', '7')], { ...FIRST, idField: 'employee_number' });
    await store.putEmployees('site-2', [employee('E3', '7')], FIRST);
    expect((await owners(store)).map((period) => period.employee)).toEqual(['E1']);
    expect((await owners(store, '7', 'text', 'employee_number')).map((period) => period.employee)).toEqual(['E2']);
  });

  test('numbers are found in every spelling, text in its own', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7'), employee('E2', '007'), employee('E3', '07A')], FIRST);
    await store.putPerson(
      personOf({ pin: asPin('0007'), employee: 'E4', validFrom: day('2026-03-01') }),
      'cli:root',
      T0,
    );
    const found = async (pin: string, form: PinForm) =>
      (await owners(store, pin, form)).map((period) => period.employee);
    expect(await found('7', 'number')).toEqual(['E1', 'E2', 'E4']);
    expect(await found('7', 'text')).toEqual(['E1']);
    expect(await found('007', 'text')).toEqual(['E2']);
    expect(await found('7A', 'number')).toEqual([]);
  });

  test('the PINs of an employee are those of now and before, and those of persons with dates', async () => {
    const { store } = subject();
    const pins = async (name: string) => (await store.pinsOf(TARGET, FIELD, name)).sort();
    await store.putEmployees(TARGET, [employee('E1', '007'), employee('E2', '8')], FIRST);
    await store.putEmployees(TARGET, [employee('E1', '9', { modified: savedAt(5) })], lookAt(10));
    await store.putEmployees(TARGET, [employee('E1', '5')], { ...FIRST, idField: 'employee_number' });
    const dated = personOf({ pin: asPin('0042'), employee: 'E1', validFrom: day('2026-03-01') });
    await store.putPerson(dated, 'cli:root', T0);
    await store.putPerson(personOf({ pin: asPin('43'), employee: 'E1' }), 'cli:root', T0);
    expect(await pins('E1')).toEqual(['0042', '007', '9']);
    await store.putPerson({ ...dated, employee: 'E2' }, 'cli:root', T0 + MINUTE);
    expect([await pins('E1'), await pins('E2')]).toEqual([
      ['0042', '007', '9'],
      ['0042', '8'],
    ]);
    expect(await pins('E3')).toEqual([]);
  });

  test('an answer that a newer one overtook changes nothing', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7')], FIRST);
    await store.putEmployees(TARGET, [employee('E1', '8', { modified: savedAt(5) })], lookAt(10));
    await store.putEmployees(TARGET, [employee('E1', '7')], lookAt(11));
    expect(await verdict(store, T0 + 20 * MINUTE, '8')).toEqual(one('E1'));
    expect(await verdict(store, T0 + 20 * MINUTE)).toEqual({ kind: 'nobody' });
  });

  test('another status of an employee concerns every PIN that they ever had', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7')], FIRST);
    await store.putEmployees(TARGET, [employee('E1', '8', { modified: savedAt(5) })], lookAt(10));
    const inactive = employee('E1', '8', { modified: savedAt(15), status: 'Inactive' });
    expect((await store.putEmployees(TARGET, [inactive], lookAt(20))).changedIdValues.sort()).toEqual(['7', '8']);
  });

  describe('who left', () => {
    const left = (leftOn: string | undefined, minutes: number) =>
      employee('E1', '7', {
        ...{ status: 'Left', modified: savedAt(minutes) },
        leftOn: leftOn === undefined ? undefined : day(leftOn),
      });

    test('had the PIN to the end of the last day, which may be corrected', async () => {
      const { store } = subject();
      await store.putEmployees(TARGET, [employee('E1', '7')], FIRST);
      expect((await store.putEmployees(TARGET, [left('2026-03-09', 5)], lookAt(10))).changedIdValues).toEqual(['7']);
      expect(await verdict(store, T0 + DAY)).toEqual({ kind: 'left', employee: 'E1', leftOn: '2026-03-09' });
      expect((await store.putEmployees(TARGET, [left('2026-03-10', 15)], lookAt(20))).changedIdValues).toEqual(['7']);
      expect(await verdict(store, T0 + DAY)).toEqual(one('E1'));
    });

    test('and came back after it was away in between; before it, leaving was taken back', async () => {
      const { store } = subject();
      await store.putEmployees(TARGET, [left('2026-03-08', -600)], FIRST);
      await store.putEmployees(TARGET, [employee('E1', '7', { modified: savedAt(5) })], lookAt(10));
      expect(await verdict(store, T0 - 10 * MINUTE)).toMatchObject({ kind: 'left' });
      expect(await verdict(store, T0 + 20 * MINUTE)).toEqual(one('E1'));
      await store.putEmployees(TARGET, [left('2026-03-31', 25)], lookAt(30));
      await store.putEmployees(TARGET, [employee('E1', '7', { modified: savedAt(35) })], lookAt(40));
      expect(await verdict(store, T0 + 30 * DAY)).toEqual(one('E1'));
      expect(await owners(store)).toHaveLength(2);
    });

    test('without a day, left when that was seen; at first sight nothing of it is sure', async () => {
      const { store } = subject();
      await store.putEmployees(
        TARGET,
        [employee('E1', '7'), { ...left(undefined, -600), name: 'E2', idValue: '8' }],
        FIRST,
      );
      await store.putEmployees(TARGET, [left(undefined, 5)], lookAt(10));
      const kinds = async (pin: string, ...minutes: number[]) =>
        Promise.all(minutes.map(async (minute) => (await verdict(store, T0 + minute * MINUTE, pin)).kind));
      expect(await kinds('7', -1, 3, 20)).toEqual(['one', 'unsure', 'nobody']);
      expect(await kinds('8', -700, 20)).toEqual(['unsure', 'nobody']);
    });
  });

  test('an employee who is gone lost the PIN at some time after everything was last looked at', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7'), employee('E2', '8')], FIRST);
    await store.keepOnlyEmployees(TARGET, ['E2'], lookAt(10));
    expect(await owners(store)).toMatchObject([{ until: { notBefore: T0 - DAY, notAfter: T0 + 10 * MINUTE } }]);
    expect(await owners(store, '8')).toMatchObject([{ until: undefined }]);
  });

  test('a renamed employee takes the history along; another with the same PIN does not', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '7'), employee('E2', '8')], FIRST);
    await store.putEmployees(TARGET, [employee('E9', '7', { employeeName: 'Person E1' })], lookAt(10));
    await store.putEmployees(
      TARGET,
      [employee('E8', '8', { modified: savedAt(5), employeeName: 'Person E2' })],
      lookAt(10),
    );
    await store.keepOnlyEmployees(TARGET, ['E8', 'E9'], lookAt(10));
    expect(await owners(store)).toMatchObject([{ employee: 'E9', from: undefined, until: undefined }]);
    expect((await owners(store, '8')).map((period) => period.employee)).toEqual(['E2', 'E8']);
  });

  describe('persons', () => {
    const put = (store: Store, employeeName: string, from: string | null, to: string | null, now: Instant) =>
      store.putPerson(
        personOf({
          ...{ pin: asPin('7'), employee: employeeName, origin: 'desk' },
          validFrom: from === null ? null : day(from),
          validTo: to === null ? null : day(to),
        }),
        'desk:hr',
        now,
      );

    test('count with an employee and a date, as long as nobody ends them', async () => {
      const { store } = subject();
      const { id } = await put(store, 'E1', null, null, T0);
      expect(await owners(store)).toEqual([]);
      await put(store, 'E1', '2026-03-01', null, T0);
      expect(await verdict(store, T0)).toEqual(one('E1'));
      await store.endPerson(id, 'desk:hr', T0 + 5);
      expect([await verdict(store, T0 + 4), await verdict(store, T0 + 5)]).toEqual([one('E1'), { kind: 'nobody' }]);
    });

    test.each([
      ['with the same first day, from that moment', '2026-03-01', [one('E1'), one('E1'), one('E2')]],
      ['with a later first day, from there', '2026-03-09', [one('E1'), one('E2'), one('E2')]],
      ['with an earlier first day, as if it had always been so', '2026-02-01', [one('E2'), one('E2'), one('E2')]],
    ])('in whom another employee is put count for that one %s', async (_, from, expected) => {
      const { store } = subject();
      await put(store, 'E1', '2026-03-01', null, T0);
      await put(store, 'E2', from, null, T0);
      const at = [T0 - DAY, T0 - 1, T0];
      expect(await Promise.all(at.map((instant) => verdict(store, instant)))).toEqual(expected);
    });

    test('that say something new about a PIN are told once, until it is cleared', async () => {
      const { store } = subject();
      await put(store, 'E1', null, null, T0);
      expect(await store.listPinNews(10)).toEqual([]);
      const { id } = await put(store, 'E1', '2026-03-01', null, T0);
      await put(store, 'E1', '2026-03-01', null, T0);
      await store.putPerson(personOf({ pin: asPin('7'), name: 'Another Name', origin: 'desk' }), 'desk:hr', T0);
      const news = await store.listPinNews(10);
      expect(news.map(({ pin }) => pin)).toEqual(['7']);
      await store.endPerson(id, 'desk:hr', T0);
      await store.clearPinNews(news[0]?.id ?? 0);
      expect((await store.listPinNews(10)).map(({ pin }) => pin)).toEqual(['7']);
      await store.clearPinNews(Number.MAX_SAFE_INTEGER);
      expect(await store.listPinNews(10)).toEqual([]);
    });
  });

  test('a terminal is told with what counts for PINs', async () => {
    const { store } = subject();
    await approve(store, SN);
    await store.changeTerminal(SN, { settings: { options: { keepLeadingZeros: true } } }, 'cli:root');
    await store.noteContacts([{ ...contactOf(), clockDriftSeconds: -90 }]);
    const expected = { brand: 'test-brand', options: { keepLeadingZeros: true }, clockDriftSeconds: -90 };
    expect(await store.findPinTerminal(SN)).toEqual(expected);
    expect(await store.findPinTerminal(OTHER_SN)).toBeUndefined();
  });
}
