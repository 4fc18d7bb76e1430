import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type CommandKind, type JsonObject } from '@biolistener/core';
import type { TerminalListing } from '@biolistener/store';
import { rulesOf } from '../test/fake-brands.ts';
import { commandFor, type CommandRequest } from './command-for.ts';
import type { LogsProofStore } from './logs-proof.ts';
import { DEFAULT_ROSTER_SETTINGS, type RosterSettings } from './settings.ts';

const SN = asSerialNumber('A');
const NOW = 1_000_000;
const terminal: TerminalListing = {
  serialNumber: SN,
  brand: 'single',
  status: 'approved',
  profile: {},
  stamps: {},
  firstSeenAt: 0,
  lastContactAt: 0,
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
  punches: 10,
  lastPunchAt: undefined,
  quarantined: 0,
  parked: 0,
};

/** Everything delivered, unless a test says otherwise. */
const storeOf = (over: Partial<TerminalListing> = {}, undelivered = 0): LogsProofStore => ({
  listCommands: () => Promise.resolve([]),
  countPunchesSince: () => Promise.resolve(0),
  findTerminal: (serialNumber) => Promise.resolve(serialNumber === SN ? { ...terminal, ...over } : undefined),
  listTargets: () =>
    Promise.resolve([{ id: 't', kind: 'sandbox', url: 'u', label: 'the site', capabilities: {}, isActive: true }]),
  deliveryCounts: () =>
    Promise.resolve({
      waiting: 0,
      queued: 0,
      done: 10,
      parked: 0,
      skipped: 0,
      oldestUndoneAt: undefined,
      notFannedOut: 0,
    }),
  listPunches: () => Promise.resolve(Array.from({ length: undelivered }, () => ({}) as never)), // only counted
  listParked: () => Promise.resolve([]),
});

const ask = (
  kind: CommandKind,
  parameters: JsonObject = {},
  over: { store?: LogsProofStore; settings?: Partial<RosterSettings>; request?: Partial<CommandRequest> } = {},
) =>
  commandFor(
    { serialNumber: SN, kind, parameters, origin: 'cli', askedBy: 'cli:root', ...over.request },
    { store: over.store ?? storeOf(), rulesOf, settings: { ...DEFAULT_ROSTER_SETTINGS, ...over.settings }, now: NOW },
  );

test('a plain question waits as long as the settings say, and equal ones are one', async () => {
  const [first, second] = [await ask('user.query', { pin: '7' }), await ask('user.query', { pin: '7' })];
  expect(first).toMatchObject({
    kind: 'command',
    command: { pin: '7', priority: 5, maxAttempts: 5, deadline: NOW + DEFAULT_ROSTER_SETTINGS.commandDeadlineMs },
  });
  expect(first).toEqual(second);
  expect(first.kind === 'command' && first.command.mergeKey).toBeTruthy();
});

test('a door opens once, soon or never', async () => {
  const answer = await ask('door.open', {}, { request: { mayOpenDoors: true } });
  expect(answer).toMatchObject({ kind: 'command', command: { priority: 0, maxAttempts: 1, deadline: NOW + 60_000 } });
  expect(answer.kind === 'command' && 'mergeKey' in answer.command).toBe(false);
});

describe('what counts for a short while', () => {
  const MINUTE = 60_000;
  const asked = (kind: CommandKind, agoMs: number) =>
    ask(kind, {}, { request: { mayOpenDoors: true, askedAt: NOW - agoMs } });
  const left = async (kind: CommandKind, agoMs: number) => {
    const answer = await asked(kind, agoMs);
    return answer.kind === 'command' ? answer.command.deadline - NOW : answer.code;
  };

  test('counts from when it was asked, and ends early rather than late where clocks differ', async () => {
    expect([await left('door.open', 0), await left('door.open', 30_000)]).toEqual([50_000, 20_000]);
    expect(await left('door.open', -10_000)).toBe(MINUTE);
    expect([await left('restart', 0), await left('restart', 30 * MINUTE)]).toEqual([
      59 * MINUTE + 50_000,
      29 * MINUTE + 50_000,
    ]);
  });

  test('is refused once that is over, and a door also where nobody can tell', async () => {
    expect([await left('door.open', 50_000), await left('door.open', 12 * 60 * MINUTE)]).toEqual([
      'ROSTER_TOO_LATE',
      'ROSTER_TOO_LATE',
    ]);
    expect([await left('restart', 60 * MINUTE), await left('door.open', -10_001)]).toEqual([
      'ROSTER_TOO_LATE',
      'ROSTER_CLOCK_AHEAD',
    ]);
  });

  test('is no longer than it may be where only the clock is ahead; a plain question waits as ever', async () => {
    expect(await left('restart', -30 * MINUTE)).toBe(60 * MINUTE);
    expect(await left('info', 12 * 60 * MINUTE)).toBe(DEFAULT_ROSTER_SETTINGS.commandDeadlineMs);
  });
});

describe('refused', () => {
  const raw = { settings: { isRawAllowed: true } };
  test.each([
    [
      'an unknown terminal',
      ask('info', {}, { request: { serialNumber: asSerialNumber('B') } }),
      'ROSTER_TERMINAL_UNKNOWN',
    ],
    [
      'one that waits for approval',
      ask('info', {}, { store: storeOf({ status: 'pending' }) }),
      'ROSTER_TERMINAL_NOT_APPROVED',
    ],
    ['a brand that nobody speaks', ask('info', {}, { store: storeOf({ brand: 'none' }) }), 'ROSTER_BRAND_UNKNOWN'],
    ['what the terminal cannot do', ask('enrol.start', { pin: '7' }), 'ROSTER_COMMAND_UNSUPPORTED'],
    ['a door without the role', ask('door.open'), 'ROSTER_DOOR_ROLE'],
    ['raw while it is off', ask('raw', { text: 'INFO' }), 'ROSTER_RAW_OFF'],
    ['a shell', ask('raw', { text: 'Shell ls' }, raw), 'ROSTER_RAW_FORBIDDEN'],
    ['a file, nested', ask('raw', { body: { cmd: ['PutFile a b'] } }, raw), 'ROSTER_RAW_FORBIDDEN'],
    ['a shell, also while raw is off', ask('raw', { text: 'SHELL ls' }), 'ROSTER_RAW_FORBIDDEN'],
    ['a secret by name', ask('user.update', { pin: '7', data: { $template: '1' } }), 'ROSTER_COMMAND_SECRET'],
    ['clearing with punches under way', ask('logs.clear', {}, { store: storeOf({}, 1) }), 'ROSTER_LOGS_UNPROVEN'],
    [
      'clearing with a quarantine',
      ask('logs.clear', {}, { store: storeOf({ quarantined: 1 }) }),
      'ROSTER_LOGS_UNPROVEN',
    ],
    [
      'clearing when the terminal counts more',
      ask('logs.clear', {}, { store: storeOf({ profile: { attendanceRecords: 11 } }) }),
      'ROSTER_LOGS_UNPROVEN',
    ],
    [
      'clearing where a face terminal holds more',
      ask('logs.clear', {}, { store: storeOf({ profile: { used: { log: 11 } } }) }),
      'ROSTER_LOGS_UNPROVEN',
    ],
    ['clearing when the terminal tells no count', ask('logs.clear'), 'ROSTER_LOGS_UNPROVEN'],
  ])('%s', async (_what, answer, code) => {
    expect(await answer).toMatchObject({ kind: 'refused', code });
  });
});

test('a raw command that is allowed goes once', async () => {
  expect(await ask('raw', { text: 'RELOAD OPTIONS' }, { settings: { isRawAllowed: true } })).toMatchObject({
    kind: 'command',
    command: { maxAttempts: 1 },
  });
});

test('logs that are proven delivered may be cleared, and the codec hears that it is meant', async () => {
  const store = storeOf({ profile: { counters: { logcount: 10 } } });
  expect(await ask('logs.clear', { what: 'attendance' }, { store })).toMatchObject({
    kind: 'command',
    command: { parameters: { what: 'attendance', confirmed: true } },
  });
});
