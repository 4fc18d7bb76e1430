import { describe, expect, test } from '@jest/globals';
import type { CommitReceipt, Upload } from '@biolistener/store';
import type { Brand, DecodeContext, WireInput } from '@biolistener/wire';
import { benchOf, brandOf, decodedOf, identityOf, inputOf, pieceOf, promised, receiptOf, SN } from '../test/kit.ts';
import { commit, ingest } from './ingest.ts';
import { arrivalOf } from './request.ts';

/** Each line of the body is a part; each part parks itself, and moves the pointer to itself. */
const inLines = (own: Partial<Brand> = {}): Brand =>
  brandOf({
    split: (input) =>
      Buffer.from(input.body)
        .toString()
        .trim()
        .split('\n')
        .map((line) => ({ ...input, body: Buffer.from(line) })),
    join: (replies) => ({ n: replies.reduce((sum, { n }) => sum + Number(n), 0) }),
    decode: (input) => {
      const line = Buffer.from(input.body).toString();
      return decodedOf({ parked: [pieceOf(line)], facts: { stamps: { PAPER: line } }, reply: { n: 1 } });
    },
    ...own,
  });

async function prepared(brand: Brand, body: string, commitUpload?: (upload: Upload) => Promise<CommitReceipt>) {
  const bench = await benchOf(commitUpload ? { store: { commitUpload } } : {});
  const request = { input: inputOf({ body: Buffer.from(body) }), brand, identity: identityOf(), serialNumber: SN };
  const arrival = arrivalOf(request, bench.registry.find(SN)!, bench.deps.now());
  return { ...bench, run: (more: object = {}) => ingest({ ...request, ...more }, arrival, bench.deps) };
}

const linesOf = (count: number): string => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');

describe('a long upload', () => {
  test('is committed in parts, and the pointer behind them', async () => {
    const { run, uploads } = await prepared(inLines(), linesOf(11));
    await run();
    expect(uploads.map((upload) => [upload.parked.length, upload.stamps])).toEqual([
      ...Array.from({ length: 11 }, () => [1, undefined]),
      [0, { PAPER: '11' }],
    ]);
  });

  test('the pointer waits until all parts are safe', async () => {
    const commits: { upload: Upload; resolve: (receipt: CommitReceipt) => void }[] = [];
    const { run } = await prepared(inLines(), linesOf(2), (upload) => {
      const { promise, resolve } = promised<CommitReceipt>();
      commits.push({ upload, resolve });
      return promise;
    });
    let isDone = false;
    const done = run().then(() => (isDone = true));
    while (commits.length < 2) await new Promise(setImmediate);
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(commits).toHaveLength(2);
    commits[0]?.resolve(receiptOf());
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(commits).toHaveLength(2);
    commits[1]?.resolve(receiptOf());
    while (commits.length < 3) await new Promise(setImmediate);
    expect([commits[2]?.upload.stamps, isDone]).toEqual([{ PAPER: '2' }, false]);
    commits[2]?.resolve(receiptOf());
    await done;
  });

  test('is answered and counted as one', async () => {
    const receipts = [receiptOf({ newPunches: 5 }), receiptOf({ newPunches: 2 }), receiptOf({ newPunches: 1 })];
    const { run } = await prepared(inLines(), linesOf(3), () => Promise.resolve(receipts.shift() ?? receiptOf()));
    const { decoded, newPunches } = await run();
    expect([decoded.reply, newPunches]).toEqual([{ n: 3 }, 8]);
    expect(decoded.facts.stamps).toEqual({ PAPER: '3' });
  });

  test.each([1, 3, 8])(
    'when part %i cannot be stored, nothing is acknowledged and no pointer moves',
    async (broken) => {
      const stamps: unknown[] = [];
      const { run } = await prepared(inLines(), linesOf(9), (upload) => {
        if (stamps.push(upload.stamps) === broken) return Promise.reject(new Error('disk full'));
        return Promise.resolve(receiptOf());
      });
      await expect(run()).rejects.toThrow('disk full');
      expect(stamps.every((each) => each === undefined)).toBe(true);
    },
  );

  test('when the pointer cannot be stored, nothing is acknowledged', async () => {
    const { run } = await prepared(inLines(), linesOf(3), (upload) =>
      upload.stamps ? Promise.reject(new Error('disk full')) : Promise.resolve(receiptOf()),
    );
    await expect(run()).rejects.toThrow('disk full');
  });

  test('does not fill memory: only a few parts are on their way to the store at once', async () => {
    let [onTheWay, most] = [0, 0];
    const { run } = await prepared(inLines(), linesOf(60), async () => {
      most = Math.max(most, (onTheWay += 1));
      for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
      onTheWay -= 1;
      return receiptOf();
    });
    await run();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(5);
  });

  test('a failure in the middle leaves no commit behind that nobody waits for', async () => {
    const slow = promised<CommitReceipt>();
    const throwing = inLines({
      decode: (input) => {
        if (Buffer.from(input.body).toString() === '2') throw new Error('a codec that broke its promise');
        return decodedOf({ parked: [pieceOf('x')] });
      },
    });
    const { run } = await prepared(throwing, linesOf(3), (upload) =>
      upload.parked[0]?.reason === 'LISTENER_DECODER_FAILED' ? Promise.resolve(receiptOf()) : slow.promise,
    );
    let isOver = false;
    const outcome = run().finally(() => (isOver = true));
    outcome.catch(() => undefined); // looked at below
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(isOver).toBe(false);
    slow.reject(new Error('disk full'));
    await expect(outcome).rejects.toMatchObject({ code: 'LISTENER_DECODER_FAILED' });
  });
});

describe('a short one', () => {
  test('is committed whole, pointer and all', async () => {
    const { run, uploads } = await prepared(inLines(), '1');
    const { decoded } = await run();
    expect(uploads).toMatchObject([{ stamps: { PAPER: '1' }, parked: [{ reason: 'PAPER_TORN' }] }]);
    expect(decoded.reply).toEqual({ n: 1 });
  });

  test('with nothing in it that must be on disk, the store is not asked', async () => {
    const { run, uploads } = await prepared(brandOf(), 'x');
    expect(await run()).toMatchObject({ newPunches: 0 });
    expect(uploads).toEqual([]);
  });

  test('the open transfer of its message is handed to the codec', async () => {
    const transfer = { key: 'k', lastBlock: 1, bytes: Buffer.from('so far'), memo: {} };
    const decoded = { ...decodedOf(), transfer: { kind: 'put', transfer } as const };
    const contexts: DecodeContext[] = [];
    const brand = brandOf({
      decode: (_: WireInput, context) => {
        contexts.push(context);
        return decodedOf();
      },
    });
    const asked: unknown[] = [];
    const bench = await benchOf({
      store: {
        findTransfer: (...words) => {
          asked.push(words);
          const put = bench.uploads[0]?.transfer; // as it was stored: sealed
          return Promise.resolve(put?.kind === 'put' ? { ...put, touchedAt: 0 } : undefined);
        },
      },
    });
    const identity = identityOf({ transferKey: 'k' });
    const request = { input: inputOf(), brand, identity, serialNumber: SN };
    const arrival = arrivalOf(request, bench.registry.find(SN)!, bench.deps.now());
    await commit(request, arrival, decoded, bench.deps);
    await ingest(request, arrival, bench.deps);
    expect(asked).toEqual([[SN, 'k']]);
    expect(contexts[0]).toMatchObject({ transfer, terminal: { serialNumber: SN } });
  });

  test('a codec that throws: the bytes are kept, it is said loudly, and nothing is acknowledged', async () => {
    const brand = brandOf({
      decode: () => {
        throw new Error('index out of range');
      },
    });
    const { run, uploads, log } = await prepared(brand, 'poison');
    await expect(run()).rejects.toMatchObject({ code: 'LISTENER_DECODER_FAILED' });
    expect(uploads).toMatchObject([
      { serialNumber: SN, parked: [{ reason: 'LISTENER_DECODER_FAILED', isSensitive: true, size: 6 }] },
    ]);
    expect(log.lines.join('\n')).toMatch(/error a codec threw.*index out of range/);
  });
});

test('parked pieces and new, resent punches are counted after the commit', async () => {
  const { run, deps } = await prepared(inLines(), linesOf(2), ({ parked }) =>
    Promise.resolve(receiptOf(parked.length > 0 ? { newPunches: 3, duplicatePunches: 2, newParked: 1 } : {})),
  );
  await run();
  const text = await deps.metrics.registry.metrics();
  expect(text).toContain('biolistener_punches_total{brand="paper",result="new"} 6');
  expect(text).toContain('biolistener_punches_total{brand="paper",result="resent"} 4');
  expect(text).toContain('biolistener_parked_total{brand="paper",reason="PAPER_TORN"} 2');
});
