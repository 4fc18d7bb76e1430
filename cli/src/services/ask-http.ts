import { request } from 'node:http';
import { request as requestTls } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ms: number;
}

const MAX_BYTES = 1_000_000;

/**
 * One GET with a limit on its whole time, so that a machine where everything hangs is still looked at to the end.
 * Certificates of our own port are made for the name that terminals use, so they are not verified here.
 * Errors: rejects when nothing answers in time.
 */
export function askHttp(url: string, timeoutMs = 2000): Promise<HttpAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const isTls = url.startsWith('https:');
    const options = { agent: false, signal: AbortSignal.timeout(timeoutMs) } as const;
    const asked = isTls ? requestTls(url, { ...options, rejectUnauthorized: false }) : request(url, options);
    const failed = (error: Error): void =>
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer within ${timeoutMs} ms`)
          : error,
      );
    asked.on('error', failed);
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        if (body.length < MAX_BYTES) body += part;
      });
      response.on('error', failed);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          headers: response.headers,
          ms: Math.round(performance.now() - startedAt),
        }),
      );
    });
    asked.end();
  });
}

/** `0.0.0.0` is where a server waits, not where it is asked; IPv6 wants brackets. */
export function addressOf(host: string, port: number): string {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}`;
}
