import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type LocalTime, type Punch } from '@biolistener/core';
import { storeError, type CommitReceipt, type QuarantinedRequest } from '@biolistener/store';
import type { Brand } from '@biolistener/wire';
import {
  benchOf,
  brandOf,
  commandOf,
  decodedOf,
  identityOf,
  inputOf,
  pieceOf,
  promised,
  receiptOf,
  SN,
  T0,
  terminalOf,
  textOf,
  turned,
} from '../test/kit.ts';
import { handleRequest } from './handle.ts';
import { createGate, createRateLimiter } from './limits.ts';

const punch = { id: 'p' } as Punch; // only passed on here
const punching = (own: Partial<Brand> = {}): Brand =>
  brandOf({ decode: () => decodedOf({ events: [{ kind: 'punch', punch }] }), ...own });
const polling = (own: Partial<Brand> = {}): Brand =>
  brandOf({ identify: () => identityOf({ operation: 'poll', isPoll: true }), ...own });

const ask = async (deps: Parameters<typeof handleRequest>[1], input = inputOf()): Promise<string> =>
  textOf(await handleRequest(input, deps));

describe('the order of the steps', () => {
  test('nothing is answered and nobody is told before the commit is done', async () => {
    const commit = promised<CommitReceipt>();
    const steps: string[] = [];
    const brand = punching({
      answer: (outcome) => {
        steps.push(`answer ${outcome.kind}`);
        return brandOf().answer(outcome, {} as never); // it looks at the outcome alone
      },
    });
    const { deps } = await benchOf({
      store: {
        commitUpload: () => {
          steps.push('commit');
          return commit.promise;
        },
      },
      deps: { brands: [brand], nudge: () => steps.push('nudge') },
    });
    const reply = ask(deps);
    await turned();
    await turned();
    expect(steps).toEqual(['commit']);
    commit.resolve(receiptOf({ newPunches: 1 }));
    expect(await reply).toBe('committed');
    expect(steps).toEqual(['commit', 'nudge', 'answer committed']);
  });

  test('records that the store had already are acknowledged, and the outbox is left in peace', async () => {
    const { deps, nudges } = await benchOf({
      store: { commitUpload: () => Promise.resolve(receiptOf({ duplicatePunches: 1 })) },
      deps: { brands: [punching()] },
    });
    expect([await ask(deps), nudges()]).toEqual(['committed', 0]);
  });

  test('pointers that were committed are the ones the next request meets', async () => {
    const decode = () => decodedOf({ facts: { stamps: { ATTLOG: '8' } } });
    const { deps, registry, uploads } = await benchOf({
      terminals: [terminalOf({ stamps: { ATTLOG: '7', OPERLOG: '1' } })],
      deps: { brands: [brandOf({ decode })] },
    });
    await ask(deps);
    await ask(deps);
    expect(registry.find(SN)?.terminal.stamps).toEqual({ ATTLOG: '8', OPERLOG: '1' });
    expect(uploads).toHaveLength(1);
  });
});

describe('a store that does not take it', () => {
  test('is said in the words of the brand, counted, logged, and never acknowledged', async () => {
    const { deps, nudges, log, registry } = await benchOf({
      store: { commitUpload: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'disk full')) },
      deps: {
        brands: [
          punching({ decode: () => decodedOf({ events: [{ kind: 'punch', punch }], facts: { stamps: { A: '9' } } }) }),
        ],
      },
    });
    expect([await ask(deps), nudges()]).toEqual(['unavailable', 0]);
    expect(await deps.metrics.registry.metrics()).toContain('biolistener_commit_failures_total 1');
    expect(log.lines.join('\n')).toMatch(/error not stored, so not acknowledged.*disk full/);
    expect(registry.find(SN)?.terminal.stamps).toEqual({});
    expect(deps.limits.terminalSlots.total).toBe(0);
  });

  test.each(['noteTerminal', 'quarantine', 'findTransfer', 'takeCommands'] as const)(
    'at any step: %s',
    async (step) => {
      const isStranger = step === 'noteTerminal' || step === 'quarantine';
      const identity = step === 'findTransfer' ? { transferKey: 'k' } : { operation: 'getrequest' };
      const { deps } = await benchOf({
        store: { [step]: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'disk full')) },
        terminals: step === 'noteTerminal' ? [] : [terminalOf({ status: isStranger ? 'pending' : 'approved' })],
        withCommands: [SN],
        deps: { brands: [punching({ identify: () => identityOf(identity) })] },
      });
      expect(await ask(deps)).toBe('unavailable');
      expect(deps.limits.terminalSlots.total).toBe(0);
    },
  );
});

describe('who is let in', () => {
  test('a terminal that nobody knows is noted, its request quarantined sealed, and it is told to wait', async () => {
    const kept: QuarantinedRequest[] = [];
    const { deps, uploads, log } = await benchOf({
      terminals: [],
      store: {
        noteTerminal: () => Promise.resolve(terminalOf({ status: 'pending' })),
        quarantine: (item) => {
          kept.push(item);
          return Promise.resolve('kept');
        },
      },
      deps: { brands: [punching()] },
    });
    expect(await ask(deps)).toBe('pending');
    expect(kept).toMatchObject([{ serialNumber: SN, brand: 'paper', size: 5, receivedAt: T0 }]);
    expect(uploads).toEqual([]);
    expect(log.lines.join('\n')).toContain('unknown terminal, waiting for approval');
    expect(await deps.metrics.registry.metrics()).toContain('biolistener_quarantined_total{verdict="kept"} 1');
  });

  test('a flood of serial numbers from one address is told once a minute, with how many there were', async () => {
    let now = T0;
    let n = 0;
    const next = () => asSerialNumber(`FLOOD${n}`);
    const { deps, log } = await benchOf({
      terminals: [],
      store: { noteTerminal: ({ serialNumber }) => Promise.resolve(terminalOf({ serialNumber, status: 'pending' })) },
      deps: { brands: [polling({ identify: () => identityOf({ serialNumber: next() }) })], now: () => now },
    });
    const lines = () => log.lines.filter((line) => line.includes('unknown terminal'));
    for (; n < 50; n += 1) await ask(deps);
    expect(lines()).toHaveLength(1);
    now += 60_000;
    await ask(deps);
    expect(lines()).toHaveLength(2);
    expect(lines()[1]).toContain('"serialNumber":"FLOOD50","remoteAddress":"192.0.2.10","times":50');
  });

  test.each([
    ['is pending', { status: 'pending' as const }],
    ['was approved for another brand', { brand: 'stone' }],
    ['was approved without a zone', { zone: undefined as never }],
  ])('records of a terminal that %s are quarantined, not stored', async (_, with_) => {
    let quarantined = 0;
    const { deps, uploads } = await benchOf({
      terminals: [terminalOf(with_)],
      store: { quarantine: () => Promise.resolve((quarantined += 1) > 0 ? 'kept' : 'full') },
      deps: { brands: [punching()] },
    });
    expect([await ask(deps), quarantined, uploads]).toEqual(['pending', 1, []]);
  });

  test('a stranger that only polls, or sends nothing, fills no quarantine', async () => {
    // the store would fail if it were asked, and the answer be another
    const poll = await benchOf({ terminals: [terminalOf({ status: 'pending' })], deps: { brands: [polling()] } });
    expect(await ask(poll.deps)).toBe('pending');
    const empty = await benchOf({ terminals: [terminalOf({ status: 'pending' })], deps: { brands: [punching()] } });
    expect(await ask(empty.deps, inputOf({ body: Buffer.alloc(0) }))).toBe('pending');
  });

  test('of a blocked terminal nothing is kept', async () => {
    const { deps, uploads } = await benchOf({
      terminals: [terminalOf({ status: 'blocked' })],
      deps: { brands: [punching()] },
    });
    expect([await ask(deps), uploads]).toEqual(['blocked', []]);
  });

  test('a request without a usable serial number is kept under nobody and told so', async () => {
    const identity = { serialNumber: undefined, problem: 'contradictory', operation: 'x', isPoll: false } as const;
    const { deps, uploads } = await benchOf({ deps: { brands: [punching({ identify: () => identity })] } });
    expect(await ask(deps)).toBe('unidentified');
    expect(uploads).toMatchObject([{ serialNumber: '-', parked: [{ reason: 'LISTENER_NO_SERIAL', size: 5 }] }]);
  });

  test('one that no brand claims is kept whole and answered 404, unless strangers are not to be kept', async () => {
    const brands = [brandOf({ claims: () => false })];
    const kept = await benchOf({ deps: { brands } });
    const target = '/other?commkey=s3cret';
    expect((await handleRequest(inputOf({ target }), kept.deps)).status).toBe(404);
    expect(kept.uploads).toMatchObject([{ brand: 'none', parked: [{ reason: 'LISTENER_UNCLAIMED' }] }]);
    expect(JSON.stringify(kept.uploads)).not.toContain('s3cret');
    const unkept = await benchOf({ deps: { brands, keepUnknownRequests: false } });
    expect((await handleRequest(inputOf({ target }), unkept.deps)).status).toBe(404);
    expect(unkept.uploads).toEqual([]);
  });
});

describe('polls', () => {
  test('one without news is answered from memory once its own words were read', async () => {
    let decoded = 0;
    const brand = polling({
      decode: () => {
        decoded += 1;
        return decodedOf();
      },
    });
    let now = T0;
    const { deps } = await benchOf({ deps: { brands: [brand], now: () => now } });
    expect(await ask(deps)).toBe('committed');
    expect([await ask(deps), await ask(deps), decoded]).toEqual(['idle', 'idle', 1]);
    now += 61_000;
    expect([await ask(deps), decoded]).toEqual(['committed', 2]);
  });

  test('waiting commands go home with a poll, in the words of the brand, until there are none', async () => {
    const waiting = [[commandOf('7')], []];
    const words: unknown[] = [];
    const brand = polling({
      commandsPerPoll: 3,
      answer: (outcome, context) => {
        words.push(outcome.kind === 'committed' ? outcome.commands : outcome.kind);
        return brandOf().answer(outcome, context);
      },
    });
    const asked: unknown[] = [];
    const { deps } = await benchOf({
      withCommands: [SN],
      store: {
        takeCommands: (...given) => {
          asked.push(given);
          return Promise.resolve(waiting.shift() ?? []);
        },
      },
      deps: { brands: [brand] },
    });
    for (let i = 0; i < 3; i += 1) await ask(deps);
    expect(words).toEqual([[{ kind: 'encoded', id: '7', word: 'restart', bytes: Buffer.from('7') }], [], 'idle']);
    const options = { limit: 3, maxBytes: 65_536, now: T0, leaseMs: 60_000, isOneOutstanding: false };
    expect(asked).toEqual([
      [SN, options],
      [SN, options],
    ]);
  });

  test('an upload carries no commands home', async () => {
    const { deps } = await benchOf({ withCommands: [SN], deps: { brands: [punching()] } });
    expect(await ask(deps)).toBe('committed'); // takeCommands is not there: asking for it would be `unavailable`
  });
});

describe('limits', () => {
  test('over its rate a terminal is told so, and another is not', async () => {
    const { deps, uploads } = await benchOf({ deps: { brands: [punching()] } });
    const limited = { ...deps, limits: { ...deps.limits, terminalRate: createRateLimiter(1, 1) } };
    expect([await ask(limited), await ask(limited), uploads.length]).toEqual(['committed', 'limited', 1]);
    expect(await deps.metrics.registry.metrics()).toContain('biolistener_limited_total{limit="rate"} 1');
  });

  test('with all its places taken a terminal is told so, until one is free', async () => {
    const commit = promised<CommitReceipt>();
    const { deps } = await benchOf({
      store: { commitUpload: () => commit.promise },
      deps: { brands: [punching()] },
    });
    const limited = { ...deps, limits: { ...deps.limits, terminalSlots: createGate(1, 100) } };
    const first = ask(limited);
    await turned();
    expect(await ask(limited)).toBe('limited');
    commit.resolve(receiptOf());
    expect([await first, await ask(limited)]).toEqual(['committed', 'committed']);
  });
});

test('what a terminal says of itself is learnt: profile, and how far its clock is ahead', async () => {
  const facts = { profile: { firmware: '8.0' }, wallClock: '2026-03-09 14:06:00' as LocalTime };
  const { deps, registry } = await benchOf({
    deps: { brands: [brandOf({ decode: () => decodedOf({ parked: [pieceOf('x')], facts }) })] },
  });
  await ask(deps);
  expect(registry.find(SN)).toMatchObject({
    terminal: { profile: { firmware: '8.0' } },
    learnt: { profile: { firmware: '8.0' }, clockDriftSeconds: 30 },
    lastContactAt: T0,
    lastAddress: '192.0.2.10',
  });
});
