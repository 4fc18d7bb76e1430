import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { DEVICE, DEVICE_COMMAND, DEVICE_USER, INTEGRATION_SETTINGS, RequestFailed } from '@biolistener/erpnext';
import { until } from '../helpers/bench.ts';
import { commKeySetting } from '@biolistener/pull';
import { openPassword, openWebhookSecret } from '@biolistener/security';
import { DeskBench, sn, vault, ZONE } from './desk-bench.ts';

jest.setTimeout(120_000);
let bench: DeskBench;

afterEach(() => bench.close());

const refusal = (text = 'HTTP 417: not this one') =>
  new RequestFailed({
    kind: 'refused',
    status: 417,
    excType: 'ValidationError',
    text,
    html: '',
    retryAfterMs: undefined,
    mayHaveArrived: false,
  });

describe('devices', () => {
  beforeEach(async () => {
    bench = await DeskBench.open();
    await bench.hear();
  });

  test('a device that is made in Desk is a terminal that is approved, with one webhook', async () => {
    await bench.started();
    await bench.device('DESK0001', { device_name: 'Gate', role: 'IN', branch: 'Main Branch', disable_syncing: 1 });
    await until(async () => (await bench.terminal('DESK0001')) !== undefined, 'known');
    expect(await bench.terminal('DESK0001')).toMatchObject({
      status: 'approved',
      zone: ZONE,
      name: 'Gate',
      role: 'in',
      place: 'Main Branch',
      isSyncOff: true,
    });
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told');
  });

  test('a terminal that calls appears as pending, and is approved there', async () => {
    await bench.started();
    await bench.calls('CALL0001');
    await until(() => bench.doc(DEVICE, 'CALL0001') !== undefined, 'shown');
    expect(bench.doc(DEVICE, 'CALL0001')).toMatchObject({ status: 'Pending', online: 1, brand: 'zkteco', disabled: 0 });
    expect((await bench.terminal('CALL0001'))?.status).toBe('pending');
    await bench.people.update(DEVICE, 'CALL0001', { time_zone: ZONE, disabled: 0 });
    await until(async () => (await bench.terminal('CALL0001'))?.status === 'approved', 'approved');
    await until(() => bench.doc(DEVICE, 'CALL0001')?.['status'] === 'Approved', 'told');
  });

  test('one that Biolistener calls is prepared in Desk, with its address, and shows where the CLI had it called', async () => {
    await bench.started();
    await bench.device('PULL0001', { brand: 'zk-tcp', ip_address: '192.0.2.9' });
    await until(async () => (await bench.terminal('PULL0001'))?.status === 'approved', 'approved');
    expect(await bench.terminal('PULL0001')).toMatchObject({ brand: 'zk-tcp', options: { address: '192.0.2.9' } });
    await bench.people.update(DEVICE, 'PULL0001', { ip_address: '' });
    await until(async () => (await bench.terminal('PULL0001'))?.options?.['address'] === undefined, 'taken away');
    const options = { address: '192.0.2.8', port: 4371 };
    await bench.store.changeTerminal(
      sn('PULL0002'),
      { status: 'pending', settings: { options } },
      'cli:test',
      'zk-tcp',
    );
    await until(() => bench.doc(DEVICE, 'PULL0002') !== undefined, 'shown');
    expect(bench.doc(DEVICE, 'PULL0002')).toMatchObject({ brand: 'zk-tcp', ip_address: '192.0.2.8', port: 4371 });
  });

  test('one that cannot be reached says why', async () => {
    let trouble: string | undefined = 'it did not take the communication key';
    await bench.device('PULL0001', { brand: 'zk-tcp', ip_address: '192.0.2.9' });
    await bench.started({ troubles: () => new Map(trouble === undefined ? [] : [['PULL0001', trouble]]) });
    await until(() => bench.doc(DEVICE, 'PULL0001')?.['last_error'] === trouble, 'said');
    trouble = undefined;
    await until(() => (bench.doc(DEVICE, 'PULL0001')?.['last_error'] ?? '') === '', 'no longer');
  });

  test('one that is disabled is blocked; a time zone that is none is told', async () => {
    await bench.device('DESK0001');
    await bench.started();
    await bench.people.update(DEVICE, 'DESK0001', { disabled: 1, time_zone: 'Gulf' });
    await until(async () => (await bench.terminal('DESK0001'))?.status === 'blocked', 'blocked');
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Blocked', 'told');
    expect(bench.doc(DEVICE, 'DESK0001')?.['last_error']).toContain('"Gulf" is no time zone');
    expect((await bench.terminal('DESK0001'))?.zone).toBe(ZONE);
  });

  test('the brand of one that Desk does not know is filled in, which is no decision; a wrong one is put right there', async () => {
    await bench.calls('CALL0001', 'aiface');
    await bench.device('CALL0001', { brand: '' });
    const first = await bench.started();
    await until(() => bench.doc(DEVICE, 'CALL0001')?.['brand'] === 'aiface', 'filled in');
    await first.stop();
    await bench.store.changeTerminal(sn('CALL0001'), { status: 'blocked' }, 'cli:test');
    await bench.started();
    await until(() => bench.doc(DEVICE, 'CALL0001')?.['status'] === 'Blocked', 'the block stays');
    await bench.people.update(DEVICE, 'CALL0001', { brand: 'ebkn' });
    await until(async () => (await bench.terminal('CALL0001'))?.brand === 'ebkn', 'put right');
  });

  test('one that is deleted goes on as it is, and does not come back by itself', async () => {
    await bench.device('DESK0001');
    await bench.started();
    await until(async () => (await bench.terminal('DESK0001'))?.status === 'approved', 'approved');
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told');
    await bench.people.remove(DEVICE, 'DESK0001');
    await until(() => bench.log.lines.some((line) => line.includes('deleted in Desk')), 'noticed');
    await bench.calls('CALL0002');
    await until(() => bench.doc(DEVICE, 'CALL0002') !== undefined, 'another one is shown');
    expect(bench.doc(DEVICE, 'DESK0001')).toBeUndefined();
    expect((await bench.terminal('DESK0001'))?.status).toBe('approved');
  });

  test('what the service tells is told once, and is no news to it', async () => {
    await bench.device('DESK0001');
    await bench.started();
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told');
    await bench.sandbox.webhooksSent();
    const modified = bench.doc(DEVICE, 'DESK0001')?.['modified'];
    // another document goes all the way: by then the first would have come round again
    await bench.device('DESK0002');
    await until(() => bench.doc(DEVICE, 'DESK0002')?.['status'] === 'Approved', 'told');
    await bench.sandbox.webhooksSent();
    expect(bench.doc(DEVICE, 'DESK0001')?.['modified']).toBe(modified);
    expect((await bench.store.listAudit({ subject: 'DESK0001', limit: 10 })).length).toBe(1);
  });
});

describe('who wins', () => {
  beforeEach(async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001', { device_name: 'Gate' });
    await bench.started();
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told');
  });
  const change = (settings: object, status?: 'approved' | 'blocked') =>
    bench.store.changeTerminal(sn('DESK0001'), { settings, ...(status && { status }) }, 'cli:test');

  test('Desk, over a name that the CLI gave', async () => {
    await change({ name: 'Other' });
    await until(async () => (await bench.terminal('DESK0001'))?.name === 'Gate', 'Gate again');
  });

  test('the CLI, where Desk says nothing', async () => {
    await change({ place: 'Yard' });
    await bench.device('DESK0002');
    await until(() => bench.doc(DEVICE, 'DESK0002')?.['status'] === 'Approved', 'a round');
    expect((await bench.terminal('DESK0001'))?.place).toBe('Yard');
  });

  test('a block by the CLI, until Desk is saved again', async () => {
    await change({}, 'blocked');
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Blocked', 'told');
    expect((await bench.terminal('DESK0001'))?.status).toBe('blocked');
    await bench.people.update(DEVICE, 'DESK0001', { device_name: 'Gate 1' });
    await until(async () => (await bench.terminal('DESK0001'))?.status === 'approved', 'approved again');
  });

  test('a block by Desk, over an approval by the CLI', async () => {
    await bench.people.update(DEVICE, 'DESK0001', { disabled: 1 });
    await until(async () => (await bench.terminal('DESK0001'))?.status === 'blocked', 'blocked');
    await change({}, 'approved');
    await until(async () => (await bench.terminal('DESK0001'))?.status === 'blocked', 'blocked again');
  });

  test('a person who saves while we write: both survive', async () => {
    const delay = bench.sandbox.faults.add({ kind: 'delay', ms: 300, method: 'PUT', path: DEVICE, count: 1 });
    await change({}, 'blocked'); // makes us write
    await until(
      () => bench.sandbox.faults.list().some(({ id, hits }) => id === delay && hits > 0),
      'our write is held up',
    );
    await bench.people.update(DEVICE, 'DESK0001', { device_name: 'Gate 2' });
    await until(async () => (await bench.terminal('DESK0001'))?.name === 'Gate 2', 'taken over');
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'and told');
    expect(bench.doc(DEVICE, 'DESK0001')?.['device_name']).toBe('Gate 2');
  });
});

describe('users', () => {
  beforeEach(async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001');
    await bench.device('DESK0002');
  });
  const user = (more: object = {}) =>
    bench.people.create(DEVICE_USER, {
      user_id: '0042',
      employee: 'HR-EMP-00001',
      user_name: 'Ann',
      devices: [{ device: 'DESK0001' }],
      ...more,
    });
  const person = () => bench.store.findPerson(asPin('0042'));
  const assigned = async () => {
    const found = await person();
    return found === undefined ? undefined : (await bench.store.assignmentsOf(found.id)).toSorted();
  };
  const row = (device: string) => {
    const rows = bench.doc(DEVICE_USER, '0042')?.['devices'];
    return Array.isArray(rows)
      ? (rows as Record<string, unknown>[]).find((each) => each['device'] === device)
      : undefined;
  };

  test('an assignment in Desk marks the roster, and what becomes of it comes back', async () => {
    await bench.started();
    await user({ card: '12345', privilege: 'Administrator', valid_to: '2027-01-31' });
    await until(async () => (await assigned())?.[0] === 'DESK0001', 'assigned');
    const found = await person();
    expect(found).toMatchObject({
      employee: 'HR-EMP-00001',
      name: 'Ann',
      card: '12345',
      isAdministrator: true,
      validTo: '2027-01-31',
      origin: 'desk',
      deskName: '0042',
    });
    expect(await bench.marks()).toContain(`person:${found?.id}`);
    await until(() => bench.doc(DEVICE_USER, '0042')?.['sync_state'] === 'Pending', 'told');
    await bench.rosterSays('DESK0001', found!.id, 'confirmed', { readBackAt: Date.UTC(2026, 2, 9, 8) });
    await until(() => row('DESK0001')?.['state'] === 'Confirmed', 'confirmed');
    expect(row('DESK0001')?.['read_back_at']).toBe('2026-03-09 12:00:00');
    await until(() => bench.doc(DEVICE_USER, '0042')?.['sync_state'] === 'In Sync', 'in sync');
  });

  test('a refusal comes back with its reason; the other row stays as it is', async () => {
    await user({ devices: [{ device: 'DESK0001' }, { device: 'DESK0002' }] });
    await bench.started();
    await until(async () => (await assigned())?.length === 2, 'assigned');
    await bench.rosterSays('DESK0002', (await person())!.id, 'failed', { detail: 'The device is full.' });
    await until(() => row('DESK0002')?.['state'] === 'Failed', 'failed');
    expect(row('DESK0002')?.['reason']).toBe('The device is full.');
    expect(row('DESK0001')?.['state']).toBe('Wanted');
    expect(bench.doc(DEVICE_USER, '0042')).toMatchObject({ sync_state: 'Failed', user_name: 'Ann' });
  });

  test('a row that a person adds while statuses are written survives', async () => {
    await user();
    await bench.started();
    await until(() => bench.doc(DEVICE_USER, '0042')?.['sync_state'] === 'Pending', 'told');
    const delay = bench.sandbox.faults.add({ kind: 'delay', ms: 300, method: 'PUT', path: DEVICE_USER, count: 1 });
    await bench.rosterSays('DESK0001', (await person())!.id, 'confirmed');
    await until(
      () => bench.sandbox.faults.list().some(({ id, hits }) => id === delay && hits > 0),
      'our write is held up',
    );
    const mine = bench.as('manager');
    const rows = (await mine.get(DEVICE_USER, '0042'))['devices'];
    await mine.update(DEVICE_USER, '0042', { devices: [...(rows as object[]), { device: 'DESK0002' }] });
    await until(async () => (await assigned())?.length === 2, 'both assigned');
    await until(() => row('DESK0001')?.['state'] === 'Confirmed', 'and told');
    expect(row('DESK0002')).toBeDefined();
  });

  test('one that is not enabled, or deleted, is wanted nowhere', async () => {
    await user();
    await bench.started();
    await until(async () => (await assigned())?.length === 1, 'assigned');
    await bench.people.update(DEVICE_USER, '0042', { enabled: 0 });
    await until(async () => (await assigned())?.length === 0, 'nowhere');
    await bench.people.update(DEVICE_USER, '0042', { enabled: 1, allow_in_all_devices: 1 });
    await until(async () => (await person())?.isEverywhere === true, 'everywhere');
    await bench.people.remove(DEVICE_USER, '0042');
    await until(async () => (await person())?.isEverywhere === false, 'nowhere again');
    await until(async () => (await assigned())?.length === 0, 'nor anywhere by name');
  });

  test('an employee who left is ended, and one who is back is there again', async () => {
    await user();
    await bench.started();
    await until(async () => (await person()) !== undefined, 'known');
    await bench.people.update('Employee', 'HR-EMP-00001', { status: 'Left', relieving_date: '2026-12-31' });
    await until(async () => (await person()) === undefined, 'ended');
    await until(() => row('DESK0001')?.['state'] === 'Removed', 'removed');
    await bench.people.update('Employee', 'HR-EMP-00001', { status: 'Active', relieving_date: '' });
    await until(async () => (await assigned())?.[0] === 'DESK0001', 'back');
  });

  describe('whose employee was renamed, which is no save of the document,', () => {
    const renamed = async () => {
      await user();
      await bench.started();
      await until(async () => (await person()) !== undefined, 'known');
      await until(() => Boolean(bench.doc(DEVICE_USER, '0042')?.['template_summary']), 'told');
      await bench.sandbox.faults.renameEmployee('HR-EMP-00001', 'EMP-NEW');
    };

    test('is ended when that one leaves', async () => {
      await renamed();
      await bench.people.update('Employee', 'EMP-NEW', { status: 'Left', relieving_date: '2026-12-31' });
      await until(async () => (await person()) === undefined, 'ended');
      await until(() => row('DESK0001')?.['state'] === 'Removed', 'removed');
    });

    test('is found in the next full listing', async () => {
      await renamed();
      bench.now = () => Date.now() + 24 * 3_600_000;
      await until(async () => (await person())?.employee === 'EMP-NEW', 'renamed');
    });

    test('stays gone when they had left before', async () => {
      await user();
      await bench.started();
      await until(async () => (await person()) !== undefined, 'known');
      await bench.people.update('Employee', 'HR-EMP-00001', { status: 'Left', relieving_date: '2026-12-31' });
      await until(async () => (await person()) === undefined, 'ended');
      await until(() => row('DESK0001')?.['state'] === 'Removed', 'removed');
      await bench.sandbox.faults.renameEmployee('HR-EMP-00001', 'EMP-NEW');
      let made = 0;
      const put = bench.store.putPerson.bind(bench.store);
      bench.store.putPerson = (...args) => {
        made += 1;
        return put(...args);
      };
      bench.now = () => Date.now() + 24 * 3_600_000;
      await bench.calls('CALL0001');
      await until(() => bench.doc(DEVICE, 'CALL0001') !== undefined, 'a full listing goes by');
      expect([await person(), made]).toEqual([undefined, 0]);
    });
  });

  test('many at once are read as two lists, and told with their rows as they were', async () => {
    const devices = [{ device: 'DESK0002' }, { device: 'DESK0001' }];
    for (let i = 1; i <= 25; i += 1)
      await bench.people.create(DEVICE_USER, { user_id: `A${i}`, user_name: `User ${i}`, devices });
    await bench.started();
    await until(
      async () => (await bench.store.listPersons({ state: 'active', limit: 100 })).length === 25,
      'all known',
    );
    const rowsOf = (name: string) => bench.doc(DEVICE_USER, name)?.['devices'] as Record<string, unknown>[];
    await until(() => bench.sandbox.documents(DEVICE_USER).every((each) => each['sync_state'] === 'Pending'), 'told');
    expect(rowsOf('A25').map((each) => each['device'])).toEqual(['DESK0002', 'DESK0001']);
    const found = await bench.store.findPerson(asPin('A25'));
    expect(await bench.store.assignmentsOf(found!.id)).toHaveLength(2);
    await bench.rosterSays('DESK0001', found!.id, 'failed', { detail: 'Full.' });
    await until(() => bench.doc(DEVICE_USER, 'A25')?.['sync_state'] === 'Failed', 'told of a row too');
    expect(rowsOf('A25').map((each) => each['state'])).toEqual(['Wanted', 'Failed']);
  });

  test('more than a list shows at once are read with the rows of each once', async () => {
    for (let i = 1; i <= 230; i += 1)
      await bench.people.create(DEVICE_USER, { user_id: `${i}`, devices: [{ device: 'DESK0001' }] });
    const client = bench.as('service');
    const request = client.request.bind(client);
    let rows = 0;
    client.request = async (...args) => {
      const answer = await request(...args);
      if (decodeURIComponent(args[1]).endsWith('Biometric Device User Detail'))
        rows += (answer.body['data'] as unknown[]).length;
      return answer;
    };
    await bench.started({ client, paces: { pushMs: 3_600_000 } });
    expect(rows).toBe(230);
    expect(await bench.store.listPersons({ state: 'active', serialNumber: sn('DESK0001'), limit: 300 })).toHaveLength(
      230,
    );
  });

  test('one whose PIN another person had before wins over who put them there', async () => {
    await bench.started();
    await bench.store.putPerson(
      { pin: asPin('0042'), name: 'Somebody', isEverywhere: true, origin: 'cli' },
      'cli:test',
      1,
    );
    await user();
    await until(async () => (await person())?.origin === 'desk', 'of Desk');
    expect(await person()).toMatchObject({ name: 'Ann', isEverywhere: false });
    await until(async () => (await assigned())?.[0] === 'DESK0001', 'assigned');
  });

  test('nothing is written where nothing changed', async () => {
    await user();
    const first = await bench.started();
    await until(() => bench.doc(DEVICE_USER, '0042')?.['sync_state'] === 'Pending', 'told');
    await first.stop();
    const before = await person();
    const modified = bench.doc(DEVICE_USER, '0042')?.['modified'];
    await bench.started();
    await bench.device('DESK0003');
    await until(() => bench.doc(DEVICE, 'DESK0003')?.['status'] === 'Approved', 'a round');
    expect([await person(), bench.doc(DEVICE_USER, '0042')?.['modified']]).toEqual([before, modified]);
  });
});

describe('what people type into password fields', () => {
  const PULLED = 'PULL0001';
  beforeEach(async () => {
    bench = await DeskBench.open();
    await bench.hear();
  });
  const mayRead = async (roles: string[]) => {
    const admin = bench.admin();
    await admin.update('User', 'service@example.com', { roles: roles.map((role) => ({ role })) });
    admin.close();
  };
  const key = async () => {
    const row = (await bench.store.listSettings()).find((each) => each.key === commKeySetting(PULLED));
    return openWebhookSecret(vault, row?.value);
  };
  const password = async () => {
    const person = await bench.store.findPerson(asPin('7'));
    const sealed = person && (await bench.store.findPassword(person.id));
    return sealed && openPassword(vault, sealed);
  };
  const pulled = { brand: 'zk-tcp', ip_address: '192.0.2.9', comm_key: '4711' };

  test('reaches the terminal where the service may read it, once, and goes when it is emptied', async () => {
    await mayRead(['Biometric Service', 'HR User', 'System Manager']);
    await bench.device(PULLED, pulled);
    await bench.people.create(DEVICE_USER, { user_id: '7', password: '2580' });
    const first = await bench.started();
    await until(async () => (await key()) === '4711' && (await password()) === '2580', 'kept');
    await until(() => bench.doc(DEVICE, PULLED)?.['status'] === 'Approved', 'told');
    await first.stop();
    const revision = await bench.store.revision();
    await bench.started();
    expect(await bench.store.revision()).toBe(revision); // a seal is never the same twice, what is in it is
    await bench.people.update(DEVICE, PULLED, { comm_key: '' });
    await bench.people.update(DEVICE_USER, '7', { password: '' });
    await until(async () => (await key()) === undefined && (await password()) === undefined, 'gone');
    expect(bench.log.lines.join()).not.toMatch(/4711|2580/);
  });

  test('is asked for again after a while, once the service may read it', async () => {
    await bench.device(PULLED, pulled);
    await bench.people.create(DEVICE_USER, { user_id: '7', password: '2580' });
    await bench.started();
    await until(() => String(bench.doc(DEVICE, PULLED)?.['last_error']).includes('System Manager'), 'of the device');
    await until(() => String(bench.doc(DEVICE_USER, '7')?.['sync_error']).includes('System Manager'), 'of the user');
    await mayRead(['Biometric Service', 'HR User', 'System Manager']);
    bench.now = () => Date.now() + 600_000;
    await until(async () => (await key()) === '4711' && (await password()) === '2580', 'kept');
    await until(() => (bench.doc(DEVICE, PULLED)?.['last_error'] ?? '') === '', 'no longer said of the device');
    await until(() => (bench.doc(DEVICE_USER, '7')?.['sync_error'] ?? '') === '', 'nor of the user');
  });

  test.each([
    ['is not there', { kind: 'key-refused', status: 401, excType: 'AuthenticationError' }],
    ['cannot be decrypted', { kind: 'refused', status: 417, excType: 'ValidationError' }],
  ] as const)('and that %s says so itself, and closes no other', async (_, failure) => {
    await mayRead(['Biometric Service', 'HR User', 'System Manager']);
    await bench.device(PULLED, pulled);
    await bench.device('PULL0002', { ...pulled, comm_key: '815' });
    await bench.people.create(DEVICE_USER, { user_id: '7', password: '2580' });
    let isBroken = true;
    const client = bench.as('service');
    const ask = client.ask.bind(client);
    const text = `Password not found for ${DEVICE} ${PULLED} comm_key`;
    client.ask = (method, query) =>
      isBroken && query?.['name'] === PULLED
        ? Promise.reject(new RequestFailed({ ...refusal(text).failure, ...failure }))
        : ask(method, query);
    await bench.started({ client });
    await until(() => String(bench.doc(DEVICE, PULLED)?.['last_error']).includes('cannot be read: '), 'said');
    expect(bench.doc(DEVICE, PULLED)?.['status']).toBe('Approved');
    expect(bench.doc(DEVICE, PULLED)?.['last_error']).not.toContain('System Manager');
    await until(async () => (await password()) === '2580', 'the others are read');
    expect(await bench.store.listSettings()).toContainEqual(
      expect.objectContaining({ key: commKeySetting('PULL0002') }),
    );
    isBroken = false;
    bench.now = () => Date.now() + 300_000;
    await until(async () => (await key()) === '4711', 'asked for again');
  });

  test('of one who left goes to nobody who has the PIN now, and to them once they are back', async () => {
    await mayRead(['Biometric Service', 'HR User', 'System Manager']);
    const admin = bench.admin();
    await admin.update('Employee', 'HR-EMP-00001', { status: 'Left', relieving_date: '2026-12-31' });
    await bench.store.putPerson(
      { pin: asPin('7'), name: 'Bo', employee: 'HR-EMP-00002', origin: 'cli' },
      'cli:test',
      1,
    );
    await bench.people.create(DEVICE_USER, { user_id: '7', employee: 'HR-EMP-00001', password: '2580' });
    await bench.people.create(DEVICE_USER, { user_id: '8', password: '1379' });
    await bench.started();
    const other = (await bench.store.findPerson(asPin('8')))!;
    expect(await bench.store.findPassword(other.id)).toBeDefined(); // it went by
    expect(await password()).toBeUndefined();
    expect(await bench.store.findPerson(asPin('7'))).toMatchObject({ name: 'Bo', employee: 'HR-EMP-00002' });
    await admin.update('Employee', 'HR-EMP-00001', { status: 'Active', relieving_date: '' });
    admin.close();
    await until(async () => (await password()) === '2580', 'theirs');
    expect((await bench.store.findPerson(asPin('7')))?.employee).toBe('HR-EMP-00001');
  });

  test('is said to be unreadable where the service has no right to it, and what is wrong with it where it has', async () => {
    await bench.device(PULLED, pulled);
    await bench.people.create(DEVICE_USER, { user_id: '7', password: '2580' });
    const first = await bench.started();
    await until(() => String(bench.doc(DEVICE, PULLED)?.['last_error']).includes('System Manager'), 'of the device');
    await until(() => String(bench.doc(DEVICE_USER, '7')?.['sync_error']).includes('System Manager'), 'of the user');
    expect(bench.circuit.status().state).toBe('closed');
    await first.stop();
    await mayRead(['Biometric Service', 'HR User', 'System Manager']);
    await bench.people.update(DEVICE, PULLED, { comm_key: 'seven digits' });
    await bench.started();
    await until(() => String(bench.doc(DEVICE, PULLED)?.['last_error']).includes('six digits'), 'no number');
    expect(await key()).toBeUndefined();
  });
});

describe('commands', () => {
  const order = async (type: string, more: object = {}, who = bench.people): Promise<string> => {
    const doc = { device: 'DESK0001', type, door_order: 1, manager_order: 1, ...more };
    return String((await who.create(DEVICE_COMMAND, doc)).data['name']);
  };
  const status = (name: string) => bench.doc(DEVICE_COMMAND, name)?.['status'];
  const isTold = (name: string, field: string) => Boolean(bench.doc(DEVICE_COMMAND, name)?.[field]);
  const open = async (options: { hears?: boolean } = {}) => {
    bench = await DeskBench.open();
    if (options.hears !== false) await bench.hear();
    await bench.device('DESK0001');
  };

  test('one that is made in Desk is in the store with one webhook, and tells what becomes of it', async () => {
    await open();
    await bench.started();
    const name = await order('Get Info');
    await until(async () => (await bench.commandsOf(name)).length === 1, 'queued');
    const [command] = await bench.commandsOf(name);
    expect(command).toMatchObject({ kind: 'info', serialNumber: 'DESK0001', askedBy: 'desk:manager@example.com' });
    await until(() => bench.doc(DEVICE_COMMAND, name)?.['command_id'] === command?.id, 'told');
    expect(status(name)).toBe('Pending');
    const now = Date.now();
    await bench.store.takeCommands(sn('DESK0001'), {
      limit: 1,
      maxBytes: 1e6,
      now,
      leaseMs: 1e4,
      isOneOutstanding: true,
    });
    await bench.store.markSent([command!.id], now, 60_000);
    await until(() => status(name) === 'Processing', 'processing');
    await bench.store.verifyCommands([command!.id], 'answer', now);
    await until(() => status(name) === 'Success', 'success');
    expect(bench.doc(DEVICE_COMMAND, name)).toMatchObject({ attempts: 1, asked_by: 'manager@example.com' });
    expect(bench.doc(DEVICE_COMMAND, name)?.['closed_at']).toMatch(/^\d{4}-/);
  });

  test.each(['webhook-drop', 'webhook-duplicate', 'webhook-delay', 'webhook-reorder'] as const)(
    'one whose webhooks suffer %s is there once',
    async (kind) => {
      await open();
      const isDropped = kind === 'webhook-drop';
      await bench.started({ paces: isDropped ? { reconcileMs: 200 } : {} });
      bench.sandbox.faults.add(
        kind === 'webhook-delay' ? { kind, ms: 100, path: DEVICE_COMMAND } : { kind, path: DEVICE_COMMAND },
      );
      const names = [await order('Get Info'), await order('Restart')];
      for (const name of names) await until(async () => (await bench.commandsOf(name)).length > 0, `${name} queued`);
      for (const name of names) await until(() => isTold(name, 'command_id'), 'told');
      await bench.sandbox.webhooksSent();
      for (const name of names) expect(await bench.commandsOf(name)).toHaveLength(1);
    },
  );

  test('one that was made while nobody listened is found at the start', async () => {
    await open({ hears: false });
    const name = await order('Get Info');
    await bench.started();
    await until(async () => (await bench.commandsOf(name)).length === 1, 'queued');
  });

  test('one that was queued before a crash is not queued again', async () => {
    await open({ hears: false });
    const name = await order('Restart');
    const fault = bench.sandbox.faults.add({ kind: 'drop-before-commit', method: 'PUT', path: DEVICE_COMMAND });
    const first = bench.start();
    await until(async () => (await bench.commandsOf(name)).length === 1, 'queued');
    await first.stop();
    bench.sandbox.faults.remove(fault);
    bench.circuit.succeeded();
    await bench.started();
    await until(() => isTold(name, 'command_id'), 'told');
    expect(await bench.commandsOf(name)).toHaveLength(1);
  });

  test('a door opens only for a door operator, everything else for a manager', async () => {
    await open();
    await bench.started();
    const door = bench.as('door');
    const names = [
      await order('Open Door'),
      await order('Open Door', {}, door),
      await order('Restart', {}, door),
      await order('Restart'),
    ];
    for (const name of names) await until(() => isTold(name, 'asked_by'), 'looked at');
    expect(names.map(status)).toEqual(['Failed', 'Pending', 'Failed', 'Pending']);
    expect(bench.doc(DEVICE_COMMAND, names[0]!)?.['response']).toContain('Door Operator');
    expect(bench.doc(DEVICE_COMMAND, names[2]!)?.['response']).toContain('Manager');
  });

  test('what is refused says why, in words', async () => {
    await open();
    await bench.started({
      makeCommand: () => Promise.resolve({ kind: 'refused', reason: 'X', detail: 'This brand cannot restart.' }),
    });
    const name = await order('Restart');
    await until(() => status(name) === 'Failed', 'failed');
    expect(bench.doc(DEVICE_COMMAND, name)?.['response']).toBe('This brand cannot restart.');
    expect(await bench.commandsOf(name)).toEqual([]);
  });

  test('one that is cancelled or deleted in Desk is cancelled', async () => {
    await open();
    await bench.started();
    const names = [await order('Get Info'), await order('Restart')];
    for (const name of names) await until(async () => (await bench.commandsOf(name)).length === 1, 'queued');
    await bench.people.update(DEVICE_COMMAND, names[0]!, { cancel_requested: 1 });
    await until(() => status(names[0]!) === 'Closed', 'closed');
    await bench.admin().remove(DEVICE_COMMAND, names[1]!);
    await until(async () => (await bench.commandsOf(names[1]!))[0]?.state === 'cancelled', 'cancelled');
  });

  test('two equal ones that wait are one command, and both tell its end; cancelling one leaves the other', async () => {
    await open();
    await bench.started();
    const names = [await order('Get Info'), await order('Get Info'), await order('Get Info')];
    for (const name of names) await until(() => isTold(name, 'command_id'), 'told');
    const [command] = await bench.commandsOf(names[0]!);
    expect(names.map((name) => bench.doc(DEVICE_COMMAND, name)?.['command_id'])).toEqual(names.map(() => command!.id));
    await bench.people.update(DEVICE_COMMAND, names[2]!, { cancel_requested: 1 });
    await until(() => status(names[2]!) === 'Closed', 'closed');
    await bench.store.takeCommands(sn('DESK0001'), {
      limit: 1,
      maxBytes: 1e6,
      now: Date.now(),
      leaseMs: 1e4,
      isOneOutstanding: true,
    });
    await bench.store.markSent([command!.id], Date.now(), 60_000);
    await bench.store.verifyCommands([command!.id], 'answer', Date.now());
    for (const name of names.slice(0, 2)) await until(() => status(name) === 'Success', 'success');
  });

  test('a user is put on a device by allowing it there, and the order follows the roster', async () => {
    await open();
    await bench.people.create(DEVICE_USER, { user_id: '7', user_name: 'Bo' });
    await bench.started();
    const name = await order('Enroll User', { device_user: '7' });
    await until(() => status(name) === 'Processing', 'under way');
    const person = await bench.store.findPerson(asPin('7'));
    expect(await bench.store.assignmentsOf(person!.id)).toEqual(['DESK0001']);
    expect(await bench.marks()).toContain(`cell:DESK0001|${person!.id}`);
    await bench.rosterSays('DESK0001', person!.id, 'confirmed');
    await until(() => status(name) === 'Success', 'success');
  });

  test('an order that breaks off half way is taken up again', async () => {
    await open();
    await bench.people.create(DEVICE_USER, { user_id: '7', user_name: 'Bo' });
    await bench.started();
    await until(() => Boolean(bench.doc(DEVICE_USER, '7')?.['template_summary']), 'the user is told');
    const fault = bench.sandbox.faults.add({ kind: 'bad-gateway', method: 'PUT', path: DEVICE_USER });
    const name = await order('Enroll User', { device_user: '7' });
    await until(() => bench.sandbox.faults.list().some(({ id, hits }) => id === fault && hits > 0), 'broken off');
    bench.sandbox.faults.remove(fault);
    await until(() => status(name) === 'Processing', 'under way');
  });

  test('an order that the store refuses is tried again after a while', async () => {
    await open();
    const queue = bench.store.queueCommands.bind(bench.store);
    bench.store.queueCommands = () => Promise.reject(refusal());
    await bench.started();
    const name = await order('Get Info');
    await until(() => bench.log.lines.some((line) => line.includes('cannot be kept in step')), 'said');
    bench.store.queueCommands = queue;
    bench.now = () => Date.now() + 300_000;
    await until(() => Boolean(bench.doc(DEVICE_COMMAND, name)?.['command_id']), 'queued');
  });

  test('nobody is deleted from a device that allows them, nor its administrator', async () => {
    await open();
    await bench.people.create(DEVICE_USER, { user_id: '7', devices: [{ device: 'DESK0001' }] });
    await bench.people.create(DEVICE_USER, { user_id: '8' });
    await bench.people.create(DEVICE_USER, { user_id: '9' });
    await bench.started();
    const first = [await order('Delete User', { device_user: '7' }), await order('Delete User', { device_user: '8' })];
    await until(() => status(first[0]!) === 'Failed', 'refused');
    expect(bench.doc(DEVICE_COMMAND, first[0]!)?.['response']).toContain('would come back');
    await until(async () => (await bench.commandsOf(first[1]!))[0]?.kind === 'user.delete', 'queued');
    await bench.reportsAdministrator('DESK0001', '9');
    const last = await order('Delete User', { device_user: '9' });
    await until(() => status(last) === 'Failed', 'refused');
    expect(bench.doc(DEVICE_COMMAND, last)?.['response']).toContain('administrator');
  });
});

describe('an order', () => {
  test.each([DEVICE_USER, DEVICE])(
    'is taken up while there is much to tell of %s, and all is told',
    async (doctype) => {
      bench = await DeskBench.open();
      await bench.hear();
      for (let i = 10; i < 40; i += 1) {
        await bench.device(`DESK00${i}`);
        await bench.people.create(DEVICE_USER, { user_id: `${i}`, devices: [{ device: `DESK00${i}` }] });
      }
      const client = bench.as('service');
      const request = client.request.bind(client);
      let [spent, writes] = [0, 0];
      bench.now = () => Date.now() + spent;
      client.request = async (method, path, options) => {
        if (method !== 'PUT') return request(method, path, options);
        spent += 100;
        if (writes > 0) writes += 1;
        else if (path.includes(`${encodeURIComponent(doctype)}/`)) {
          writes = 1;
          await bench.people.create(DEVICE_COMMAND, { device: 'DESK0010', type: 'Restart', manager_order: 1 });
          await bench.sandbox.webhooksSent();
        }
        return request(method, path, options);
      };
      const queue = bench.store.queueCommands.bind(bench.store);
      let before: number | undefined;
      bench.store.queueCommands = (...args) => {
        before ??= writes;
        return queue(...args);
      };
      await bench.started({ client });
      await until(() => before !== undefined, 'taken up');
      expect(before).toBeLessThan(10);
      const areTold = (of: string, field: string) => bench.sandbox.documents(of).every((each) => Boolean(each[field]));
      await until(() => areTold(DEVICE_USER, 'template_summary') && areTold(DEVICE, 'status'), 'all told');
      await until(
        () => bench.sandbox.documents(DEVICE).every((each) => each['status'] === 'Approved'),
        'of devices too',
      );
      await until(() => areTold(DEVICE_COMMAND, 'command_id'), 'and of the order');
    },
  );
});

describe('settings', () => {
  const stored = async (key: string) => (await bench.store.listSettings()).find((each) => each.key === key)?.value;
  const inDesk = () => bench.doc(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS);

  test('that a person changes in Desk are ours; what nobody touched is not', async () => {
    bench = await DeskBench.open();
    await bench.store.setSetting('log_type.policy', 'role', 'cli:test');
    await bench.started({ paces: { reconcileMs: 50 }, shown: { version: '9.9.9', listenerUrl: 'http://x:8998' } });
    await until(() => inDesk()?.['service_version'] === '9.9.9', 'told');
    expect(inDesk()).toMatchObject({ listener_status: 'Running, no device yet', listener_url: 'http://x:8998' });
    expect(await stored('log_type.policy')).toBe('role');
    await bench.people.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, { log_type_policy: 'Alternate' });
    await until(async () => (await stored('log_type.policy')) === 'alternate', 'taken over');
    // later decided elsewhere: Desk's older word does not come back
    await bench.store.setSetting('log_type.policy', 'state', 'cli:test');
    await bench.people.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, { employee_id_field: 'employee_number' });
    await until(async () => (await stored('employee.id_field')) === 'employee_number', 'taken over');
    expect(await stored('log_type.policy')).toBe('state');
  });

  test.each([
    ['employee_id_field', 'employee_number', 'employee.id_field', 'employee_number'],
    ['unknown_employee', 'Park And Add User', 'employee.unknown', 'park-and-add'],
    ['log_type_policy', 'Role', 'log_type.policy', 'role'],
    ['max_attempts', 3, 'command.attempts', 3],
    ['force_close_days', 30, 'command.force_close_days', 30],
  ])('%s changes what the service does', async (field, value, key, becomes) => {
    bench = await DeskBench.open();
    await bench.started({ paces: { reconcileMs: 50 } });
    await bench.people.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, { [field]: value });
    await until(async () => (await stored(key)) === becomes, 'taken over');
  });

  test('that cannot be so are said, and change nothing until they are mended', async () => {
    bench = await DeskBench.open();
    await bench.started({ paces: { reconcileMs: 50 } });
    const set = (values: object) => bench.people.update(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS, values);
    await set({ max_attempts: 0, force_close_days: 3 });
    await until(() => String(inDesk()?.['listener_status']).includes('Max Attempts must be a whole number'), 'said');
    expect([await stored('command.attempts'), await stored('command.force_close_days')]).toEqual([undefined, 3]);
    await set({ max_attempts: 2 });
    await until(async () => (await stored('command.attempts')) === 2, 'taken over');
    await until(() => !String(inDesk()?.['listener_status']).includes('Max Attempts'), 'no longer said');
  });
});

describe.each(['v14', 'v16'] as const)('on a %s site', (profile) => {
  test('devices, users and commands go there and back, and what is told is told once', async () => {
    bench = await DeskBench.open({ profile });
    await bench.hear();
    await bench.device('DESK0001');
    await bench.started();
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'the device is told');
    await bench.people.create(DEVICE_USER, { user_id: '0042', devices: [{ device: 'DESK0001' }] });
    await until(() => bench.doc(DEVICE_USER, '0042')?.['sync_state'] === 'Pending', 'the user is told');
    const order = { device: 'DESK0001', type: 'Get Info', manager_order: 1 };
    const name = String((await bench.people.create(DEVICE_COMMAND, order)).data['name']);
    await until(() => Boolean(bench.doc(DEVICE_COMMAND, name)?.['command_id']), 'the command is told');
    const modified = () => [DEVICE, DEVICE_USER].map((doctype) => bench.sandbox.documents(doctype)[0]?.['modified']);
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['pending_commands'] === 1, 'and counted');
    const before = modified();
    await bench.calls('CALL0001');
    await until(() => bench.doc(DEVICE, 'CALL0001') !== undefined, 'a round went by');
    expect([bench.doc(DEVICE, 'DESK0001')?.['modified'], modified()[1]]).toEqual(before);
  });
});

describe('one document', () => {
  const FIVE_MINUTES = 300_000;

  /** A site that will not show these. */
  const refusing = (names: ReadonlySet<string>) => {
    const client = bench.as('service');
    const get = client.get.bind(client);
    client.get = (doctype, name) => (names.has(name) ? Promise.reject(refusal()) : get(doctype, name));
    return client;
  };

  test('that failed while it was put into force is tried again after a while, and holds up what does not depend on it', async () => {
    bench = await DeskBench.open();
    await bench.hear();
    // without a brand it is no terminal yet: it is asked for again when somebody is allowed on it
    for (const serial of ['DESK0001', 'DESK0002']) await bench.device(serial);
    await bench.device('LATE0001', { brand: '' });
    const devices = (...serials: string[]) => ({ devices: serials.map((device) => ({ device })) });
    await bench.people.create(DEVICE_USER, { user_id: '42', ...devices('DESK0001', 'DESK0002') });
    const refused = new Set(['LATE0001']);
    await bench.started({ client: refusing(refused) });
    const assigned = async () => {
      const person = await bench.store.findPerson(asPin('42'));
      return person === undefined ? [] : (await bench.store.assignmentsOf(person.id)).toSorted();
    };
    await until(async () => (await assigned()).length === 2, 'on both');
    await bench.people.update(DEVICE_USER, '42', devices('DESK0002', 'LATE0001'));
    await until(async () => (await assigned()).join() === 'DESK0002', 'taken off the first');
    await until(() => bench.log.lines.some((line) => line.includes('cannot be kept in step')), 'said');
    await bench.calls('LATE0001');
    refused.clear();
    bench.now = () => Date.now() + FIVE_MINUTES;
    await until(async () => (await assigned()).join() === 'DESK0002,LATE0001', 'tried again');
  });

  test('that cannot be read, or an employee whose person cannot be changed, leaves the others in step', async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001');
    for (const [pin, employee] of [
      ['41', 'HR-EMP-00001'],
      ['42', 'HR-EMP-00001'],
    ])
      await bench.people.create(DEVICE_USER, { user_id: pin, employee });
    const refused = new Set(['41']);
    const desk = await bench.started({ client: refusing(refused) });
    await until(async () => (await bench.store.findPerson(asPin('42'))) !== undefined, 'the other is known');
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'a round goes by');
    expect(desk.status().state).toBe('in-step');
    refused.clear();
    bench.now = () => Date.now() + FIVE_MINUTES;
    await until(async () => (await bench.store.findPerson(asPin('41'))) !== undefined, 'tried again');
    const end = bench.store.endPerson.bind(bench.store);
    const ended: string[] = [];
    bench.store.endPerson = (id, actor, at) => {
      ended.push(id);
      return ended.length === 1 ? Promise.reject(refusal()) : end(id, actor, at);
    };
    const left = { status: 'Left', relieving_date: '2026-12-31' };
    await bench.people.update('Employee', 'HR-EMP-00001', left);
    const isKnown = async (pin: string) => (await bench.store.findPerson(asPin(pin))) !== undefined;
    await until(async () => !(await isKnown('41')) && !(await isKnown('42')), 'both ended');
    expect(desk.status().state).toBe('in-step');
  });

  const needsNote = { dt: DEVICE, fieldname: 'custom_note', label: 'Note', fieldtype: 'Data', reqd: 1 };

  test('that the site will not save leaves the others in step, is told once, and goes on once it is mended', async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001');
    const admin = bench.admin();
    await admin.create('Custom Field', needsNote);
    admin.close();
    await bench.device('DESK0002', { custom_note: 'with a note' });
    const desk = await bench.started();
    await until(() => bench.doc(DEVICE, 'DESK0002')?.['status'] === 'Approved', 'the other is told');
    const said = () => bench.log.lines.filter((line) => line.includes('cannot be kept in step'));
    await until(() => said().length > 0, 'said');
    expect(bench.doc(DEVICE, 'DESK0001')?.['status']).toBe('Pending');
    await bench.people.update(DEVICE, 'DESK0001', { custom_note: 'mended' });
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'told as well');
    expect([said().length, desk.status().state]).toEqual([1, 'in-step']);
  });

  test('that can be no terminal, or lacks its brand, stops nothing; the latter says so', async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('-');
    await bench.device('DESK0001', { brand: '' });
    await bench.device('DESK0002');
    await bench.started();
    await until(() => bench.doc(DEVICE, 'DESK0002')?.['status'] === 'Approved', 'the other is told');
    await until(() => Boolean(bench.doc(DEVICE, 'DESK0001')?.['last_error']), 'and what the first lacks');
    expect(bench.doc(DEVICE, 'DESK0001')?.['last_error']).toContain('Choose the brand');
    await bench.people.update(DEVICE, 'DESK0001', { brand: 'zk-tcp' });
    await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Approved', 'approved');
    expect(bench.doc(DEVICE, 'DESK0001')?.['last_error'] ?? '').toBe('');
  });
});

describe('a site', () => {
  test('without the plugin is said once; it begins by itself once somebody installs it', async () => {
    bench = await DeskBench.open({ hasPlugin: false });
    const admin = bench.admin();
    await admin.create('User', {
      email: 'service@example.com',
      first_name: 's',
      api_key: 'service',
      api_secret: 'service',
      roles: [],
    });
    const desk = bench.start();
    await until(() => desk.status().state === 'absent', 'absent');
    const requests = bench.sandbox.requestCount();
    await until(() => bench.sandbox.requestCount() > requests + 2, 'looked again');
    expect(bench.log.lines.filter((line) => line.includes('not installed'))).toHaveLength(1);
    expect(bench.circuit.status().state).toBe('closed');
    await admin.remove('User', 'service@example.com');
    admin.close();
    await bench.installPlugin();
    await until(() => desk.status().state === 'in-step', 'in step');
  });

  test('that lists nothing any more, for a right that was taken away, loses nobody', async () => {
    bench = await DeskBench.open();
    for (const pin of ['1', '2']) await bench.people.create(DEVICE_USER, { user_id: pin, allow_in_all_devices: 1 });
    await bench.started({ paces: { fullMs: 10_000_000, reconcileMs: 10_000_000 } });
    const everywhere = async () =>
      (await bench.store.listPersons({ state: 'active', limit: 10 })).filter((each) => each.isEverywhere).length;
    await until(async () => (await everywhere()) === 2, 'known');
    const isTold = () => bench.sandbox.documents(DEVICE_USER).every((user) => Boolean(user['template_summary']));
    await until(isTold, 'told'); // a write that finds them gone would tell of the deletion
    const admin = bench.admin();
    for (const pin of ['1', '2']) await admin.remove(DEVICE_USER, pin);
    admin.close();
    bench.now = () => Date.now() + 20_000_000; // only now is everything listed again
    await until(() => bench.log.lines.some((line) => line.includes('nothing is removed')), 'in doubt');
    expect(await everywhere()).toBe(2);
  });

  describe('that lists nothing any more after a restart', () => {
    const PINS = ['1', '2', '3'];
    const everywhere = async () =>
      (await bench.store.listPersons({ state: 'active', limit: 10 })).filter((each) => each.isEverywhere).length;
    const isSaid = (words: string) => bench.log.lines.some((line) => line.includes(words));
    const emptied = async () => {
      bench = await DeskBench.open();
      for (const pin of PINS) await bench.people.create(DEVICE_USER, { user_id: pin, allow_in_all_devices: 1 });
      for (const pin of PINS) await bench.device(`DESK000${pin}`);
      const first = await bench.started();
      await until(async () => (await everywhere()) === PINS.length, 'known');
      await first.stop();
      const admin = bench.admin();
      for (const pin of PINS) await admin.remove(DEVICE_USER, pin);
      for (const pin of PINS) await admin.remove(DEVICE, `DESK000${pin}`);
      admin.close();
    };
    const stored = async (key: string) => (await bench.store.listSettings()).find((each) => each.key === key)?.value;

    test('loses nobody, says so, and loses them once somebody confirms how many they are', async () => {
      await emptied();
      await bench.store.changeTerminal(sn('DESK0001'), { status: 'blocked' }, 'cli:test');
      await bench.started({ paces: { reconcileMs: 50 } });
      expect(await everywhere()).toBe(3);
      expect(isSaid('config set desk.confirm_deleted 3')).toBe(true);
      const status = () => String(bench.doc(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS)?.['listener_status']);
      await until(() => status().includes('3 of 3 (Biometric Device) no more'), 'shown in Desk');
      await bench.device('DESK0001');
      await bench.device('DESK0002');
      await until(() => bench.doc(DEVICE, 'DESK0001')?.['status'] === 'Blocked', 'a device is back, as it was');
      await until(() => !status().includes('(Biometric Device)'), 'and no longer said');
      await bench.store.setSetting('desk.confirm_deleted', 2, 'cli:test');
      await bench.device('CALL0001');
      await until(() => bench.doc(DEVICE, 'CALL0001')?.['status'] === 'Approved', 'a round goes by');
      expect(await everywhere()).toBe(3);
      await bench.store.setSetting('desk.confirm_deleted', 3, 'cli:test');
      await until(async () => (await everywhere()) === 0, 'lost');
      await until(async () => (await stored('desk.confirm_deleted')) === undefined, 'confirmed once');
      await until(
        () => bench.doc(INTEGRATION_SETTINGS, INTEGRATION_SETTINGS)?.['listener_status'] === 'Running, no device yet',
        'no longer said',
      );
    });

    test('loses nobody whom another site gave', async () => {
      await emptied();
      await bench.people.create(DEVICE_USER, { user_id: '4', allow_in_all_devices: 1 });
      await bench.started({ targetId: 'another' });
      expect(await everywhere()).toBe(4);
      expect(isSaid('another site gave persons')).toBe(true);
      expect(isSaid('nothing is removed')).toBe(false);
    });

    test('loses one of many who was deleted meanwhile', async () => {
      bench = await DeskBench.open();
      for (const pin of PINS) await bench.people.create(DEVICE_USER, { user_id: pin, allow_in_all_devices: 1 });
      const first = await bench.started();
      await until(async () => (await everywhere()) === PINS.length, 'known');
      await first.stop();
      await bench.people.remove(DEVICE_USER, '2');
      await bench.started();
      expect(await everywhere()).toBe(2);
    });

    test('cancels no order', async () => {
      bench = await DeskBench.open();
      await bench.device('DESK0001');
      const order = async (type: string) =>
        String(
          (await bench.people.create(DEVICE_COMMAND, { device: 'DESK0001', type, manager_order: 1 })).data['name'],
        );
      const names = [await order('Get Info'), await order('Restart')];
      const first = await bench.started();
      await first.stop();
      const admin = bench.admin();
      for (const name of names) await admin.remove(DEVICE_COMMAND, name);
      admin.close();
      await bench.started();
      for (const name of names) expect(await bench.commandsOf(name)).toMatchObject([{ state: 'queued' }]);
    });
  });

  test('that is away is left in peace until check-ins go through again', async () => {
    bench = await DeskBench.open();
    const desk = await bench.started();
    bench.circuit.failed({
      kind: 'maintenance',
      status: 503,
      excType: undefined,
      text: 'x',
      html: '',
      retryAfterMs: undefined,
      mayHaveArrived: false,
    });
    await until(() => desk.status().state === 'waiting', 'waiting');
    const requests = bench.sandbox.requestCount();
    await bench.device('DESK0001');
    expect(bench.sandbox.requestCount()).toBe(requests + 1);
    bench.circuit.succeeded();
    await until(() => desk.status().state === 'in-step', 'in step');
  });

  test('whose rights are missing is told apart from one that is away', async () => {
    bench = await DeskBench.open();
    const admin = bench.admin();
    await admin.update('User', 'service@example.com', { roles: [{ role: 'HR User' }] });
    admin.close();
    const desk = bench.start();
    await until(() => desk.status().state === 'refused', 'refused');
    expect(desk.status().message).toContain('Biometric Service');
    expect(bench.circuit.status().state).toBe('closed');
  });

  test.each(['a hint', 'a reconcile'])('whose clocks went back is followed, by %s', async (by) => {
    let at = Date.UTC(2026, 9, 25, 0, 50); // 02:50 in Berlin, for the first time
    const begun = Date.now();
    const now = () => at + Date.now() - begun;
    bench = await DeskBench.open({ timeZone: 'Europe/Berlin', now: () => new Date(now()) });
    bench.now = now;
    if (by === 'a hint') await bench.hear();
    await bench.people.create(DEVICE_USER, { user_id: '1' });
    const paces = by === 'a hint' ? {} : { reconcileMs: 50 };
    await bench.started({ site: { isReady: () => true, zone: () => 'Europe/Berlin' }, paces });
    at = Date.UTC(2026, 9, 25, 1, 10); // 02:10, for the second time
    await bench.people.create(DEVICE_USER, { user_id: '2' });
    expect(String(bench.doc(DEVICE_USER, '2')?.['creation']) < String(bench.doc(DEVICE_USER, '1')?.['creation'])).toBe(
      true,
    );
    await until(async () => (await bench.store.findPerson(asPin('2'))) !== undefined, 'known');
    await until(() => Boolean(bench.doc(DEVICE_USER, '2')?.['template_summary']), 'told');
  });

  test('that is slow is read under a lease that does not run out', async () => {
    bench = await DeskBench.open();
    for (let i = 1; i <= 15; i += 1) await bench.people.create(DEVICE_USER, { user_id: `${i}` });
    const client = bench.as('service');
    const get = client.get.bind(client);
    let now = Date.now();
    bench.now = () => now;
    client.get = (...args) => {
      now += 20_000;
      return get(...args);
    };
    const claim = bench.store.claimLease.bind(bench.store);
    let [last, longest] = [now, 0];
    bench.store.claimLease = (...args) => {
      [last, longest] = [now, Math.max(longest, now - last)];
      return claim(...args);
    };
    const begun = now;
    await bench.started({ client });
    expect(now - begun).toBeGreaterThan(60_000);
    expect(longest).toBeLessThan(60_000);
  });

  test('is kept in step by one process at a time', async () => {
    bench = await DeskBench.open();
    const first = await bench.started();
    const second = bench.start();
    await until(() => second.status().state === 'elsewhere', 'elsewhere');
    await first.stop();
    await until(() => second.status().state === 'in-step', 'takes over');
  });
});
