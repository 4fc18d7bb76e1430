import { expect, test } from '@jest/globals';
import type { Brand, Outcome } from '@biolistener/wire';
import { benchOf, brandOf, identityOf, inputOf, SN, T0, textOf } from '../test/kit.ts';
import type { ListenerDeps } from './deps.ts';
import { arrivalOf, reply } from './request.ts';

async function labelsAfter(operations: readonly string[], kinds: readonly Outcome['kind'][] = ['idle']) {
  const { deps } = await benchOf();
  for (const operation of operations) for (const kind of kinds) replyTo(operation, { kind } as Outcome, deps); // no more is needed to count it
  const { values } = await deps.metrics.requests.get();
  return values.map(({ labels, value }) => ({ operation: String(labels.operation), outcome: labels.outcome, value }));
}

const replyTo = (operation: string, outcome: Outcome, deps: ListenerDeps, brand: Brand = brandOf()) =>
  reply({ input: inputOf(), brand, identity: identityOf({ operation }), serialNumber: SN }, undefined, outcome, deps);

test('a request is counted by its operation and how it ended', async () => {
  const counted = await labelsAfter(['getrequest', 'getrequest', 'cdata/ATTLOG'], ['idle', 'pending']);
  expect(counted).toEqual(
    expect.arrayContaining([
      { operation: 'getrequest', outcome: 'idle', value: 2 },
      { operation: 'cdata/ATTLOG', outcome: 'pending', value: 1 },
    ]),
  );
  expect(counted).toHaveLength(4);
});

test.each(['unknown/../etc', 'a b', 'x"y', 'ü', 'a\nb', '', 'x'.repeat(41)])(
  'the word %j is no label of ours',
  async (operation) => {
    expect(await labelsAfter([operation])).toEqual([{ operation: 'unknown', outcome: 'idle', value: 1 }]);
  },
);

test('a flood of invented operations makes a bounded number of labels, and every request is counted', async () => {
  const flood = Array.from({ length: 5000 }, (_, i) => `invented-${i}`);
  const counted = await labelsAfter(flood, ['idle', 'pending']);
  expect(counted.length).toBeLessThanOrEqual(402);
  expect(counted.reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
  expect(counted.find(({ operation }) => operation === 'unknown')?.value).toBeGreaterThan(4000);
});

test('the brand is asked for its words with what is known of the terminal', async () => {
  const { deps, registry } = await benchOf();
  const asked: unknown[] = [];
  const brand = brandOf({
    answer: (outcome, ctx) => {
      asked.push({ outcome, sn: ctx.terminal?.serialNumber, now: ctx.now, operation: ctx.identity.operation });
      return brandOf().answer(outcome, ctx);
    },
  });
  const request = { input: inputOf(), brand, identity: identityOf(), serialNumber: SN };
  expect(textOf(reply(request, registry.find(SN), { kind: 'blocked' }, deps))).toBe('blocked');
  expect(asked).toEqual([{ outcome: { kind: 'blocked' }, sn: SN, now: T0, operation: 'paper/lines' }]);
});

test('two arrivals never share a correlation id', async () => {
  const { deps, registry } = await benchOf();
  const request = { input: inputOf(), brand: brandOf(), identity: identityOf(), serialNumber: SN };
  const ids = Array.from({ length: 1000 }, () => arrivalOf(request, registry.find(SN)!, deps.now()).correlationId);
  expect(new Set(ids).size).toBe(1000);
});
