import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import { aiface } from './index.ts';
import { Bench, eventsOf, NOW, PROFILE, viewOf } from './test-kit.ts';

// Conversations of protocols/aiface-websocket.md §6, with a terminal that answers by hand.

function ready(own: Parameters<typeof viewOf>[0] = {}): Bench {
  const bench = new Bench(viewOf(own));
  bench.register();
  return bench;
}

describe('C18: listings', () => {
  const SIZES = [0, 1, 39, 40, 41, 80, 81, 95];
  const COUNTS = ['total', 'page', 'zero'] as const;
  const ENDS = ['empty', 'repeat', 'false', 'silent'] as const;
  const TOS = ['incl', 'excl'] as const;
  const cases = SIZES.flatMap((n) =>
    COUNTS.flatMap((count) => ENDS.flatMap((end) => TOS.map((to) => ({ n, count, end, to })))),
  );

  test.each(cases)('$n rows, count is $count, ends with $end, to is $to', ({ n, count, end, to }) => {
    const bench = ready();
    const rows = Array.from({ length: n }, (_, at) => ({ enrollid: at + 1, admin: '0', backupnum: 11 }));
    bench.command('user.query');
    let at = 0;
    while (bench.results.length === 0) {
      if (bench.last?.['stn'] === true) at = 0;
      const page = rows.slice(at, at + 40);
      const isPast = page.length === 0 && n > 0;
      if (isPast && end === 'silent') bench.wait();
      else {
        const shown = isPast && end === 'repeat' ? rows.slice(Math.max(0, Math.ceil(n / 40) - 1) * 40) : page;
        const said = { total: n, page: shown.length, zero: 0 }[count];
        bench.hears({
          ret: 'getuserlist',
          result: !(isPast && end === 'false'),
          count: said,
          from: at,
          to: at + shown.length - (to === 'incl' ? 1 : 0),
          record: shown,
        });
        at += 40;
      }
    }
    const isIncomplete = end === 'silent' && (n === 40 || (n === 80 && count !== 'total'));
    expect(bench.results[0]?.code).toBe(isIncomplete ? 'incomplete' : 'true');
    const users = eventsOf(bench, 'user').map(({ user }) => user.pin);
    expect(users).toEqual(isIncomplete ? [] : rows.map(({ enrollid }) => String(enrollid)));
    expect(bench.sent.length).toBeLessThanOrEqual(Math.ceil(n / 40) + 1);
  });
});

test('C19: silence ends at the limit, what comes late is thrown away, and the next command works', () => {
  const bench = ready();
  bench.command('template.query', { pin: '17', kind: 'fingerprint', no: 0 });
  bench.wait();
  expect(bench.now).toBe(NOW + 10_000);
  expect(bench.results).toMatchObject([{ code: 'timeout', verdict: 'failed-for-now' }]);
  const late = { ret: 'getuserinfo', result: true, enrollid: 17, backupnum: 0, name: 'A', record: 'late' };
  expect(bench.hears(late)).toMatchObject({ kind: 'ignored', reason: 'late answer' });
  bench.command('info');
  bench.hears({ ret: 'getdevinfo', result: true, volume: 5, password: 'x' });
  expect(bench.results[1]).toMatchObject({ verdict: 'done', info: { volume: '5' } });
  expect(JSON.stringify(bench.results)).not.toContain('password');
});

test('C20: an answer about somebody else is nobody’s', () => {
  const bench = ready();
  bench.command('template.query', { pin: '17', kind: 'fingerprint', no: 0 });
  bench.wait();
  bench.command('template.query', { pin: '18', kind: 'fingerprint', no: 0 });
  bench.hears({ ret: 'getuserinfo', result: true, enrollid: 17, backupnum: 0, record: 'of 17' });
  expect(bench.results).toHaveLength(1);
  bench.hears({ ret: 'getuserinfo', result: true, enrollid: 18, backupnum: 0, record: 'of 18' });
  expect(
    eventsOf(bench, 'template').map(({ template }) => [template.pin, Buffer.from(template.data).toString()]),
  ).toEqual([['18', 'of 18']]);
});

test('a word whose answers do not say whose they are waits until the late one cannot come any more', () => {
  const bench = ready();
  bench.command('door.open');
  bench.wait();
  expect(bench.results).toMatchObject([{ code: 'timeout', verdict: 'failed-for-good' }]); // a door is not opened twice
  bench.command('door.open', { door: 2 });
  expect(bench.sent).toHaveLength(1);
  bench.wait();
  expect(bench.now).toBe(NOW + 10_000 + 30_000);
  expect(bench.last).toEqual({ cmd: 'opendoor', doornum: 2 });
});

test('three silences in a row make a word unsupported, one answer in between does not', () => {
  const bench = ready();
  const silence = (): void => {
    bench.command('check');
    if (bench.session.wakeAt !== undefined && bench.now < bench.session.wakeAt - 10_000) bench.wait();
    bench.wait();
    bench.now += 30_000;
  };
  silence();
  silence();
  bench.command('check');
  bench.hears({ ret: 'gettime', time: '2025-03-04 08:15:30' });
  expect(bench.terminal.profile['strikes']).toBeUndefined();
  silence();
  silence();
  silence();
  expect(bench.terminal.profile['unsupported']).toEqual(['gettime']);
  expect(() => bench.command('check')).toThrow('AI_COMMAND_UNSUPPORTED');
  expect(aiface.roster.abilities(bench.terminal).commands).not.toContain('check');
});

test('C22: what is under way when the socket is replaced is told, and what must not go twice is over', () => {
  const bench = ready();
  bench.command('clock.set');
  bench.note(bench.session.lose('superseded', bench.ctx));
  bench.command('door.open');
  bench.note(bench.session.lose('connection-lost', bench.ctx));
  bench.command('restart');
  bench.note(bench.session.lose('connection-lost', bench.ctx));
  expect(bench.results.map(({ code, verdict }) => [code, verdict])).toEqual([
    ['superseded', 'failed-for-now'],
    ['connection-lost', 'failed-for-good'],
    ['connection-lost', 'done'],
  ]);
});

test('C24: a greeting while a command is out is a request, and the command goes on', () => {
  const bench = ready();
  bench.command('info');
  expect(bench.hears({ cmd: 'reg', sn: 'AYTI10091234' })).toMatchObject({ kind: 'request', isGreeting: true });
  expect(bench.session.register(bench.terminal.serialNumber, bench.ctx)).toBeUndefined();
  bench.hears({ ret: 'getdevinfo', result: 1 });
  expect(bench.results).toMatchObject([{ verdict: 'done' }]);
});

test('C27: a refused picture says why, in number and words', () => {
  const bench = ready();
  bench.command('photo.update', { pin: '17', name: 'A', data: Buffer.from('jpeg').toString('base64') });
  expect(bench.last).toMatchObject({
    cmd: 'setuserinfo',
    backupnum: 50,
    record: Buffer.from('jpeg').toString('base64'),
  });
  bench.hears({ ret: 'setuserinfo', result: false, reason: 6 });
  expect(bench.results).toMatchObject([{ code: '6', verdict: 'failed-for-good', info: { note: 'several faces' } }]);
});

describe('taking somebody off', () => {
  test('C28: somebody who is not there is off', () => {
    const bench = ready();
    bench.command('user.delete', { pin: '17' });
    bench.hears({ ret: 'deleteuser', result: false, reason: 1 });
    bench.hears({ ret: 'deleteuser', result: false });
    bench.hears({ ret: 'getuserlist', result: true, count: 0, from: 0, to: 0, record: [] });
    expect(bench.sent.map((message) => [message['cmd'], message['backupnum']])).toEqual([
      ['deleteuser', 13],
      ['deleteuser', 50],
      ['getuserlist', undefined],
    ]);
    expect(bench.results).toMatchObject([{ verdict: 'done' }]);
  });

  test('what the list still shows goes one by one, and what stays is told', () => {
    const bench = ready();
    bench.command('user.delete', { pin: '17' });
    const listed = {
      ret: 'getuserlist',
      result: true,
      count: 41,
      record: [
        { enrollid: 17, backupnum: 20 },
        { enrollid: 18, backupnum: 11 },
      ],
    };
    for (const answer of [{ ret: 'deleteuser', result: true }, { ret: 'deleteuser', result: true }, listed])
      bench.hears(answer);
    bench.hears({ ret: 'getuserlist', result: true, record: [] });
    expect(bench.last).toEqual({ cmd: 'deleteuser', enrollid: 17, backupnum: 20 });
    bench.hears({ ret: 'deleteuser', result: true });
    bench.hears(listed);
    bench.hears({ ret: 'getuserlist', result: true, record: [] });
    expect(bench.results).toMatchObject([{ code: 'remains', verdict: 'failed-for-now' }]);
  });
});

describe('C30: nothing new', () => {
  test.each([
    [{ ret: 'getnewlog', result: true, count: 0, from: 0, to: 0, record: [] }],
    [{ ret: 'getnewlog', result: false, msg: 'have no data' }],
    [{ cmd: 'getnewlog', count: 0 }],
  ])('%j', (answer) => {
    const bench = ready();
    bench.command('logs.query', { what: 'new' });
    bench.hears(answer);
    expect(bench.results).toMatchObject([{ verdict: 'done', info: { records: 0 } }]);
    expect(bench.sent).toHaveLength(1);
  });
});

test('logs by day: one day more is asked, what is beyond is left, and each page comes before the next question', () => {
  const bench = ready();
  bench.command('logs.query', { from: '2025-03-01 00:00:00', to: '2025-03-03' });
  expect(bench.last).toEqual({ cmd: 'getalllog', stn: true, from: '2025-03-01', to: '2025-03-04' });
  const rows = Array.from({ length: 51 }, (_, at) => ({
    enrollid: at + 1,
    time: `2025-03-0${at < 50 ? 3 : 4} 08:00:00`,
    mode: 0,
    inout: 0,
    event: 0,
  }));
  bench.hears({ ret: 'getalllog', result: true, count: 51, from: 0, to: 49, record: rows.slice(0, 50) });
  expect(eventsOf(bench, 'punch')).toHaveLength(50);
  bench.hears({ ret: 'getalllog', result: true, count: 51, from: 50, to: 50, record: rows.slice(50) });
  expect(eventsOf(bench, 'punch')).toHaveLength(50);
  expect(bench.results).toMatchObject([{ verdict: 'done', info: { rows: 51, records: 50 } }]);
});

describe('a page that begins with a record that came already', () => {
  const row = (enrollid: number): object => ({ enrollid, time: '2025-03-03 08:00:00', mode: 8, inout: 0, event: 0 });
  const first = [...Array.from({ length: 49 }, (_, at) => row(at + 1)), row(77)];
  const page = (record: readonly object[], count: number): object => ({
    ret: 'getalllog',
    result: true,
    count,
    record,
  });

  test('is read when the others are new: two equal records may stand beside each other', () => {
    const bench = ready();
    bench.command('logs.query');
    bench.hears(page(first, 52));
    bench.hears(page([row(77), row(78)], 52));
    expect(bench.results).toMatchObject([{ verdict: 'done', info: { rows: 52 } }]);
    expect(eventsOf(bench, 'punch').map(({ punch }) => punch.pin)).toContain('78');
  });

  test('is the end when all of it came already, and no end where more was announced', () => {
    const ended = (count: number) => {
      const bench = ready();
      bench.command('logs.query');
      bench.hears(page(first, count));
      bench.hears(page(first, count));
      return bench.results[0]?.code;
    };
    expect([ended(50), ended(0), ended(120)]).toEqual(['true', 'true', 'incomplete']);
  });
});

test('a person is read back as one, with what is not there known not to be', () => {
  const bench = ready();
  bench.command('user.query', { pin: '17' });
  bench.hears({ ret: 'getuserinfo', result: false, reason: 1 });
  bench.hears({ ret: 'getuserinfo', result: true, enrollid: 17, backupnum: 11, name: 'A', admin: 0, record: 40918273 });
  expect(eventsOf(bench, 'user')).toMatchObject([{ user: { pin: '17', name: 'A', card: '40918273', password: '' } }]);
});

test('pictures of one person wait for each other, and the first word of a reader is not answered by a sibling', () => {
  const bench = ready();
  bench.command('user.update', { pin: '17', card: '5', photo: Buffer.from('jpeg').toString('base64') });
  bench.hears({ ret: 'setuserinfo', result: true });
  expect(bench.sent).toHaveLength(1);
  bench.wait();
  expect(bench.now).toBe(NOW + 400);
  expect(bench.last).toMatchObject({ backupnum: 50 });
});

test.each(['initsys', 'cleanuser', 'cleanlog', 'otaget', 'disabledevice'])(
  '%s cannot be asked for in the terminal’s own words',
  (cmd) => {
    const parameters: JsonObject = { text: JSON.stringify({ cmd }), confirmed: true };
    expect(() => ready().command('raw', parameters)).toThrow('AI_COMMAND_PARAMETERS');
  },
);

describe('a terminal that does not push everything', () => {
  const options = { readNewLogs: true };
  const row = (enrollid: number) => ({ enrollid, time: '2025-03-04 08:00:00', mode: 8, inout: 0, event: 0 });
  const page = (ret: string, rows: readonly object[]) => ({ ret, result: true, count: rows.length, record: rows });
  const ends = (bench: Bench, word: string): void => {
    if (!bench.session.isFree) bench.hears(page(word, []));
  };

  test('is asked each minute: first for the last days, then for what is new', () => {
    const bench = ready({ options });
    expect(bench.sent).toEqual([]);
    bench.wait();
    expect(bench.now).toBe(NOW + 60_000);
    expect(bench.last).toEqual({ cmd: 'getalllog', stn: true, from: '2025-03-02' });
    bench.hears(page('getalllog', [row(1)]));
    ends(bench, 'getalllog');
    bench.hears({ cmd: 'reg', sn: 'AYTI10091234' });
    bench.register(); // a greeting in between moves nothing
    bench.wait();
    expect([bench.now, bench.last]).toEqual([NOW + 120_000, { cmd: 'getnewlog', stn: true }]);
    bench.hears(page('getnewlog', [row(2)]));
    ends(bench, 'getnewlog');
    expect(eventsOf(bench, 'punch').map(({ punch }) => punch.pin)).toEqual(['1', '2']);
    expect(bench.results).toEqual([]);
    expect(bench.session.isFree).toBe(true);
  });

  test('is asked for the last days again when a page could not be stored', () => {
    const bench = ready({ options });
    bench.wait();
    bench.hears(page('getalllog', []));
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getnewlog' });
    bench.session.abandon(bench.now);
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getalllog' });
  });

  test.each(['getalllog', 'getnewlog'])('the same when it was the last page of %s', (word) => {
    const bench = ready({ options });
    bench.wait();
    if (word === 'getnewlog') {
      bench.hears(page('getalllog', []));
      bench.wait();
    }
    expect(bench.last).toMatchObject({ cmd: word });
    bench.hears(page(word, [row(1)]));
    ends(bench, word);
    expect(bench.session.isFree).toBe(true);
    bench.session.abandon(bench.now);
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getalllog' });
  });

  test.each(['the minute', 'a command'])('the same when a page may come too late, asked for by %s', (by) => {
    const bench = ready({ options });
    bench.wait();
    bench.hears(page('getalllog', []));
    if (by === 'a command') bench.command('logs.query', { what: 'new' });
    else bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getnewlog' });
    bench.wait(); // nothing came
    expect(bench.hears(page('getnewlog', [row(1)])).kind).toBe('ignored');
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getalllog' });
    bench.hears(page('getalllog', [row(1)]));
    ends(bench, 'getalllog');
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getnewlog' });
  });

  test('waits with it while a command is out, and commands wait for it', () => {
    const bench = ready({ options });
    bench.command('info');
    bench.now += 5_000;
    bench.hears({ ret: 'getdevinfo', result: true });
    bench.wait();
    expect(bench.last).toMatchObject({ cmd: 'getalllog' });
    expect(bench.session.isFree).toBe(false);
  });

  test('is left alone where nobody asked for it, or where it stays silent', () => {
    expect(ready().session.wakeAt).toBeUndefined();
    const bench = ready({ options, profile: { ...PROFILE, unsupported: ['getalllog'] } });
    for (let at = 0; at < 3; at += 1) {
      bench.wait();
      expect(bench.last).toMatchObject({ cmd: 'getnewlog' });
      bench.wait();
    }
    expect(bench.terminal.profile['unsupported']).toEqual(['getalllog', 'getnewlog']);
    bench.wait();
    expect(bench.session.wakeAt).toBeUndefined();
    expect(bench.sent).toHaveLength(3);
  });
});
