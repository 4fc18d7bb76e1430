import { expect, test } from '@jest/globals';
import { asSerialNumber, type Terminal } from '@biolistener/core';
import { DEFAULT_ROSTER_SETTINGS } from '@biolistener/roster';
import { deskCommands, type DeskRules } from './make-commands.ts';

const terminal = { serialNumber: asSerialNumber('SN1'), brand: 'here', status: 'approved', profile: {}, stamps: {} };
const store = { findTerminal: () => Promise.resolve(terminal) } as unknown as DeskRules['store'];
const rules = {
  abilities: () => ({
    commands: ['info', 'door.open'],
    templates: [
      { kind: 'fingerprint', algorithm: 'zk', version: '10' },
      { kind: 'fingerprint', algorithm: 'zk', version: '9' },
    ],
  }),
};
const rulesOf = ((brand: string) => (brand === 'here' ? rules : undefined)) as unknown as DeskRules['rulesOf'];
const { makeCommand, abilitiesOf } = deskCommands({
  store,
  rulesOf,
  settings: () => DEFAULT_ROSTER_SETTINGS,
  now: () => 1000,
});
const request = {
  serialNumber: terminal.serialNumber,
  parameters: {},
  origin: 'desk',
  askedBy: 'desk:ann',
  deskName: 'BDC-1',
  pin: undefined,
  mayOpenDoors: false,
  askedAt: undefined,
} as const;

test('a command carries the name of the order that asked', async () => {
  const made = await makeCommand({ ...request, kind: 'info' });
  expect(made).toMatchObject({ kind: 'made', command: { kind: 'info', deskName: 'BDC-1', askedBy: 'desk:ann' } });
});

test.each(['door.open', 'restart'] as const)('%s is refused in words where it may not be', async (kind) => {
  const made = await makeCommand({ ...request, kind });
  expect(made).toMatchObject({
    kind: 'refused',
    detail: expect.stringMatching(/may not open doors|cannot do restart/),
  });
});

test('a door is opened for whoever asked just now, and not for whoever asked before', async () => {
  const door = { ...request, kind: 'door.open', mayOpenDoors: true } as const;
  const [fresh, old] = [await makeCommand({ ...door, askedAt: 900 }), await makeCommand({ ...door, askedAt: -60_000 })];
  expect(fresh).toMatchObject({ kind: 'made', command: { deadline: 900 + 50_000 } });
  expect(old).toMatchObject({ kind: 'refused', reason: 'ROSTER_TOO_LATE', detail: expect.stringMatching(/^Too late/) });
});

test('abilities name each kind of template once, and nothing of a brand that nobody speaks', () => {
  expect(abilitiesOf(terminal as unknown as Terminal)).toEqual({
    commands: ['info', 'door.open'],
    templates: ['fingerprint'],
  });
  expect(abilitiesOf({ ...terminal, brand: 'elsewhere' } as unknown as Terminal)).toBeUndefined();
});
