import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:tls';
import { join } from 'node:path';
import { privateLayout, startPrivateNginx, status, type PrivateNginx, type SettingsInput } from '../src/index.ts';
import { certificateIn, freePort, tempDir } from './machine.ts';
import { get, talk, upstream, type Upstream } from './wire.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function listener(reply?: Parameters<typeof upstream>[0]): Promise<Upstream> {
  const made = await upstream(reply);
  undo.push(() => made.close());
  return made;
}

async function start(input: SettingsInput): Promise<PrivateNginx & { readonly port: number; readonly dir: string }> {
  const dir = await tempDir();
  undo.push(() => rm(dir, { recursive: true }));
  const port = await freePort();
  const nginx = await startPrivateNginx({ dir, port, listen: '127.0.0.1', ...input });
  undo.push(() => nginx.stop(500));
  return { ...nginx, port, dir };
}

const own = async (dir: string) => status({ layout: await privateLayout(dir) });

describe('when listeners are away', () => {
  test('the terminal is told 503 in text without OK, with and without request_code, and status says why', async () => {
    const { port, dir } = await start({ upstreams: `127.0.0.1:${await freePort()}` });
    for (const headers of [[], ['request_code: receive_cmd']]) {
      const answer = await talk(port, get('/iclock/cdata', ...headers));
      expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*Content-Type: text\/plain\r\n[\s\S]*\r\n\r\nRETRY LATER\n$/);
      expect(answer).not.toContain('OK');
      expect(answer).not.toContain('response_code');
    }
    expect(await own(dir)).toMatchObject({
      status: 'enabled',
      port,
      listening_ip: '127.0.0.1',
      paths: { ebkn: '/ebkn', zkteco: '/iclock' },
      nginx: { running: true, configurationValid: true },
      inForce: true,
      answered: { ok: false, detail: 'nginx answered, but no listener answers behind it' },
    });
  });

  test('one dead of two listeners costs no request, and a terminal stays with its listener', async () => {
    const alive = await listener();
    const other = await listener();
    const dead = await freePort();
    const { port } = await start({ upstreams: [dead, alive.port, other.port].map((one) => `127.0.0.1:${one}`) });
    for (let sn = 0; sn < 12; sn++) {
      for (let times = 0; times < 3; times++) {
        const post = `POST /iclock/cdata?SN=T${sn} HTTP/1.0\r\nContent-Length: 1\r\n\r\nx`;
        expect(await talk(port, post)).toMatch(/^HTTP\/1\.1 200 /);
      }
    }
    const serials = (one: Upstream): Set<string> => new Set(one.requests.map((text) => /SN=(T\d+)/.exec(text)![1]!));
    expect(alive.requests.length + other.requests.length).toBe(36);
    expect([...serials(alive)].filter((sn) => serials(other).has(sn))).toEqual([]);
  });

  test('status sees the listener answer through nginx', async () => {
    const { port } = await listener();
    const { dir } = await start({ upstreams: `127.0.0.1:${port}`, deny: '127.0.0.1', healthPath: '/health' });
    expect((await own(dir)).answered).toMatchObject({ ok: true, detail: 'the listener answered 200' });
  });
});

describe('lists and limits', () => {
  test.each([
    ['a denied address', { deny: '127.0.0.0/8' }, 403],
    ['an address outside the allowed ones', { allow: '10.0.0.0/8,192.168.0.0/16' }, 403],
    ['an allowed address', { allow: '127.0.0.1' }, 200],
    ['an allowed address within a denied network', { allow: '127.0.0.0/8', deny: '127.0.0.1' }, 403],
  ])('%s', async (_what, lists, wanted) => {
    const { port } = await listener();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, ...lists });
    for (const headers of [[], ['request_code: a']]) {
      expect(await talk(nginx.port, get('/', ...headers))).toMatch(new RegExp(`^HTTP/1\\.1 ${wanted} `));
    }
  });

  test('above its rate an address gets 429 in text without OK', async () => {
    const { port } = await listener();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, requestsPerSecond: 1, burst: 2 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => talk(nginx.port, get('/'))));
    const refused = answers.filter((one) => one.startsWith('HTTP/1.1 429 '));
    // One at once and two as burst; a second may pass meanwhile.
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(answers.filter((one) => one.startsWith('HTTP/1.1 200 ')).length).toBeGreaterThanOrEqual(3);
    expect(refused.join('')).not.toContain('OK');
  });

  test('the log of requests shows what was asked for without its query, also what was refused', async () => {
    const { port } = await listener();
    const dir = await tempDir();
    undo.push(() => rm(dir, { recursive: true }));
    const accessLog = join(dir, 'access.log');
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, accessLog, bodySize: '1k' });
    await talk(nginx.port, get('/iclock/cdata?SN=TAKEN&pushcommkey=hunter2'));
    await talk(nginx.port, get('/t/hunter2/pub/chat?x=1'));
    const post = `POST /iclock/fdata?SN=REFUSED HTTP/1.0\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2000)}`;
    expect(await talk(nginx.port, post)).toMatch(/^HTTP\/1\.1 413 /);
    await nginx.stop(5000); // it writes a line after the answer, and all of them before it ends
    const log = await readFile(accessLog, 'utf8');
    expect(log).toMatch(/"GET \/iclock\/cdata" 200 /);
    expect(log).toMatch(/"POST \/iclock\/fdata" 413 /);
    expect(log).toMatch(/"GET \/t\/\*\*\*\/pub\/chat" /);
    expect(log).not.toMatch(/SN=|hunter2/);
  });

  test('behind a trusted proxy the terminal has the address that the proxy names', async () => {
    const { port, requests } = await listener();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, trustedProxies: '127.0.0.1' });
    await talk(nginx.port, get('/', 'X-Forwarded-For: 203.0.113.9, 198.51.100.4'));
    expect(requests[0]).toContain('\r\nX-Biolistener-Address: 198.51.100.4\r\n');
    expect(requests[0]).not.toContain('203.0.113.9');
  });
});

describe('TLS', () => {
  async function certificate(): Promise<{ certificate: string; key: string }> {
    const dir = await tempDir();
    undo.push(() => rm(dir, { recursive: true }));
    return certificateIn(dir);
  }

  const protocolOf = (port: number, version?: 'TLSv1' | 'TLSv1.1'): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const old = version && { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...old }, () => {
        const protocol = socket.getProtocol();
        socket.on('end', () => resolve(protocol)).resume();
        socket.write(get('/'));
      }).on('error', reject);
    });

  test('the TLS port speaks TLS, the plain port beside it does not, and old versions are refused', async () => {
    const { port, requests } = await listener();
    const plainPort = await freePort();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, plainPort, ...(await certificate()) });
    expect(await protocolOf(nginx.port)).toBe('TLSv1.3');
    expect(await talk(plainPort, get('/plain'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(requests.map((text) => text.split('\r\n', 1)[0])).toEqual(['GET / HTTP/1.1', 'GET /plain HTTP/1.1']);
    await expect(protocolOf(nginx.port, 'TLSv1.1')).rejects.toThrow();
    expect(await own(nginx.dir)).toMatchObject({ tls: true, answered: { ok: true } });
  });

  test('a plain request at the TLS port gets text, not a page', async () => {
    const { port } = await listener();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, ...(await certificate()) });
    const answer = await talk(nginx.port, get('/'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('<');
    expect(answer).not.toContain('OK');
  });

  test('with tlsOld a terminal that knows only TLS 1.0 is served', async () => {
    const { port } = await listener();
    const nginx = await start({ upstreams: `127.0.0.1:${port}`, tlsOld: true, ...(await certificate()) });
    expect(await protocolOf(nginx.port, 'TLSv1')).toBe('TLSv1');
  });
});
