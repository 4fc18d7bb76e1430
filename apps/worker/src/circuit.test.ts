import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Failure, FailureKind } from '@biolistener/erpnext';
import { Circuit, type CircuitStatus } from './circuit.ts';

const failure = (kind: FailureKind, retryAfterMs?: number): Failure => ({
  kind,
  status: undefined,
  excType: undefined,
  text: kind,
  html: '',
  retryAfterMs,
  mayHaveArrived: false,
});

let now: number;
let changes: CircuitStatus['state'][];
let circuit: Circuit;

beforeEach(() => {
  now = 0;
  changes = [];
  circuit = new Circuit({ now: () => now, random: () => 1, onChange: ({ state }) => changes.push(state) });
});

const probeFails = (): void => {
  now = circuit.status().retryAt!;
  circuit.tryAgain();
  expect(circuit.take()).toBe(true);
  circuit.failed(failure('maintenance'));
};

describe('the circuit', () => {
  test('opens at once when the site is in maintenance, and lets nothing through', () => {
    circuit.failed(failure('maintenance'));
    expect(circuit.status()).toMatchObject({ state: 'open', retryAt: 1000 });
    expect(circuit.take()).toBe(false);
  });

  test('takes three lost answers in a row, and a good one in between starts the count anew', () => {
    for (const good of [false, false, true, false, false]) {
      if (good) circuit.succeeded();
      else circuit.failed(failure('no-answer'));
    }
    expect(circuit.status().state).toBe('closed');
    circuit.failed(failure('no-answer'));
    expect(circuit.status().state).toBe('open');
  });

  test('lets one request through when its time has come, not before', () => {
    circuit.failed(failure('unreachable'));
    now = 999;
    circuit.tryAgain();
    expect(circuit.take()).toBe(false);
    now = 1000;
    circuit.tryAgain();
    expect([circuit.take(), circuit.take()]).toEqual([true, false]);
    circuit.succeeded();
    expect([circuit.take(), circuit.take()]).toEqual([true, true]);
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  test('waits twice as long after each failed probe, to a minute, for ever', () => {
    circuit.failed(failure('maintenance'));
    const waits = Array.from({ length: 9 }, () => {
      const wait = circuit.status().retryAt! - now;
      probeFails();
      return wait;
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test('comes back no earlier than the site asked', () => {
    circuit.failed(failure('throttled', 90_000));
    expect(circuit.status().retryAt).toBe(90_000);
  });

  test('does not count what was sent before it opened', () => {
    circuit.failed(failure('maintenance'));
    circuit.failed(failure('maintenance'));
    expect(circuit.status().failures).toBe(1);
  });
});
