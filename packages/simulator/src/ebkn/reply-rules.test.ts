import { expect, test } from '@jest/globals';
import { ReplyReader, type RawReply } from '../reply-reader.ts';
import { getEbknProfile } from './profiles.ts';
import { replyBreaches } from './reply-rules.ts';

const GOOD = ['response_code: ERROR_NO_CMD', 'trans_id: ', 'cmd_code: ', 'Content-Type: application/octet-stream'];

function reply(headers: readonly string[], body = Buffer.alloc(0)): RawReply {
  const reader = new ReplyReader();
  const head = ['HTTP/1.1 200 OK', ...headers, `Content-Length: ${body.length}`, 'Connection: close'];
  reader.push(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  reader.end();
  return reader.read()!;
}

const check = (raw: RawReply, operation = 'receive_cmd', profile = 'zfkl101'): string =>
  replyBreaches(raw, { operation, transId: '7', profile: getEbknProfile(profile) }).join('; ');
const command = (id: string, body: string): RawReply =>
  reply(
    ['response_code: OK', `trans_id: ${id}`, 'cmd_code: SET_TIME', 'Content-Type: application/octet-stream'],
    Buffer.from(body, 'hex'),
  );

test('H01 and H02 of protocols/ebkn-fkweb.md §7.6 break no rule', () => {
  expect(check(reply(GOOD))).toBe('');
  expect(check(command('100001', '1a0000007b2274696d65223a223230323630313032303330343035227d00'))).toBe('');
});

test('a header in another case is told on', () => {
  expect(check(reply(['Response_code: OK', ...GOOD.slice(1)]))).toMatch(/response_code is absent or in another case/);
  expect(check(reply(GOOD.map((line) => line.replace('cmd_code', 'Cmd_Code'))))).toMatch(
    /header cmd_code in lower case/,
  );
});

test('a command needs a frame and an id of decimal digits', () => {
  expect(check(command('1', Buffer.from('{"time":"1"}').toString('hex')))).toMatch(/text length/);
  expect(check(command('abc', ''))).toMatch(/decimal digits/);
});

test('a reference that leads nowhere, and a binary that nothing names, are told on', () => {
  const json = Buffer.from('{"enroll_data":"BIN_2"}\0');
  const body = Buffer.concat([Buffer.from([json.length, 0, 0, 0]), json, Buffer.from('0100000041', 'hex')]);
  expect(check(command('1', body.toString('hex')))).toMatch(/BIN_2 is named and not there/);
  const bare = Buffer.concat([Buffer.from('03000000', 'hex'), Buffer.from('{}\0'), Buffer.from('0100000041', 'hex')]);
  expect(check(command('1', bare.toString('hex')))).toMatch(/1 binaries, 0 references/);
});

test('a terminal that says cmd_id is answered with cmd_id', () => {
  expect(check(reply(GOOD), 'receive_cmd', 'bm70w')).toMatch(/cmd_id/);
});

test('a command result is answered with its own id', () => {
  const answer = (id: string): RawReply => reply(['response_code: OK', `trans_id: ${id}`, ...GOOD.slice(3)]);
  expect(check(answer('7'), 'send_cmd_result')).toBe('');
  expect(check(answer('8'), 'send_cmd_result')).toMatch(/must be echoed/);
});

test('a code outside the vocabulary and a body where none belongs are told on', () => {
  expect(check(reply(['response_code: FINE', ...GOOD.slice(1)]), 'realtime_glog')).toMatch(/no such code/);
  expect(check(reply(['response_code: OK', ...GOOD.slice(1)], Buffer.from('OK')), 'realtime_glog')).toMatch(
    /empty body/,
  );
});
