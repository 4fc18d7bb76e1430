import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  /** Connected, but no answer in time: the next try follows at once. */
  | { readonly kind: 'read-timeout' }
  | { readonly kind: 'failed'; readonly reason: string };

const SHOWN = 10_000;

/**
 * Sends one request with exactly these headers, and Host and Content-Length. `fetch` would add a Content-Type.
 * What goes wrong on the way is the outcome; rejects only for headers or an address that cannot be sent. Redirects are not
 * followed.
 */
export function send(outgoing: Outgoing): Promise<Outcome> {
  const { url, method, body, timeoutMs, signal } = outgoing;
  const headers = { ...outgoing.headers, 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve) => {
    const start = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = start(url, { method, headers, agent: false, signal });
    let isConnected = false;
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
      request.destroy();
    };
    const timer = setTimeout(
      () => finish(isConnected ? { kind: 'read-timeout' } : { kind: 'failed', reason: 'ConnectTimeout' }),
      timeoutMs,
    );
    request.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    request.on('error', (error: NodeJS.ErrnoException) => finish({ kind: 'failed', reason: error.code ?? error.name }));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text = (text + chunk).slice(0, SHOWN)));
      response.on('error', () => finish({ kind: 'failed', reason: 'ConnectionError' }));
      response.on('end', () => finish({ kind: 'answered', status: response.statusCode ?? 0, text }));
    });
    request.end(body);
  });
}
