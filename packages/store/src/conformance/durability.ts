import { expect, test } from '@jest/globals';
import { addTarget, contactOf, pieceOf, punchesOf, punchOf, SN, T0, TARGET, uploadOf } from './builders.ts';
import { must, type Place, type Subject } from './harness.ts';
import { startProcess, type Process } from './process.ts';

const startWriter = (place: Place, first: number, count: number, width: number): Process =>
  startProcess(place, './child.ts', first, count, width);

export function durability(subject: () => Subject): void {
  test.each([1, 8, 64])(
    'what was acknowledged is there after the process was killed, %d writes at a time',
    async (width) => {
      const { store, place } = subject();
      for (const round of [0, 1, 2]) {
        const writer = startWriter(place, round * 1_000_000, 1_000_000, width);
        await writer.reached(100 + round * 37);
        writer.process.kill('SIGKILL');
        await writer.ended;
        expect(writer.acknowledged.length).toBeGreaterThanOrEqual(100);
        const found = await Promise.all(writer.acknowledged.map((n) => store.findPunch(punchOf(n).id)));
        expect(found.filter((punch) => punch === undefined).length).toBe(0);
      }
      expect((await store.commitUpload(uploadOf([punchOf(-1)]))).newPunches).toBe(1);
    },
    60_000,
  );

  test('two processes write at once: nothing is lost, and a cursor that follows never passes a punch', async () => {
    const { store, place } = subject();
    await addTarget(store);
    const each = 300;
    const writers = [startWriter(place, 0, each, 8), startWriter(place, 10_000, each, 8)];
    let isOver = false;
    const over = Promise.all(writers.map((writer) => writer.ended)).then(() => (isOver = true));
    let followed = 0;
    while (!isOver) {
      const [made, own] = await Promise.all([
        store.fanOut(TARGET, 50, T0),
        store.commitUpload(uploadOf([punchOf(20_000)])),
      ]);
      followed += made;
      expect(own.newPunches + own.duplicatePunches).toBe(1);
    }
    await over;
    for (let made = -1; made !== 0; followed += made) made = await store.fanOut(TARGET, 50, T0);
    expect(writers.map((writer) => writer.acknowledged.length)).toEqual([each, each]);
    expect(followed).toBe(2 * each + 1);
    expect(await store.deliveryCounts(TARGET)).toMatchObject({ waiting: 2 * each + 1, notFannedOut: 0 });
    expect((await store.counts()).punches).toBe(2 * each + 1);
  }, 60_000);

  test('the order of storing is the order of acknowledgement', async () => {
    const { store, place } = subject();
    const second = await place.open();
    try {
      for (let n = 0; n < 20; n += 1) await (n % 2 ? store : second).commitUpload(uploadOf([punchOf(100 - n)]));
      const stored = await Promise.all(Array.from({ length: 20 }, (_, n) => store.findPunch(punchOf(100 - n).id)));
      const order = stored.map((punch) => must(punch).seq);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    } finally {
      await second.close();
    }
  });

  test('a full disk acknowledges nothing that it did not keep, and takes punches again once there is room', async () => {
    const { store, place } = subject();
    await store.commitUpload(uploadOf(punchesOf(0, 10)));
    const small = await place.openSmall(200_000);
    let acknowledged = 10;
    let failure: unknown;
    try {
      for (let n = 10; failure === undefined; n += 100) {
        expect(n).toBeLessThan(50_000);
        const write = small.commitUpload(
          uploadOf(punchesOf(n, n + 100), { parked: [pieceOf(`p${n}`)], stamps: { ATTLOG: String(n) } }),
        );
        await write.then(() => (acknowledged += 100)).catch((error: unknown) => (failure = error));
      }
      expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE', kind: 'transient' });
      await expect(small.probe()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const counts = await small.counts();
      expect([counts.punches, counts.parkedPieces]).toEqual([acknowledged, (acknowledged - 10) / 100]);
      expect(must(await small.findTerminal(SN)).stamps).toEqual({ ATTLOG: String(acknowledged - 100) });
    } finally {
      await small.close();
    }
    await store.probe();
    const missing = punchesOf(acknowledged, acknowledged + 100);
    expect((await store.commitUpload(uploadOf(missing))).newPunches).toBe(100);
  });

  test('many writes of one turn all have their own answer', async () => {
    const { store } = subject();
    const writes = Array.from({ length: 200 }, (_, n) => store.commitUpload(uploadOf([punchOf(n % 150)])));
    const receipts = await Promise.all(writes);
    expect(receipts.map((receipt) => receipt.newPunches)).toEqual(receipts.map((_, n) => (n < 150 ? 1 : 0)));
  });

  test('what was answered is there for the next reader, also of another connection', async () => {
    const { store, place } = subject();
    const second = await place.open();
    try {
      for (let n = 0; n < 20; n += 1) {
        await store.noteTerminal(contactOf(SN, T0 + n));
        expect(must(await second.findTerminal(SN)).lastContactAt).toBe(T0 + n);
      }
    } finally {
      await second.close();
    }
  });

  test('closing finishes what is under way, and refuses what comes after', async () => {
    const { store, place } = subject();
    const second = await place.open();
    const write = second.commitUpload(uploadOf([punchOf(1)]));
    await second.close();
    expect((await write).newPunches).toBe(1);
    await expect(second.commitUpload(uploadOf([punchOf(2)]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(second.findPunch(punchOf(1).id)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await second.close();
    expect(await store.findPunch(punchOf(1).id)).toBeDefined();
  });

  test('what was written is there after closing and opening again', async () => {
    const { store, place } = subject();
    await store.commitUpload(uploadOf(punchesOf(0, 3)));
    await store.close();
    const again = await place.open();
    try {
      expect((await again.counts()).punches).toBe(3);
      await again.probe();
    } finally {
      await again.close();
    }
  });
}
