import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import {
  decodeBody,
  encodeFrame,
  FrameReader,
  TerminalRefusal,
  type Frame,
  type Transport,
} from '@biolistener/brands/zk-tcp';

/** Frames both ways over one socket. */
export interface Link {
  send(frame: Frame): void;
  close(): void;
}

export interface LinkEvents {
  readonly onFrame: (frame: Frame) => void;
  /** Once at most: the socket is gone. */
  readonly onEnd: (cause: TerminalRefusal) => void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
}

/** Announced events are acknowledged; one who announces and never reads must not fill our memory. */
const MOST_UNREAD = 1024 * 1024;

const silent = (detail: string): TerminalRefusal => new TerminalRefusal('ZKT_SILENT', detail);

/** Opens a socket; rejects when nobody answers within `withinMs`. */
export const openLink = (address: Address, events: LinkEvents, withinMs: number): Promise<Link> =>
  address.transport === 'udp' ? openUdp(address, events) : openTcp(address, events, withinMs);

function openTcp({ host, port }: Address, events: LinkEvents, withinMs: number): Promise<Link> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader();
    const socket = connect({ host, port, noDelay: true });
    let end = (cause: TerminalRefusal): void => {
      end = () => undefined;
      clearTimeout(patience);
      socket.destroy();
      reject(cause);
      events.onEnd(cause);
    };
    const patience = setTimeout(() => end(silent(`nobody answers at ${host}:${port}`)), withinMs);
    socket.on('error', (error) => end(silent(`${host}:${port}: ${error.message}`)));
    socket.on('close', () => end(silent(`${host}:${port} closed the connection`)));
    socket.on('data', (chunk) => {
      reader.push(chunk).forEach(events.onFrame);
      if (reader.problem) end(new TerminalRefusal(reader.problem.reason, reader.problem.detail));
    });
    socket.on('connect', () => {
      clearTimeout(patience);
      const send = (frame: Frame): void => {
        socket.write(encodeFrame(frame));
        if (socket.writableLength > MOST_UNREAD) end(silent(`${host}:${port} does not read what it is told`));
      };
      resolve({ send, close: () => socket.destroy() });
    });
  });
}

/** No connection: silence shows only when a request stays unanswered. */
function openUdp({ host, port }: Address, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (error: Error): void => {
      const cause = silent(`${host}:${port}: ${error.message}`);
      reject(cause);
      events.onEnd(cause);
    };
    socket.on('error', end);
    socket.on('message', (bytes) => {
      const frame = decodeBody(bytes);
      if (frame) events.onFrame(frame);
    });
    socket.connect(port, host, () =>
      resolve({ send: (frame) => socket.send(encodeFrame(frame, 'udp')), close: () => socket.close() }),
    );
  });
}
