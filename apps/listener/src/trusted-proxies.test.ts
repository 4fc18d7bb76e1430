import { describe, expect, test } from '@jest/globals';
import { trustedProxiesOf } from './trusted-proxies.ts';

describe('whose word on the address of a terminal is believed', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '::ffff:10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['2001:db8::/32', '2001:db8:7::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '::1', true],
    ['::1', '127.0.0.1', false],
    ['10.0.0.0/8', '', false],
  ])('%s set, %s calls: %s', (item, address, isTrusted) => {
    const proxies = trustedProxiesOf([item]);
    expect([proxies.has(address), proxies.has(address)]).toEqual([isTrusted, isTrusted]);
  });

  test('several are believed side by side, also after more addresses than are remembered', () => {
    const proxies = trustedProxiesOf(['127.0.0.1', '10.1.0.0/16']);
    for (let n = 0; n < 3_000; n += 1) expect(proxies.has(`192.0.${n >> 8}.${n & 255}`)).toBe(false);
    expect([proxies.has('127.0.0.1'), proxies.has('10.1.2.3')]).toEqual([true, true]);
  });

  test('without any, nobody is', () => {
    expect(trustedProxiesOf([]).has('127.0.0.1')).toBe(false);
  });
});
