import { expect, test } from '@jest/globals';
import { ANSWER_WITHIN_MS, approve, orderOf, personOf, queue, SN, T0, takeOf } from './builders.ts';
import { must, type Subject } from './harness.ts';
import { startProcess } from './process.ts';

/** Commands and rows when a process dies in the middle. */
export function mailboxCrashes(subject: () => Subject): void {
  test('a process that is killed while it takes keeps nothing: all it had out goes again after its leases', async () => {
    const { store, place } = subject();
    await approve(store, SN);
    const all = await queue(store, ...Array.from({ length: 3_000 }, () => orderOf()));
    const taker = startProcess(place, './mailbox-child.ts', 'take');
    await taker.reached(50);
    taker.process.kill('SIGKILL');
    await taker.ended;
    const out = taker.acknowledged.map(String);
    const states = await Promise.all(out.map(async (id) => must(await store.findCommand(id)).state));
    expect([out.length >= 50, new Set(states)]).toEqual([true, new Set(['sent'])]);
    const counts = await store.countCommands();
    expect(counts.queued + counts.leased + counts.sent).toBe(3_000);
    expect(counts.sent - out.length).toBeLessThanOrEqual(1); // one may have been sent and not told of
    const later = T0 + ANSWER_WITHIN_MS;
    expect((await store.sweepCommands(later)).requeued).toBe(counts.leased + counts.sent);
    const again = await store.takeCommands(SN, takeOf({ limit: 3_000, maxBytes: 1e9, now: later }));
    expect(again.map(({ id }) => id)).toEqual(all);
  }, 60_000);

  test('two processes that take at once share a mailbox without taking anything twice', async () => {
    const { store, place } = subject();
    await approve(store, SN);
    const all = await queue(store, ...Array.from({ length: 300 }, () => orderOf()));
    const takers = [
      startProcess(place, './mailbox-child.ts', 'take'),
      startProcess(place, './mailbox-child.ts', 'take'),
    ];
    await Promise.all(takers.map((taker) => taker.ended));
    const taken = takers.flatMap((taker) => taker.acknowledged.map(String));
    expect(taken.length).toBe(300);
    expect(new Set(taken)).toEqual(new Set(all));
  }, 60_000);

  test('a row and its command are never apart, also when the process that writes them is killed', async () => {
    const { store, place } = subject();
    await approve(store, SN);
    const { id } = await store.putPerson(personOf(), 'cli:root', T0);
    const keeper = startProcess(place, './mailbox-child.ts', 'put', id);
    await keeper.reached(30);
    keeper.process.kill('SIGKILL');
    await keeper.ended;
    expect(keeper.acknowledged.length).toBeGreaterThanOrEqual(30);
    const [newest] = await store.listCommands({ limit: 1 });
    expect((await store.findCell(SN, id))?.items[0]?.commandId).toBe(must(newest).id);
    expect(Number(must(newest).id)).toBeGreaterThanOrEqual(must(keeper.acknowledged.at(-1)));
  }, 60_000);
}
