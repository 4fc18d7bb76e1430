import { describe, expect, test } from '@jest/globals';
import { parseSettings, portsOf, type SettingsInput } from './settings.ts';

const TLS = { certificate: '/a.crt', key: '/a.key' };

describe('parseSettings', () => {
  test('nothing given means the documented ports, all of IPv4, no limits', () => {
    expect(parseSettings({})).toEqual({
      site: 'default',
      port: 8998,
      listen: ['0.0.0.0'],
      upstreams: ['127.0.0.1:8990'],
      tls: undefined,
      allow: [],
      deny: [],
      trustedProxies: [],
      bodySize: '64m',
      rate: undefined,
      keepaliveSeconds: 75,
      accessLog: undefined,
      healthPath: '/health',
    });
  });

  test('lists come as arrays or with commas, once each', () => {
    expect(parseSettings({ allow: ['10.0.0.1, 10.0.0.2', '10.0.0.1'] }).allow).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('IPv6 addresses to listen at get brackets', () => {
    expect(parseSettings({ listen: '::,[::1],*' }).listen).toEqual(['[::]', '[::1]', '0.0.0.0']);
  });

  test('a plain port beside TLS is a second port', () => {
    expect(portsOf(parseSettings({ port: 8443, plainPort: 8998, ...TLS }))).toEqual([8443, 8998]);
  });

  test('the burst is twice the rate unless it is said', () => {
    expect(parseSettings({ requestsPerSecond: 20 }).rate).toEqual({ perSecond: 20, burst: 40, connections: 0 });
    expect(parseSettings({ requestsPerSecond: 20, burst: 0 }).rate?.burst).toBe(0);
  });

  const refused: readonly [string, SettingsInput][] = [
    ['port', { port: 0 }],
    ['port', { port: 65_536 }],
    ['port', { port: '8998; listen 80' }],
    ['port', { port: {} }],
    ['site', { site: '../etc/passwd' }],
    ['site', { site: 'a b' }],
    ['site', { site: 'a\nb' }],
    ['listen', { listen: 'terminal.test' }],
    ['listen', { listen: 'fe80::1%eth0' }],
    ['upstreams', { upstreams: '127.0.0.1' }],
    ['upstreams', { upstreams: '127.0.0.1:99999' }],
    ['upstreams', { upstreams: '127.0.0.1:80;}' }],
    ['upstreams', { upstreams: '[::zz]:80' }],
    ['upstreams', { upstreams: 'unix:/run/a b.sock' }],
    ['upstreams', { upstreams: [1] }],
    ['allow', { allow: 'all' }],
    ['allow', { allow: '10.0.0.0/33' }],
    ['deny', { deny: '10.0.0.0/8/8' }],
    ['trustedProxies', { trustedProxies: 'unix:' }],
    ['bodySize', { bodySize: '0' }],
    ['bodySize', { bodySize: '64 mb' }],
    ['requestsPerSecond', { requestsPerSecond: -1 }],
    ['connections', { connections: '1.5' }],
    ['certificate', { key: '/a.key' }],
    ['key', { certificate: '/a.crt' }],
    ['certificate', { certificate: 'relative.crt', key: '/a.key' }],
    ['certificate', { certificate: '/a"; user root; "', key: '/a.key' }],
    ['key', { certificate: '/a.crt', key: '/$host.key' }],
    ['plainPort', { plainPort: 80 }],
    ['plainPort', { plainPort: 8998, ...TLS }],
    ['tlsOld', { tlsOld: true }],
    ['accessLog', { accessLog: '/var/log/a\n.log' }],
    ['healthPath', { healthPath: '/a b' }],
  ];
  test.each(refused)('refuses %s in %j', (name, input) => {
    expect(() => parseSettings(input)).toThrow(expect.objectContaining({ code: 'NGINX_SETTING_INVALID' }));
    expect(() => parseSettings(input)).toThrow(name);
  });
});
