import { describe, expect, test } from '@jest/globals';
import { answerOf, Bench, bytesOf, decodeOf, eventsOf, viewOf } from './test-kit.ts';

// What is acknowledged or handed over and was not read must be somewhere (protocols/aiface-websocket.md §5.2).

const row = (own: object = {}): object => ({ enrollid: 17, time: '2025-03-04 08:15:28', mode: 8, inout: 0, ...own });
const log = (own: object): object => ({ cmd: 'sendlog', sn: 'AYTI10091234', count: 1, logindex: 4, ...own });
const outcomeOf = (message: object): unknown => {
  const decoded = decodeOf(message);
  return [eventsOf(decoded, 'punch').length, decoded.parked.map(({ reason, raw }) => [reason, Buffer.from(raw)])];
};
const whole = (message: object): unknown => [['AI_RECORDS_MISSED', bytesOf(message)]];

describe('a push', () => {
  test.each([
    ['a record without a list around it', log({ record: row() })],
    ['the same under another name', log({ logs: row() })],
    ['two lists', log({ count: 2, record: [row()], log: [row({ event: 1 })] })],
    ['no count', { cmd: 'sendlog', record: [row()] }],
    ['a count as text', log({ count: '1', record: [row()] })],
  ])('with %s is read', (_what, message) => {
    expect(outcomeOf(message)).toEqual([JSON.stringify(message).split('"time"').length - 1, []]);
  });

  test.each([
    ['records in an unknown place', log({ records: [row()] })],
    ['a list as text', log({ record: JSON.stringify([row()]) })],
    ['a record that lies flat', log(row())],
    ['nothing at all', { cmd: 'sendlog' }],
    ['an empty list that counts one', log({ record: [] })],
  ])('with %s is kept whole, and acknowledged', (_what, message) => {
    expect(outcomeOf(message)).toEqual([0, whole(message)]);
    expect(answerOf(message, 'committed')).toMatchObject({ ret: 'sendlog', result: true });
  });

  test('of one record that counts five is read and kept whole, and opens no door', () => {
    const message = log({ count: 5, record: [row()] });
    expect(outcomeOf(message)).toEqual([1, whole(message)]);
    const answer = answerOf(message, 'committed', viewOf({ options: { access: 'all' } }));
    expect(answer).toMatchObject({ result: true, count: 5, logindex: 4, access: 0 });
  });

  test('of nothing that counts nothing leaves nothing', () => {
    expect(outcomeOf(log({ count: 0 }))).toEqual([0, []]);
    expect(outcomeOf(log({ count: 0, record: [] }))).toEqual([0, []]);
  });
});

describe('a credential', () => {
  const user = (own: object): object => ({ cmd: 'senduser', enrollid: 17, name: 'A', ...own });

  test.each([
    ['content in a list', user({ backupnum: 0, record: ['ab'] })],
    ['a password in an object', user({ backupnum: 10, record: { value: 4815 } })],
    ['content and no slot', user({ record: 'ab' })],
    ['content and a slot that is no number', user({ backupnum: 'x', record: 'ab' })],
  ])('with %s is kept, and its person', (_what, message) => {
    const { events, parked } = decodeOf(message);
    expect(events).toMatchObject([{ kind: 'user', user: { pin: '17', name: 'A' } }]);
    expect(JSON.stringify(events)).not.toContain('password');
    expect(parked).toMatchObject([{ reason: 'AI_SLOT_UNKNOWN', isSensitive: true, raw: bytesOf(message) }]);
  });

  test('of several people in a list is kept', () => {
    const message = { cmd: 'senduser', count: 2, record: [user({}), user({ enrollid: 18 })] };
    expect(decodeOf(message).parked).toMatchObject([{ reason: 'AI_RECORD_WITHOUT_USER', raw: bytesOf(message) }]);
  });

  test('of nothing, without a slot, is a person alone', () => {
    for (const record of ['', '0', null]) expect(decodeOf(user({ record })).parked).toEqual([]);
  });
});

test('a shown code that is no text is kept', () => {
  const message = { cmd: 'sendqrcode', record: [{ code: 'x' }] };
  expect(decodeOf(message).parked).toMatchObject([{ reason: 'AI_RECORDS_MISSED', isSensitive: true }]);
});

describe('a page', () => {
  const asked = (answer: object, kind: 'logs.query' | 'user.query' = 'logs.query') => {
    const bench = new Bench();
    bench.register();
    bench.command(kind, { what: 'new' });
    bench.hears(answer);
    return bench;
  };

  test.each([
    { ret: 'getnewlog', result: true, count: 1, records: [row()] },
    { ret: 'getnewlog', result: true, record: JSON.stringify([row()]) },
    { ret: 'getnewlog', result: true, count: 3 },
  ])('%j is kept, and no end of the list', (page) => {
    const bench = asked(page);
    expect(bench.results).toMatchObject([{ code: 'incomplete', verdict: 'failed-for-now' }]);
    expect(bench.parked).toMatchObject([{ reason: 'AI_RECORDS_MISSED', table: 'getnewlog' }]);
    expect(Buffer.from(bench.parked[0]?.raw ?? []).toString()).toContain('"cmd":"sendlog"');
  });

  test('of people in an unknown place is no empty terminal', () => {
    const bench = asked({ ret: 'getuserlist', result: true, count: 1, users: [{ enrollid: 1 }] }, 'user.query');
    expect(bench.results).toMatchObject([{ code: 'incomplete' }]);
    expect(bench.parked).toEqual([]); // it can be asked again
  });

  test.each(['empty', 'silent', 'short'])('that is %s ends no list that announced more', (how) => {
    const bench = asked({ ret: 'getnewlog', result: true, count: 9, record: [row()] });
    if (how === 'silent') bench.wait();
    if (how === 'short') bench.hears({ ret: 'getnewlog', result: true, count: 9, record: [row({ event: 1 })] });
    if (how !== 'silent') bench.hears({ ret: 'getnewlog', result: true, count: 0, record: [] });
    expect(bench.results).toMatchObject([{ code: 'incomplete', verdict: 'failed-for-now' }]);
  });
});
