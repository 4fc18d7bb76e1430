import { expect, test } from '@jest/globals';
import { everyFault, FaultPlan, isFaultName } from './faults.ts';
import { planFleet, shareOut } from './fleet-plan.ts';
import { Random } from './random.ts';

test('shares add up to the count', () => {
  expect(shareOut(20, { zkteco: 3, ebkn: 1 })).toEqual({ zkteco: 15, ebkn: 5, aiface: 0 });
  expect(shareOut(1, { ebkn: 1 })).toEqual({ zkteco: 0, ebkn: 1, aiface: 0 });
  expect(shareOut(10, { zkteco: 1, ebkn: 1, aiface: 1 })).toEqual({ zkteco: 4, ebkn: 3, aiface: 3 });
  expect(() => shareOut(3, {})).toThrow(RangeError);
});

test('profiles take turns, serial numbers differ, and the odd profiles come only when named', () => {
  const plan = planFleet(40, { zkteco: 1, ebkn: 1 }, undefined, new Random(1));
  expect(new Set(plan.map((each) => each.serialNumber)).size).toBe(40);
  expect(new Set(plan.filter((each) => each.brand === 'zkteco').map((each) => each.profile)).size).toBe(11);
  expect(plan.some((each) => each.profile === 'hostile' || each.profile === 'm50')).toBe(false);
  expect(planFleet(2, { ebkn: 1 }, ['m50'], new Random(1)).map((each) => each.profile)).toEqual(['m50', 'm50']);
  expect(() => planFleet(2, { zkteco: 1 }, ['m50'], new Random(1))).toThrow(RangeError);
});

test('faults are drawn by name and counted', () => {
  const told: string[] = [];
  const plan = new FaultPlan({ 'lost-reply': 1 }, new Random(1), (name) => told.push(name));
  expect([plan.happens('lost-reply'), plan.happens('hang-up'), plan.happens('lost-reply')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(plan.counts.get('lost-reply')).toBe(2);
  expect(told).toEqual(['lost-reply', 'lost-reply']);
  expect(isFaultName('lost-reply')).toBe(true);
  expect(isFaultName('toString')).toBe(false);
  expect(Object.values(everyFault(0.5)).every((rate) => rate === 0.5)).toBe(true);
});
