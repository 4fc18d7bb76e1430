import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Random } from '../random.ts';

export interface HostileRates {
  readonly seed: number;
  /** Chance per piece that the connection is reset instead. */
  readonly reset?: number;
  /** Chance per piece that both ends are closed as if nothing were wrong. */
  readonly close?: number;
  /** Chance per piece that what is left of the connection vanishes: silence, no close. */
  readonly hang?: number;
  /** Chance per piece that it waits a moment. */
  readonly delay?: number;
  /** Pieces are at most so many bytes. */
  readonly pieceBytes?: number;
}

export interface HostileProxy {
  readonly port: number;
  readonly resets: number;
  /** Connections that fell silent or were closed in the middle. */
  readonly drops: number;
  readonly connections: number;
  /** From now on nothing goes wrong. */
  calm(): void;
  close(): Promise<void>;
}

/** Stands between a client and a terminal and is the worst network there is: it cuts, delays, hangs and resets. */
export async function openHostileProxy(target: number, rates: HostileRates): Promise<HostileProxy> {
  const random = new Random(rates.seed);
  const sockets = new Set<Socket>();
  const counts = { resets: 0, drops: 0, connections: 0, isCalm: false };

  function reset(...both: readonly Socket[]): void {
    counts.resets += 1;
    for (const socket of both) socket.resetAndDestroy();
  }

  function drop(...both: readonly Socket[]): void {
    counts.drops += 1;
    for (const socket of both) socket.end();
  }

  /** One direction; the pieces keep their order. */
  function pass(from: Socket, to: Socket): void {
    let last = Promise.resolve();
    let isHanging = false;
    from.on('data', (chunk: Buffer) => {
      from.pause();
      last = last.then(() => forward(chunk)).then(() => void from.resume());
    });
    const forward = async (chunk: Buffer): Promise<void> => {
      const most = counts.isCalm ? chunk.length : (rates.pieceBytes ?? chunk.length);
      for (let at = 0; at < chunk.length && !to.destroyed;) {
        const size = most === chunk.length ? most : 1 + Math.floor(random.next() * most);
        if (!counts.isCalm && random.chance(rates.reset ?? 0)) return reset(from, to);
        if (!counts.isCalm && random.chance(rates.close ?? 0)) return drop(from, to);
        if (!isHanging && !counts.isCalm && random.chance(rates.hang ?? 0)) {
          isHanging = true;
          counts.drops += 1;
        }
        if (isHanging) return;
        if (!counts.isCalm && random.chance(rates.delay ?? 0)) await new Promise((next) => setTimeout(next, 2));
        if (!to.write(chunk.subarray(at, at + size))) await Promise.race([once(to, 'drain'), once(to, 'close')]);
        at += size;
      }
    };
  }

  const server = createServer((client) => {
    counts.connections += 1;
    const terminal = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [client, terminal],
      [terminal, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => undefined); // the other end hears of it by `close`
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      pass(one, other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    get resets() {
      return counts.resets;
    },
    get drops() {
      return counts.drops;
    },
    get connections() {
      return counts.connections;
    },
    calm: () => void (counts.isCalm = true),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
