import { describe, expect, test } from '@jest/globals';
import { Bench, bytesOf, eventsOf, PROFILE, viewOf } from './test-kit.ts';

// What a terminal hands over is read there, and what it forgets is gone: nothing of it may be missing here (§6.6).

function ready(own: Parameters<typeof viewOf>[0] = {}): Bench {
  const bench = new Bench(viewOf(own));
  bench.register();
  return bench;
}

describe('clearing logs', () => {
  const row = (enrollid: number): object => ({ enrollid, time: '2025-03-04 08:00:00' });
  const page = (ret: string, record: readonly object[], count = record.length): object => ({
    ret,
    result: true,
    count,
    record,
  });
  const clearing = (): Bench => {
    const bench = ready();
    bench.command('logs.clear', { confirmed: true });
    return bench;
  };
  const pins = (bench: Bench): string[] => eventsOf(bench, 'punch').map(({ punch }) => punch.pin);

  test('comes after all of them are stored, and what came in between', () => {
    const bench = clearing();
    expect(bench.last).toEqual({ cmd: 'getalllog', stn: true });
    bench.hears(page('getalllog', [row(1)]));
    bench.hears(page('getalllog', []));
    expect(bench.last).toEqual({ cmd: 'getnewlog', stn: true });
    bench.hears(page('getnewlog', [row(2)]));
    expect(bench.sent.map(({ cmd }) => cmd)).not.toContain('cleanlog');
    bench.hears(page('getnewlog', []));
    expect([pins(bench), bench.last]).toEqual([['1', '2'], { cmd: 'cleanlog' }]);
    bench.hears({ ret: 'cleanlog', result: true });
    expect(bench.results).toMatchObject([{ verdict: 'done' }]);
    expect(bench.terminal.profile['owesLogs']).toBeUndefined();
  });

  test('reads everything again after a page that could not be stored', () => {
    const bench = clearing();
    bench.hears(page('getalllog', []));
    bench.session.receive(bytesOf(page('getnewlog', [row(1)])), false, bench.ctx); // and the store is away
    bench.session.abandon(bench.now);
    bench.command('logs.clear', { confirmed: true });
    expect(bench.last).toEqual({ cmd: 'getalllog', stn: true });
    expect(bench.terminal.profile['owesLogs']).toBe(true);
  });

  test('does not happen where a list ends in silence, or short of what it announced', () => {
    const silent = clearing();
    silent.hears(page('getalllog', [row(1)]));
    silent.wait();
    const short = clearing();
    short.hears(page('getalllog', [row(1)], 2));
    short.hears(page('getalllog', [], 2));
    for (const bench of [silent, short]) {
      expect(bench.results).toMatchObject([{ code: 'incomplete', verdict: 'failed-for-good' }]);
      expect(bench.sent.map(({ cmd }) => cmd)).not.toContain('cleanlog');
    }
  });

  test('asks for more where pages are small, until the terminal says that this was all', () => {
    const bench = clearing();
    for (const enrollid of [1, 2, 3]) bench.hears(page('getalllog', [row(enrollid)]));
    expect(bench.last).toEqual({ cmd: 'getalllog', stn: false });
    bench.hears({ ret: 'getalllog', result: false });
    expect(bench.last).toMatchObject({ cmd: 'getnewlog' });
    expect(pins(bench)).toEqual(['1', '2', '3']);
  });

  test('needs somebody who means it, and a terminal that shows all its records', () => {
    expect(() => ready().command('logs.clear')).toThrow('AI_COMMAND_UNCONFIRMED');
    const without = (word: string): Bench => ready({ profile: { ...PROFILE, unsupported: [word] } });
    expect(() => without('getalllog').command('logs.clear', { confirmed: true })).toThrow('AI_LOGS_UNREAD');
    const bench = without('getnewlog');
    bench.command('logs.clear', { confirmed: true });
    bench.hears(page('getalllog', []));
    expect(bench.last).toEqual({ cmd: 'cleanlog' });
  });
});

describe('new records that were handed over and are not here', () => {
  const row = { enrollid: 17, time: '2025-03-04 08:00:00' };
  const page = { ret: 'getnewlog', result: true, count: 1, record: [row] };
  const asked = (own: Parameters<typeof viewOf>[0] = {}): Bench => {
    const bench = ready(own);
    bench.command('logs.query', { what: 'new' });
    expect(bench.terminal.profile['owesLogs']).toBe(true);
    return bench;
  };
  const readsAgain = (bench: Bench): void => {
    bench.wait();
    expect(bench.last).toEqual({ cmd: 'getalllog', stn: true, from: '2025-03-02' });
    bench.hears({ ret: 'getalllog', result: true, count: 1, record: [row] });
    bench.hears({ ret: 'getalllog', result: true, count: 1, record: [] });
    expect(eventsOf(bench, 'punch')).toHaveLength(1);
    expect(bench.terminal.profile['owesLogs']).toBeUndefined();
    if (bench.session.wakeAt !== undefined) bench.wait(); // it looks once more, and is content
    expect([bench.session.wakeAt, bench.session.isFree]).toEqual([undefined, true]);
  };

  test('are read again by day when the store was away', () => {
    const bench = asked();
    bench.session.receive(bytesOf(page), false, bench.ctx);
    bench.session.abandon(bench.now);
    readsAgain(bench);
  });

  test('and when the page may have come too late', () => {
    const bench = asked();
    bench.wait();
    expect(bench.hears(page).kind).toBe('ignored');
    readsAgain(bench);
  });

  test('and when the socket was lost, by the next one', () => {
    const { session, ctx, terminal } = asked();
    session.lose('connection-lost', ctx);
    readsAgain(ready({ profile: terminal.profile }));
  });

  test('are no more missing once all came, but for what was missing before', () => {
    const bench = asked();
    bench.hears({ ...page, count: 0, record: [] });
    expect(bench.terminal.profile['owesLogs']).toBeUndefined();
    const owing = asked({ profile: { ...PROFILE, owesLogs: true } });
    owing.hears({ ...page, count: 0, record: [] });
    expect(owing.terminal.profile['owesLogs']).toBe(true);
  });

  test('are left alone where the terminal does not read by day', () => {
    const bench = asked({ profile: { ...PROFILE, unsupported: ['getalllog'] } });
    bench.session.abandon(bench.now);
    expect(bench.session.wakeAt).toBeUndefined();
  });
});
