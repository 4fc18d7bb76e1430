import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { findBrand } from '@biolistener/brands';
import { DEVICE_COMMAND } from '@biolistener/erpnext';
import { DEFAULT_ROSTER_SETTINGS } from '@biolistener/roster';
import { deskCommands } from '../../src/desk/make-commands.ts';
import { until } from '../helpers/bench.ts';
import { DeskBench, sn, ZONE } from './desk-bench.ts';

jest.setTimeout(120_000);
let bench: DeskBench;

afterEach(() => bench.close());

const order = async (type: string, more: object = {}, who = bench.people): Promise<string> => {
  const doc = { device: 'DESK0001', type, door_order: 1, manager_order: 1, ...more };
  return String((await who.create(DEVICE_COMMAND, doc)).data['name']);
};
const field = (name: string, of: string): unknown => bench.doc(DEVICE_COMMAND, name)?.[of];
const status = (name: string) => field(name, 'status');
const isTold = (name: string) => Boolean(field(name, 'asked_by'));

describe('a door', () => {
  const SECOND = 1000;
  const rules = () =>
    deskCommands({
      store: bench.store,
      rulesOf: (brand) => findBrand(brand)?.roster,
      settings: () => DEFAULT_ROSTER_SETTINGS,
      now: () => bench.now(),
    });
  const opened = async (isToldAfterMs: number, zone = ZONE) => {
    bench = await DeskBench.open();
    await bench.device('DESK0001', { brand: 'aiface' });
    const name = await order('Open Door', {}, bench.as('door'));
    bench.now = () => Date.now() + isToldAfterMs;
    await bench.started({ ...rules(), site: { isReady: () => true, zone: () => zone } });
    await until(() => isTold(name), 'looked at');
    return name;
  };
  const taken = async () => {
    const how = { limit: 1, maxBytes: 1e6, now: bench.now(), leaseMs: 1e4, isOneOutstanding: true };
    return (await bench.store.takeCommands(sn('DESK0001'), how)).map(({ kind }) => kind);
  };

  test('that was ordered while nobody listened stays shut, and the order says so', async () => {
    const name = await opened(12 * 3600 * SECOND);
    expect([status(name), field(name, 'response')]).toEqual(['Failed', expect.stringMatching(/^Too late/)]);
    expect([await bench.commandsOf(name), await taken()]).toEqual([[], []]);
  });

  test('that was ordered just now opens, for no longer than a minute after the order', async () => {
    const at = Date.now();
    const name = await opened(20 * SECOND);
    const [command] = await bench.commandsOf(name);
    expect(status(name)).toBe('Pending');
    expect(command!.deadline).toBeLessThanOrEqual(at + 60 * SECOND);
    expect(await taken()).toEqual(['door.open']);
  });

  test('that was ordered in the future by our clock stays shut', async () => {
    const name = await opened(0, 'UTC');
    expect([status(name), field(name, 'response')]).toEqual(['Failed', expect.stringContaining('clocks')]);
    expect(await taken()).toEqual([]);
  });
});
