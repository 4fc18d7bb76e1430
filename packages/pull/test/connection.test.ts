import { createSocket } from 'node:dgram';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  ask,
  CODE,
  decodeBody,
  decodeLivePunch,
  encodeFrame,
  FrameReader,
  readClock,
  readRange,
  readSizes,
  readState,
  readTable,
  setClock,
  TCP_READ,
  UDP_READ,
  type Frame,
} from '@biolistener/brands/zk-tcp';
import type { LocalTime } from '@biolistener/core';
import { CASES } from '../../brands/src/zk-tcp/vectors.ts';
import { Connection, type ConnectionOptions } from '../src/index.ts';

type Line = readonly ['>' | '<', string];

jest.setTimeout(120_000);

const SESSION = 0x1a2b;
type Answer = (frame: Frame, socket: Socket) => Buffer | undefined;
const servers: Server[] = [];
const connections: Connection[] = [];

const reply = (command: number, to: Frame, data: Uint8Array = new Uint8Array(0)): Buffer =>
  encodeFrame({ command, session: SESSION, reply: to.reply, data });

/** A terminal of a few lines: says OK to CONNECT and EXIT, and otherwise what the test says. */
async function terminal(answer: Answer): Promise<ConnectionOptions> {
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        const isUsual = frame.command === CODE.connect || frame.command === CODE.exit;
        const bytes = answer(frame, socket) ?? (isUsual ? reply(CODE.ok, frame) : undefined);
        if (bytes) socket.write(bytes);
      }
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, transport: 'tcp', commKey: 0 };
}

async function open(options: ConnectionOptions): Promise<Connection> {
  const connection = await Connection.open(options);
  connections.push(connection);
  return connection;
}

afterEach(async () => {
  await Promise.all(connections.splice(0).map((one) => one.close()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

const clock = Buffer.from('caac8233', 'hex');
const records = Buffer.alloc(200, 7);
const blob = Buffer.concat([Buffer.from([200, 0, 0, 0]), records]);

describe('a connection', () => {
  test('runs dialogs one after the other, and each gets its own answer', async () => {
    const open1 = await open(
      await terminal((frame) => {
        if (frame.command === CODE.getTime) return reply(CODE.ok, frame, clock);
        return frame.command === CODE.prepareBuffer ? reply(CODE.data, frame, blob) : undefined;
      }),
    );
    const [time, table, again] = await Promise.all([
      open1.run(readClock()),
      open1.run(readTable('attendance', TCP_READ)),
      open1.run(readClock()),
    ]);
    expect([time, again]).toEqual(['2026-11-21 08:05:30', '2026-11-21 08:05:30']);
    expect(Buffer.from(table)).toEqual(records);
  });

  test('takes an answer of several frames in one segment, with an event between them, and acknowledges the event', async () => {
    const acknowledged: Frame[] = [];
    const events: number[] = [];
    const options = await terminal((frame) => {
      if (frame.command === CODE.ok) acknowledged.push(frame);
      if (frame.command === CODE.freeData) return reply(CODE.ok, frame);
      if (frame.command === CODE.prepareBuffer) {
        const size = Buffer.alloc(9);
        size.writeUInt32LE(blob.length, 1);
        return reply(CODE.ok, frame, size);
      }
      if (frame.command !== CODE.readBuffer) return undefined;
      const announced = Buffer.alloc(8);
      announced.writeUInt32LE(blob.length);
      const event = encodeFrame({ command: CODE.event, session: 1, reply: 0, data: Buffer.alloc(10) });
      return Buffer.concat([
        reply(CODE.prepareData, frame, announced),
        reply(CODE.data, frame, blob.subarray(0, 50)),
        event,
        reply(CODE.data, frame, blob.subarray(50)),
        reply(CODE.ok, frame),
      ]);
    });
    const connection = await open({ ...options, onEvent: (code) => events.push(code) });
    expect(Buffer.from(await connection.run(readTable('attendance', TCP_READ)))).toEqual(records);
    expect(events).toEqual([1]);
    expect(acknowledged).toMatchObject([{ session: SESSION, reply: 0 }]);
  });

  test('takes a table that comes as one stream and is longer than all that may wait at a time', async () => {
    const long = Buffer.alloc(4 + 3 * 1024 * 1024, 7);
    long.writeUInt32LE(long.length - 4);
    const announced = Buffer.alloc(4);
    announced.writeUInt32LE(long.length);
    const connection = await open(
      await terminal((frame) => {
        if (frame.command !== CODE.prepareBuffer) return undefined;
        const pieces = Array.from({ length: Math.ceil(long.length / 1024) }, (_, at) =>
          reply(CODE.data, frame, long.subarray(at * 1024, at * 1024 + 1024)),
        );
        return Buffer.concat([reply(CODE.prepareData, frame, announced), ...pieces, reply(CODE.ok, frame)]);
      }),
    );
    const table = await connection.run(readTable('attendance', TCP_READ));
    expect(Buffer.compare(table, long.subarray(4))).toBe(0);
  });

  test('C37: puts stale answers aside', async () => {
    const connection = await open(
      await terminal((frame) =>
        frame.command === CODE.getTime
          ? Buffer.concat([
              encodeFrame({ command: CODE.ok, session: SESSION, reply: frame.reply - 1, data: Buffer.alloc(4) }),
              reply(CODE.ok, frame, clock),
            ])
          : undefined,
      ),
    );
    expect(await connection.run(readClock())).toBe('2026-11-21 08:05:30');
    expect(connection.oddities.stale).toBe(1);
  });

  test('ends with the reason when the terminal hangs up, for the one that runs and those behind it', async () => {
    const connection = await open(
      await terminal((frame, socket) => {
        if (frame.command === CODE.getTime) socket.destroy();
        return undefined;
      }),
    );
    const both = [connection.run(readClock()), connection.run(readClock())];
    const results = await Promise.allSettled(both);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'ZKT_SILENT' } },
      { status: 'rejected', reason: { code: 'ZKT_SILENT' } },
    ]);
    expect(connection.isOpen).toBe(false);
  });

  test('says what is there when it is no such terminal', async () => {
    const panel = await terminal(() => Buffer.from('aa010000000c5555', 'hex'));
    await expect(Connection.open(panel)).rejects.toMatchObject({ code: 'ZKT_NOT_STANDALONE' });
    const closed = await terminal(() => undefined);
    await new Promise((done) => servers.pop()?.close(done));
    await expect(Connection.open(closed)).rejects.toMatchObject({ code: 'ZKT_SILENT' });
  });

  test('a wrong key is told, and nothing stays open', async () => {
    let closed: Promise<unknown> | undefined;
    const options = await terminal((frame, socket) => {
      closed ??= once(socket, 'close');
      return reply(CODE.unauthorized, frame);
    });
    await expect(Connection.open({ ...options, commKey: 5 })).rejects.toMatchObject({ code: 'ZKT_KEY_WRONG' });
    await closed;
  });

  test('a session that the terminal forgot ends the connection: it comes back by connecting alone', async () => {
    const lost = await open(
      await terminal((frame) => (frame.command === CODE.setTime ? reply(CODE.unauthorized, frame) : undefined)),
    );
    await expect(lost.run(setClock('2026-11-21 08:05:30' as LocalTime))).rejects.toMatchObject({
      code: 'ZKT_SESSION_LOST',
    });
    expect(lost.isOpen).toBe(false);
  });
});

describe('what never opens', () => {
  const nowhere = { host: 'no..body', port: 4370, commKey: 0 } as const;

  test.each(['tcp', 'udp'] as const)('a name that leads nowhere is told as such by %s', async (transport) => {
    const opening = Connection.open({ ...nowhere, transport });
    await expect(opening).rejects.toMatchObject({ code: 'ZKT_SILENT' });
    await expect(opening).rejects.toThrow('the name no..body leads to no address (ENOTFOUND)');
  });

  test.each(['tcp', 'udp'] as const)('a port that does not exist is told as such by %s', async (transport) =>
    expect(Connection.open({ ...nowhere, port: 70_000, transport })).rejects.toMatchObject({ code: 'ZKT_SILENT' }),
  );

  test('a UDP port that nobody has: what the network says of it closes the socket, once', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((done) => socket.close(() => done()));
    const opening = Connection.open({ host: '127.0.0.1', port, transport: 'udp', commKey: 0 });
    await expect(opening).rejects.toMatchObject({ code: 'ZKT_SILENT' });
  });

  test('what cannot be sent is refused at once, and its answer is not waited for', async () => {
    const connection = await open(await terminal(() => undefined));
    await expect(connection.run(ask(70_000))).rejects.toMatchObject({ code: 'ZKT_SILENT' });
    expect(connection.isOpen).toBe(false);
  });
});

/** A terminal that says what the document's does, from the reply number on with which the script begins. */
async function scripted(
  script: readonly Line[],
  said: string[],
  before: Answer = () => undefined,
): Promise<ConnectionOptions> {
  const waiting = [...script];
  const first = numberOf(script[0]?.[1] ?? '');
  const answers = (): Buffer => {
    const texts: string[] = [];
    while (waiting[0]?.[0] === '<') texts.push(waiting.shift()?.[1] ?? '');
    return Buffer.from(texts.join(''), 'hex');
  };
  return terminal((frame) => {
    const isEventAnswer = frame.command === CODE.ok && frame.reply === 0;
    if (!isEventAnswer && (frame.reply < first || frame.command === CODE.exit)) return before(frame, new Socket());
    said.push(encodeFrame(frame).toString('hex'));
    if (isEventAnswer) return undefined;
    waiting.shift();
    return answers();
  });
}

const numberOf = (text: string): number => Buffer.from(text, 'hex').readUInt16LE(14);
const linesOf = (name: string): readonly Line[] => CASES[name] ?? [];

/** As many questions as bring the reply number to where a case begins. */
async function goTo(connection: Connection, number: number): Promise<void> {
  for (let at = 1; at < number; at += 1) await connection.run(readClock());
}

describe('cases of the document over a socket', () => {
  const usual: Answer = (frame) => (frame.command === CODE.getTime ? reply(CODE.ok, frame, clock) : undefined);

  test('C19, C21: a chunked read with an event in it: bytes, result, one event, one acknowledgement', async () => {
    const [prepare, size, read, announced, data, end, free, freed] = linesOf('C19');
    const [event, acknowledged] = linesOf('C21');
    const script = [prepare, size, read, announced, event, data, end, free, freed].filter((line) => line !== undefined);
    const said: string[] = [];
    const events: Uint8Array[] = [];
    const options = await scripted(script, said, usual);
    const connection = await open({ ...options, onEvent: (_, bytes) => events.push(bytes) });
    await goTo(connection, 20);
    const table = await connection.run(readTable('attendance', TCP_READ));
    const blob84 = Buffer.from(data?.[1] ?? '', 'hex').subarray(16);
    expect(Buffer.from(table)).toEqual(blob84.subarray(4));
    expect(events.map(decodeLivePunch)).toMatchObject([{ userId: '1001', wallTime: '2026-11-21 08:05:31' }]);
    expect(said.toSorted()).toEqual([prepare, read, free, acknowledged].map((line) => line?.[1] ?? '').toSorted());
  });

  test('C34: a refusal is the answer to its own question alone', async () => {
    const options = await terminal((frame) =>
      frame.command === CODE.freeSizes ? reply(CODE.error, frame) : usual(frame, new Socket()),
    );
    const connection = await open(options);
    const [sizes, time] = await Promise.all([connection.run(readSizes()), connection.run(readClock())]);
    expect([sizes, time, connection.isOpen]).toEqual([{}, '2026-11-21 08:05:30', true]);
  });

  test('C36: a state in the session field changes no session', async () => {
    const sessions: number[] = [];
    const options = await terminal((frame) => {
      sessions.push(frame.session);
      if (frame.command === CODE.state)
        return encodeFrame({ command: CODE.ok, session: 2, reply: frame.reply, data: new Uint8Array(0) });
      return usual(frame, new Socket());
    });
    const connection = await open(options);
    expect(await connection.run(readState())).toBe('identifying');
    await connection.run(readClock());
    expect(sessions).toEqual([0, SESSION, SESSION]);
  });

  test('C37: after a time-out the connection is gone, so that no late answer is taken for another', async () => {
    const connection = await open({ ...(await terminal(() => undefined)), patience: 0.005 });
    await expect(connection.run(readClock())).rejects.toMatchObject({ code: 'ZKT_SILENT' });
    expect(connection.isOpen).toBe(false);
  });

  test('C39: a wrong checksum is counted, or refused where that is asked for', async () => {
    const options = await terminal((frame) => {
      if (frame.command !== CODE.getTime) return undefined;
      const bytes = reply(CODE.ok, frame, clock);
      bytes.writeUInt16LE(0, 10);
      return bytes;
    });
    const lenient = await open(options);
    expect([await lenient.run(readClock()), lenient.oddities.damaged]).toEqual(['2026-11-21 08:05:30', 1]);
    const strict = await open({ ...options, isStrict: true });
    await expect(strict.run(readClock())).rejects.toMatchObject({ code: 'ZKT_FRAME_INVALID' });
  });

  test('C35: by UDP a piece that is lost makes the same offset be asked for again, with a new number', async () => {
    const server = createSocket('udp4');
    const asked: Frame[] = [];
    let isFirst = true;
    server.on('message', (bytes, from) => {
      const frame = decodeBody(bytes);
      if (!frame) return;
      const say = (command: number, data: Uint8Array = new Uint8Array(0)): void =>
        server.send(encodeFrame({ command, session: SESSION, reply: frame.reply, data }, 'udp'), from.port);
      if (frame.command !== CODE.readBuffer) return say(CODE.ok);
      asked.push(frame);
      say(CODE.prepareData, Buffer.from('d407000000040000', 'hex'));
      say(CODE.data, Buffer.alloc(1024));
      if (!isFirst) say(CODE.data, Buffer.alloc(980));
      if (!isFirst) say(CODE.ok);
      isFirst = false;
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const options = { host: '127.0.0.1', port: server.address().port, transport: 'udp', commKey: 0 } as const;
    const connection = await open({ ...options, patience: 0.02 });
    const bytes = await connection.run(readRange(0, 2004, UDP_READ));
    expect(bytes).toHaveLength(2004);
    // lost, then twice the same
    expect(asked.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(Array(3).fill('00000000d4070000'));
    expect(new Set(asked.map(({ reply: number }) => number)).size).toBe(3);
    await connection.close();
    await new Promise<void>((done) => server.close(() => done()));
  });
});

describe('a terminal that means ill', () => {
  test('answers that nobody asked for are counted and not kept', async () => {
    let say = (): void => undefined;
    const connection = await open(
      await terminal((frame, socket) => {
        if (frame.command !== CODE.getTime) return undefined;
        say = () => void socket.write(Buffer.concat(Array.from({ length: 50 }, () => reply(CODE.ok, frame))));
        return reply(CODE.ok, frame, clock);
      }),
    );
    await connection.run(readClock());
    say();
    while (connection.oddities.stale < 50) await new Promise((next) => setImmediate(next));
    expect(await connection.run(readClock())).toBe('2026-11-21 08:05:30');
  });

  test('one that answers a byte now and then does not hold its reader for ever', async () => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(1_000_000);
    let drip: NodeJS.Timeout | undefined;
    const options = await terminal((frame, socket) => {
      if (frame.command !== CODE.prepareBuffer) return undefined;
      drip = setInterval(() => void socket.write(reply(CODE.data, frame, Buffer.from([1]))), 5);
      socket.on('close', () => clearInterval(drip));
      return reply(CODE.prepareData, frame, size);
    });
    // a piece may take 30 s, and the whole answer 1 s
    const connection = await open({ ...options, answerWithinMs: 1000 });
    await expect(connection.run(readTable('attendance', TCP_READ))).rejects.toMatchObject({ code: 'ZKT_SILENT' });
    expect(connection.isOpen).toBe(false);
  });

  test('one that tells of events and never reads ends, instead of filling the memory', async () => {
    const event = encodeFrame({ command: CODE.event, session: 1, reply: 0, data: Buffer.alloc(10) });
    const flood = Buffer.concat(Array.from({ length: 4000 }, () => event));
    const options = await terminal((frame, socket) => {
      if (frame.command !== CODE.getTime) return undefined;
      socket.pause();
      const pour = (): void => {
        while (!socket.destroyed && socket.write(flood));
      };
      socket.on('drain', pour);
      pour();
      return undefined;
    });
    const connection = await open({ ...options, patience: 20 });
    await expect(connection.run(readClock())).rejects.toThrow('does not read what it is told');
  });

  test('pieces without bytes are an answer that does not come', async () => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(100);
    const options = await terminal((frame) =>
      frame.command === CODE.prepareBuffer
        ? Buffer.concat([reply(CODE.prepareData, frame, size), reply(CODE.data, frame)])
        : undefined,
    );
    const connection = await open(options);
    await expect(connection.run(readTable('attendance', TCP_READ))).rejects.toMatchObject({
      code: 'ZKT_READ_INCOMPLETE',
    });
  });
});
