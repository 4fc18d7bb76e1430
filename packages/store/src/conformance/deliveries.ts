import { expect, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import {
  addTarget,
  attemptOf,
  contactOf,
  deliverable,
  MINUTE,
  OTHER_SN,
  punchesOf,
  punchOf,
  SN,
  T0,
  TARGET,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

const LATER = T0 + 86_400_000;

export function deliveries(subject: () => Subject): void {
  const stateOf = async (punch: { readonly id: ReturnType<typeof punchOf>['id'] }) =>
    must((await subject().store.listDeliveries(punch.id))[0]).state;

  test('a target is kept under its id, and its capabilities stay until others are given', async () => {
    const { store } = subject();
    await store.upsertTarget({
      id: TARGET,
      kind: 'erpnext',
      url: 'a',
      label: 'A',
      isActive: true,
      capabilities: { zone: 'UTC' },
    });
    const again = await store.upsertTarget({ id: TARGET, kind: 'erpnext', url: 'b', label: 'B', isActive: false });
    expect(again).toEqual({
      id: TARGET,
      kind: 'erpnext',
      url: 'b',
      label: 'B',
      isActive: false,
      capabilities: { zone: 'UTC' },
    });
    expect(await store.listTargets()).toEqual([again]);
  });

  test('fan-out makes one delivery for each punch, in steps, and none twice', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf(punchesOf(0, 5)));
    await addTarget(store);
    expect((await store.deliveryCounts(TARGET)).notFannedOut).toBe(5);
    expect([
      await store.fanOut(TARGET, 3, T0),
      await store.fanOut(TARGET, 3, T0),
      await store.fanOut(TARGET, 3, T0),
    ]).toEqual([3, 2, 0]);
    await store.commitUpload(uploadOf(punchesOf(3, 6)));
    expect(await store.fanOut(TARGET, 3, T0)).toBe(1);
    expect(await store.deliveryCounts(TARGET)).toEqual({
      waiting: 6,
      queued: 0,
      done: 0,
      parked: 0,
      skipped: 0,
      oldestUndoneAt: T0,
      notFannedOut: 0,
    });
  });

  test('another target gets everything that it lacks', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, punchesOf(0, 4));
    await store.finishDelivery(TARGET, must(id), attemptOf('created'), 'CHK-1');
    await addTarget(store, 'site-2');
    expect(await store.fanOut('site-2', 100, T0)).toBe(4);
    expect((await store.listDeliveries(must(id))).map((delivery) => [delivery.targetId, delivery.state])).toEqual([
      [TARGET, 'done'],
      ['site-2', 'waiting'],
    ]);
  });

  test('flags decide the first state', async () => {
    const { store } = subject();
    const flagged = [
      punchOf(1, { flags: ['clock-implausible'] }),
      punchOf(2, { flags: ['unregistered-card'] }),
      punchOf(3, { flags: ['verification-only'] }),
      punchOf(4, { flags: ['clock-ahead'] }),
    ];
    await deliverable(store, flagged);
    const made = await Promise.all(flagged.map(async (punch) => must((await store.listDeliveries(punch.id))[0])));
    expect(made.map((delivery) => [delivery.state, delivery.reason])).toEqual([
      ['parked', 'clock-implausible'],
      ['parked', 'unregistered-card'],
      ['skipped', 'verification-only'],
      ['waiting', undefined],
    ]);
  });

  test('what is due comes by the instant of the punch, not by the order of coming', async () => {
    const { store } = subject();
    const ids = await deliverable(store, [punchOf(3), punchOf(1), punchOf(2)]);
    expect(await store.dueDeliveries(TARGET, 2, LATER)).toEqual([ids[1], ids[2]]);
    await store.postponeDelivery(TARGET, must(ids[1]), attemptOf('transient'), LATER + 1);
    expect(await store.dueDeliveries(TARGET, 10, LATER)).toEqual([ids[2], ids[0]]);
    expect(await store.dueDeliveries(TARGET, 10, LATER + 1)).toEqual([ids[1], ids[2], ids[0]]);
    expect(await store.dueDeliveries('nowhere', 10, LATER)).toEqual([]);
  });

  test('what is queued is not due, and waits again once Redis was found empty', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(0, 3));
    await store.markQueued(TARGET, ids.slice(0, 2), T0 + 10);
    expect(await store.dueDeliveries(TARGET, 10, LATER)).toEqual([ids[2]]);
    expect(await store.staleQueued(TARGET, T0 + 10, 10)).toEqual([]);
    expect(await store.staleQueued(TARGET, T0 + 11, 10)).toEqual(ids.slice(0, 2));
    expect(await store.requeueAll(TARGET)).toBe(2);
    expect((await store.dueDeliveries(TARGET, 10, LATER)).length).toBe(3);
  });

  test('a delivery is loaded with all that is needed to make it', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, [punchOf(1)]);
    await store.changeTerminal(
      SN,
      { settings: { name: 'Gate', role: 'out', place: 'Plant', stateMap: { '1': 'IN' } } },
      'cli:root',
    );
    const job = must(await store.loadDelivery(TARGET, must(id)));
    expect({ ...job.punch, raw: [] }).toEqual({ ...punchOf(1), raw: [] });
    expect(job).toMatchObject({
      targetId: TARGET,
      punchId: id,
      state: 'waiting',
      attempts: 0,
      correlationId: 'c-1',
      receivedAt: T0,
      terminal: { serialNumber: SN, name: 'Gate', role: 'out', place: 'Plant', stateMap: { '1': 'IN' } },
    });
    expect(await store.loadDelivery('nowhere', must(id))).toBeUndefined();
  });

  test('a lane holds the undone deliveries of its people up to an instant, oldest punch first', async () => {
    const { store } = subject();
    const mine = (n: number, pin: string) => punchOf(n, { pin: asPin(pin) });
    const rows = [mine(5, '1'), mine(1, '1'), mine(3, '01'), mine(2, '2'), mine(4, '1'), mine(9, '1')];
    const ids = await deliverable(store, rows);
    await store.markQueued(TARGET, [must(ids[0])], T0);
    await store.finishDelivery(TARGET, must(ids[4]), attemptOf('created'), 'CHK-1');
    const lane = await store.lane(TARGET, [asPin('1'), asPin('01'), asPin('1')], T0 + 5 * MINUTE, 10);
    expect(lane.map((job) => job.punchId)).toEqual([ids[1], ids[2], ids[0]]);
    expect((await store.lane(TARGET, [asPin('1')], T0 + 5 * MINUTE, 1)).map((job) => job.punchId)).toEqual([ids[1]]);
    expect(await store.lane(TARGET, [], LATER, 10)).toEqual([]);
  });

  test('a log type is decided once; only another employee, before delivery, decides anew', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, [punchOf(1)]);
    const read = async () => {
      const { employee, logType, logTypeSource } = must(await store.loadDelivery(TARGET, must(id)));
      return [employee, logType, logTypeSource];
    };
    await store.decide(TARGET, must(id), { employee: 'E1', logType: '', source: 'silent' });
    await store.decide(TARGET, must(id), { employee: 'E1', logType: 'OUT', source: 'later' });
    expect(await read()).toEqual(['E1', '', 'silent']);
    await store.decide(TARGET, must(id), { employee: 'E2', logType: 'IN', source: 'remapped' });
    expect(await read()).toEqual(['E2', 'IN', 'remapped']);
    await store.finishDelivery(TARGET, must(id), attemptOf('created'), 'CHK-1');
    await store.decide(TARGET, must(id), { employee: 'E3', logType: 'OUT', source: 'too late' });
    expect(await read()).toEqual(['E2', 'IN', 'remapped']);
  });

  test('the last decision of an employee is the latest before an instant that has a direction', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(1, 6));
    const types = ['IN', 'OUT', '', 'IN', 'IN'] as const;
    for (const [n, logType] of types.entries())
      await store.decide(TARGET, must(ids[n]), { employee: n === 3 ? 'E2' : 'E1', logType, source: 'test' });
    expect(await store.lastDecision(TARGET, 'E1', T0 + 5 * MINUTE)).toEqual({
      instant: T0 + 2 * MINUTE,
      logType: 'OUT',
    });
    expect(await store.lastDecision(TARGET, 'E1', T0 + 2 * MINUTE)).toEqual({ instant: T0 + MINUTE, logType: 'IN' });
    expect(await store.lastDecision(TARGET, 'E1', T0 + MINUTE)).toBeUndefined();
    await store.discardDelivery(TARGET, must(ids[1]), 'cli:root');
    expect(await store.lastDecision(TARGET, 'E1', T0 + 5 * MINUTE)).toEqual({ instant: T0 + MINUTE, logType: 'IN' });
  });

  test('done stays done, whatever comes late', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, [punchOf(1)]);
    await store.finishDelivery(TARGET, must(id), attemptOf('created', T0 + 1), 'CHK-1');
    await store.parkDelivery(TARGET, must(id), attemptOf('parked', T0 + 2), 'refused');
    await store.postponeDelivery(TARGET, must(id), attemptOf('transient', T0 + 3), LATER);
    await store.markQueued(TARGET, [must(id)], T0 + 4);
    await store.finishDelivery(TARGET, must(id), attemptOf('duplicate', T0 + 5), undefined);
    expect(await store.unpark(TARGET, { punchIds: [must(id)] })).toBe(0);
    expect(await store.discardDelivery(TARGET, must(id), 'cli:root')).toBe(false);
    expect(must((await store.listDeliveries(must(id)))[0])).toMatchObject({
      state: 'done',
      checkin: 'CHK-1',
      doneAt: T0 + 1,
      attempts: 4,
    });
    expect(await store.deliveryCounts(TARGET)).toMatchObject({ done: 1, waiting: 0, oldestUndoneAt: undefined });
    const trail = must((await store.tracePunch(must(id)))[0]).trail;
    expect(trail.map((attempt) => attempt.outcome)).toEqual(['created', 'parked', 'transient', 'duplicate']);
    expect(await store.listAttempts(TARGET, must(id))).toEqual(trail);
    expect(trail[0]).toEqual(attemptOf('created', T0 + 1));
  });

  test('replay sends again, also what is done, with the same decision', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(1, 3));
    await store.decide(TARGET, must(ids[0]), { employee: 'E1', logType: 'IN', source: 'test' });
    await store.finishDelivery(TARGET, must(ids[0]), attemptOf('created'), 'CHK-1');
    expect(await store.replay(TARGET, ids, 'cli:root')).toBe(1);
    expect(must(await store.loadDelivery(TARGET, must(ids[0])))).toMatchObject({
      state: 'waiting',
      logType: 'IN',
      checkin: 'CHK-1',
      doneAt: undefined,
    });
    expect(await store.deliveryCounts(TARGET)).toMatchObject({ done: 0, waiting: 2 });
    expect(await store.dueDeliveries(TARGET, 10, 0)).toEqual([ids[0]]);
  });

  test('a parked delivery names its reason and is released by reason, PIN and punch', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(0, 4));
    for (const [n, id] of ids.entries())
      await store.parkDelivery(TARGET, id, attemptOf('parked'), n === 3 ? 'refused' : 'unknown-pin');
    expect(must((await store.listDeliveries(must(ids[0])))[0])).toMatchObject({
      state: 'parked',
      reason: 'unknown-pin',
      detail: 'it was parked',
    });
    const pins = await store.parkedPins(TARGET, 'unknown-pin', 10);
    expect(pins.map(({ pin, since }) => [pin, since])).toEqual(
      [0, 1, 2].map((n) => [punchOf(n).pin, punchOf(n).wallTime]),
    );
    expect(await store.parkedPins(TARGET, 'unknown-pin', 1)).toHaveLength(1);
    expect(await store.parkedPins('another', 'unknown-pin', 10)).toEqual([]);
    expect(await store.unpark(TARGET, {})).toBe(0);
    expect(await store.unpark(TARGET, { reasons: ['unknown-pin'], pins: [asPin('1'), asPin('4')] })).toBe(1);
    expect(await stateOf(punchOf(0))).toBe('waiting');
    expect(await store.unpark(TARGET, { punchIds: [must(ids[3])] })).toBe(1);
    expect(await store.unpark(TARGET, { reasons: ['unknown-pin'] })).toBe(2);
    expect((await store.dueDeliveries(TARGET, 10, 0)).length).toBe(4);
    expect(await store.listAudit({ limit: 5 })).toEqual([]);
  });

  test('a person who lets parked ones go is audited, once for the deed', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(0, 3));
    for (const id of ids) await store.parkDelivery(TARGET, id, attemptOf('parked'), 'refused');
    expect(await store.unpark(TARGET, { reasons: ['refused'] }, 'cli:root')).toBe(3);
    expect(await store.unpark(TARGET, { reasons: ['refused'] }, 'cli:root')).toBe(0);
    expect(await store.listAudit({ limit: 5 })).toMatchObject([
      {
        actor: 'cli:root',
        action: 'delivery.retry',
        subject: `target:${TARGET}`,
        details: { reasons: ['refused'], moved: 3 },
      },
    ]);
  });

  test('what a person discarded is skipped and audited, and replay brings it back', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, [punchOf(1)]);
    expect(await store.discardDelivery(TARGET, must(id), 'cli:root')).toBe(true);
    expect(await store.discardDelivery(TARGET, must(id), 'cli:root')).toBe(false);
    await store.postponeDelivery(TARGET, must(id), attemptOf('transient'), T0);
    expect(await stateOf(punchOf(1))).toBe('skipped');
    expect((await store.listAudit({ limit: 5 })).map((entry) => [entry.action, entry.subject])).toEqual([
      ['delivery.discard', `punch:${must(id)}`],
    ]);
    expect(await store.replay(TARGET, [must(id)], 'cli:ana')).toBe(1);
    expect(await stateOf(punchOf(1))).toBe('waiting');
    expect(await store.replay(TARGET, [must(id)], 'cli:ana')).toBe(0);
    expect(await store.listAudit({ subject: `punch:${must(id)}`, limit: 5 })).toMatchObject([
      { actor: 'cli:ana', action: 'delivery.replay', details: { targetId: TARGET } },
      { action: 'delivery.discard' },
    ]);
  });

  test('deciding about a delivery that is not there is refused', async () => {
    const { store } = subject();
    await addTarget(store);
    const none = { code: 'STORE_NOT_FOUND' };
    await expect(store.finishDelivery(TARGET, punchOf(1).id, attemptOf('created'), 'C')).rejects.toMatchObject(none);
    await expect(store.fanOut('nowhere', 1, T0)).rejects.toMatchObject(none);
    expect(await store.discardDelivery(TARGET, punchOf(1).id, 'cli:root')).toBe(false);
  });

  test('the trail of a delivery that fails for days keeps the newest attempts and the true count', async () => {
    const { store } = subject();
    const [id] = await deliverable(store, [punchOf(1)]);
    for (let n = 0; n < 60; n += 1)
      await store.postponeDelivery(TARGET, must(id), attemptOf('transient', T0 + n), T0 + n);
    const attempts = await store.listAttempts(TARGET, must(id));
    expect([attempts.length, must(attempts[0]).at, must(attempts.at(-1)).at]).toEqual([50, T0 + 10, T0 + 59]);
    expect(must(await store.loadDelivery(TARGET, must(id))).attempts).toBe(60);
  });

  test('a terminal is delivered up to just before its oldest undone punch, or to its last contact', async () => {
    const { store } = subject();
    await store.noteTerminal(contactOf(OTHER_SN, T0 + 7));
    const old = punchOf(-1000, { flags: ['clock-implausible'] });
    await store.commitUpload(uploadOf([punchOf(2), punchOf(1), punchOf(3), old], { receivedAt: LATER }));
    await addTarget(store);
    const upTo = async () =>
      [...(await store.deliveredUpTo(TARGET, [SN, OTHER_SN], T0 - 1))].map(([sn, { instant }]) => [sn, instant]);
    expect(await upTo()).toEqual([
      [SN, T0 + MINUTE - 1],
      [OTHER_SN, T0 + 7],
    ]);
    await store.fanOut(TARGET, 10, T0);
    await store.finishDelivery(TARGET, punchOf(1).id, attemptOf('created'), 'C1');
    await store.parkDelivery(TARGET, punchOf(2).id, attemptOf('parked'), 'unknown-pin');
    await store.finishDelivery(TARGET, punchOf(3).id, attemptOf('created'), 'C3');
    expect(await upTo()).toEqual([
      [SN, T0 + 2 * MINUTE - 1],
      [OTHER_SN, T0 + 7],
    ]);
    await store.discardDelivery(TARGET, punchOf(2).id, 'cli:root');
    expect(await upTo()).toEqual([
      [SN, LATER],
      [OTHER_SN, T0 + 7],
    ]);
  });

  test('a parked punch holds its terminal back until it was parked for long enough, retried or not', async () => {
    const { store } = subject();
    const [first, second] = await deliverable(store, [punchOf(1), punchOf(2)]);
    await store.noteContacts([contactOf(SN, LATER)]);
    const upTo = async (parkedSince: number) => (await store.deliveredUpTo(TARGET, [SN], parkedSince)).get(SN);
    await store.finishDelivery(TARGET, must(second), attemptOf('created'), 'C2');
    await store.parkDelivery(TARGET, must(first), attemptOf('parked', LATER), 'unknown-pin');
    await store.unpark(TARGET, { reasons: ['unknown-pin'] });
    expect(must(await upTo(LATER + 9))).toEqual({ instant: T0 + MINUTE - 1, passedOver: 0 }); // it waits: it may go any moment
    await store.parkDelivery(TARGET, must(first), attemptOf('parked', LATER + 5), 'unknown-pin');
    expect(must(await upTo(LATER - 1))).toEqual({ instant: T0 + MINUTE - 1, passedOver: 0 });
    expect(must(await upTo(LATER))).toEqual({ instant: LATER, passedOver: 1 });
    await store.parkDelivery(TARGET, must(first), attemptOf('parked', LATER + 6), 'inactive-employee');
    expect(must(await upTo(0))).toEqual({ instant: LATER, passedOver: 0 });
  });
}
