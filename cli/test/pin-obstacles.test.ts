import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asPin, asSerialNumber, punchIdOf, toLocal, type LocalDate, type Punch } from '@biolistener/core';
import { loadSettings } from '@biolistener/config';
import type { MirroredEmployee, ParkReason, Store } from '@biolistener/store';
import { pinObstacles } from '../src/actions/pin-obstacles.ts';
import { withDelivery } from '../src/actions/punch.ts';
import { activeTarget } from '../src/services/with-store.ts';
import { openStore, punch, TARGET, uploadOf, ZONE } from './seed.ts';

const FACE = asSerialNumber('FACE000001');
const DOOR = asSerialNumber('DOOR000002');
const FIELD = 'attendance_device_id';
const NOW = Date.now();
const DAY = 86_400_000;
const dayAt = (days: number): LocalDate => new Date(NOW + days * DAY).toISOString().slice(0, 10) as LocalDate;

let dir = '';
let store: Store;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'obstacles-'));
  store = await openStore(dir);
  await store.upsertTarget({
    ...{ id: TARGET, kind: 'erpnext', url: 'https://erp.example.com', label: 'erp', isActive: true },
    capabilities: { siteZone: ZONE },
  });
  const settings = { zone: ZONE };
  await store.changeTerminal(FACE, { status: 'approved', settings }, 'test', 'ebkn');
  await store.changeTerminal(DOOR, { status: 'approved', settings }, 'test', 'zkteco');
  await look(0, employee('ONE', '0107'), employee('TWO', '2'));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const employee = (name: string, idValue: string | undefined, with_: Partial<MirroredEmployee> = {}) => ({
  ...{ name, employeeName: name, idValue, status: 'Active', modified: '2020-01-01 00:00:00', ...with_ },
});

/** A look at the site, so many days from now. The first one knows nothing of before. */
async function look(days: number, ...rows: MirroredEmployee[]): Promise<void> {
  const at = NOW + (days - 100) * DAY;
  const since = days === 0 ? undefined : at - 1000;
  await store.putEmployees(TARGET, rows, { idField: FIELD, at, since, sinceAll: since, zone: undefined });
}

/** A punch of so many days ago, and how its delivery ended. */
async function made(serialNumber: typeof FACE, pin: string, daysAgo: number, reason?: ParkReason): Promise<Punch> {
  const wall = toLocal(NOW - daysAgo * DAY, ZONE);
  const brand = serialNumber === FACE ? 'ebkn' : 'zkteco';
  const one = { ...punch(pin, wall), serialNumber, brand, id: punchIdOf(serialNumber, [pin, wall]) };
  await store.commitUpload({ ...uploadOf([one]), serialNumber, brand, receivedAt: NOW });
  await store.fanOut(TARGET, 10, NOW);
  const attempt = { at: NOW, ms: 1, status: 200, detail: '' };
  if (reason === undefined) await store.finishDelivery(TARGET, one.id, { ...attempt, outcome: 'created' }, 'CHECKIN-1');
  else await store.parkDelivery(TARGET, one.id, { ...attempt, outcome: 'parked' }, reason);
  return one;
}

async function obstacles(text: string): Promise<string[]> {
  const { settings } = loadSettings({ BIOLISTENER_CONFIG: '', BIOLISTENER_DATA_DIR: dir });
  const [pin, target] = [asPin(text), await activeTarget(store)];
  const lines = await withDelivery(store, target, await store.listPunches({ pin, limit: 10 }));
  return pinObstacles({ store, settings }, target, pin, lines);
}

describe('nothing is in the way of', () => {
  test('a PIN whose zeros the terminal takes off', async () => {
    await made(FACE, '107', 1);
    expect(await obstacles('107')).toEqual([]);
    expect(await obstacles('0107')).toEqual([]); // nobody punched so
  });

  test.each(['Suspended', 'Active'])('an employee with status %s', async (status) => {
    await look(1, employee('TWO', '2', { status }));
    await made(DOOR, '2', 1);
    expect(await obstacles('2')).toEqual([]);
  });

  test('a PIN that a person has by dates, whatever the site says', async () => {
    const person = { pin: asPin('9001'), employee: 'TWO', validFrom: dayAt(-30), origin: 'cli' } as const;
    await store.putPerson(person, 'cli:test', NOW);
    expect(await obstacles('9001')).toEqual([]);
    await made(DOOR, '9001', 1);
    expect(await obstacles('9001')).toEqual([]);
  });

  test('anybody, while no employee is known', async () => {
    await store.keepOnlyEmployees(TARGET, []);
    expect(await obstacles('55')).toEqual([]);
  });
});

describe('what is in the way is told', () => {
  test('of a PIN that nobody has, once, where all terminals read it so', async () => {
    const said = [
      'No employee of https://erp.example.com has "55" in the field attendance_device_id. Put it there; what is parked then goes by itself.',
    ];
    expect(await obstacles('55')).toEqual(said);
    await made(DOOR, '55', 1, 'unknown-pin');
    await made(FACE, '55', 2, 'unknown-pin');
    expect(await obstacles('55')).toEqual(said);
  });

  test('of a PIN that one terminal reads as that of another, without making it ambiguous at the others', async () => {
    expect(await obstacles('107')).toEqual([]); // one of them finds somebody, and nobody punched yet
    await made(DOOR, '107', 1, 'unknown-pin');
    const [said, ...others] = await obstacles('107');
    expect(said).toMatch(/^No employee of .* has "107" .*, and ONE with "0107" is somebody else to this terminal\./);
    expect([said, others]).toEqual([expect.not.stringContaining('Put it there'), []]);
  });

  test('of an employee whom ERPNext refuses', async () => {
    await look(1, employee('TWO', '2', { status: 'Inactive' }));
    await made(DOOR, '2', 1);
    expect(await obstacles('2')).toEqual([
      expect.stringMatching(/^TWO is Inactive in ERPNext: its check-ins are refused/),
    ]);
  });

  test('of one who left, with the day', async () => {
    await look(1, employee('TWO', '2', { status: 'Left', leftOn: dayAt(-5) }));
    await made(DOOR, '2', 10);
    await made(DOOR, '2', 1, 'inactive-employee');
    expect(await obstacles('2')).toEqual([
      expect.stringContaining(`TWO left on ${dayAt(-5)}, so a punch made now is parked`),
    ]);
  });

  test('of two spellings that one terminal takes for one PIN', async () => {
    await look(1, employee('THREE', '107'));
    await made(FACE, '107', 1, 'ambiguous-pin');
    const [said, ...others] = await obstacles('107');
    expect(said).toContain('belongs to several employees (ONE with "0107", THREE): leave the PIN with one only');
    expect(others).toEqual([]);
  });

  test('of a PIN that changed hands: of the punch that is parked for it, and not of those since', async () => {
    await look(50, employee('TWO', undefined), employee('THREE', '2'));
    await made(DOOR, '2', 10);
    expect(await obstacles('2')).toEqual([]);
    const then = await made(DOOR, '2', 50, 'ambiguous-pin');
    expect(await obstacles('2')).toEqual([
      expect.stringMatching(
        new RegExp(`^Whose a punch made at ${then.wallTime} is cannot be told.*TWO, THREE.*pin history 2`),
      ),
    ]);
  });

  test('of a PIN whose dates are over', async () => {
    const dates = { validFrom: dayAt(-30), validTo: dayAt(-5) };
    await store.putPerson({ pin: asPin('9001'), employee: 'TWO', origin: 'cli', ...dates }, 'cli:test', NOW);
    await made(DOOR, '9001', 10);
    expect(await obstacles('9001')).toEqual([expect.stringContaining('A punch made now belongs to nobody')]);
  });
});
