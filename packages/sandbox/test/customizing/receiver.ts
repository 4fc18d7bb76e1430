import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks: keeps what came, answers as told. `undefined` never answers. */
export async function openReceiver() {
  const received: Received[] = [];
  let answer: (count: number) => number | undefined = () => 200;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      const status = answer(received.length);
      if (status !== undefined) outgoing.writeHead(status).end('heard');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is an object
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    answers: (next: typeof answer) => {
      answer = next;
    },
    forget: () => received.splice(0),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
