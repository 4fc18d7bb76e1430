import { describe, expect, test } from '@jest/globals';
import { accountIn } from './account.ts';
import { capacityFor } from './capacity.ts';
import { directives, filesListeningAt, includesOf, portOfListen } from './config-text.ts';
import { essence } from './control.ts';
import { NGINX_ERRORS } from './errors.ts';
import { nameOf, parseListening } from './port-owner.ts';
import { parseBuild } from './program.ts';

describe("nginx's configuration", () => {
  test('directives are found at a line start, after braces, and not in comments', () => {
    const text = 'pid /run/nginx.pid;\n# pid /no;\nevents { }http{include "conf.d/*.conf"; # include no;\n}';
    expect(directives(text, 'pid')).toEqual([['/run/nginx.pid']]);
    expect(directives(text, 'include')).toEqual([['conf.d/*.conf']]);
  });

  test('a name is not found inside a longer one', () => {
    expect(directives('my_pid 1; pid_file 2;', 'pid')).toEqual([]);
  });

  test('includes start at the directory of the main file', () => {
    expect(includesOf('include a/*; include /b/*;', '/etc/nginx/nginx.conf')).toEqual(['/etc/nginx/a/*', '/b/*']);
  });

  test.each([
    ['8998', 8998],
    ['127.0.0.1:8998', 8998],
    ['[::]:8998', 8998],
    ['*:81', 81],
    ['[::1]', 80],
    ['10.0.0.1', 80],
    ['localhost', 80],
    ['unix:/run/a:81', undefined],
  ])('listen %s is port %s', (argument, port) => expect(portOfListen(argument)).toBe(port));

  test('the files of a dump that listen at a port', () => {
    const dump =
      '# configuration file /a.conf:\nserver { listen 80 default_server; }\n' +
      '# configuration file /b.conf:\nserver {\n  listen [::]:8998 ssl;\n}\n# configuration file /c.conf:\n# listen 8998;\n';
    expect(filesListeningAt(dump, 8998)).toEqual(['/b.conf']);
    expect(filesListeningAt('', 8998)).toEqual([]);
  });

  test("nginx's words are told without the parts that say nothing", () => {
    const said = 'nginx: [emerg] unknown directive "x" in /a.conf:1\nnginx: configuration file /n.conf test failed\n';
    expect(essence(said)).toBe('[emerg] unknown directive "x" in /a.conf:1');
    const dated = '2026/11/29 08:00:00 [emerg] 71#71: bind() to 0.0.0.0:80 failed\n'.repeat(3);
    expect(essence(dated)).toBe('[emerg] bind() to 0.0.0.0:80 failed');
  });

  test('the build tells version and paths', () => {
    const text =
      'nginx version: nginx/1.22.1\nconfigure arguments: --prefix=/p --conf-path=/etc/n.conf --pid-path=/run/n.pid';
    expect(parseBuild(text)).toEqual({ version: [1, 22, 1], prefix: '/p', conf: '/etc/n.conf', pid: '/run/n.pid' });
    expect(parseBuild('')).toEqual({ version: [0, 0, 0], prefix: undefined, conf: undefined, pid: undefined });
  });
});

describe('the holder of a port', () => {
  const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = (address: string, state: string): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000 100 0 0 10 0\n`;

  test.each([
    ['0100007F:2326', '127.0.0.1', 8998],
    ['00000000:0050', '0.0.0.0', 80],
    ['00000000000000000000000000000000:0050', '::', 80],
    ['00000000000000000000000001000000:0050', '0:0:0:0:0:0:0:1', 80],
    ['0000000000000000FFFF00000100007F:0050', '127.0.0.1', 80],
  ])('%s is %s port %i', (hex, address, port) => {
    expect(parseListening(HEAD + row(hex, '0A'))).toEqual([{ address, port, uid: 1000, inode: '4242' }]);
  });

  test('a connection is not a holder', () => expect(parseListening(HEAD + row('0100007F:2326', '01'))).toEqual([]));

  test('a holder that cannot be seen is told by its user', () => {
    const owner = {
      address: '::',
      port: 1,
      uid: 33,
      inode: '1',
      pid: undefined,
      parent: undefined,
      command: undefined,
    };
    expect(nameOf(owner)).toContain('user id 33');
    expect(nameOf({ ...owner, pid: 7, command: 'redis-server' })).toBe('redis-server (pid 7)');
  });
});

describe('the private instance', () => {
  test('ten thousand terminals fit where open files allow it', () => {
    const { connections, openFiles } = capacityFor(1_048_576, 4);
    expect(connections).toBeGreaterThanOrEqual(20_000);
    expect(openFiles).toBeGreaterThan(connections);
  });

  test('where files are few, connections stay below them', () => {
    expect(capacityFor(1024, 1)).toEqual({ workers: 1, connections: 768, openFiles: 1024 });
  });

  test('workers get a user with a group that exists', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
    expect(accountIn(passwd, 'root:x:0:\nnogroup:x:65534:\n')).toBe('nobody nogroup');
    expect(accountIn(passwd, 'root:x:0:\n')).toBeUndefined();
    expect(accountIn(`www-data:x:33:33::/:\n${passwd}`, 'www-data:x:33:\nnogroup:x:65534:\n')).toBe(
      'www-data www-data',
    );
  });
});

test('every error says in a sentence when it happens and what to do', () => {
  for (const [code, { when, fix }] of Object.entries(NGINX_ERRORS)) {
    expect(code).toMatch(/^NGINX_[A-Z_]+$/);
    expect(when).toMatch(/^[A-Za-z`].{20,}\.$/);
    expect(fix).toMatch(/^[A-Z].{10,}\.$/);
  }
});
