import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asPin, DEFAULT_LOG_TYPE_POLICY, toLocal, type LocalDate } from '@biolistener/core';
import { ErpNextClient } from '@biolistener/erpnext';
import { Bench, until, ZONE } from './helpers/bench.ts';

// One person under several PINs, with a policy that goes by what came before: what waits is delivered by its time.

jest.setTimeout(60_000);

const SEVEN = 'HR-EMP-00007';
const HOUR = 3_600_000;

let bench: Bench;
let admin: ErpNextClient;

beforeEach(async () => {
  bench = await Bench.open();
  bench.settings = { ...bench.settings, logTypePolicy: { ...DEFAULT_LOG_TYPE_POLICY, kind: 'alternate' } };
  admin = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
});
afterEach(async () => {
  admin.close();
  await bench.close();
});

const setPin = (employee: string, pin: string): Promise<void> =>
  admin.update('Employee', employee, { attendance_device_id: pin });

const ALTERNATING = [
  `${SEVEN} 2026-03-09 08:00:00 IN`,
  `${SEVEN} 2026-03-09 12:00:00 OUT`,
  `${SEVEN} 2026-03-09 12:30:00 IN`,
  `${SEVEN} 2026-03-09 17:00:00 OUT`,
];

test('a backlog in two spellings of a PIN is delivered in the order of its punches', async () => {
  await setPin(SEVEN, '0107');
  await bench.punch(
    ['0107', '2026-03-09 08:00:00'],
    ['107', '2026-03-09 12:00:00', { brand: 'ebkn' }],
    ['0107', '2026-03-09 12:30:00'],
    ['0107', '2026-03-09 17:00:00'],
  );
  await bench.worker();
  await bench.allDone(4);
  expect(bench.checkins()).toEqual(ALTERNATING);
});

test('so is one under a second PIN, that a person with dates gives', async () => {
  const second = { pin: asPin('907'), employee: SEVEN, validFrom: '2026-01-01' as LocalDate, origin: 'desk' as const };
  await bench.store.putPerson(second, 'desk:hr', Date.now());
  // the field of Employee counts no more for whom dates name: both PINs are given by dates
  await bench.store.putPerson({ ...second, pin: asPin('7') }, 'desk:hr', Date.now());
  await bench.punch(
    ['7', '2026-03-09 08:00:00'],
    ['907', '2026-03-09 12:00:00'],
    ['7', '2026-03-09 12:30:00'],
    ['7', '2026-03-09 17:00:00'],
  );
  await bench.worker();
  await bench.allDone(4);
  expect(bench.checkins()).toEqual(ALTERNATING);
});

test('a PIN that is somebody else’s by now takes nothing of theirs along, and they hold nothing back', async () => {
  const worker = await bench.worker();
  const looked = async (): Promise<void> => {
    const moment = Date.now();
    const name = `mirrored.${bench.targetId}.${bench.settings.employeeIdField}`;
    await until(async () => Number(await bench.store.getCursor(name)) > moment, 'the mirror looked');
  };
  await looked();
  await setPin(SEVEN, '107');
  await setPin('HR-EMP-00008', '7');
  await looked();
  const fault = bench.sandbox.faults.add({ kind: 'maintenance', path: 'Employee Checkin', method: 'POST' });
  // a few seconds either way nobody can tell whose the PIN was
  bench.receivedAt = () => Date.now() + 4 * HOUR;
  const [before, after] = [Date.now() - 10 * HOUR, Date.now() + HOUR];
  const theirs = Array.from({ length: 60 }, (_, i) => ['7', toLocal(after + i * 60_000, ZONE)] as const);
  await bench.punch(['7', toLocal(before, ZONE)], ...theirs, ['107', toLocal(after + 2 * HOUR, ZONE)]);
  await until(() => worker.status().circuit.failures > 0, 'a try');
  bench.sandbox.faults.remove(fault);
  await bench.allDone(62);
  const mine = bench.checkins().filter((row) => row.startsWith(SEVEN));
  expect(mine).toEqual([`${SEVEN} ${toLocal(before, ZONE)} IN`, `${SEVEN} ${toLocal(after + 2 * HOUR, ZONE)} IN`]);
  expect(bench.log.lines.filter((line) => line.startsWith('error') && line.includes('LANE'))).toEqual([]);
});
