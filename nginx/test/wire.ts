import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A listener that shows what nginx sends it, byte for byte, and answers what it is told. */
export interface Upstream {
  readonly port: number;
  /** Whole requests, head and body, as they came. */
  readonly requests: string[];
  /** How many connections nginx opened. */
  readonly connections: number;
  /** Settles when the next request has come whole. */
  next(): Promise<string>;
  close(): Promise<void>;
}

export type Reply = (request: string, connection: number) => string;

const PLAIN =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Mon, 09 Mar 2026 08:35:30 GMT\r\nContent-Length: 2\r\n\r\nOK';

/** `reply` gives the bytes of the answer; an empty text closes the connection without one. */
export async function upstream(reply: Reply = () => PLAIN): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const waiting: ((request: string) => void)[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
    const number = ++connections;
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const request = received;
      received = '';
      requests.push(request);
      waiting.shift()?.(request);
      const answer = reply(request, number);
      if (answer === '') socket.destroy();
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has no other kind of address
    requests,
    get connections() {
      return connections;
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Sends bytes as a terminal does and reads until nginx closes. */
export function talk(port: number, ...parts: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => parts.forEach((part) => socket.write(part, 'latin1')));
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('end', () => resolve(received)).on('error', reject);
  });
}

/** A request in the old style: closes after the answer. */
export const get = (target: string, ...headers: string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: terminal.test', 'Connection: close', ...headers, '', ''].join('\r\n');
