import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteLongNumbers } from '@biolistener/wire';
import { readMessage } from './message.ts';
import { bytesOf } from './test-kit.ts';

// The slow way says what is right: a reviver that sees the text of every number.

const reviver = ((_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^\d+$/.test(context?.source ?? '')
    ? context?.source
    : value) as (key: string, value: unknown) => unknown; // the types do not know the text yet

const outcome = (parse: () => unknown): unknown => {
  try {
    return { value: parse() };
  } catch {
    return 'no JSON';
  }
};
const slowly = (text: string): unknown => outcome(() => JSON.parse(text, reviver));
const fast = (text: string): unknown => outcome(() => JSON.parse(quoteLongNumbers(text)));

const digits = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 24n }).map(String),
  fc.constantFrom('9007199254740991', '9007199254740992', '0', '00000000000000001', '1234567890123456'),
);
const number = fc
  .tuple(
    fc.constantFrom('', '', '-', '+'),
    digits,
    fc.constantFrom('', '', '.5', '.1234567890123456789', 'e2', 'E+1', 'e-12345678901234567', '.'),
  )
  .map((parts) => parts.join(''));
const blank = fc.constantFrom('', '', ' ', '\n\t ', '\r');
const quoted = fc
  .array(fc.constantFrom('a', '"', '\\', ',', ':12345678901234567', '[98765432109876543]', '\n', '🙂'))
  .map((parts) => JSON.stringify(parts.join('')));
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc
    .tuple(
      blank,
      fc.oneof(
        { maxDepth: 4 },
        number,
        quoted,
        fc.constantFrom('true', 'null'),
        fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        fc
          .array(fc.tuple(quoted, blank, tie('json')), { maxLength: 4 })
          .map((pairs) => `{${pairs.map(([key, gap, value]) => `${key}${gap}:${value}`).join(',')}}`),
      ),
      blank,
    )
    .map((parts) => parts.join('')),
}));
const soup = fc
  .array(fc.oneof(number, quoted, blank, fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'x', 'e', '.', '-')))
  .map((parts) => parts.join(''));

test('what is JSON reads as by a look at every number, and what is none stays none', () => {
  fc.assert(
    fc.property(fc.oneof(json, soup), (text) => expect(fast(text)).toEqual(slowly(text))),
    { numRuns: 2000 },
  );
});

test.each([
  '{12345678901234567:1}',
  '{"a":1,12345678901234567 :2}',
  '{"a":01234567890123456789}',
  '[1 12345678901234567]',
  '"\\"[12345678901234567]',
])('%s is no JSON, with and without quotes', (text) => {
  expect([fast(text), slowly(text)]).toEqual(['no JSON', 'no JSON']);
});

test('one long number in a message costs no second look at all its values', () => {
  const parse = jest.spyOn(JSON, 'parse');
  try {
    const message = readMessage(bytesOf('{"cmd":"sendlog","enrollid":123456789012345678,"count":9007199254740991}'));
    expect(message?.fields).toMatchObject({ enrollid: '123456789012345678', count: 9007199254740991 });
    expect(parse.mock.calls.map((parameters) => parameters.length)).toEqual([1]);
  } finally {
    parse.mockRestore();
  }
});

test('a run of digits as long as a message is read, and digits in texts stay as they are', () => {
  const long = '7'.repeat(1_000_000);
  expect(fast(`{"a":${long},"b":"${long}"}`)).toEqual({ value: { a: long, b: long } });
  expect(fast(`{"a":${long}.5}`)).toEqual({ value: { a: Infinity } });
});
