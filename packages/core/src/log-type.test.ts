import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LOG_TYPE_POLICY, decideLogType, type LogTypeFacts, type LogTypePolicyKind } from './log-type.ts';

const HOUR = 3_600_000;
const at = Date.UTC(2026, 2, 9, 8);
const facts = (over: Partial<LogTypeFacts> = {}): LogTypeFacts => ({
  instant: at,
  state: undefined,
  claimedDirection: undefined,
  role: 'both',
  stateMap: {},
  last: undefined,
  ...over,
});
const decide = (kind: LogTypePolicyKind, over: Partial<LogTypeFacts> = {}) =>
  decideLogType({ ...DEFAULT_LOG_TYPE_POLICY, kind }, facts(over)).logType;

test('policy none says nothing, whatever the terminal claims', () => {
  expect(decide('none', { state: 0, claimedDirection: 'IN', role: 'in' })).toBe('');
});

describe('policy state', () => {
  test('takes the direction that the brand gives to the code', () => {
    expect(decide('state', { state: 1, claimedDirection: 'OUT' })).toBe('OUT');
  });
  test('lets the table of the terminal win, also to silence a code', () => {
    const stateMap = { '4': 'IN', '0': 'none' } as const;
    expect(decide('state', { state: 4, claimedDirection: 'OUT', stateMap })).toBe('IN');
    expect(decide('state', { state: 0, claimedDirection: 'IN', stateMap })).toBe('');
    expect(decide('state', { state: 1, claimedDirection: 'OUT', stateMap })).toBe('OUT');
  });
  test('says nothing for code 255 and for no code at all', () => {
    expect(decide('state', { state: 255 })).toBe('');
    expect(decide('state')).toBe('');
  });
});

test('policy role follows the door, and a door for both ways says nothing', () => {
  expect([decide('role', { role: 'in' }), decide('role', { role: 'out' }), decide('role', { role: 'both' })]).toEqual([
    'IN',
    'OUT',
    '',
  ]);
});

describe('policy alternate', () => {
  const policy = { ...DEFAULT_LOG_TYPE_POLICY, kind: 'alternate' } as const;
  const after = (logType: 'IN' | 'OUT', ms: number) => decide('alternate', { last: { instant: at - ms, logType } });

  test('begins with IN and turns with each punch', () => {
    expect(decide('alternate')).toBe('IN');
    expect(after('IN', 4 * HOUR)).toBe('OUT');
    expect(after('OUT', 4 * HOUR)).toBe('IN');
  });
  test('a forgotten punch inverts nobody for ever: after the pause it is IN again', () => {
    expect(after('IN', 12 * HOUR)).toBe('OUT');
    expect(after('IN', 12 * HOUR + 1)).toBe('IN');
  });
  test('a shift over midnight is one pair', () => {
    const evening = Date.UTC(2026, 2, 8, 22);
    expect(decide('alternate', { instant: Date.UTC(2026, 2, 9, 6), last: { instant: evening, logType: 'IN' } })).toBe(
      'OUT',
    );
  });
  test('a door with one way is believed, and what follows elsewhere turns from there', () => {
    const last = { instant: at - 4 * HOUR, logType: 'IN' } as const;
    expect([decide('alternate', { role: 'in', last }), decide('alternate', { role: 'out' })]).toEqual(['IN', 'OUT']);
    expect(decide('alternate', { role: 'both', last })).toBe('OUT');
  });
  test.each([0, 1, 2, 3])('of a day with lunch the punch %s may be forgotten: the next day is right', (forgotten) => {
    const hours = [9, 12, 13, 18].filter((_, n) => n !== forgotten);
    const punches = [...hours, ...[9, 12, 13, 18].map((hour) => hour + 24)];
    let last: { instant: number; logType: 'IN' | 'OUT' } | undefined;
    const said = punches.map((hour) => {
      const instant = Date.UTC(2026, 2, 9, hour);
      const { logType } = decideLogType(policy, facts({ instant, last }));
      if (logType !== '') last = { instant, logType };
      return logType;
    });
    expect(said.slice(-4)).toEqual(['IN', 'OUT', 'IN', 'OUT']);
  });
  test('a finger pressed twice repeats the direction', () => {
    expect(after('IN', 30_000)).toBe('IN');
    expect(after('IN', 31_000)).toBe('OUT');
    const always = { ...policy, repeatSeconds: 0 };
    expect(decideLogType(always, facts({ last: { instant: at - 1000, logType: 'IN' } })).logType).toBe('OUT');
  });
});
