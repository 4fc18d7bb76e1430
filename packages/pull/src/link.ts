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
const LAST_PORT = 65_535;

const silent = (detail: string): TerminalRefusal => new TerminalRefusal('ZKT_SILENT', detail);

/** Opens a socket; rejects when nobody answers within `withinMs`. Errors: ZKT_SILENT, whatever it was that the socket said. */
export async function openLink(address: Address, events: LinkEvents, withinMs: number): Promise<Link> {
  const { port, transport } = address;
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT) throw silent(`${port} is no port`);
  return transport === 'udp' ? openUdp(address, events) : openTcp(address, events, withinMs);
}

/** A name that leads nowhere is said in words: the text of the system names a function of its own. */
function failureOf({ host, port }: Address, error: NodeJS.ErrnoException): TerminalRefusal {
  if (error.syscall === 'getaddrinfo') return silent(`the name ${host} leads to no address (${error.code ?? ''})`);
  return silent(`${host}:${port}: ${error.message}`);
}

function openTcp(address: Address, events: LinkEvents, withinMs: number): Promise<Link> {
  const { host, port } = address;
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
    socket.on('error', (error) => end(failureOf(address, error)));
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

/**
 * No connection: silence shows only when a request stays unanswered. That a name leads nowhere is said to the callback of `connect`
 * alone; other errors may come late, when the socket is closed already.
 */
function openUdp(address: Address, events: LinkEvents): Promise<Link> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    let close = (): void => {
      close = () => undefined;
      socket.close();
    };
    let end = (error: Error): void => {
      end = () => undefined;
      close();
      const cause = failureOf(address, error);
      reject(cause);
      events.onEnd(cause);
    };
    socket.on('error', (error) => end(error));
    socket.on('message', (bytes) => {
      const frame = decodeBody(bytes);
      if (frame) events.onFrame(frame);
    });
    const link: Link = { send: (frame) => socket.send(encodeFrame(frame, 'udp')), close: () => close() };
    socket.connect(port, host, (error?: Error) => (error ? end(error) : resolve(link)));
  });
}
