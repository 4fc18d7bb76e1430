import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { TallyCounter } from './tally.ts';

const open = () => {
  const registry = new Registry();
  const counter = new TallyCounter({
    name: 'things_total',
    help: 'Things.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return { registry, counter };
};

test('tallies are added up when somebody looks, and never twice', async () => {
  const { registry, counter } = open();
  const [a, b] = [counter.tally({ kind: 'a' }), counter.tally({ kind: 'b' })];
  a.inc();
  a.inc();
  b.inc(40);
  expect(await registry.metrics()).toContain('things_total{kind="a"} 2\nthings_total{kind="b"} 40');
  a.inc();
  expect((await counter.get()).values.map(({ value }) => value)).toEqual([3, 40]);
  expect((await counter.get()).values.map(({ value }) => value)).toEqual([3, 40]);
});

test('what nobody counted yet is not shown, and two tallies of the same labels are one number', async () => {
  const { counter } = open();
  const twins = [counter.tally({ kind: 'a' }), counter.tally({ kind: 'a' })];
  expect((await counter.get()).values).toEqual([]);
  for (const twin of twins) twin.inc();
  expect((await counter.get()).values).toMatchObject([{ value: 2 }]);
});
