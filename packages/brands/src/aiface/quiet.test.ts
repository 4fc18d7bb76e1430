import { describe, expect, test } from '@jest/globals';
import { Bench, NOW, PROFILE, viewOf } from './test-kit.ts';

// A terminal that shows "busy" takes no punches: whatever happens, it is let go (protocols/aiface-websocket.md §6.1).

function ready(own: Parameters<typeof viewOf>[0] = {}): Bench {
  const bench = new Bench(viewOf(own));
  bench.register();
  return bench;
}

describe('C31: a terminal that was made busy', () => {
  test('is let go at the end, also when the write fails', () => {
    const bench = ready({ options: { quietWhileWriting: true } });
    bench.hears({ ret: 'enabledevice', result: true });
    bench.command('user.update', { pin: '17', card: '5' });
    expect(bench.last).toEqual({ cmd: 'disabledevice' });
    expect(bench.terminal.profile['isDisabled']).toBe(true);
    bench.hears({ ret: 'disabledevice', result: true });
    bench.wait(); // setuserinfo stays unanswered
    expect(bench.last).toEqual({ cmd: 'enabledevice' });
    bench.hears({ ret: 'enabledevice', result: true });
    expect(bench.terminal.profile['isDisabled']).toBeUndefined();
    expect(bench.results).toMatchObject([{ code: 'timeout', verdict: 'failed-for-now' }]);
  });

  test('and left so by a crash is let go after the next greeting', () => {
    const bench = ready({ profile: { ...PROFILE, isDisabled: true } });
    expect(bench.sent).toEqual([{ cmd: 'enabledevice' }]);
    expect(bench.session.isFree).toBe(false);
    bench.hears({ ret: 'enabledevice', result: true });
    expect(bench.session.isFree).toBe(true);
    expect(bench.terminal.profile['isDisabled']).toBeUndefined();
  });

  const disabled = { ...PROFILE, isDisabled: true };
  const options = { quietWhileWriting: true };

  test.each(['silence', 'no'])('is let go when %s came to being made busy, as it may be all the same', (what) => {
    const bench = ready();
    bench.terminal = { ...bench.terminal, options };
    bench.command('user.update', { pin: '17', card: '5' });
    if (what === 'silence') bench.wait();
    else bench.hears({ ret: 'disabledevice', result: false });
    expect(bench.last).toMatchObject({ cmd: 'setuserinfo' }); // it works without
    bench.hears({ ret: 'setuserinfo', result: true });
    expect(bench.last).toEqual({ cmd: 'enabledevice' });
    bench.hears({ ret: 'enabledevice', result: true });
    expect(bench.results).toMatchObject([{ verdict: 'done' }]);
    expect(bench.terminal.profile['isDisabled']).toBeUndefined();
  });

  test.each(['silence', 'no'])('is let go again after %s, until it says yes', (what) => {
    const bench = ready({ profile: disabled });
    for (let times = 1; times <= 4; times += 1) {
      expect([bench.sent.length, bench.last]).toEqual([times, { cmd: 'enabledevice' }]);
      if (what === 'silence') bench.wait();
      else bench.hears({ ret: 'enabledevice', result: false });
      const at = bench.now;
      bench.wait();
      expect(bench.now - at).toBe(30_000);
    }
    bench.hears({ ret: 'enabledevice', result: true });
    expect(bench.terminal.profile['isDisabled']).toBeUndefined();
    expect(bench.session.wakeAt).toBeUndefined();
  });

  test('is let go at each greeting, at once or when what is under way is over', () => {
    const bench = ready({ profile: disabled });
    bench.hears({ ret: 'enabledevice', result: false });
    bench.register();
    expect(bench.sent).toHaveLength(2);
    bench.hears({ ret: 'enabledevice', result: false });
    bench.command('info');
    bench.register();
    expect(bench.last).toEqual({ cmd: 'getdevinfo' });
    bench.hears({ ret: 'getdevinfo', result: true });
    const at = bench.now;
    bench.wait();
    expect([bench.now, bench.last]).toEqual([at, { cmd: 'enabledevice' }]);
  });

  test('is let go at once when the store went away in the middle', () => {
    const bench = ready();
    bench.terminal = { ...bench.terminal, options };
    bench.command('user.update', { pin: '17', card: '5' });
    bench.hears({ ret: 'disabledevice', result: true });
    bench.session.abandon(bench.now);
    bench.wait();
    expect([bench.now, bench.last]).toEqual([NOW, { cmd: 'enabledevice' }]);
  });

  test('is not asked for ever where it knows no such word', () => {
    const refusing = ready({ profile: disabled });
    refusing.hears({ ret: 'enabledevice', result: false, msg: 'can not find this command' });
    expect(refusing.terminal.profile['isDisabled']).toBeUndefined();
    const mute = { ...disabled, unsupported: ['disabledevice', 'enabledevice'] };
    const bench = ready({ profile: mute, options });
    bench.wait();
    expect([bench.sent, bench.session.wakeAt]).toEqual([[{ cmd: 'enabledevice' }], undefined]);
    bench.command('user.update', { pin: '17', card: '5' });
    expect(bench.last).toMatchObject({ cmd: 'setuserinfo' });
  });
});
