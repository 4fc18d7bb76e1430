import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { startPrivateNginx, type PrivateNginx } from '../src/index.ts';
import { freePort, tempDir } from './machine.ts';
import { get, talk, upstream, type Upstream } from './wire.ts';

const EBKN_REPLY =
  'HTTP/1.1 200 OK\r\nresponse_code: OK\r\ntrans_id: 77\r\ncmd_code: GET_TIME\r\n' +
  'Content-Type: application/octet-stream\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
const PLAIN = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK';

/** Answers by path, so that one nginx serves all tests below. */
function reply(request: string, connection: number): string {
  if (request.includes('request_code')) return EBKN_REPLY;
  if (request.startsWith('GET /dated'))
    return PLAIN.replace('\r\n\r\n', '\r\nDate: Mon, 09 Mar 2026 08:35:30 GMT\r\n\r\n');
  if (request.startsWith('GET /refused')) return 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nmine';
  if (request.startsWith('POST /stale') && connection <= seen) return '';
  if (/^Upgrade: websocket/im.test(request))
    return 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nframe';
  return PLAIN;
}

let seen = 0;
let listener: Upstream;
let nginx: PrivateNginx;
let dir: string;
let port: number;

beforeAll(async () => {
  dir = await tempDir();
  port = await freePort();
  listener = await upstream(reply);
  nginx = await startPrivateNginx({
    dir,
    port,
    listen: '127.0.0.1',
    upstreams: `127.0.0.1:${listener.port}`,
    bodySize: '1m',
  });
});
afterEach(() => void listener.requests.splice(0));
afterAll(async () => {
  await nginx.stop(500);
  await listener.close();
  await rm(dir, { recursive: true });
});

describe('what the listener gets', () => {
  test('request headers with underscores arrive, also without a blank after the colon', async () => {
    await talk(
      port,
      'POST /ebkn HTTP/1.0\r\nrequest_code:receive_cmd\r\ndev_id: 0000000000000017\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(listener.requests[0]).toContain('\r\nrequest_code: receive_cmd\r\n');
    expect(listener.requests[0]).toContain('\r\ndev_id: 0000000000000017\r\n');
    expect(listener.requests[0]).toMatch(/\r\n\r\nabc$/);
  });

  test('both of two Content-Type headers arrive', async () => {
    const type = 'Content-Type: application/octet-stream\r\n';
    await talk(port, `POST / HTTP/1.0\r\n${type}${type}Content-Length: 1\r\n\r\nx`);
    expect(listener.requests[0]!.match(/Content-Type: application\/octet-stream/g)).toHaveLength(2);
  });

  test.each(['X-Biolistener-Address', 'x-biolistener-address'])(
    'a forged %s is replaced by the address of the connection',
    async (name) => {
      await talk(port, get('/forged', `${name}: 203.0.113.9`, `${name.replaceAll('-', '_')}: 203.0.113.9`));
      expect(listener.requests[0]).not.toContain('203.0.113.9');
      expect(listener.requests[0]).toMatch(new RegExp(`\r\n${name}: 127\\.0\\.0\\.1\r\n`, 'i'));
    },
  );

  test.each(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-IP', 'x-real-ip', 'X-Biolistener-Port'])(
    'a forged %s is taken away: nobody behind nginx reads it',
    async (name) => {
      await talk(port, get('/forged', `${name}: 203.0.113.9`, `${name.replaceAll('-', '_')}: 203.0.113.9`));
      expect(listener.requests[0]).not.toContain('203.0.113.9');
      expect(listener.requests[0]).not.toMatch(new RegExp(`\r\n${name}:`, 'i'));
    },
  );

  test('forged headers are replaced for terminals with request_code too', async () => {
    await talk(port, get('/', 'request_code: receive_cmd', 'X-Biolistener-Address: 203.0.113.9'));
    expect(listener.requests[0]).not.toContain('203.0.113.9');
  });

  test('it learns the version and the Connection header of the terminal', async () => {
    await talk(port, 'GET /old HTTP/1.0\r\nConnection: starting\r\n\r\n');
    expect(listener.requests[0]).toContain('\r\nX-Biolistener-Request-Version: HTTP/1.0\r\n');
    expect(listener.requests[0]).toContain('\r\nX-Biolistener-Client-Connection: starting\r\n');
    expect(listener.requests[0]).not.toContain('\r\nConnection:');
  });

  test.each(['//', '//iclock//cdata', '/ICLOCK/cdata.aspx?SN=A+b%2fc&INFO=a%20b', '/a/../b/./c', '/%7e?x=%zz'])(
    'the target %s arrives as it was sent',
    async (target) => {
      await talk(port, get(target));
      expect(listener.requests[0]).toMatch(/^GET \S+ HTTP\/1\.1\r\n/);
      expect(listener.requests[0]!.split(' ')[1]).toBe(target);
    },
  );

  test.each(['/', '//'])('the target %s of a terminal with request_code arrives as it was sent', async (target) => {
    await talk(port, get(target, 'request_code: receive_cmd'));
    expect(listener.requests[0]!.split(' ')[1]).toBe(target);
  });

  test('of an absolute target the path arrives unchanged and the host as Host', async () => {
    await talk(port, get('http://192.0.2.7:8998//Hd.aspx?x=%20y', 'request_code: receive_cmd'));
    expect(listener.requests[0]).toMatch(/^GET \/\/Hd\.aspx\?x=%20y HTTP\/1\.1\r\nHost: 192\.0\.2\.7\r\n/);
  });

  test('a slow body occupies no connection to the listener before it is whole', async () => {
    const before = listener.connections;
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc');
    // A whole exchange on another connection: nginx has surely read the first part by then.
    await talk(port, get('/meanwhile'));
    expect(listener.requests.map((one) => one.split(' ')[1])).toEqual(['/meanwhile']);
    const whole = listener.next();
    socket.write('def');
    expect(await whole).toMatch(/\r\n\r\nabcdef$/);
    expect(listener.connections - before).toBeLessThanOrEqual(1);
    socket.destroy();
  });

  test('a chunked body arrives with its length', async () => {
    const head = 'POST /chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    await talk(port, head, '3\r\nabc\r\n0\r\n\r\n');
    expect(listener.requests[0]).toMatch(/Content-Length: 3\r\n/);
    expect(listener.requests[0]).not.toMatch(/Transfer-Encoding/i);
  });

  test('requests of many terminals share one connection to the listener', async () => {
    await talk(port, get('/first'));
    const before = listener.connections;
    for (const path of ['/second', '/third', '/fourth']) await talk(port, get(path));
    // The instance has at most two workers, and each keeps its own connections.
    expect(listener.connections - before).toBeLessThanOrEqual(1);
  });

  test('an upload is sent again when the listener closed the kept connection under it', async () => {
    await talk(port, get('/warm'));
    seen = listener.connections;
    const answer = await talk(
      port,
      'POST /stale HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(listener.requests.at(-1)).toMatch(/\r\n\r\nbody$/);
  });

  test('a WebSocket is upgraded', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET /pub/chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n',
    );
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString()).includes('frame') && resolve(text));
    });
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(listener.requests[0]).toContain('\r\nUpgrade: websocket\r\n');
    expect(listener.requests[0]).toContain('\r\nConnection: upgrade\r\n');
    expect(listener.requests[0]).not.toContain('203.0.113.9');
  });
});

describe('what the terminal gets', () => {
  test('names of reply headers keep their case, and Connection: close stands there once', async () => {
    const answer = await talk(
      port,
      'POST // HTTP/1.0\r\nrequest_code: receive_cmd\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    const [head = '', body] = answer.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'Server: nginx',
      'Content-Type: application/octet-stream',
      'Content-Length: 2',
      'Connection: close',
      'response_code: OK',
      'trans_id: 77',
      'cmd_code: GET_TIME',
    ]);
    expect(body).toBe('hi');
  });

  test('a terminal with request_code is told that its connection closes, even when it does not ask', async () => {
    const answer = await talk(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nrequest_code: receive_cmd\r\nContent-Length: 0\r\n\r\n',
    );
    expect(answer.match(/^Connection: close\r$/gm)).toHaveLength(1);
  });

  test('a reply that the listener sends without a Date gets none: such a terminal keeps its own clock', async () => {
    expect(await talk(port, get('/undated'))).not.toMatch(/^Date:/m);
  });

  test("the listener's Date is the one and only", async () => {
    const answer = await talk(port, get('/dated'));
    expect(answer.match(/^Date: .*$/gm)).toEqual(['Date: Mon, 09 Mar 2026 08:35:30 GMT']);
  });

  test('HTTP/1.0 is answered with a length and a close', async () => {
    const answer = await talk(port, 'GET /iclock/getrequest?SN=X HTTP/1.0\r\n\r\n'); // ends, so nginx closed
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('\r\nContent-Length: 2\r\n');
    expect(answer).toContain('\r\nConnection: close\r\n');
  });

  test('HTTP/1.1 keeps its connection, also with Connection: starting', async () => {
    const first = 'GET /one HTTP/1.1\r\nHost: a\r\nConnection: starting\r\n\r\n';
    const answers = await talk(port, first, get('/two'));
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answers).toContain('\r\nConnection: keep-alive\r\n');
  });

  test('an answer of the listener that is no 200 passes unchanged', async () => {
    expect(await talk(port, get('/refused'))).toMatch(/^HTTP\/1\.1 404 [\s\S]*\r\n\r\nmine$/);
  });

  test('gzip is not offered to those who accept it', async () => {
    expect(await talk(port, get('/plain', 'Accept-Encoding: gzip, deflate'))).not.toMatch(/Content-Encoding/i);
  });

  test('Expect: 100-continue is answered by nginx and kept from the listener', async () => {
    const answer = await talk(
      port,
      'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      'hi',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(listener.requests[0]).not.toMatch(/Expect/i);
  });
});

describe('what nginx refuses itself', () => {
  const post = (length: number): string =>
    `POST /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
  test.each([
    ['a body that is too large', post(2_000_000), 413],
    ['a blank in the target', 'GET /iclock/getrequest?INFO=Ver 6 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['HTTP/1.1 without a Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a target that leaves the root', 'GET /../../x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a path of its own', get('/.biolistener/away'), 404],
  ])('%s gets text that no terminal takes for an acknowledgement', async (_what, request, status) => {
    const answer = await talk(port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('\r\nContent-Type: text/plain\r\n');
    expect(answer).not.toContain('OK');
    expect(answer).not.toContain('<');
    expect(answer.split('\r\n\r\n')[0]!.length).toBeLessThan(2048);
  });
});
