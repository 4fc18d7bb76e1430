import { afterEach, expect, jest, test } from '@jest/globals';
import { DEVICE } from '@biolistener/erpnext';
import { until } from '../helpers/bench.ts';
import { DeskBench, sn, ZONE } from './desk-bench.ts';

jest.setTimeout(120_000);
let bench: DeskBench;

afterEach(() => bench.close());

test('what a person empties in Desk is in force no longer, and what others say then stays', async () => {
  bench = await DeskBench.open();
  await bench.hear();
  await bench.device('DESK0001', { device_id: 'GATE-1', branch: 'Main Branch' });
  await bench.started();
  await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told');
  expect(await bench.terminal('DESK0001')).toMatchObject({ deviceId: 'GATE-1', place: 'Main Branch', zone: ZONE });
  await bench.people.update(DEVICE, 'DESK0001', { device_id: '', branch: '', time_zone: '' });
  await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Pending', 'not approved');
  const { deviceId, place, zone, status } = (await bench.terminal('DESK0001'))!;
  expect([deviceId, place, zone, status]).toEqual([undefined, undefined, undefined, 'pending']);
  const settings = { zone: ZONE, place: 'Yard' };
  await bench.store.changeTerminal(sn('DESK0001'), { status: 'approved', settings }, 'cli:test');
  await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told of the CLI');
  expect(await bench.terminal('DESK0001')).toMatchObject({ place: 'Yard', zone: ZONE, status: 'approved' });
});
