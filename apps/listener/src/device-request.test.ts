import { expect, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { DeviceRequest } from './device-request.ts';

type Answer = (req: DeviceRequest, res: ServerResponse) => Promise<void>;

/** A server of such requests; `said` collects what the client hears. */
async function withServer(answer: Answer, act: (socket: Socket, said: () => string) => Promise<void>): Promise<void> {
  const server = createServer({ IncomingMessage: DeviceRequest, optimizeEmptyRequests: true }, (req, res) => {
    void answer(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1'); // a TCP server's address
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (heard += chunk));
  try {
    await act(socket, () => heard);
  } finally {
    socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

const head = (length: number): string => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
const replies = async (socket: Socket, said: () => string, count: number): Promise<string[]> => {
  while (said().split('HTTP/1.1 200').length <= count) await once(socket, 'data');
  return Array.from(said().matchAll(/\r\n\r\n<([^>]*)>/g), (found) => found[1] ?? '');
};
const echo = (res: ServerResponse, body: string): void => {
  res.writeHead(200, { 'Content-Length': body.length + 2 }).end(`<${body}>`);
};

const takes: Answer = async (req, res) => {
  await turn();
  echo(res, req.takeBody()?.toString() ?? 'not there');
};
const reads: Answer = async (req, res) => {
  echo(res, await text(req));
};

test('a body that came with its head is taken whole, one after the other on one connection', () =>
  withServer(takes, async (socket, said) => {
    socket.write(`${head(3)}one`);
    await replies(socket, said, 1);
    socket.write(`${head(3)}two${head(0)}${head(5)}three`);
    expect(await replies(socket, said, 4)).toEqual(['one', 'two', '', 'three']);
  }));

test('what is there may be read as a stream instead, at any time', async () => {
  const late: Answer = async (req, res) => {
    await turn();
    await turn();
    await reads(req, res);
  };
  for (const answer of [reads, late])
    await withServer(answer, async (socket, said) => {
      socket.write(`${head(3)}one${head(3)}two`);
      expect(await replies(socket, said, 2)).toEqual(['one', 'two']);
    });
});

test('a body that is not whole yet is not taken, and nothing of it is lost to the stream', async () => {
  const asked = new EventEmitter();
  const answer: Answer = async (req, res) => {
    await turn();
    const taken = req.takeBody();
    asked.emit('asked');
    echo(res, `${taken === undefined ? 'later' : 'taken'} ${await text(req)}`);
  };
  await withServer(answer, async (socket, said) => {
    const wasAsked = once(asked, 'asked');
    socket.write(`${head(7)}one`);
    await wasAsked;
    socket.write(' two');
    expect(await replies(socket, said, 1)).toEqual(['later one two']);
  });
});

test('a long body waits with the sender once enough of it is here, and comes whole to who reads it', async () => {
  const long = 'x'.repeat(3_000_000);
  const held: number[] = [];
  const answer: Answer = async (req, res) => {
    for (let at = 0; at < 50; at += 1) await turn();
    held.push(req.socket.bytesRead);
    const body = await text(req);
    echo(res, `${body.length}`);
  };
  await withServer(answer, async (socket, said) => {
    socket.write(head(long.length) + long);
    expect(await replies(socket, said, 1)).toEqual([`${long.length}`]);
  });
  expect(held[0]).toBeLessThan(300_000);
});

test('a connection keeps nothing of a request whose body was taken', () => {
  const seen: Socket[] = [];
  const answer: Answer = async (req, res) => {
    seen.push(req.socket);
    await takes(req, res);
  };
  return withServer(answer, async (socket, said) => {
    socket.write(`${head(3)}one`);
    await replies(socket, said, 1);
    const [mine] = seen as (Socket & { parser?: { incoming: unknown } })[]; // where Node keeps the newest request
    expect(mine?.parser?.incoming).toBeNull();
  });
});

test('nobody reads it: the body is passed over, and the connection goes on', () =>
  withServer(
    async (_, res) => {
      await turn();
      echo(res, 'unread');
    },
    async (socket, said) => {
      socket.write(`${head(3)}one`);
      await replies(socket, said, 1);
      socket.write(`${head(200_000)}${'y'.repeat(200_000)}`);
      await replies(socket, said, 2);
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await replies(socket, said, 3)).toEqual(['unread', 'unread', 'unread']);
    },
  ));
