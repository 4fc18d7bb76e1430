import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, toLocal, type LocalDate, type PunchId } from '@biolistener/core';
import { ErpNextClient } from '@biolistener/erpnext';
import type { RunningWorker } from '../src/index.ts';
import { Bench, SERIAL, until, ZONE } from './helpers/bench.ts';

jest.setTimeout(60_000);

const [ONE, TWO, THREE] = ['HR-EMP-00001', 'HR-EMP-00002', 'HR-EMP-00003'] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 9, 4); // eight in the morning in the site's zone

let bench: Bench;
let admin: ErpNextClient;
/** Ahead of the machine's clock. */
let jumped: number;
/** The time of the site and of the worker: put forward by the test. */
const now = (): number => Date.now() + jumped;
/**
 * About START, and seven minutes away from every quarter hour of the machine's clock: an answer's Date header is of the
 * machine, and a site whose clock disagrees with its zone by whole quarter hours gets nothing.
 */
const jumpToStart = (): number => Math.floor((START - Date.now()) / (15 * MINUTE)) * 15 * MINUTE + 7 * MINUTE;

beforeEach(async () => {
  jumped = jumpToStart();
  bench = await Bench.open({ sandbox: { now: () => new Date(now()) } });
  admin = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  await drift(0);
});
afterEach(async () => {
  admin.close();
  await bench.close();
});

const drift = (clockDriftSeconds: number): Promise<void> =>
  bench.store.noteContacts([{ serialNumber: SERIAL, at: now(), address: '127.0.0.1', clockDriftSeconds }]);
const worker = (): Promise<RunningWorker> => bench.worker({ clock: { now, random: () => 0.1 } });
const set = (employee: string, changes: object): Promise<void> => admin.update('Employee', employee, changes);

/** Until a look that began after this moment is through. */
async function looked(): Promise<void> {
  const moment = now();
  const name = `mirrored.${bench.targetId}.${bench.settings.employeeIdField}`;
  await until(async () => Number(await bench.store.getCursor(name)) > moment, 'the mirror looked');
}

/** Puts the clock forward, and lets the mirror see that nothing changed until then. */
async function later(ms: number): Promise<void> {
  jumped += ms;
  await looked();
}

/** Punches at these instants; answers their ids. */
const punch = (pin: string, ...instants: number[]): Promise<PunchId[]> =>
  bench.punch(...instants.map((instant) => [pin, toLocal(instant, ZONE)] as const));
const credited = async (id: PunchId | undefined): Promise<string | undefined> => (await bench.delivery(id!))?.employee;
const detail = async (id: PunchId | undefined): Promise<string> => (await bench.delivery(id!))?.detail ?? '';

describe('a PIN that goes from one employee to another', () => {
  let movedAt: number;
  beforeEach(async () => {
    await worker();
    await looked();
    await later(HOUR);
    await set(ONE, { attendance_device_id: '' });
    movedAt = now();
    await set(TWO, { attendance_device_id: '1' });
    await later(HOUR);
  });

  test('credits each with the punches of their time, whenever they arrive', async () => {
    const [old, fresh] = await punch('1', movedAt - 30 * MINUTE, movedAt + 30 * MINUTE);
    await bench.allDone(2);
    expect([await credited(old), await credited(fresh)]).toEqual([ONE, TWO]);
    const [older] = await punch('1', movedAt - 45 * MINUTE);
    await bench.allDone(3);
    expect(await credited(older)).toBe(ONE);
  });

  test('parks what was punched about then, also as far as the clock of the terminal is wrong', async () => {
    const [near] = await punch('1', movedAt);
    expect(await bench.allParked([near!])).toEqual(['ambiguous-pin']);
    expect(await detail(near)).toMatch(/"1" went between HR-EMP-00001, HR-EMP-00002, and the time of this punch/);
    await drift(-900);
    const [drifted] = await punch('1', movedAt + 10 * MINUTE);
    expect(await bench.allParked([drifted!])).toEqual(['ambiguous-pin']);
    const [clear] = await punch('1', movedAt + 20 * MINUTE);
    await bench.allDone(1);
    expect(await credited(clear)).toBe(TWO);
  });

  test('parks a punch of an implausible clock, even when somebody retries it by name', async () => {
    const [id] = await bench.punch(['1', '2009-01-01 08:00:00', { flags: ['clock-implausible'] }]);
    expect(await bench.allParked([id!])).toEqual(['clock-implausible']);
    await bench.store.unpark(bench.targetId, { punchIds: [id!] });
    await until(async () => (await bench.delivery(id!))?.reason === 'ambiguous-pin', 'judged');
    expect(await detail(id)).toContain('the clock of the terminal does not tell');
  });

  test('lets go what was parked once somebody says by dates whose it is', async () => {
    const [near] = await punch('1', movedAt);
    expect(await bench.allParked([near!])).toEqual(['ambiguous-pin']);
    const dates = { validFrom: '2026-03-09' as LocalDate, validTo: '2026-03-09' as LocalDate };
    await bench.store.putPerson({ pin: asPin('1'), employee: TWO, origin: 'desk', ...dates }, 'desk:hr', now());
    await bench.allDone(1);
    expect(bench.checkins()).toEqual([`${TWO} ${toLocal(movedAt, ZONE)}`]);
  });
});

test('check-ins that were made before the mirror knew are named to somebody', async () => {
  await worker();
  await looked();
  const fault = bench.sandbox.faults.add({ kind: 'maintenance', method: 'GET', path: 'resource/Employee$' });
  await set(ONE, { attendance_device_id: '' });
  await set(TWO, { attendance_device_id: '1' });
  const [id] = await punch('1', now() + MINUTE); // terminals tell whole seconds
  await bench.allDone(1);
  bench.sandbox.faults.remove(fault);
  await looked();
  const warning = (): string | undefined => bench.log.lines.find((line) => line.includes('while their PIN went'));
  await until(() => warning() !== undefined, 'somebody is told');
  expect(warning()).toContain(id!);
  expect(warning()).toContain(ONE);
});

describe('an employee who left', () => {
  const last = Date.UTC(2026, 2, 5, 20); // midnight after the last day, in the site's zone

  test('gets no punches after the last day, which the reason says', async () => {
    await set(THREE, { status: 'Left', relieving_date: '2026-03-05' });
    await worker();
    const [on, after] = await punch('3', last - MINUTE, last + MINUTE);
    expect(await bench.allParked([after!])).toEqual(['inactive-employee']);
    expect(await detail(after)).toContain(`${THREE} left on 2026-03-05`);
    await bench.allDone(1);
    expect(await credited(on)).toBe(THREE);
    await set(THREE, { relieving_date: '2026-03-06' });
    await bench.allDone(2);
  });

  test('and was hired again gets those after that, not those in between', async () => {
    await set(THREE, { status: 'Left', relieving_date: '2026-03-05' });
    await worker();
    await looked();
    await set(THREE, { status: 'Active', relieving_date: '' });
    await later(HOUR);
    const [between, back] = await punch('3', last + HOUR, now() - 20 * MINUTE);
    await bench.allDone(1);
    expect(await credited(back)).toBe(THREE);
    expect(await bench.allParked([between!])).toEqual(['inactive-employee']);
  });

  test('gives the PIN to a successor who gets none of the old punches', async () => {
    await worker();
    await looked();
    await set(THREE, { status: 'Left', relieving_date: '2026-03-08', attendance_device_id: '' });
    await set(TWO, { attendance_device_id: '3' });
    await later(HOUR);
    const [old, gap, fresh] = await punch('3', last, now() - 4 * HOUR, now() - 20 * MINUTE);
    await bench.allDone(2);
    expect([await credited(old), await credited(fresh)]).toEqual([THREE, TWO]);
    expect(await bench.allParked([gap!])).toEqual(['inactive-employee']);
  });
});

describe('two employees with one PIN', () => {
  beforeEach(async () => {
    bench.settings = { ...bench.settings, employeeIdField: 'grade' }; // any field that need not be unique
    for (const name of ['77', '78'])
      await admin.create('Employee Grade', { name, __newname: name }).catch(() => undefined);
    await set(ONE, { grade: '77' });
    await set(TWO, { grade: '77' });
    await worker();
    await later(HOUR);
  });

  test('park the punch, naming both, until it is left with one', async () => {
    const [id] = await punch('77', now());
    expect(await bench.allParked([id!])).toEqual(['ambiguous-pin']);
    expect(await detail(id)).toContain(`belongs to ${ONE}, ${TWO}`);
    await set(ONE, { grade: '' });
    await bench.allDone(1);
    expect(await credited(id)).toBe(TWO);
  });

  test('of the past are settled by dates', async () => {
    const during = now();
    await later(HOUR);
    for (const employee of [ONE, TWO]) await set(employee, { grade: '' });
    await set(THREE, { grade: '77' });
    await later(HOUR);
    const [id] = await punch('77', during);
    expect(await bench.allParked([id!])).toEqual(['ambiguous-pin']);
    expect(await detail(id)).toContain(`belonged to ${ONE}, ${TWO} at the same time`);
    const change = { pin: asPin('77'), employee: ONE, validTo: '2026-03-31' as LocalDate, origin: 'desk' as const };
    await bench.store.putPerson(change, 'desk:hr', now());
    await bench.allDone(1);
    expect(await credited(id)).toBe(ONE);
  });
});

describe('leading zeros', () => {
  beforeEach(async () => {
    await set(ONE, { attendance_device_id: '0107' });
    await worker();
    await looked();
  });
  const ebkn = { brand: 'ebkn' };

  test('do not matter to a brand that takes PINs for numbers', async () => {
    const [id] = await bench.punch(['107', '2026-03-09 09:00:00', ebkn]);
    await bench.allDone(1);
    expect(await credited(id)).toBe(ONE);
  });

  test('make two of one spelling a conflict there, and there only', async () => {
    await set(TWO, { attendance_device_id: '107' });
    await later(HOUR);
    const time = toLocal(now() - 10 * MINUTE, ZONE);
    const [numeric] = await bench.punch(['107', time, ebkn]);
    expect(await bench.allParked([numeric!])).toEqual(['ambiguous-pin']);
    const [text] = await bench.punch(['107', toLocal(now() - 5 * MINUTE, ZONE)]);
    await bench.allDone(1);
    expect(await credited(text)).toBe(TWO);
    await set(TWO, { attendance_device_id: '2' });
    await bench.allDone(2);
    expect(await credited(numeric)).toBe(ONE);
  });

  test('matter where the terminal keeps them, and to every other brand', async () => {
    await bench.terminal({ options: { keepLeadingZeros: true } });
    const ids = await bench.punch(['107', '2026-03-09 09:00:00', ebkn], ['107', '2026-03-09 09:01:00']);
    expect(await bench.allParked(ids)).toEqual(['unknown-pin', 'unknown-pin']);
  });
});

test('a renamed employee gets late punches of a time in which the PIN was theirs', async () => {
  await worker();
  await looked();
  const before = now();
  await bench.sandbox.faults.renameEmployee(TWO, 'HR-EMP-90002');
  await punch('2', before - HOUR);
  await bench.allDone(1);
  expect(bench.sandbox.checkins().map((doc) => doc['employee'])).toEqual(['HR-EMP-90002']);
  const periods = await bench.store.ownersOf(bench.targetId, 'attendance_device_id', asPin('2'), 'text');
  expect(periods).toMatchObject([{ employee: 'HR-EMP-90002', until: undefined }]);
});
