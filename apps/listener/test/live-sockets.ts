import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createAifaceTerminal, type AifaceOptions, type AifaceTerminal } from '@biolistener/simulator';
import { until } from './live-mailbox.ts';

/** A socket that is spoken by hand. */
export interface HandSocket {
  readonly socket: WebSocket;
  readonly heard: string[];
  say(message: unknown): void;
  /** The next thing that is heard, as JSON. */
  next(): Promise<Record<string, unknown>>;
  closed(): Promise<number>;
}

export async function handSocket(
  port: number,
  path = '/pub/chat',
  headers: Record<string, string> = {},
): Promise<HandSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false, headers });
  const heard: string[] = [];
  let read = 0;
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')));
  await once(socket, 'open');
  return {
    socket,
    heard,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () => {
      const text = await until(() => Promise.resolve(heard[read]), 'an answer');
      read += 1;
      return JSON.parse(text) as Record<string, unknown>; // the listener writes objects
    },
    closed: () => closed,
  };
}

/** The status with which an upgrade is refused. */
export function refusedUpgrade(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('open', () => reject(new Error('it was taken')));
    socket.on('error', () => undefined);
  });
}

export function aifaceAt(port: number, serialNumber: string, own: Partial<AifaceOptions> = {}): AifaceTerminal {
  return createAifaceTerminal({ serialNumber, target: { host: '127.0.0.1', port }, timeScale: 0.01, ...own });
}

export const regOf = (sn: string, info: object = {}): object => ({
  cmd: 'reg',
  sn,
  devinfo: {
    modelname: 'AI06',
    firmware: 'ai806_f06v_v5.17',
    fpsize: 10,
    facesize: 10,
    cardsize: 10,
    fpalgo: 'thbio3.0',
    ...info,
  },
});
export const rowOf = (own: object = {}): object => ({
  enrollid: 17,
  time: '2026-03-09 08:15:28',
  mode: 8,
  inout: 0,
  event: 0,
  ...own,
});
export const logOf = (sn: string, rows: readonly object[], logindex = 0): object => ({
  cmd: 'sendlog',
  sn,
  count: rows.length,
  logindex,
  record: rows,
});
