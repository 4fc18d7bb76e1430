import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { ErpNextClient } from '@biolistener/erpnext';
import type { SandboxOptions } from '@biolistener/sandbox';
import { WatermarkKeeper } from '../src/watermark-keeper.ts';
import { Bench, SERIAL, until, ZONE } from './helpers/bench.ts';

// Last Sync of Checkin at a site that makes attendance by it: 9 to 18 o'clock, check-outs until 19.

jest.setTimeout(120_000);

const SHIFT = 'Day Shift';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The morning after: 10 o'clock at the site. */
const MORNING = Date.parse('2026-03-10T06:00:00Z');
/** A terminal that was away has settled after so long: that is the margin. */
const SETTLING = 10 * MINUTE;

let bench: Bench;
let client: ErpNextClient;
let keeper: WatermarkKeeper;
let now: number;

async function open(sandbox: SandboxOptions = {}): Promise<void> {
  bench = await Bench.open({ sandbox });
  bench.receivedAt = () => MORNING - SETTLING;
  now = MORNING;
  bench.settings = { ...bench.settings, watermark: { ...bench.settings.watermark, isOn: true } };
  client = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  await client.update('Shift Type', SHIFT, {
    process_attendance_after: '2026-03-09',
    mark_auto_attendance_on_holidays: 1,
    determine_check_in_and_check_out: 'Alternating entries as IN and OUT during the same shift',
  });
  keeper = newKeeper();
}

/** As after a restart: it knows what stands in the store. */
function newKeeper(): WatermarkKeeper {
  const clock = { now: () => now, random: () => 0.5 };
  const site = {
    isReady: () => true,
    zone: () => ZONE,
    hasPunchIdField: () => false,
    lostPunchIdField: () => undefined,
    storesWrongTimes: () => undefined,
  };
  const { store, targetId, log } = bench;
  return new WatermarkKeeper({ store, client, targetId, site, settings: () => bench.settings, clock, log }, 'me');
}

const contact = (at: number, serialNumber = SERIAL): Promise<void> =>
  bench.store.noteContacts([{ serialNumber, at, address: '127.0.0.1' }]);

/** It calls without a gap between these two, and is looked at each time. */
async function stays(from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += SETTLING) {
    await contact(at);
    await keeper.round();
  }
}

/** What came a while ago was all, and it calls on: so it has settled when the morning comes. */
async function settled(): Promise<void> {
  await keeper.round();
  await contact(MORNING);
}

beforeEach(() => open());
afterEach(async () => {
  client.close();
  await bench.close();
});

const lastSync = (): unknown => bench.sandbox.documents('Shift Type')[0]?.['last_sync_of_checkin'] ?? undefined;

/** Attendance as `employee date status`, made as the hourly job would. */
async function attendance(): Promise<string[]> {
  await client.request('POST', `/api/resource/Shift%20Type/${encodeURIComponent(SHIFT)}`, {
    body: { run_method: 'process_auto_attendance' },
  });
  return bench.sandbox
    .documents('Attendance')
    .map((row) => [row['employee'], row['attendance_date'], row['status']].map(String).join(' '))
    .sort();
}

const nineToSix = (pin: string) => [[pin, '2026-03-09 09:00:00'] as const, [pin, '2026-03-09 18:00:00'] as const];

test('it goes up to the last contact less the margin, and attendance is made of what was delivered', async () => {
  await bench.worker();
  await bench.punch(...nineToSix('1'));
  await bench.allDone(2);
  expect(await attendance()).toEqual([]);
  await settled();
  await keeper.round();
  expect(lastSync()).toBe('2026-03-10 09:50:00');
  expect(keeper.status().shifts).toMatchObject([
    { shiftType: SHIFT, what: 'moved', heldBackBy: SERIAL, passedOver: 0 },
  ]);
  expect(await attendance()).toContain('HR-EMP-00001 2026-03-09 Present');
});

test('it is moved once a day and not with every round, and never back', async () => {
  await bench.worker();
  await bench.punch(...nineToSix('1'));
  await bench.allDone(2);
  await settled();
  await keeper.round();
  now += HOUR;
  await stays(MORNING, now);
  expect(lastSync()).toBe('2026-03-10 09:50:00');
  await client.update('Shift Type', SHIFT, { last_sync_of_checkin: '2026-03-10 23:00:00' });
  now += 12 * HOUR; // another end, and somebody was there before us
  await stays(MORNING + HOUR, now);
  expect(lastSync()).toBe('2026-03-10 23:00:00');
  expect(keeper.status().shifts).toMatchObject([{ what: 'no shift has ended since' }]);
});

test('what is on its way holds it back to just before', async () => {
  const worker = await bench.worker();
  await until(() => worker.status().isDelivering, 'delivering');
  const fault = bench.sandbox.faults.add({ kind: 'maintenance', path: 'Employee Checkin' });
  await bench.punch(...nineToSix('1'));
  await until(() => worker.status().circuit.failures > 0, 'a try');
  await settled();
  await keeper.round();
  expect(lastSync()).toBe('2026-03-09 08:49:59');
  expect(await attendance()).toEqual([]);
  bench.sandbox.faults.remove(fault);
  await bench.allDone(2);
  await keeper.round();
  expect(lastSync()).toBe('2026-03-10 09:50:00');
});

test('a PIN that nobody has holds it back for a weekend, and not for ever', async () => {
  await bench.worker();
  const [stranger] = await bench.punch(['99', '2026-03-09 08:59:00'], ...nineToSix('1'));
  await bench.allParked([stranger!]);
  await bench.allDone(2);
  await settled();
  await keeper.round();
  expect(lastSync()).toBe('2026-03-09 08:48:59');
  now = Date.now() + 71 * HOUR; // parked just now, by the worker's clock
  await keeper.round();
  expect(lastSync()).toBe('2026-03-09 08:48:59');
  now += 2 * HOUR;
  await keeper.round();
  expect(lastSync()).toBe('2026-03-10 09:50:00');
  expect(keeper.status().shifts).toMatchObject([{ what: 'moved', passedOver: 1 }]);
  expect(bench.log.lines.join('\n')).toMatch(
    /warn attendance is made without punches that are parked .*"passedOver":1/,
  );
  expect(await attendance()).toContain('HR-EMP-00001 2026-03-09 Present');
  await client.update('Employee', 'HR-EMP-00002', { attendance_device_id: '99' });
  await bench.allDone(3); // late, and yet it goes
});

test('a terminal that was never heard of holds it back, unless others are named for the shift', async () => {
  await bench.worker();
  await bench.punch(...nineToSix('1'));
  await bench.allDone(2);
  await bench.terminal({}, asSerialNumber('NEW0000000001'));
  await settled();
  await keeper.round();
  expect(lastSync()).toBeUndefined();
  expect(keeper.status().shifts).toMatchObject([
    { heldBackBy: 'NEW0000000001', what: 'a terminal was never heard of' },
  ]);
  const { watermark } = bench.settings;
  bench.settings = { ...bench.settings, watermark: { ...watermark, feeds: { [SHIFT]: [SERIAL] } } };
  await keeper.round();
  expect(lastSync()).toBe('2026-03-10 09:50:00');
});

test('it is left alone where Frappe HR moves it, and where nobody asked for it', async () => {
  client.close();
  await bench.close();
  await open({ newerHrms: true });
  await bench.worker();
  await bench.punch(...nineToSix('1'));
  await bench.allDone(2);
  await client.update('Shift Type', SHIFT, { auto_update_last_sync: 1 });
  await keeper.round();
  expect(keeper.status().shifts).toMatchObject([{ what: 'HRMS moves it by itself (Auto Update Last Sync)' }]);
  await client.update('Shift Type', SHIFT, { auto_update_last_sync: 0 });
  bench.settings = { ...bench.settings, watermark: { ...bench.settings.watermark, isOn: false } };
  await keeper.round();
  expect(lastSync()).toBeUndefined();
});

describe('a terminal that was away for two days', () => {
  /** Ten o'clock, two days later. */
  const BACK = MORNING + 48 * HOUR;
  const backlog = [['1', '2026-03-10 09:00:00'] as const, ['1', '2026-03-10 18:00:00'] as const];

  beforeEach(async () => {
    await bench.worker();
    await bench.punch(...nineToSix('1'));
    await bench.allDone(2);
    await settled();
    await keeper.round();
    now = BACK;
    await contact(BACK);
  });

  test('proves nothing by its first poll, whoever looks, and everything once it stayed and all had come', async () => {
    await keeper.round();
    expect(lastSync()).toBe('2026-03-10 09:50:00');
    expect(keeper.status().shifts).toMatchObject([{ heldBackBy: SERIAL, what: expect.stringContaining('was away') }]);
    keeper = newKeeper();
    await contact(BACK + 5 * MINUTE);
    await keeper.round();
    expect(lastSync()).toBe('2026-03-10 09:50:00');
    bench.receivedAt = () => BACK + 6 * MINUTE;
    await bench.punch(...backlog);
    await bench.allDone(4);
    await contact(BACK + 12 * MINUTE); // six minutes after the backlog: more of it may come
    await keeper.round();
    expect(lastSync()).toBe('2026-03-10 09:50:00');
    now = BACK + 20 * MINUTE;
    await contact(now);
    await keeper.round();
    expect(lastSync()).toBe('2026-03-12 10:10:00');
    expect(await attendance()).toContain('HR-EMP-00001 2026-03-10 Present');
  });

  test('and fell silent again proves nothing either', async () => {
    await keeper.round();
    await contact(BACK + 30 * MINUTE);
    await keeper.round();
    await contact(BACK + 60 * MINUTE);
    await keeper.round();
    expect(lastSync()).toBe('2026-03-10 09:50:00');
  });

  test('and sent rows that nobody can read holds until they are dealt with', async () => {
    await keeper.round();
    const piece = {
      ...{ reason: 'ZK_ATTLOG_TIME', detail: 'x', table: 'ATTLOG', digest: 'd', size: 1, isSensitive: false },
      ...{ sealed: { keyId: 'k', bytes: new Uint8Array(1) }, request: {} },
    };
    bench.receivedAt = () => BACK + MINUTE;
    await bench.punch(...backlog);
    await bench.store.commitUpload({
      ...{ correlationId: 'test', serialNumber: SERIAL, brand: 'zkteco-push', operation: 'x', remoteAddress: '' },
      ...{ punches: [], users: [], templates: [], photos: [], operations: [], results: [] },
      ...{ receivedAt: BACK + MINUTE, parked: [piece] },
    });
    await bench.allDone(4);
    await stays(BACK + MINUTE, BACK + HOUR);
    expect(lastSync()).toBe('2026-03-10 09:50:00');
    const [parked] = await bench.store.listParked({ limit: 1 });
    await bench.store.setParkedState(parked!.id, 'discarded', 'cli:root');
    now = BACK + HOUR;
    await keeper.round();
    expect(lastSync()).toBe('2026-03-12 10:41:00');
  });
});
