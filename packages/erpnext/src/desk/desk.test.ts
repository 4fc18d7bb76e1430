import { describe, expect, test } from '@jest/globals';
import { asPin, asSerialNumber, type Terminal } from '@biolistener/core';
import type { RosterCell, RosterItem, StoredCommand, TemplateHead } from '@biolistener/store';
import { capacityFields } from './capacity.ts';
import { decideBrand, decideDevice, decisionText, deviceFields, newDevice, readDevice, withEmptied } from './device.ts';
import { changedFields, isSameValue, plainWords } from './fields.ts';
import { orderFields, planOrder, readOrder } from './order.ts';
import { decidePerson, readUser, rowStatus, rowsToSend, syncFields, templateFields } from './user.ts';

const ZONE = 'Asia/Dubai';
const SERIAL = asSerialNumber('SN1');
const terminalOf = (more: Partial<Terminal> = {}): Terminal => ({
  serialNumber: SERIAL,
  brand: 'zkteco',
  status: 'approved',
  zone: ZONE,
  profile: {},
  stamps: {},
  firstSeenAt: 0,
  lastContactAt: Date.UTC(2026, 2, 9, 8),
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
  ...more,
});

describe('values', () => {
  test.each([
    [null, '', true],
    ['2026-03-09 08:00:00.000000', '2026-03-09 08:00:00', true],
    ['2026-03-09T08:00:00', '2026-03-09 08:00:00', true],
    ['{\n "a": 1\n}', '{"a":1}', true],
    ['{"a": 2}', '{"a":1}', false],
    [0, 1, false],
    ['1', 1, true],
    [undefined, 0, true],
    ['x', null, false],
    ['x', 'y', false],
  ])('%j is what was wanted as %j: %s', (stored, wanted, isSame) => {
    expect(isSameValue(stored, wanted)).toBe(isSame);
  });

  test('markup of a terminal is taken out, and length is bounded', () => {
    expect(plainWords('<img src=x>')).toBe('img src=x');
    expect(plainWords('x'.repeat(5000)).length).toBeLessThan(500);
  });
});

describe('a device', () => {
  const device = (row: object = {}) =>
    readDevice({ name: 'SN1', serial: 'SN1', time_zone: ZONE, role: 'both', ...row })!;

  test.each([
    ['approved, with a zone', {}, undefined, true, 'approved'],
    ['disabled', { disabled: 1 }, 'approved', false, 'blocked'],
    ['without a zone, new', { time_zone: '' }, undefined, true, undefined],
    ['of a zone that is none', { time_zone: 'Gulf' }, 'pending', true, undefined],
    ['blocked elsewhere, not saved since', {}, 'blocked', false, undefined],
    ['blocked elsewhere, saved since', {}, 'blocked', true, 'approved'],
    ['pending, and given a zone', {}, 'pending', false, 'approved'],
  ] as const)('%s', (_, row, before, isNews, after) => {
    const { zone: __, ...bare } = terminalOf({ status: before ?? 'pending' });
    const terminal = before === undefined ? undefined : before === 'pending' ? bare : terminalOf({ status: before });
    expect(decideDevice(device(row), terminal, isNews)?.status ?? undefined).toBe(
      after ?? (before === undefined ? 'pending' : undefined),
    );
  });

  test('decides nothing by what is empty, nor twice', () => {
    expect(
      decideDevice(device({ device_name: ' ', branch: null, device_id: 'SN1' }), terminalOf(), true),
    ).toBeUndefined();
    const change = decideDevice(
      device({ device_name: 'Gate', role: 'OUT', device_id: 'G1', disable_syncing: 1 }),
      terminalOf(),
      true,
    );
    expect(change).toEqual({ settings: { name: 'Gate', role: 'out', deviceId: 'G1', isSyncOff: true } });
    expect(readDevice({})).toBeUndefined();
  });

  test('is called where Desk says, and no longer once the address is taken away', () => {
    const called = terminalOf({ brand: 'zk-tcp', options: { address: '192.0.2.9', port: 4371, live: false } });
    const at = (row: object) => decideDevice(device({ brand: 'zk-tcp', ...row }), called, true)?.settings?.options;
    expect(at({ ip_address: '192.0.2.9' })).toBeUndefined();
    expect(at({ ip_address: '192.0.2.7' })).toEqual({ live: false, address: '192.0.2.7', port: 4371 });
    expect(at({ ip_address: '192.0.2.9', port: 4370 })).toEqual({ live: false, address: '192.0.2.9', port: 4370 });
    expect(at({})).toBeUndefined();
    const before = JSON.stringify(device({ brand: 'zk-tcp', ip_address: '192.0.2.9' }));
    const emptied = withEmptied(device({ brand: 'zk-tcp' }), before);
    expect(decideDevice(emptied, called, true)?.settings?.options).toEqual({ live: false });
    expect(withEmptied(device(), 'unmanaged').address).toBeUndefined();
  });

  test.each([
    ['a mistyped address', ['192.0.2.9', 4371], ['10.0.0.6/24', 4371], ['192.0.2.9', 4371]],
    ['a mistyped port', ['192.0.2.9', 4371], ['192.0.2.9', 99_999], ['192.0.2.9', 4371]],
    ['a mistyped address beside an emptied port', ['192.0.2.9', 4371], ['10.0.0.6/24', 0], ['192.0.2.9', undefined]],
    ['an emptied port', ['192.0.2.9', 4371], ['192.0.2.9', 0], ['192.0.2.9', undefined]],
    ['a mistyped port that is emptied', ['192.0.2.9', 99_999], ['192.0.2.9', null], ['192.0.2.9', undefined]],
    ['a mistyped address that is emptied', ['10.0.0.6/24', 4371], ['', 4371], [undefined, undefined]],
    ['a port that Desk never had', ['192.0.2.9', 0], ['192.0.2.9', 0], ['192.0.2.9', 4371]],
  ] as const)('after %s it is called where it should be', (_, before, now, after) => {
    const called = terminalOf({ brand: 'zk-tcp', options: { address: '192.0.2.9', port: 4371 } });
    const said = ([address, port]: readonly unknown[]) => device({ brand: 'zk-tcp', ip_address: address, port });
    const decision = withEmptied(said(now), decisionText(said(before)));
    const options = decideDevice(decision, called, true)?.settings?.options ?? called.options;
    expect([options?.['address'], options?.['port']]).toEqual(after);
  });

  describe('of which a person emptied a field', () => {
    const said = { device_name: 'Gate', branch: 'Main', device_id: 'GATE-1' };
    const known = terminalOf({ name: 'Gate', place: 'Main', deviceId: 'GATE-1' });
    const emptied = (now: object, before: object = said, terminal = known) =>
      decideDevice(withEmptied(device({ ...before, ...now }), decisionText(device(before))), terminal, true);

    test.each([
      ['device_id', { settings: { deviceId: null } }],
      ['branch', { settings: { place: null } }],
      ['device_name', { settings: { name: null } }],
      ['time_zone', { status: 'pending', settings: { zone: null } }],
    ])('%s forgets what was said there', (field, change) => {
      expect(emptied({ [field]: '' })).toEqual(change);
      expect(emptied({ [field]: null })).toEqual(change);
    });

    test('what another one filled in meanwhile goes with it, and what was never filled in stays', () => {
      expect(emptied({ branch: '' }, said, { ...known, place: 'Yard' })).toEqual({ settings: { place: null } });
      expect(emptied({}, { ...said, branch: '' }, { ...known, place: 'Yard' })).toBeUndefined();
      const { deviceId: _, ...serial } = known;
      expect(emptied({ device_id: '' }, { ...said, device_id: 'SN1' }, serial)).toBeUndefined();
    });

    test('a zone that is none is not empty, and is once it is taken away', () => {
      expect(emptied({ time_zone: 'Gulf' })).toBeUndefined();
      expect(emptied({ time_zone: '' }, { ...said, time_zone: 'Gulf' })).toEqual({
        status: 'pending',
        settings: { zone: null },
      });
    });

    test('one that is disabled as well is blocked', () => {
      expect(emptied({ time_zone: '', disabled: 1 })).toEqual({ status: 'blocked', settings: { zone: null } });
    });
  });

  test('of a brand that calls has no address; one that is none, or a port, says so', () => {
    expect(decideDevice(device({ ip_address: '192.0.2.9' }), terminalOf({ brand: 'ebkn' }), true)).toBeUndefined();
    expect(device({ ip_address: 'http://x/', port: 99_999 })).toMatchObject({
      address: undefined,
      port: undefined,
      problem: expect.stringMatching(/no IP address.*port must be/),
    });
  });

  test.each([
    ['zkteco', { users: 17, options: { '~MaxUserCount': '30', UserCount: '16' } }, [17, 3000, 2983]],
    ['zk-tcp', { users: 2, userCapacity: 5000 }, [2, 5000, 4998]],
    ['aiface', { used: { user: 42 }, sizes: { user: 3000 } }, [42, 3000, 2958]],
    ['ebkn, which tells no capacity', { counters: { usercount: 3 } }, [3, undefined, undefined]],
    ['one that is fuller than it says', { users: 31, userCapacity: 30 }, [31, 30, 0]],
    ['one that says nonsense', { users: -1, userCapacity: 'many' }, [undefined, undefined, undefined]],
  ])('tells used, capacity and free of %s', (_, profile, [used, capacity, free]) => {
    const fields = capacityFields(profile);
    expect([fields['users_used'], fields['users_capacity'], fields['users_free']]).toEqual([used, capacity, free]);
  });

  test('is of the brand that Desk says before it calls, and of another one once a person says so', () => {
    const brandOf = (brand: string, terminal: Terminal | undefined, isNews: boolean) =>
      decideBrand(device({ brand }), terminal, isNews);
    expect(brandOf('zk-tcp', undefined, true)).toBe('zk-tcp');
    expect(brandOf('zk-tcp', terminalOf(), true)).toBe('zk-tcp');
    expect([brandOf('zk-tcp', terminalOf(), false), brandOf('zkteco', terminalOf(), true)]).toEqual([
      undefined,
      undefined,
    ]);
    expect([brandOf('', terminalOf(), true), brandOf('invented', terminalOf(), true)]).toEqual([undefined, undefined]);
  });

  test('shows what its profile counts, of either brand, in the time of the site', () => {
    const facts = { isOnline: true, pendingCommands: 2, lastError: '<b>full</b>', abilities: undefined };
    const profile = { firmware: 'Ver 6.60', users: 3, attendanceRecords: 9 };
    const { urgent, lazy } = deviceFields(
      { ...facts, terminal: terminalOf({ profile, clockDriftSeconds: 2.4 }) },
      ZONE,
    );
    expect(urgent).toEqual({
      status: 'Approved',
      online: 1,
      pending_commands: 2,
      last_error: 'b full /b',
      firmware: 'Ver 6.60',
    });
    expect(lazy).toEqual({
      last_contact: '2026-03-09 12:00:00',
      clock_drift_seconds: 2,
      users_used: 3,
      records_used: 9,
    });
    const ebkn = terminalOf({
      profile: { counters: { totalusercount: 6, usercount: 3, facecount: 1 } },
      lastContactAt: 0,
    });
    expect(deviceFields({ ...facts, terminal: ebkn }, ZONE).lazy).toEqual({
      last_contact: null,
      users_used: 6,
      faces_used: 1,
    });
  });

  test('that Desk does not have starts there as it is here', () => {
    expect(newDevice(terminalOf({ role: 'in', name: 'Gate', status: 'blocked' }))).toMatchObject({
      serial: 'SN1',
      brand: 'zkteco',
      device_name: 'Gate',
      role: 'IN',
      disabled: 1,
      time_zone: ZONE,
    });
    // a zone would approve it
    expect(newDevice(terminalOf({ status: 'pending', brand: 'of-later' }))).toMatchObject({
      brand: '',
      time_zone: '',
      disabled: 0,
    });
  });
});

describe('a user', () => {
  test('is read with its devices, each once', () => {
    const devices = [{ device: 'SN1' }, { device: 'SN1' }, { device: '' }, { device: 'SN2' }];
    const user = readUser({
      name: '007',
      user_id: '007',
      enabled: 1,
      valid_to: '2026-12-31',
      employee_name: 'Ann',
      devices,
    });
    expect(user).toMatchObject({
      pin: '007',
      userName: 'Ann',
      isEnabled: true,
      validTo: '2026-12-31',
      devices: ['SN1', 'SN2'],
    });
  });

  test('who is as Desk says is not changed; a field that was emptied is forgotten', () => {
    const user = readUser({ name: '7', user_id: '7', enabled: 1, user_name: 'Ann' })!;
    expect(decidePerson(user, undefined)).toMatchObject({
      pin: '7',
      name: 'Ann',
      card: null,
      origin: 'desk',
      deskName: '7',
    });
    const person = {
      ...{ id: '1', pin: asPin('7'), name: 'Ann', employee: undefined, card: undefined, isAdministrator: false },
      ...{
        hasPassword: false,
        isEverywhere: false,
        validFrom: undefined,
        validTo: undefined,
        state: 'active' as const,
      },
      ...{ origin: 'desk' as const, deskName: '7', createdAt: 0, changedAt: 0 },
    };
    expect(decidePerson(user, person)).toBeUndefined();
    expect(decidePerson(user, { ...person, card: '1' })).toMatchObject({ card: null });
  });
});

describe('a row of a device', () => {
  const cell = (states: readonly RosterItem['state'][], more: Partial<RosterCell> = {}): RosterCell =>
    ({
      person: { state: 'active' },
      terminal: terminalOf(),
      isWanted: true,
      items: states.map((state, i) => ({
        state,
        key: i === 0 ? 'user' : `template:face:${i}:0:`,
        detail: `${state}!`,
      })),
      seenTemplates: [],
      seen: undefined,
      ...more,
    }) as unknown as RosterCell;

  test.each([
    [['wanted'], 'Wanted', undefined],
    [['queued', 'wanted'], 'Queued', undefined],
    [['confirmed', 'queued'], 'Queued', undefined],
    [['confirmed', 'confirmed'], 'Confirmed', undefined],
    [['confirmed', 'impossible'], 'Confirmed', 'impossible!'],
    [['impossible', 'wanted'], 'Failed', 'impossible!'],
    [['confirmed', 'failed'], 'Failed', 'failed!'],
    [['accepted', 'confirmed'], 'Queued', 'The device said yes; it was not read back yet.'],
    [['removing', 'confirmed'], 'Removing', 'removing!'],
  ] as const)('%j is %s', (states, state, reason) => {
    expect(rowStatus(cell(states), true)).toMatchObject({ state, reason });
  });

  test('says why nothing happens', () => {
    const pending = { isWanted: false, terminal: terminalOf({ status: 'pending' }) };
    expect(rowStatus(cell([], pending), true)).toMatchObject({
      state: 'Wanted',
      reason: 'The device is not approved.',
    });
    const off = { isWanted: false, terminal: terminalOf({ isSyncOff: true }) };
    expect(rowStatus(cell([], off), true).reason).toBe('Syncing is switched off for this device.');
    // somebody who is not enabled, or not allowed there
    expect(rowStatus(cell([], { isWanted: false }), false)).toMatchObject({ state: 'Removed', reason: undefined });
    expect([rowStatus(undefined, true).state, rowStatus(undefined, false).state]).toEqual(['Wanted', 'Removed']);
  });

  test('is sent whole, with everything that a person put into it', () => {
    const document = {
      devices: [
        { name: 'r1', device: 'SN1', custom_note: 'left door', state: 'Wanted', __unsaved: 1, owner: 'x' },
        { name: 'r2', device: 'SN2', state: 'Wanted' },
      ],
    };
    const failed = { state: 'Failed', reason: 'Full.', readBackAt: undefined } as const;
    expect(rowsToSend(document, new Map([['SN1', failed]]), ZONE)).toEqual({
      isChanged: true,
      rows: [
        { name: 'r1', device: 'SN1', custom_note: 'left door', state: 'Failed', reason: 'Full.', read_back_at: null },
        { name: 'r2', device: 'SN2', state: 'Wanted' },
      ],
    });
    const same = { state: 'Wanted', reason: undefined, readBackAt: undefined } as const;
    expect(rowsToSend(document, new Map([['SN2', same]]), ZONE).isChanged).toBe(false);
  });

  test('and the worst of them is the state of the user', () => {
    const row = (state: 'Wanted' | 'Failed' | 'Confirmed', reason?: string) => ({
      state,
      reason,
      readBackAt: undefined,
    });
    expect(syncFields([])).toEqual({ sync_state: '', sync_error: null });
    expect(syncFields([['A', row('Confirmed')]])['sync_state']).toBe('In Sync');
    expect(
      syncFields([
        ['A', row('Confirmed')],
        ['B', row('Wanted')],
      ])['sync_state'],
    ).toBe('Pending');
    expect(
      syncFields([
        ['A', row('Failed', 'Full.')],
        ['B', row('Wanted')],
      ]),
    ).toEqual({ sync_state: 'Failed', sync_error: 'A: Full.' });
  });
});

test('templates are counted by finger, face and palm, and never shown', () => {
  const head = (kind: string, no: number, digest: string) => ({ kind, no, digest }) as TemplateHead;
  const heads = [
    head('fingerprint', 1, 'a'),
    head('fingerprint', 1, 'b'),
    head('fingerprint', 2, 'c'),
    head('visible-face', 0, 'd'),
  ];
  expect(templateFields(heads)).toEqual({
    fingerprints: 2,
    faces: 1,
    palms: 0,
    template_summary: '2 fingerprints, 1 face',
  });
  expect(templateFields([])['template_summary']).toBe('None');
});

describe('an order', () => {
  const order = (row: object) => readOrder({ name: 'BDC-1', manager_order: 1, ...row })!;

  test.each([
    ['2026-03-09 08:00:59.999999', '2026-03-09 08:00:59'],
    ['2026-03-09T08:00:59', '2026-03-09 08:00:59'],
    ['2026-02-30 08:00:00', undefined],
    [null, undefined],
  ])('that says %j was made at %s', (creation, madeAt) => {
    expect(order({ creation }).madeAt).toBe(madeAt);
  });

  test.each([
    ['Get Info', { device: 'SN1' }, { kind: 'command', commands: [{ kind: 'info', parameters: {} }] }],
    ['Get Info', {}, { kind: 'refused', reason: 'Choose a device.' }],
    ['Sync Now', { device: 'SN1' }, { kind: 'look-again' }],
    ['Enroll User', { device: 'SN1', device_user: '7' }, { kind: 'put-there' }],
    ['Enroll User', { device: 'SN1' }, { kind: 'refused', reason: 'Choose a user.' }],
    ['Copy To Devices', { device_user: '7', parameters: '{"to":"SN2"}' }, { kind: 'copy', to: 'SN2' }],
    ['Open Door', { device: 'SN1' }, { kind: 'refused', reason: 'Only a Biometric Door Operator may open doors.' }],
    [
      'Restart',
      { device: 'SN1', manager_order: 0 },
      { kind: 'refused', reason: 'Only a Biometric Manager may do this.' },
    ],
    [
      'Format Disk',
      { device: 'SN1', device_user: '7' },
      { kind: 'refused', reason: 'This type of command is not known.' },
    ],
    [
      'Start Capture',
      { device: 'SN1', device_user: '007', parameters: '{"kind":"fingerprint","no":3,"raw":"SHELL"}' },
      { kind: 'command', commands: [{ kind: 'enrol.start', parameters: { kind: 'fingerprint', no: 3, pin: '007' } }] },
    ],
    [
      'Get Enroll Data',
      { device: 'SN1', device_user: '7', parameters: 'no json' },
      {
        kind: 'command',
        commands: [
          { kind: 'user.query', parameters: { pin: '7' } },
          { kind: 'template.query', parameters: { kind: 'face', pin: '7' } },
        ],
      },
    ],
  ])('%s %j', (type, row, plan) => {
    expect(planOrder(order({ type, ...row }), ['face'])).toEqual(plan);
  });

  const command = (state: StoredCommand['state'], more: Partial<StoredCommand> = {}): StoredCommand =>
    ({ id: '5', state, attempts: 1, deadline: Date.UTC(2026, 2, 9, 8), ...more }) as StoredCommand;

  test.each([
    [['queued'], 'Pending'],
    [['leased'], 'Processing'],
    [['verified', 'sent'], 'Processing'],
    [['verified', 'verified'], 'Success'],
    [['verified', 'expired'], 'Failed'],
    [['cancelled'], 'Closed'],
  ] as const)('%j is %s', (states, status) => {
    expect(
      orderFields(
        states.map((state) => command(state)),
        ZONE,
      )?.['status'],
    ).toBe(status);
  });

  test('tells its end in words and in the time of the site', () => {
    const failed = command('failed', { detail: 'The terminal is full.', closedAt: Date.UTC(2026, 2, 9, 7), id: '12' });
    expect(orderFields([failed, command('verified')], ZONE)).toEqual({
      status: 'Failed',
      attempts: 1,
      deadline: '2026-03-09 12:00:00',
      response: 'The terminal is full.',
      closed_at: '2026-03-09 11:00:00',
      command_id: '5, 12',
    });
    expect(orderFields([], ZONE)).toBeUndefined();
  });
});

test('only what differs is written', () => {
  expect(changedFields({ a: 'x', b: 1 }, { a: 'x', b: 0, c: null })).toEqual({ b: 0 });
});
