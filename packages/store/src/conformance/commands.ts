import { expect, test } from '@jest/globals';
import { asPin, asSerialNumber } from '@biolistener/core';
import type { CommandState, NewCommand } from '../contract/index.ts';
import {
  ANSWER_WITHIN_MS,
  approve,
  DAY,
  LEASE_MS,
  orderOf,
  OTHER_SN,
  queue,
  send,
  SN,
  T0,
  takeOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

/** A mailbox before its terminal says anything. */
export function commands(subject: () => Subject): void {
  const stateOf = async (id: string): Promise<CommandState> => must(await subject().store.findCommand(id)).state;
  const takeIds = async (with_: Parameters<typeof takeOf>[0] = {}): Promise<string[]> =>
    (await subject().store.takeCommands(SN, takeOf(with_))).map(({ id }) => id);

  test('what was asked for is found again as it was asked for', async () => {
    const { store } = subject();
    await approve(store, SN);
    const order: NewCommand = orderOf({
      kind: 'template.update',
      parameters: { template: { $template: '7' } },
      origin: 'desk',
      askedBy: 'desk:hr@example.invalid',
      deskName: 'BDC-0001',
      pin: asPin('007'),
      priority: 2,
      notBefore: T0 + 5,
      needsProof: true,
    });
    const [id = ''] = await queue(store, order);
    expect(id).toMatch(/^[0-9]{1,16}$/);
    const { deadline, maxAttempts, bytes } = order;
    expect(await store.findCommand(id)).toEqual({
      ...{ id, serialNumber: SN, state: 'queued', kind: 'template.update', parameters: order.parameters },
      ...{ origin: 'desk', askedBy: 'desk:hr@example.invalid', deskName: 'BDC-0001', pin: '007', priority: 2 },
      ...{ notBefore: T0 + 5, deadline, attempts: 0, maxAttempts, bytes, needsProof: true, leaseUntil: undefined },
      ...{ resultCode: undefined, resultInfo: {}, reason: undefined, detail: undefined, proof: undefined },
      ...{ createdAt: T0, sentAt: undefined, answeredAt: undefined, closedAt: undefined },
    });
    expect([await store.findCommand('999'), await store.findCommand('x')]).toEqual([undefined, undefined]);
  });

  test('several are queued in order and as a whole; the revision moves once', async () => {
    const { store } = subject();
    await approve(store, SN);
    const revision = await store.revision();
    const ids = await queue(store, orderOf(), orderOf(), orderOf());
    expect(ids.map(Number)).toEqual([...ids.map(Number)].sort((a, b) => a - b));
    expect(await store.revision()).toBe(revision + 1);
    const unknown = orderOf({ serialNumber: OTHER_SN });
    await expect(queue(store, orderOf(), unknown)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect((await store.countCommands()).queued).toBe(3);
    expect(await store.revision()).toBe(revision + 1);
  });

  test('an equal one that still waits is merged: the newest parameters, the lower priority, the later deadline', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const first = orderOf({ mergeKey: 'user:1', priority: 9, deadline: T0 + DAY, parameters: { v: 1 }, bytes: 10 });
    const [id = ''] = await queue(store, first);
    const again = { ...first, priority: 5, deadline: T0 + 5, parameters: { v: 2 }, bytes: 20, needsProof: true };
    expect(await store.queueCommands([again], T0)).toEqual([{ id, isMerged: true }]);
    expect(await store.findCommand(id)).toMatchObject({
      ...{ priority: 5, deadline: T0 + DAY, parameters: { v: 2 }, bytes: 20, needsProof: true, origin: 'api' },
    });
    const [other, unlike] = await store.queueCommands(
      [
        { ...first, serialNumber: OTHER_SN },
        { ...first, mergeKey: 'user:2' },
      ],
      T0,
    );
    expect([other?.isMerged, unlike?.isMerged]).toEqual([false, false]);
    await store.takeCommands(SN, takeOf());
    expect((await store.queueCommands([first], T0))[0]).toMatchObject({ isMerged: false });
  });

  test('within one call equal ones merge too, and without a merge key nothing does', async () => {
    const { store } = subject();
    await approve(store, SN);
    const keyed = orderOf({ mergeKey: 'k' });
    const [a, b] = await queue(store, keyed, keyed);
    const [c, d] = await queue(store, orderOf(), orderOf());
    expect([a === b, c === d]).toEqual([true, false]);
  });

  test('they are taken by priority, then by age, and each once', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [late, first, second] = await queue(
      store,
      orderOf({ priority: 9 }),
      orderOf({ priority: 0 }),
      orderOf({ priority: 0 }),
    );
    expect(await takeIds({ limit: 2 })).toEqual([first, second]);
    const [taken] = await store.takeCommands(SN, takeOf());
    expect(taken).toMatchObject({ id: late, state: 'leased', attempts: 1, leaseUntil: T0 + LEASE_MS });
    expect(await takeIds()).toEqual([]);
    expect(await store.takeCommands(OTHER_SN, takeOf())).toEqual([]);
  });

  test('two processes that take from one mailbox never take the same command', async () => {
    const { store, place } = subject();
    const second = await place.open();
    try {
      await approve(store, SN);
      const all = await queue(store, ...Array.from({ length: 120 }, () => orderOf()));
      const takers = Array.from({ length: 40 }, (_, n) =>
        (n % 2 ? store : second).takeCommands(SN, takeOf({ limit: 4 })),
      );
      const taken = (await Promise.all(takers)).flat().map(({ id }) => id);
      expect(taken.length).toBe(120);
      expect([...new Set(taken)].sort()).toEqual([...all].sort());
    } finally {
      await second.close();
    }
  });

  test('a portion holds so many bytes, but the first one however large it is', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [huge, a, b, c] = await queue(store, ...[5_000, 400, 500, 200].map((bytes) => orderOf({ bytes })));
    expect(await takeIds({ maxBytes: 1_000 })).toEqual([huge]);
    expect(await takeIds({ maxBytes: 1_000 })).toEqual([a, b]);
    expect(await takeIds({ maxBytes: 0 })).toEqual([c]);
  });

  test('with one outstanding at a time the next one waits for the end of the first, or of its lease', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [first, second] = await queue(store, orderOf(), orderOf());
    const one = { isOneOutstanding: true };
    expect(await takeIds(one)).toEqual([first]);
    await store.markSent([must(first)], T0, ANSWER_WITHIN_MS);
    expect(await takeIds({ ...one, now: T0 + ANSWER_WITHIN_MS - 1 })).toEqual([]);
    await store.failCommands([{ id: must(first) }], T0);
    expect(await takeIds(one)).toEqual([second]);
    expect(await takeIds({ ...one, now: T0 + LEASE_MS })).toEqual([second]);
  });

  test('one that waits until later is not taken before, and holds back younger ones of its PIN only', async () => {
    const { store } = subject();
    await approve(store, SN);
    const pin = asPin('1');
    const [older, later, held, free, urgent] = await queue(
      store,
      orderOf({ pin }),
      orderOf({ pin, notBefore: T0 + 100 }),
      orderOf({ pin }),
      orderOf({ pin: asPin('2') }),
      orderOf({ pin, priority: 0 }),
    );
    expect(await takeIds()).toEqual([urgent, older, free]);
    expect(await takeIds({ now: T0 + 99 })).toEqual([]);
    expect(await takeIds({ now: T0 + 100 })).toEqual([later, held]);
  });

  test('one past its deadline is not taken, and the sweep says so', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf({ deadline: T0 + 10 }));
    expect(await takeIds({ now: T0 + 10 })).toEqual([]);
    expect(await store.sweepCommands(T0 + 9)).toEqual({ requeued: 0, failed: 0, expired: 0 });
    expect(await store.sweepCommands(T0 + 10)).toEqual({ requeued: 0, failed: 0, expired: 1 });
    expect(await store.findCommand(id)).toMatchObject({ state: 'expired', reason: 'too-late', closedAt: T0 + 10 });
    expect(await store.sweepCommands(T0 + 10)).toEqual({ requeued: 0, failed: 0, expired: 0 });
  });

  test('a lease that ran out is taken again without a sweep, until the attempts are used up', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf({ maxAttempts: 2 }));
    expect(await takeIds()).toEqual([id]);
    expect(await takeIds({ now: T0 + LEASE_MS - 1 })).toEqual([]);
    const again = await send(store, { now: T0 + LEASE_MS });
    expect(again).toMatchObject([{ id, attempts: 2 }]);
    expect(await takeIds({ now: T0 + LEASE_MS + ANSWER_WITHIN_MS })).toEqual([]);
    expect(await store.findCommand(id)).toMatchObject({ state: 'failed', reason: 'silent', attempts: 2 });
  });

  test('the sweep puts back what was lost, moves the revision for it, and only then', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [again, over] = await queue(store, orderOf(), orderOf({ maxAttempts: 1 }));
    await send(store);
    const revision = await store.revision();
    expect(await store.sweepCommands(T0 + ANSWER_WITHIN_MS - 1)).toEqual({ requeued: 0, failed: 0, expired: 0 });
    expect(await store.revision()).toBe(revision);
    expect(await store.sweepCommands(T0 + ANSWER_WITHIN_MS)).toEqual({ requeued: 1, failed: 1, expired: 0 });
    expect([await stateOf(must(again)), await stateOf(must(over))]).toEqual(['queued', 'failed']);
    expect(await store.revision()).toBe(revision + 1);
    expect(await store.terminalsWithCommands(T0 + ANSWER_WITHIN_MS)).toEqual([SN]);
  });

  test('at its deadline one that is out has the time of its lease first', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf({ deadline: T0 + 10 }));
    await send(store);
    expect((await store.sweepCommands(T0 + 20)).expired).toBe(0);
    expect((await store.sweepCommands(T0 + ANSWER_WITHIN_MS)).expired).toBe(1);
    expect(await stateOf(id)).toBe('expired');
  });

  test('marked sent means out for so long; what is not leased is left alone', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [leased, queued] = await queue(store, orderOf(), orderOf());
    await takeIds({ limit: 1 });
    await store.markSent([must(leased), must(queued), '999', 'x'], T0 + 3, ANSWER_WITHIN_MS);
    const sent = { state: 'sent', sentAt: T0 + 3, leaseUntil: T0 + 3 + ANSWER_WITHIN_MS };
    expect(await store.findCommand(must(leased))).toMatchObject(sent);
    expect(await stateOf(must(queued))).toBe('queued');
  });

  test('what did not go out after all waits again, without an attempt, and everybody hears of it', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [leased, sent] = await queue(store, orderOf(), orderOf());
    await store.takeCommands(SN, takeOf());
    await store.markSent([must(sent)], T0, ANSWER_WITHIN_MS);
    const revision = await store.revision();
    await store.releaseCommands([must(leased), must(sent)], T0);
    expect(await store.findCommand(must(leased))).toMatchObject({
      state: 'queued',
      attempts: 0,
      leaseUntil: undefined,
    });
    expect(await store.findCommand(must(sent))).toMatchObject({ state: 'sent', attempts: 1 });
    expect(await store.revision()).toBe(revision + 1);
  });

  test('what must wait on says until when and why', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id] = await queue(store, orderOf());
    await store.takeCommands(SN, takeOf());
    const wait = { notBefore: T0 + 50, reason: 'NOT_PROVEN', detail: 'Something is missing.' };
    await store.releaseCommands([must(id)], T0, wait);
    expect(await store.findCommand(must(id))).toMatchObject({ state: 'queued', attempts: 0, ...wait });
    expect(await takeIds({ now: T0 + 49 })).toEqual([]);
    expect(await takeIds({ now: T0 + 50 })).toEqual([id]);
  });

  test('a terminal that restarted gets what was sent again at once, unless its attempts are used up', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [again, over] = await queue(store, orderOf(), orderOf({ maxAttempts: 1 }));
    await send(store);
    await store.resendCommands([must(again), must(over)], T0 + 1);
    expect(await store.findCommand(must(again))).toMatchObject({ state: 'queued', attempts: 1, leaseUntil: undefined });
    expect(await stateOf(must(over))).toBe('sent');
    expect(await takeIds({ now: T0 + 1 })).toEqual([again]);
  });

  test('any open one can be failed with a reason, and what ended stays as it is', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [leased, queued] = await queue(store, orderOf(), orderOf());
    await takeIds({ limit: 1 });
    await store.failCommands(
      [
        { id: must(leased), reason: 'ZKTECO_CODEC', detail: 'It has no word for it.' },
        { id: must(queued) },
        { id: 'x' },
      ],
      T0 + 1,
    );
    const failed = { state: 'failed', closedAt: T0 + 1, leaseUntil: undefined };
    const said = { reason: 'ZKTECO_CODEC', detail: 'It has no word for it.' };
    expect(await store.findCommand(must(leased))).toMatchObject({ ...failed, ...said });
    expect(await store.findCommand(must(queued))).toMatchObject(failed);
    await store.failCommands([{ id: must(leased), reason: 'OTHER' }], T0 + 2);
    expect(await store.findCommand(must(leased))).toMatchObject({ ...said, closedAt: T0 + 1 });
  });

  test('cancelling ends open ones only, says so where the terminal may still do it, and is audited', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [out, queued, done] = await queue(store, orderOf({ priority: 0 }), orderOf(), orderOf({ priority: 1 }));
    await send(store, { limit: 2 });
    await store.verifyCommands([must(done)], 'event', T0);
    const revision = await store.revision();
    expect(await store.cancelCommands([must(out), must(queued), must(done), '999'], 'api:hr', T0 + 1)).toBe(2);
    expect(await store.findCommand(must(out))).toMatchObject({
      state: 'cancelled',
      detail: expect.stringContaining('may'),
    });
    expect(await store.findCommand(must(queued))).toMatchObject({ state: 'cancelled', detail: undefined });
    expect(await store.revision()).toBeGreaterThan(revision);
    const [entry] = await store.listAudit({ subject: `command:${must(out)}`, limit: 5 });
    expect(entry).toMatchObject({ actor: 'api:hr', action: 'command.cancel' });
    expect(await takeIds()).toEqual([]);
  });

  test('an open one is handed over to another order of Desk, or to none', async () => {
    const { store } = subject();
    await approve(store, SN);
    const mine = { origin: 'desk', deskName: 'BDC-1' } as const;
    const [id = '', ended = ''] = await queue(store, orderOf(mine), orderOf(mine));
    await store.failCommands([{ id: ended }], T0);
    await store.handOverCommand(id, 'BDC-2');
    await store.handOverCommand(ended, 'BDC-2');
    const named = async (deskName: string) => (await store.listCommands({ deskName, limit: 9 })).map((each) => each.id);
    expect([await named('BDC-1'), await named('BDC-2')]).toEqual([[ended], [id]]);
    await store.handOverCommand(id, undefined);
    await store.handOverCommand('999', undefined);
    expect(await store.findCommand(id)).toMatchObject({ state: 'queued', deskName: undefined });
  });

  test('what people ask is audited with who asked, what the roster wants is not', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [asked, wanted] = await queue(
      store,
      orderOf({ kind: 'raw', origin: 'api', askedBy: 'api:hr', parameters: { text: 'RELOAD OPTIONS' } }),
      orderOf({ origin: 'roster', askedBy: 'system' }),
    );
    const [entry] = await store.listAudit({ subject: `command:${must(asked)}`, limit: 5 });
    expect(entry).toMatchObject({
      ...{ actor: 'api:hr', action: 'command.ask', details: { kind: 'raw', serialNumber: SN } },
    });
    expect(await store.listAudit({ subject: `command:${must(wanted)}`, limit: 5 })).toEqual([]);
  });

  test('what failed goes again as a new command; what is open or was done does not', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = '', open = ''] = await queue(store, orderOf({ parameters: { a: 1 }, deskName: 'BDC-1' }), orderOf());
    await store.failCommands([{ id }], T0);
    const again = await store.retryCommand(id, 'cli:root', T0 + 2 * DAY, T0 + 1);
    expect(await store.findCommand(again)).toMatchObject({
      ...{ state: 'queued', parameters: { a: 1 }, deskName: 'BDC-1', askedBy: 'cli:root', origin: 'api' },
      ...{ attempts: 0, deadline: T0 + 2 * DAY, createdAt: T0 + 1 },
    });
    expect(await stateOf(id)).toBe('failed');
    expect((await store.listAudit({ subject: `command:${id}`, limit: 1 }))[0]).toMatchObject({
      action: 'command.retry',
    });
    const otherwise = await store.retryCommand(id, 'cli:root', T0 + 2 * DAY, T0 + 2, { a: 2 });
    expect(await store.findCommand(otherwise)).toMatchObject({ parameters: { a: 2 }, deskName: 'BDC-1' });
    const retry = (which: string) => store.retryCommand(which, 'cli:root', T0 + DAY, T0);
    await expect(retry(open)).rejects.toMatchObject({ code: 'STORE_WRONG_STATE', kind: 'permanent' });
    await expect(retry('999')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('only mailboxes are named of which something can be taken now, and it is told when that changes', async () => {
    const { store } = subject();
    const lost = asSerialNumber('TEST0000003');
    await approve(store, SN, OTHER_SN, lost);
    await queue(
      store,
      orderOf({ notBefore: T0 + 50 }),
      orderOf({ serialNumber: OTHER_SN }),
      orderOf({ serialNumber: lost }),
    );
    await store.takeCommands(lost, takeOf());
    expect(await store.terminalsWithCommands(T0)).toEqual([OTHER_SN]);
    expect(await store.nextCommandAt(T0)).toBe(T0 + 50);
    expect(await store.terminalsWithCommands(T0 + 50)).toEqual([SN, OTHER_SN]);
    expect(await store.nextCommandAt(T0 + 50)).toBe(T0 + LEASE_MS);
    expect(await store.terminalsWithCommands(T0 + LEASE_MS)).toEqual([SN, OTHER_SN, lost]);
    expect(await store.nextCommandAt(T0 + LEASE_MS)).toBeUndefined();
    expect(await store.terminalsWithCommands(T0 + DAY)).toEqual([]);
  });

  test('listings answer the newest first, by what is asked, page by page; counts know every state', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const ids = await queue(
      store,
      orderOf({ pin: asPin('1'), deskName: 'BDC-1' }),
      orderOf({ pin: asPin('1'), origin: 'roster', kind: 'logs.clear' }),
      orderOf({ serialNumber: OTHER_SN, pin: asPin('01') }),
    );
    await store.failCommands([{ id: must(ids[1]) }], T0);
    const list = async (filter: Partial<Parameters<typeof store.listCommands>[0]>) =>
      (await store.listCommands({ limit: 10, ...filter })).map(({ id }) => ids.indexOf(id));
    expect(await list({})).toEqual([2, 1, 0]);
    expect(await list({ limit: 1, beforeId: must(ids[2]) })).toEqual([1]);
    expect(await list({ serialNumber: SN })).toEqual([1, 0]);
    expect(await list({ pin: asPin('1') })).toEqual([1, 0]);
    expect(await list({ states: ['queued'] })).toEqual([2, 0]);
    expect(await list({ states: ['queued', 'failed'], serialNumber: SN, origin: 'roster' })).toEqual([1]);
    expect(await list({ deskName: 'BDC-1' })).toEqual([0]);
    expect(await list({ kind: 'logs.clear' })).toEqual([1]);
    expect(await list({ kind: 'logs.clear', serialNumber: OTHER_SN })).toEqual([]);
    const none = { leased: 0, sent: 0, answered: 0, verified: 0, expired: 0, cancelled: 0 };
    expect(await store.countCommands()).toEqual({ ...none, queued: 2, failed: 1 });
    expect(await store.countCommands(OTHER_SN)).toEqual({ ...none, queued: 1, failed: 0 });
  });
}
