import { expect, test } from '@jest/globals';
import { ReplyReader, type RawReply } from '../reply-reader.ts';
import { replyBreaches, type Expectation } from './reply-rules.ts';

const DATE = 'Date: Mon, 09 Mar 2026 08:35:30 GMT';

function reply(body: string, more: { headers?: string[]; status?: string } = {}): RawReply {
  const headers = more.headers ?? ['Content-Type: text/plain', DATE, `Content-Length: ${body.length}`];
  const reader = new ReplyReader();
  reader.push(Buffer.from(`HTTP/1.1 ${more.status ?? '200 OK'}\r\n${headers.join('\r\n')}\r\n\r\n${body}`));
  reader.end();
  return reader.read()!;
}

const expected = (shape: Expectation['shape'], records = 0): Expectation => ({
  operation: 'test',
  shape,
  serialNumber: 'TST9000000001',
  closes: true,
  records,
});

const GOOD =
  'GET OPTION FROM: TST9000000001\nStamp=0\nTransFlag=TransData AttLog\tOpLog\nTimeZone=330\nServerVer=2.4.1\n';

test('replies as the document asks break no rule', () => {
  expect(replyBreaches(reply('OK'), expected('poll'))).toEqual([]);
  expect(replyBreaches(reply('C:1:CHECK\n'), expected('poll'))).toEqual([]);
  expect(replyBreaches(reply('OK: 2'), expected('counted', 2))).toEqual([]);
  expect(replyBreaches(reply(GOOD), expected('handshake'))).toEqual([]);
  expect(replyBreaches(reply('UNKNOWN DEVICE\n', { status: '403 Forbidden' }), expected('poll'))).toEqual([]);
});

test.each([
  ['OK\n', 'poll', /exactly OK/],
  ['', 'poll', /T9/],
  ['C:1:CHECK', 'poll', /no line end/],
  ['C:12345678901234567:CHECK\n', 'poll', /no command/],
  ['C:1:shell ls\n', 'poll', /SHELL/],
  ['C:1:DATA DELETE USERINFO\n', 'poll', /without its key/],
  ['OK', 'counted', /"OK: 2"/],
  ['OK: 1', 'counted', /"OK: 2"/],
  ['OK: 2\n', 'counted', /"OK: 2"/],
  ['OK: 1', 'ok', /exactly OK/],
  [GOOD.replace('\t', ' '), 'handshake', /TABs/],
  [GOOD.replace('330', '5.5'), 'handshake', /misread/],
  [GOOD.replace('Stamp=0', 'Stamp=None'), 'handshake', /no stamp/],
  [GOOD.replace('TransFlag', 'transFlag'), 'handshake', /spelt TransFlag/],
  [`${GOOD}ResLogDay=3\n`, 'handshake', /never be sent/],
  [GOOD.slice(0, -1), 'handshake', /end with LF/],
] as const)('%j as %s is told on', (body, shape, sentence) => {
  expect(replyBreaches(reply(body), expected(shape, 2)).join('; ')).toMatch(sentence);
});

test.each([
  [['Content-Type: text/html', DATE, 'Content-Length: 2'], /T3/],
  [['Content-Type: text/plain', 'Date: yesterday', 'Content-Length: 2'], /T4/],
  [['Content-Type: text/plain', DATE, 'Content-length: 2'], /T5/],
  [['Content-Type: text/plain', DATE, 'Content-Length: 1'], /T5: 1 bytes/],
  [['Content-Type: text/plain', DATE, 'Content-Length: 2', 'Set-Cookie: a=b'], /Set-Cookie/],
  [['Content-Type: text/plain', DATE, 'Content-Length: 2', `X: ${'x'.repeat(1100)}`], /T2/],
])('headers %j are told on', (headers, sentence) => {
  expect(replyBreaches(reply('OK', { headers }), expected('poll')).join('; ')).toMatch(sentence);
});

test('a refusal that says OK, a redirect and a connection left open are told on', () => {
  expect(replyBreaches(reply('NOT OK', { status: '503 Busy' }), expected('counted')).join()).toMatch(/says OK/);
  expect(replyBreaches(reply('moved', { status: '301 Moved' }), expected('poll')).join()).toMatch(/redirect/);
  expect(replyBreaches({ ...reply('OK'), isClosed: false }, expected('poll')).join()).toMatch(/T7/);
});
