import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between worker and sandbox and watches the check-ins that are posted. */
export interface SpyProxy {
  readonly url: string;
  /** The most posts of one employee that were ever in flight together. */
  mostPerEmployee(): number;
  /** The most posts of all employees together. */
  most(): number;
  /** Employee and time of every post, in order of arrival. */
  posts(): readonly { readonly employee: string; readonly time: string }[];
  stop(): Promise<void>;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** `refuse`: answers a check-in itself, with 417 and this text, when it gives one. */
export async function startSpyProxy(
  target: string,
  refuse: (employee: string) => string | undefined = () => undefined,
): Promise<SpyProxy> {
  const inFlight = new Map<string, number>();
  const posts: { employee: string; time: string }[] = [];
  let total = 0;
  let mostPerEmployee = 0;
  let most = 0;

  const enter = (body: { employee: string; time: string }): (() => void) => {
    posts.push({ employee: body.employee, time: body.time });
    const count = (inFlight.get(body.employee) ?? 0) + 1;
    inFlight.set(body.employee, count);
    total += 1;
    mostPerEmployee = Math.max(mostPerEmployee, count);
    most = Math.max(most, total);
    return () => {
      inFlight.set(body.employee, (inFlight.get(body.employee) ?? 1) - 1);
      total -= 1;
    };
  };

  const forward = async (incoming: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const isPost = incoming.method === 'POST' && decodeURIComponent(incoming.url ?? '').includes('Employee Checkin');
    const post = isPost
      ? (JSON.parse(String(body)) as { employee: string; time: string; device_id: string })
      : undefined;
    // the self-test of each worker writes a probe of its own; promised is the order of deliveries
    const leave = post && post.device_id !== 'Biolistener self-test' ? enter(post) : () => undefined;
    const refusal = post && post.device_id !== 'Biolistener self-test' ? refuse(post.employee) : undefined;
    if (refusal !== undefined) {
      leave();
      const answer = {
        exc_type: 'LinkValidationError',
        _server_messages: JSON.stringify([JSON.stringify({ message: refusal })]),
      };
      reply.writeHead(417, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return;
    }
    const onward = request(new URL(incoming.url ?? '/', target), {
      method: incoming.method,
      headers: incoming.headers,
    });
    onward.on('error', () => {
      leave();
      reply.destroy();
    });
    onward.on('response', (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
      answer.on('end', leave);
    });
    onward.end(body);
  };

  const server = createServer((incoming, reply) => void forward(incoming, reply));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mostPerEmployee: () => mostPerEmployee,
    most: () => most,
    posts: () => posts,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
