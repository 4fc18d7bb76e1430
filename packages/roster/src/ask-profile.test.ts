import { expect, test } from '@jest/globals';
import { asSerialNumber, templateItem } from '@biolistener/core';
import type { NewCommand, RosterCell, StoredCommand } from '@biolistener/store';
import { askProfiles } from './ask-profile.ts';
import type { RosterDeps } from './deps.ts';
import type { PlannedCell } from './plan-person.ts';
import { DEFAULT_ROSTER_SETTINGS } from './settings.ts';

const NOW = 1_000_000_000_000;
const KEY = templateItem({ kind: 'fingerprint', no: 1, index: 0, version: '' });

function planned(serial: string, reason: string): PlannedCell {
  const serialNumber = asSerialNumber(serial);
  const item = {
    state: 'impossible',
    wantedDigest: 'd',
    putDigest: undefined,
    attempts: 0,
    reason,
    detail: '',
    readBackAt: undefined,
  } as const;
  const cell = { terminal: { serialNumber, brand: 'x', profile: {}, stamps: {} } } as unknown as RosterCell; // no more is read
  const changes = [{ personId: '1', serialNumber, key: KEY, item }];
  return { cell, plan: { changes, commands: [], cancel: [], verify: [], refute: [] } };
}

async function asked(
  cells: readonly PlannedCell[],
  earlier: readonly Partial<StoredCommand>[],
  commands = ['info'],
): Promise<NewCommand[]> {
  const orders: NewCommand[] = [];
  const deps = {
    now: () => NOW,
    settings: () => DEFAULT_ROSTER_SETTINGS,
    rulesOf: () => ({ abilities: () => ({ commands }) }),
    store: {
      listCommands: () => Promise.resolve(earlier),
      queueCommands: (queued: readonly NewCommand[]) => Promise.resolve(orders.push(...queued)),
    },
  } as unknown as RosterDeps; // the parts that it uses
  await askProfiles(cells, deps);
  return orders;
}

test('a terminal whose abilities are unknown is asked for them, once for all its people', async () => {
  const orders = await asked(
    [planned('A', 'ZK_PROFILE_UNKNOWN'), planned('A', 'ZK_PROFILE_UNKNOWN'), planned('B', 'EB_PROFILE_UNKNOWN')],
    [],
  );
  expect(orders.map(({ serialNumber, kind }) => [serialNumber, kind])).toEqual([
    ['A', 'info'],
    ['B', 'info'],
  ]);
});

test('not when it was asked today, cannot be asked, or the reason is another', async () => {
  const unknown = planned('A', 'ZK_PROFILE_UNKNOWN');
  expect(await asked([unknown], [{ kind: 'info', createdAt: NOW - 3_600_000 }])).toEqual([]);
  expect(await asked([unknown], [{ kind: 'info', createdAt: NOW - 25 * 3_600_000 }])).toHaveLength(1);
  expect(await asked([unknown], [], [])).toEqual([]);
  expect(await asked([planned('A', 'ZK_TEMPLATE_VERSION')], [])).toEqual([]);
});
