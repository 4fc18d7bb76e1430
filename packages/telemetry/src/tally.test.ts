import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { TallyCounter, TallyHistogram } from './tally.ts';

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

describe('a histogram', () => {
  const options = { name: 'waits_seconds', help: 'Waits.', labelNames: ['kind'] as const, buckets: [0.01, 0.1, 1] };

  test('says what one of prom-client says of the same numbers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(0, 0.01, 0.02, 0.1, 1, 7))),
        async (seen) => {
          const [ours, theirs] = [new Registry(), new Registry()];
          const histogram = new TallyHistogram({ ...options, registers: [ours] });
          const other = new Histogram({ ...options, labelNames: [...options.labelNames], registers: [theirs] });
          const spreads = { a: histogram.spread({ kind: 'a' }), b: histogram.spread({ kind: 'b' }) };
          for (const [kind, value] of seen.toSorted()) {
            spreads[kind].observe(value);
            other.observe({ kind }, value);
          }
          expect(await ours.metrics()).toBe(await theirs.metrics());
        },
      ),
    ));

  test('is counted on after it was looked at, and forgets when it is told to', async () => {
    const registry = new Registry();
    const spread = new TallyHistogram({ ...options, registers: [registry] }).spread({ kind: 'a' });
    spread.observe(0.05);
    await registry.metrics();
    spread.observe(5);
    expect(await registry.metrics()).toContain('waits_seconds_count{kind="a"} 2');
    registry.resetMetrics();
    expect(await registry.metrics()).not.toContain('kind');
  });
});
