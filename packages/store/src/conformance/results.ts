import { expect, test } from '@jest/globals';
import { asPin, type CommandResult } from '@biolistener/core';
import {
  ANSWER_WITHIN_MS,
  answer,
  approve,
  DAY,
  orderOf,
  OTHER_SN,
  personOf,
  queue,
  resultOf,
  rowOf,
  send,
  SN,
  T0,
  takeMarks,
  takeOf,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

/** What terminals say of their commands, and how these end. */
export function results(subject: () => Subject): void {
  const find = async (id: string | undefined) => must(await subject().store.findCommand(must(id)));

  test('several in one body each end their own command; unknown ones are left alone', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const [done, proof, refused, never] = await queue(
      store,
      orderOf(),
      orderOf({ needsProof: true }),
      orderOf(),
      orderOf(),
    );
    await send(store, { limit: 3 });
    const told: CommandResult[] = [
      resultOf(must(done), 'done'),
      resultOf(must(proof), 'done'),
      { ...resultOf(must(refused), 'failed-for-good', '-1004'), info: { CMD: 'DATA' } },
      resultOf(must(never), 'done'),
      resultOf('999', 'done'),
      resultOf('99999999999999999999', 'done'),
      resultOf('no', 'done'),
    ];
    await store.commitUpload(uploadOf([], { serialNumber: OTHER_SN, results: told, receivedAt: T0 + 1 }));
    expect((await store.countCommands()).sent).toBe(3); // they are not its commands
    await answer(store, told, T0 + 2);
    const answered = { answeredAt: T0 + 2, leaseUntil: undefined };
    expect(await find(done)).toMatchObject({
      ...answered,
      state: 'verified',
      proof: 'answer',
      closedAt: T0 + 2,
      resultCode: '0',
    });
    expect(await find(proof)).toMatchObject({ ...answered, state: 'answered', proof: undefined, closedAt: undefined });
    const no = {
      state: 'failed',
      reason: 'refused',
      resultCode: '-1004',
      resultInfo: { CMD: 'DATA' },
      closedAt: T0 + 2,
    };
    expect(await find(refused)).toMatchObject({ ...answered, ...no });
    expect(await find(never)).toMatchObject({ state: 'queued', resultCode: undefined });
  });

  test('an answer that is faster than the mark of sending counts, and the mark comes too late', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf());
    await store.takeCommands(SN, takeOf());
    await answer(store, [resultOf(id, 'done')]);
    await store.markSent([id], T0, ANSWER_WITHIN_MS);
    expect((await find(id)).state).toBe('verified');
  });

  test('failed for now goes again after a pause that grows, and fails once the attempts are used up', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf({ maxAttempts: 3 }));
    let now = T0;
    const pauses: number[] = [];
    for (let n = 0; n < 2; n += 1) {
      expect((await send(store, { now })).map((command) => command.id)).toEqual([id]);
      await answer(store, [resultOf(id, 'failed-for-now', 'BUSY')], now);
      await answer(store, [resultOf(id, 'failed-for-now', 'BUSY')], now + 1_000); // the same body again
      const { notBefore, state, reason } = await find(id);
      expect([state, reason]).toEqual(['queued', 'busy']);
      pauses.push(must(notBefore) - now);
      expect(await store.takeCommands(SN, takeOf({ now: must(notBefore) - 1 }))).toEqual([]);
      now = must(notBefore);
    }
    expect(pauses).toEqual([5_000, 10_000]);
    await send(store, { now });
    await answer(store, [resultOf(id, 'failed-for-now', 'BUSY')], now);
    expect(await find(id)).toMatchObject({ state: 'failed', reason: 'busy', attempts: 3, closedAt: now });
  });

  test('an unclear answer is no end, but for removals, which are asked about', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [write = '', removal = ''] = await queue(
      store,
      orderOf({ kind: 'user.update', maxAttempts: 2 }),
      orderOf({ kind: 'user.delete', maxAttempts: 2 }),
    );
    await send(store);
    await answer(store, [resultOf(write, 'unclear', 'Error'), resultOf(removal, 'unclear', 'Error')]);
    expect(await find(write)).toMatchObject({ state: 'queued', reason: 'unclear', notBefore: T0 + 5_000 });
    expect(await find(removal)).toMatchObject({
      state: 'failed',
      reason: 'unclear',
      resultCode: 'Error',
      closedAt: T0,
    });
    await send(store, { now: T0 + 5_000 });
    await answer(store, [resultOf(write, 'unclear', 'Error')], T0 + 5_000);
    expect(await find(write)).toMatchObject({ state: 'failed', reason: 'unclear', attempts: 2 });
    await answer(store, [resultOf(removal, 'done', 'OK')], T0 + 9_000);
    expect(await find(removal)).toMatchObject({ state: 'verified', proof: 'answer' });
  });

  test('what nobody knows stays sent until its lease ends', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf());
    await send(store);
    await answer(store, [resultOf(id, 'uncertain', '-22')]);
    expect(await find(id)).toMatchObject({ state: 'sent', resultCode: '-22', leaseUntil: T0 + ANSWER_WITHIN_MS });
    expect((await store.sweepCommands(T0 + ANSWER_WITHIN_MS)).requeued).toBe(1);
  });

  test('an answer to one that waits again already still counts', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [id = ''] = await queue(store, orderOf());
    await send(store);
    await store.sweepCommands(T0 + ANSWER_WITHIN_MS);
    await answer(store, [resultOf(id, 'done')]);
    expect((await find(id)).state).toBe('verified');
    expect(await store.takeCommands(SN, takeOf())).toEqual([]);
  });

  test('a late done verifies what was given up for silence or lateness, and nothing else', async () => {
    const { store } = subject();
    await approve(store, SN);
    const late = orderOf({ deadline: T0 + 10, needsProof: true });
    const [expired, silent, refused, cancelled] = await queue(
      store,
      late,
      orderOf({ maxAttempts: 1 }),
      orderOf(),
      orderOf(),
    );
    await send(store);
    await answer(store, [resultOf(must(refused), 'failed-for-good', '-2')]);
    await store.cancelCommands([must(cancelled)], 'cli:root', T0);
    await store.sweepCommands(T0 + ANSWER_WITHIN_MS);
    expect([(await find(expired)).state, (await find(silent)).state]).toEqual(['expired', 'failed']);
    const at = T0 + 2 * ANSWER_WITHIN_MS;
    const ids = [expired, silent, refused, cancelled].map(must);
    await answer(store, ids.map((id) => resultOf(id, 'done')), at); // prettier-ignore
    for (const id of [expired, silent])
      expect(await find(id)).toMatchObject({ state: 'verified', proof: 'answer', reason: undefined, closedAt: at });
    expect(await find(refused)).toMatchObject({
      state: 'failed',
      resultCode: '-2',
      resultInfo: { late: { code: '0', times: 1 } },
    });
    await answer(store, [resultOf(must(cancelled), 'failed-for-good', '-9')], at);
    const kept = { late: { code: '-9', verdict: 'failed-for-good', at, times: 2 } };
    expect(await find(cancelled)).toMatchObject({ state: 'cancelled', resultInfo: kept });
  });

  test('what was told already is not told anew by the same body', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [done, answered] = await queue(store, orderOf(), orderOf({ needsProof: true }));
    await send(store);
    const all = [resultOf(must(done), 'done'), resultOf(must(answered), 'done')];
    await answer(store, all, T0);
    const before = [await find(done), await find(answered)];
    await answer(store, [...all, resultOf(must(done), 'failed-for-good', '-9')], T0 + 5);
    expect([await find(done), await find(answered)]).toEqual(before);
  });

  test('proof verifies what was answered or sent; what cannot be proven is verified by its answer at the deadline', async () => {
    const { store } = subject();
    await approve(store, SN);
    const proved = orderOf({ needsProof: true });
    const [read, event, unproven, queued] = await queue(
      store,
      proved,
      proved,
      { ...proved, deadline: T0 + 10 },
      orderOf(),
    );
    await send(store, { limit: 3 });
    await answer(store, [resultOf(must(read), 'done'), resultOf(must(unproven), 'done')]);
    await store.verifyCommands([must(read), must(queued)], 'read-back', T0 + 5);
    await store.verifyCommands([must(event)], 'event', T0 + 6);
    expect(await find(read)).toMatchObject({ state: 'verified', proof: 'read-back', closedAt: T0 + 5 });
    expect(await find(event)).toMatchObject({ state: 'verified', proof: 'event' });
    expect((await find(queued)).state).toBe('queued');
    expect(await store.sweepCommands(T0 + 10)).toEqual({ requeued: 0, failed: 0, expired: 0 });
    expect(await find(unproven)).toMatchObject({ state: 'verified', proof: 'answer', closedAt: T0 + 10 });
  });

  test('whoever believes a mailbox empty because one was out hears of the next one', async () => {
    const { store } = subject();
    await approve(store, SN);
    const [first, second] = await queue(store, orderOf(), orderOf());
    const one = { isOneOutstanding: true };
    await send(store, one);
    const revision = await store.revision();
    await answer(store, [resultOf(must(first), 'done')]);
    expect(await store.revision()).toBe(revision + 1);
    await send(store, one);
    await answer(store, [resultOf(must(second), 'done')]);
    expect(await store.revision()).toBe(revision + 1); // nothing waits
  });

  test('every end of a command that a roster row names marks its cell, and no other step does', async () => {
    const { store } = subject();
    await approve(store, SN);
    const { id: person } = await store.putPerson(personOf(), 'cli:root', T0);
    const cell = `cell:${SN}|${person}`;
    const order = orderOf({ pin: asPin('1'), origin: 'roster', maxAttempts: 1 });
    const put = async (with_: Parameters<typeof orderOf>[0] = {}): Promise<string> => {
      const change = rowOf(person, { state: 'queued' }, { command: 0 });
      const { commandIds } = await store.applyRoster([change], [{ ...order, ...with_ }], T0);
      await send(store);
      await takeMarks(store);
      return must(commandIds[0]);
    };
    const marksOf = async (deed: (id: string) => Promise<unknown>, with_: Parameters<typeof orderOf>[0] = {}) => {
      await deed(await put(with_));
      return takeMarks(store);
    };
    const says = (verdict: CommandResult['verdict']) => (id: string) => answer(store, [resultOf(id, verdict)]);
    expect(await marksOf(says('done'))).toEqual([cell]);
    expect(await marksOf(says('done'), { needsProof: true })).toEqual([cell]);
    expect(await marksOf(says('failed-for-good'))).toEqual([cell]);
    expect(await marksOf(says('failed-for-now'))).toEqual([cell]);
    expect(await marksOf((id) => store.cancelCommands([id], 'cli:root', T0))).toEqual([cell]);
    expect(await marksOf((id) => store.failCommands([{ id }], T0))).toEqual([cell]);
    expect(await marksOf((id) => store.verifyCommands([id], 'event', T0))).toEqual([cell]);
    expect(await marksOf((id) => store.verifyCommands([id], 'read-back', T0))).toEqual([]);
    expect(await marksOf(() => store.sweepCommands(T0 + ANSWER_WITHIN_MS))).toEqual([cell]);
    expect(await marksOf(() => store.sweepCommands(T0 + ANSWER_WITHIN_MS), { deadline: T0 + 5 })).toEqual([cell]);
    const failed = await put();
    await store.failCommands([{ id: failed }], T0);
    await takeMarks(store);
    const again = await store.retryCommand(failed, 'cli:root', T0 + DAY, T0);
    expect(await takeMarks(store)).toEqual([cell]);
    expect(must(await store.findCell(SN, person)).items[0]?.commandId).toBe(again);
    await store.cancelCommands([again], 'cli:root', T0);
    expect(await marksOf(says('failed-for-now'), { maxAttempts: 2 })).toEqual([]);
  });
}
