import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { headerOf } from '@biolistener/wire';
import { headOf } from './request-head.ts';

const ADDRESS = 'X-Biolistener-Address';
const VERSION = 'X-Biolistener-Request-Version';
const CONNECTION = 'X-Biolistener-Client-Connection';

const requestOf = (rawHeaders: readonly string[], httpVersion = '1.1'): IncomingMessage =>
  ({
    method: 'POST',
    url: '//iclock/cdata?SN=1',
    httpVersion,
    rawHeaders,
    socket: { remoteAddress: '127.0.0.1' },
  }) as unknown as IncomingMessage; // as much of a request as its head needs

const OURS = [ADDRESS, '192.0.2.10', VERSION, 'HTTP/1.0', CONNECTION, 'Keep-Alive'];

describe('from our own proxy', () => {
  test('address, version and connection are those of the terminal', () => {
    const head = headOf(requestOf(['Host', 'x', ...OURS, 'Connection', 'close']), true);
    expect(head).toEqual({
      method: 'POST',
      target: '//iclock/cdata?SN=1',
      httpVersion: '1.0',
      headers: ['Host', 'x', 'Connection', 'Keep-Alive'],
      remoteAddress: '192.0.2.10',
    });
  });

  test('a terminal that said nothing about its connection said nothing', () => {
    const silent = headOf(requestOf([ADDRESS, '192.0.2.10', CONNECTION, '', 'connection', 'close']), true);
    expect(headerOf(silent.headers, 'connection')).toBeUndefined();
  });

  test('without its headers, its own address and version count', () => {
    const head = headOf(requestOf(['Host', 'x'], '1.1'), true);
    expect([head.remoteAddress, head.httpVersion]).toEqual(['127.0.0.1', '1.1']);
  });
});

describe('from anybody else', () => {
  const head = headOf(requestOf(['Host', 'x', ...OURS, 'Connection', 'close'], '1.1'), false);

  test('forged headers change nothing and reach no brand', () => {
    expect([head.remoteAddress, head.httpVersion]).toEqual(['127.0.0.1', '1.1']);
    expect(head.headers).toEqual(['Host', 'x', 'Connection', 'close']);
  });

  test('in whatever case they are written', () => {
    const forged = OURS.map((text, i) => (i % 2 === 0 ? text.toUpperCase() : text));
    expect(headOf(requestOf(forged), false)).toMatchObject({ remoteAddress: '127.0.0.1', headers: [] });
    expect(headOf(requestOf(OURS.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text))), false).headers).toEqual(
      [],
    );
  });
});

test('every other header keeps its case, order and repetition', () => {
  const headers = ['hOsT', 'x', 'A', '1', 'a', '2', 'Cookie', 'x-biolistener-address', 'A', '1'];
  expect(headOf(requestOf(headers), true).headers).toEqual(headers);
  expect(headOf(requestOf(headers), false).headers).toEqual(headers);
});
