import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockIdOf, generationOf, render, renderPrivateConf } from './render.ts';
import { parseSettings, type SettingsInput } from './settings.ts';
import { originOf } from './stamp.ts';

const TLS = { certificate: '/etc/ssl/terminals.crt', key: '/etc/ssl/terminals.key' };
const BLOCKS: Readonly<Record<string, SettingsInput>> = {
  'default.conf': {},
  'several-upstreams.conf': {
    site: 'hr.example.com',
    upstreams: '127.0.0.1:8990,[::1]:8990,unix:/run/biolistener.sock',
  },
  'tls-and-plain.conf': { port: 8443, plainPort: 8998, listen: ['0.0.0.0', '::'], ...TLS },
  'tls-old.conf': { port: 8443, tlsOld: true, ...TLS },
  'lists-and-limits.conf': {
    allow: '10.1.0.0/16,2001:db8::/32',
    deny: '10.1.9.9',
    requestsPerSecond: '50',
    connections: 200,
    bodySize: '16M',
    accessLog: '/var/log/nginx/terminals.log',
  },
  'behind-a-proxy.conf': { listen: '127.0.0.1', trustedProxies: ['192.0.2.10', '192.0.2.11'] },
};
const INSTANCES = {
  'nginx.conf': {
    dir: '/srv/biolistener/data/nginx',
    workers: 2,
    connections: 24_576,
    openFiles: 25_600,
    user: undefined,
  },
  'nginx-as-root.conf': {
    dir: '/srv/biolistener/data/nginx',
    workers: 1,
    connections: 768,
    openFiles: 1024,
    user: 'nobody nogroup',
  },
};
const RENDERED = new Map([
  ...Object.entries(BLOCKS).map(([name, input]) => [name, render(parseSettings(input))] as const),
  ...Object.entries(INSTANCES).map(
    ([name, settings]) => [`private/${name}`.replace('/', '-'), renderPrivateConf(settings)] as const,
  ),
]);

// Regenerate with UPDATE_EXPECTED=1 and read the difference before committing it.
const EXPECTED = join(import.meta.dirname, '../expected');
if (process.env['UPDATE_EXPECTED'] === '1') {
  for (const [name, text] of RENDERED) writeFileSync(join(EXPECTED, name), text);
}

describe('renderings', () => {
  test.each([...RENDERED])('%s is as expected', (name, text) => {
    expect(text).toBe(readFileSync(join(EXPECTED, name), 'utf8'));
  });

  test('every expected file is rendered by this test', () => {
    expect(readdirSync(EXPECTED).toSorted()).toEqual([...RENDERED.keys()].toSorted());
  });

  test('every name at http level holds the port, so that blocks stand side by side', () => {
    const id = blockIdOf('a.b-c', 1234);
    const text = render(
      parseSettings({ site: 'a.b-c', port: 1234, requestsPerSecond: 1, connections: 1, accessLog: '/a', ...TLS }),
    );
    const names = [...text.matchAll(/^(?:upstream|log_format) (\S+)|zone=([^:\s]+):|shared:([^:]+):/gm)].map((one) =>
      one.slice(1).join(''),
    );
    expect(names.toSorted()).toEqual([id, id, `${id}_connections`, `${id}_requests`, `${id}_tls`]);
  });

  test('another setting is another generation', () => {
    expect(generationOf(parseSettings({}))).toBe(generationOf(parseSettings({ port: '8998' })));
    expect(generationOf(parseSettings({}))).not.toBe(generationOf(parseSettings({ bodySize: '65m' })));
  });

  test('a directory that nginx would misread is refused', () => {
    expect(() => renderPrivateConf({ ...INSTANCES['nginx.conf'], dir: '/srv/a"b' })).toThrow(
      expect.objectContaining({ code: 'NGINX_SETTING_INVALID' }),
    );
  });
});

describe('the stamp', () => {
  test.each(Object.entries(BLOCKS))('settings come back out of %s', (_name, input) => {
    const settings = parseSettings(input);
    expect(originOf(render(settings))).toEqual({ kind: 'ours', settings });
  });

  test('an edit anywhere below the first line shows', () => {
    const text = render(parseSettings({}));
    for (const line of text
      .split('\n')
      .filter((one) => one.trim() !== '')
      .slice(2)) {
      expect(originOf(text.replace(line, `${line} `)).kind).toBe('edited');
    }
    expect(originOf(`${text}\n`).kind).toBe('edited');
  });

  test('a file without it is foreign', () => {
    expect(originOf('server {}\n')).toEqual({ kind: 'foreign' });
    expect(originOf('')).toEqual({ kind: 'foreign' });
  });

  test('settings that an edit made unreadable are not known', () => {
    const text = render(parseSettings({})).replace(/^# Settings: .*$/m, '# Settings: {"port":"none"}');
    expect(originOf(text)).toEqual({ kind: 'edited', settings: undefined });
  });
});
