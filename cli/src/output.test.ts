import { describe, expect, test } from '@jest/globals';
import { ago, asJson, counted, facts, printable, span, table, utc } from './output.ts';

describe('printable', () => {
  test('shows what would move the cursor, turn the writing, or end the line', () => {
    expect(printable('a\u001b[31mb\nc\u009bd\u202ee')).toBe('a\\u001b[31mb\\u000ac\\u009bd\\u202ee');
  });

  test('leaves names of any script as they are, with the joiners that they need', () => {
    for (const name of ['അന്‍വര്‍', 'Zoë', '山田', 'محمد‌علی', '<b>']) expect(printable(name)).toBe(name);
  });
});

test('a table keeps its columns apart, says a dash for what is unknown, and something for no row', () => {
  const columns = [
    { title: 'pin', value: (row: { pin: string; name?: string }) => row.pin },
    { title: 'name', value: (row: { pin: string; name?: string }) => row.name },
  ];
  expect(table([{ pin: '0017', name: 'A' }, { pin: '1' }], columns, 'none')).toBe('PIN   NAME\n0017  A\n1     –');
  expect(table([], columns, 'none')).toBe('none');
});

test('in a narrow window columns without room stand on a line below, under each other', () => {
  const columns = ['id', 'zone', 'state', 'detail'].map((title, at) => ({ title, value: (row: string[]) => row[at] }));
  const rows = [
    ['a', 'Asia/Kolkata', 'done', 'x'],
    ['bcd', 'UTC', 'parked', 'y'],
  ];
  expect(table(rows, columns, '', 20)).toBe(
    ['ID   ZONE', '    STATE   DETAIL', 'a    Asia/Kolkata', '    done    x', 'bcd  UTC', '    parked  y'].join('\n'),
  );
  expect(table(rows, columns, '', 5).split('\n')).toHaveLength(3 * 4); // no room for any two: one each
  expect(table(rows, columns, '', 200).split('\n')).toHaveLength(3);
});

test('facts leave out what is not known', () => {
  expect(
    facts([
      ['a', 1],
      ['long', undefined],
      ['bcd', 'x\ny'],
      ['e', ''],
    ]),
  ).toBe('a:   1\nbcd: x\\u000ay');
});

test.each([
  [40, '40 ms'],
  [1234, '1.2 s'],
  [5000, '5 s'],
  [35_400, '35 s'],
  [300_000, '5 min'],
  [3 * 3_600_000, '3 h'],
  [4 * 86_400_000, '4 days'],
])('a span of %d ms reads %s', (ms, text) => expect(span(ms)).toBe(text));

test('times that are not known are never 1970', () => {
  expect([ago(undefined, 5), ago(0, 5), utc(undefined)]).toEqual(['never', 'never', '–']);
  expect(JSON.parse(asJson({ lastContactAt: 0, at: 1000, punches: 0 }))).toEqual({
    lastContactAt: null,
    at: '1970-01-01T00:00:01.000Z',
    punches: 0,
  });
});

test('counted agrees with its number', () => {
  expect([counted(1, 'punch', 'punches'), counted(2, 'punch', 'punches'), counted(0, 'request')]).toEqual([
    '1 punch',
    '2 punches',
    '0 requests',
  ]);
});

test('JSON holds no byte that a screen acts on, and says the number of bytes instead of the bytes', () => {
  const text = asJson({ name: '\u001b\u009b\u202e\n', raw: Buffer.from('secret'), map: new Map([['a', 1]]) });
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(JSON.parse(text)).toMatchObject({ name: '\u001b\u009b\u202e\n', map: { a: 1 } });
  expect(text).not.toContain('secret');
});
