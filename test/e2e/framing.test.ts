import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readCapture, serial } from '../support/captures.ts';
import { liveListener, liveNginx, type LiveListener } from '../support/live-listener.ts';
import { ask, exchange, parseReplies, zkGet } from '../support/raw-http.ts';

// One request in as many pieces as a bad line can make of it, and several in one piece.

jest.setTimeout(120_000);

const NOW = Date.parse('2026-03-09T08:35:30Z');
const ZK = readCapture('zkteco', 'synth1-fw7.1.2-c13-two-punches');
const EBKN = readCapture('ebkn', 'wf206bnc-synthetic-punch');

let live: LiveListener;
let nginx: Awaited<ReturnType<typeof liveNginx>>;
beforeAll(async () => {
  live = await liveListener({
    now: () => NOW,
    settings: { BIOLISTENER_REQUESTS_PER_SECOND: '100000', BIOLISTENER_ADDRESS_REQUESTS_PER_SECOND: '100000' },
  });
  nginx = await liveNginx(live.port);
  await live.approve('TST9000000001', 'zkteco');
  await live.approve('TEST0001', 'ebkn');
});
afterAll(async () => {
  await nginx.stop();
  await live.stop();
});

const ports = { straight: () => live.port, nginx: () => nginx.port };

/** Every piece is handed to the network before the next one, as it is. */
async function sendPieces(socket: Socket, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise<void>((sent) => socket.write(piece, () => sent()));
    await new Promise<void>((next) => setImmediate(next));
  }
}

async function replyTo(port: number, pieces: readonly Uint8Array[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const chunks: Buffer[] = [];
  const answered = new Promise<string>((resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error('closed without a reply')));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const [reply] = parseReplies(Buffer.concat(chunks));
      if (reply) resolve(reply.raw.toString('latin1'));
    });
  });
  await once(socket, 'connect');
  try {
    await sendPieces(socket, pieces);
    return await answered;
  } finally {
    answered.catch(() => undefined);
    socket.destroy();
  }
}

const bytesOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1));

const cases = [
  ['zkteco', ZK.request, /\r\n\r\nOK: 2$/, 'TST9000000001', 2],
  ['ebkn', EBKN.request, /\r\nresponse_code: OK\r\n/, 'TEST0001', 1],
] as const;

describe.each(cases)('%s', (_, request, acknowledged, serialNumber, punches) => {
  test.each(['straight', 'nginx'] as const)('a punch one byte at a time, %s', async (way) => {
    expect(await replyTo(ports[way](), bytesOf(request))).toMatch(acknowledged);
    expect(await live.store.findTerminal(serial(serialNumber))).toMatchObject({ punches });
  });

  test('a punch cut in two at each position', async () => {
    for (let at = 1; at < request.length; at += 1) {
      const reply = await replyTo(live.port, [request.subarray(0, at), request.subarray(at)]);
      expect([at, acknowledged.test(reply)]).toEqual([at, true]);
    }
    expect(await live.store.findTerminal(serial(serialNumber))).toMatchObject({ punches });
  });

  test.each(['straight', 'nginx'] as const)(
    'a punch cut off at any position is never acknowledged, %s',
    async (way) => {
      for (let at = 1; at < request.length; at += 17) {
        const raw = await exchange(ports[way](), request.subarray(0, at), { end: true }).catch(() => Buffer.alloc(0));
        expect([at, acknowledged.test(raw.toString('latin1'))]).toEqual([at, false]);
      }
      const last = request.subarray(0, request.length - 1);
      const raw = await exchange(ports[way](), last, { end: true }).catch(() => Buffer.alloc(0));
      expect(acknowledged.test(raw.toString('latin1'))).toBe(false);
    },
  );
});

test.each(['straight', 'nginx'] as const)(
  'requests of a zkteco terminal glued together are answered one by one, %s',
  async (way) => {
    const poll = Buffer.from(zkGet('/iclock/getrequest?SN=TST9000000001'));
    const glued = Buffer.concat([ZK.request, poll, ZK.request, poll]);
    const replies = parseReplies(await exchange(ports[way](), glued, { replies: 4 }));
    expect(replies.map(({ body }) => body.toString())).toEqual(['OK: 2', 'OK', 'OK: 2', 'OK']);
  },
);

test.each(['straight', 'nginx'] as const)(
  'a second request glued to one of an ebkn terminal is neither taken for its body nor acknowledged, %s',
  async (way) => {
    const other = Buffer.from(EBKN.request.toString('latin1').replaceAll('TEST0001', 'TEST0002'), 'latin1');
    const raw = await exchange(ports[way](), Buffer.concat([EBKN.request, other]));
    expect(raw.toString('latin1').match(/response_code: OK/g)).toHaveLength(1);
    expect(await live.store.findTerminal(serial('TEST0002'))).toBeUndefined();
    expect((await live.store.listParked({ serialNumber: serial('TEST0001'), limit: 5 })).length).toBe(0);
  },
);

test.each(['straight', 'nginx'] as const)(
  'a body that is longer than announced: what was announced is acknowledged before the rest is refused, %s',
  async (way) => {
    const longer = Buffer.concat([ZK.request, Buffer.from('1003\t2026-03-09 08:00:11\t0\t1\t0\t0\t0\n\r\n\r\n')]);
    const raw = (await exchange(ports[way](), longer)).toString('latin1');
    expect(raw).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nOK: 2HTTP\/1\.1 400 /);
    expect(raw.match(/OK: /g)).toHaveLength(1);
  },
);

test('a hundred terminals that send a byte now and then keep nobody waiting', async () => {
  const sockets = Array.from({ length: 100 }, () => connect({ host: '127.0.0.1', port: nginx.port, noDelay: true }));
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.on('error', () => undefined).write(ZK.request.subarray(0, 60));
    const poll = zkGet('/iclock/getrequest?SN=TST9000000001');
    expect((await ask(nginx.port, poll)).body.toString()).toBe('OK');
    for (const socket of sockets) socket.write(ZK.request.subarray(60, 61));
    expect((await ask(nginx.port, poll)).body.toString()).toBe('OK');
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
