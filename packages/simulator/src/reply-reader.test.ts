import { expect, test } from '@jest/globals';
import { countHeader, exactHeader, ReplyReader } from './reply-reader.ts';

function readAll(text: string, hasEnded = false) {
  const reader = new ReplyReader();
  reader.push(Buffer.from(text, 'latin1'));
  if (hasEnded) reader.end();
  return reader.read();
}

test('a reply is complete when the announced body is there, at whatever byte it is cut', () => {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: x\r\n\r\nOK';
  for (let cut = 1; cut < text.length; cut++) {
    const reader = new ReplyReader();
    reader.push(Buffer.from(text.slice(0, cut)));
    expect(reader.read()).toBeUndefined();
    reader.push(Buffer.from(text.slice(cut)));
    expect(reader.read()?.body.toString()).toBe('OK');
  }
});

test('Content-Length in another case is not seen: the body runs to the end of the connection', () => {
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK';
  expect(readAll(text)).toBeUndefined();
  const reply = readAll(text, true);
  expect(reply?.body.toString()).toBe('OK');
  expect(exactHeader(reply!, 'Content-Length')).toBeUndefined();
  expect(countHeader(reply!, 'Content-Length')).toBe(1);
});

test('bytes after the body are counted, a body that is cut is told', () => {
  expect(readAll('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK\n')?.excessBytes).toBe(1);
  expect(readAll('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK', true)?.isWhole).toBe(false);
});

test('an interim reply is skipped and noted', () => {
  const reply = readAll('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  expect(reply).toMatchObject({ status: 200, hadInterim: true });
});

test('a first line that is no status line has status 0', () => {
  expect(readAll('nonsense\r\nContent-Length: 0\r\n\r\n')?.status).toBe(0);
});
