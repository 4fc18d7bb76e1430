import { describe, expect, test } from '@jest/globals';
import { storeError, type CommandChange, type Store, type StoredCommand } from '@biolistener/store';
import type { Brand, Encoded, TerminalFacts } from '@biolistener/wire';
import { benchOf, brandOf, commandOf, decodedOf, fakeStore, identityOf, inputOf, SN, T0, vault } from '../test/kit.ts';
import { handleRequest, type Handled } from './handle.ts';

const features = Buffer.from('features of a finger');

/** A mailbox in memory that remembers what became of its commands. */
function mailboxOf(commands: readonly StoredCommand[], own: Partial<Store> = {}) {
  let waiting = [...commands];
  const calls: unknown[][] = [];
  const noted = (name: string) => (value: unknown, more?: unknown) => {
    calls.push(name === 'sent' || name === 'verified' ? [name, value, more] : [name, value]);
    return Promise.resolve();
  };
  const store: Partial<Store> = {
    takeCommands: (_, { limit }) => {
      const taken = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      return Promise.resolve(taken);
    },
    markSent: (ids, _, within) => noted('sent')(ids, within),
    verifyCommands: (ids, proof) => noted('verified')(ids, proof),
    releaseCommands: noted('released'),
    resendCommands: noted('again'),
    failCommands: (changes: readonly CommandChange[]) => noted('failed')(changes),
    listCommands: () => Promise.resolve([]),
    findTemplate: (id) =>
      Promise.resolve(
        id === '12' ? ({ encoding: 'binary', sealed: vault.seal('template', features) } as never) : undefined,
      ),
    ...own,
  };
  return { store, calls };
}

/** Polls, and shows each command with its parameters, so that a test sees what a terminal would. */
const polling = (own: Partial<Brand> = {}): Brand =>
  brandOf({
    commandsPerPoll: 5,
    identify: () => identityOf({ operation: 'poll', isPoll: true }),
    encode: ({ id, kind, parameters }) => ({
      kind: 'encoded',
      id,
      word: kind,
      bytes: Buffer.from(`${id}:${JSON.stringify(parameters)}`),
    }),
    answer: (outcome) => ({
      status: 200,
      headers: [],
      body: Buffer.from(
        outcome.kind === 'committed'
          ? outcome.commands.map((one) => (one.kind === 'encoded' ? String(one.bytes) : '!')).join('\n')
          : outcome.kind,
      ),
    }),
    ...own,
  });

async function stage(commands: readonly StoredCommand[], brand: Brand = polling(), own: Partial<Store> = {}) {
  const { store, calls } = mailboxOf(commands, own);
  const bench = await benchOf({ store, withCommands: [SN], deps: { brands: [brand] } });
  const poll = async (): Promise<Handled> => handleRequest(inputOf(), bench.deps);
  const settled = async (handled: Handled, hasLeft: boolean): Promise<void> => {
    handled.settle?.(hasLeft);
    await bench.deps.sent.flush();
  };
  return { ...bench, calls, poll, settled };
}

const bodyOf = (handled: Handled): string => Buffer.from(handled.body).toString();

describe('an idle poll', () => {
  test('asks nobody: a store that fails at any call is not noticed', async () => {
    const { deps, registry } = await benchOf({ deps: { brands: [polling()] } });
    await handleRequest(inputOf(), deps); // the first one reads what the terminal says of itself
    const broken = { ...deps, store: fakeStore({}), vault: undefined as never };
    for (let i = 0; i < 3; i += 1) expect(bodyOf(await handleRequest(inputOf(), broken))).toBe('idle');
    expect(registry.find(SN)?.hasCommands).toBe(false);
  });

  test('has nothing to settle', async () => {
    const { poll, calls } = await stage([]);
    expect([(await poll()).settle, (await poll()).settle, calls]).toEqual([undefined, undefined, []]);
  });
});

describe('a command', () => {
  test('is sent only once its bytes left, and those of one turn by one commit', async () => {
    const { poll, settled, calls, log } = await stage(
      [commandOf('1'), commandOf('2')],
      polling({ commandsPerPoll: 1 }),
    );
    const first = await poll();
    const second = await poll();
    expect([bodyOf(first), bodyOf(second), calls]).toEqual(['1:{}', '2:{}', []]);
    first.settle?.(true);
    await settled(second, true);
    expect(calls).toEqual([['sent', ['1', '2'], 120_000]]);
    expect(log.lines.filter((line) => line.includes('went out'))).toHaveLength(2);
  });

  test('whose reply did not leave waits on, and the next poll asks again', async () => {
    const { poll, settled, calls, registry } = await stage([commandOf('1')]);
    await settled(await poll(), false);
    expect(calls).toEqual([['released', ['1']]]);
    expect(registry.find(SN)?.hasCommands).toBe(true);
  });

  test('has as long for its answer as it says itself; a silent one is done when it left', async () => {
    const encode: Brand['encode'] = ({ id, kind }) => ({
      kind: 'encoded',
      id,
      word: kind,
      bytes: Buffer.from(id),
      ...(id === '1' ? { answerWithinMs: 600_000 } : { isSilent: true }),
    });
    const { poll, settled, calls } = await stage([commandOf('1'), commandOf('2')], polling({ encode }));
    await settled(await poll(), true);
    expect(calls).toEqual([
      ['sent', ['1'], 600_000],
      ['sent', ['2'], 120_000],
      ['verified', ['2'], 'event'],
    ]);
  });

  test('has so much more time as people say, and its lease too', async () => {
    const leases: number[] = [];
    const { store, calls } = mailboxOf([commandOf('1')]);
    const takeCommands: Store['takeCommands'] = (serialNumber, options) => {
      leases.push(options.leaseMs);
      return store.takeCommands?.(serialNumber, options) ?? Promise.resolve([]);
    };
    const mailbox = { portionBytes: 65_536, leaseMs: 60_000, patience: () => 2.5 };
    const own = { store: { ...store, takeCommands }, withCommands: [SN], deps: { brands: [polling()], mailbox } };
    const bench = await benchOf(own);
    (await handleRequest(inputOf(), bench.deps)).settle?.(true);
    await bench.deps.sent.flush();
    expect(leases).toEqual([150_000]);
    expect(calls).toEqual([['sent', ['1'], 300_000]]);
  });

  test('that the codec refuses fails with the reason, and the others go', async () => {
    const encode: Brand['encode'] = (command, context): Encoded =>
      command.id === '1'
        ? { kind: 'refused', id: '1', reason: 'PAPER_TOO_LARGE', detail: 'too large' }
        : polling().encode(command, context);
    const { poll, calls } = await stage([commandOf('1'), commandOf('2')], polling({ encode }));
    expect(bodyOf(await poll())).toBe('2:{}');
    expect(calls).toEqual([['failed', [{ id: '1', reason: 'PAPER_TOO_LARGE', detail: 'too large' }]]]);
  });

  test('that breaks the codec fails, and what it said is kept to itself', async () => {
    const encode: Brand['encode'] = ({ parameters }) => {
      throw new Error(JSON.stringify(parameters));
    };
    const { poll, calls, log } = await stage([commandOf('1', { parameters: { secret: 'hush' } })], polling({ encode }));
    expect(bodyOf(await poll())).toBe('');
    expect(calls).toMatchObject([['failed', [{ id: '1', reason: 'LISTENER_ENCODER_FAILED' }]]]);
    expect(JSON.stringify([calls, log.lines])).not.toContain('hush');
  });

  test('that does not fit into the reply is given back and not called sent', async () => {
    const fitsReply = (sizes: readonly number[]): number => Math.min(2, sizes.length);
    const three = [commandOf('1'), commandOf('2'), commandOf('3')];
    const { poll, settled, calls } = await stage(three, polling({ fitsReply }));
    const handled = await poll();
    expect(bodyOf(handled)).toBe('1:{}\n2:{}');
    await settled(handled, true);
    expect(calls).toEqual([
      ['released', ['3']],
      ['sent', ['1', '2'], 120_000],
    ]);
  });

  test('gets its secrets when it is written, and no log line has any of it', async () => {
    const parameters = { pin: '0042', data: { $template: '12' } };
    const { poll, settled, log } = await stage([commandOf('1', { kind: 'template.update', parameters })]);
    const handled = await poll();
    expect(bodyOf(handled)).toBe(`1:{"pin":"0042","data":"${features.toString('base64')}"}`);
    await settled(handled, true);
    expect(log.lines.join('\n')).toContain('"commandId":"1","kind":"template.update"');
    expect(log.lines.join('\n')).not.toMatch(/0042|ZmVhdH|features/);
  });

  test('whose secret is gone fails with the reason', async () => {
    const { poll, calls } = await stage([commandOf('1', { parameters: { data: { $template: '99' } } })]);
    expect(bodyOf(await poll())).toBe('');
    expect(calls).toMatchObject([['failed', [{ id: '1', reason: 'SECURITY_SECRET_GONE' }]]]);
  });

  test('whose secret cannot be looked up now waits on, and the poll is answered all the same', async () => {
    const away = { findTemplate: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'away')) };
    const one = commandOf('1', { parameters: { data: { $template: '12' } } });
    const { poll, calls } = await stage([one, commandOf('2')], polling(), away);
    expect(bodyOf(await poll())).toBe('');
    expect(calls).toEqual([['released', ['1', '2']]]);
  });

  test('stays leased when the store takes no note, and that is told', async () => {
    const down = { markSent: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'disk full')) };
    const { poll, settled, log } = await stage([commandOf('1')], polling(), down);
    await settled(await poll(), true);
    expect(log.lines.join('\n')).toMatch(/warn commands stay leased.*"1".*disk full/);
  });

  test.each([
    ['refused', { refused: true }],
    ['in pieces', { transfer: { kind: 'drop', key: 'k' } as const }],
  ])('does not go with a reply to a poll that is %s', async (_, with_) => {
    const { poll } = await stage([commandOf('1')], polling({ decode: () => decodedOf(with_) }));
    const handled = await poll();
    expect([bodyOf(handled), handled.settle]).toEqual(['', undefined]);
  });
});

test('the words of what was sent are there when the answer is read, and not those of others', async () => {
  const words: unknown[] = [];
  const decode: Brand['decode'] = (_, { wordOf }) => {
    words.push([wordOf?.('1'), wordOf?.('9')]);
    return decodedOf();
  };
  const { poll } = await stage([commandOf('1', { kind: 'info' })], polling({ decode }));
  await poll();
  await poll();
  expect(words).toEqual([
    [undefined, undefined],
    ['info', undefined],
  ]);
});

test('an answer lets the next poll ask again, and shows in the log by its code alone', async () => {
  const result = { id: '1', code: '-1005', verdict: 'failed-for-now', info: { note: 'of PIN 42' } } as const;
  const isAnswer = (target: string): boolean => target.startsWith('/answer');
  const brand = polling({
    identify: ({ target }) => identityOf(isAnswer(target) ? {} : { operation: 'poll', isPoll: true }),
    decode: ({ target }) => decodedOf(isAnswer(target) ? { events: [{ kind: 'command-result', result }] } : {}),
  });
  const { deps, poll, log, registry } = await stage([], brand);
  await poll();
  expect(registry.find(SN)?.hasCommands).toBe(false);
  await handleRequest(inputOf({ target: '/answer' }), deps);
  expect(registry.find(SN)?.hasCommands).toBe(true);
  const tags = { commandId: '1', brand: 'paper', serialNumber: SN, code: '-1005', verdict: 'failed-for-now' };
  expect(log.lines).toContain(`info a command was not done ${JSON.stringify(tags)}`);
});

describe('a terminal that begins anew', () => {
  const anew: TerminalFacts = { isRestart: true };
  const greeting = polling({
    identify: () => identityOf({ operation: 'hello', isPoll: false }),
    decode: () => decodedOf({ facts: anew }),
  });
  const sent = (id: string, kind: StoredCommand['kind']) => commandOf(id, { kind, state: 'sent', sentAt: T0 - 5 });

  test('gets again what it did not answer, and proves the restart that was asked for', async () => {
    const asked: unknown[] = [];
    const { poll, calls, registry } = await stage([], greeting, {
      listCommands: (filter) => {
        asked.push(filter);
        return Promise.resolve([sent('4', 'restart'), sent('5', 'user.update')]);
      },
    });
    await poll();
    expect(asked).toMatchObject([{ serialNumber: SN, states: ['sent'] }]);
    expect(calls).toEqual([
      ['verified', ['4'], 'event'],
      ['again', ['5']],
    ]);
    expect(registry.find(SN)?.hasCommands).toBe(true);
  });

  test('is greeted even when the store cannot tell what was sent to it', async () => {
    const down = { listCommands: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'locked')) };
    const { poll, log } = await stage([], greeting, down);
    expect((await poll()).status).toBe(200);
    expect(log.lines.join('\n')).toMatch(/warn a terminal restarted.*locked/);
  });
});
