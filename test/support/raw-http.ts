import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** Names and values alternating, as they stood. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly raw: Buffer;
}

/** Sends bytes as they are and reads until the other side closes, or has answered `replies` times. */
export function exchange(
  port: number,
  bytes: Uint8Array | string,
  options: { replies?: number; timeoutMs?: number; end?: boolean } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the reply; so far: ${Buffer.concat(chunks).toString('latin1').slice(0, 300)}`));
    }, options.timeoutMs ?? 60_000);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    socket.on('connect', () => (options.end === true ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (options.replies !== undefined && parseReplies(Buffer.concat(chunks)).length >= options.replies) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => (chunks.length > 0 ? finish() : (clearTimeout(timer), reject(error))));
  });
}

/** Whole replies in a stream of bytes, told apart by Content-Length. */
export function parseReplies(bytes: Buffer): RawReply[] {
  const replies: RawReply[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return replies;
    const [line = '', ...fields] = rest.toString('latin1', 0, end).split('\r\n');
    const headers = fields.flatMap((field) => [
      field.slice(0, field.indexOf(':')),
      field.slice(field.indexOf(':') + 1).trim(),
    ]);
    const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
    const length = at < 0 ? 0 : Number(headers[at + 1]);
    if (rest.length < end + 4 + length) return replies;
    replies.push({
      status: Number(line.split(' ')[1]),
      headers,
      body: rest.subarray(end + 4, end + 4 + length),
      raw: rest.subarray(0, end + 4 + length),
    });
    rest = rest.subarray(end + 4 + length);
  }
}

export async function ask(port: number, bytes: Uint8Array | string, timeoutMs?: number): Promise<RawReply> {
  const [reply] = parseReplies(
    await exchange(port, bytes, { replies: 1, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
  );
  if (!reply) throw new Error('the connection was closed without a reply');
  return reply;
}

/** A request of the attendance dialect, as its terminals send it. */
export function zkPost(
  serialNumber: string,
  table: string,
  body: Uint8Array | string,
  more: readonly string[] = [],
): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    `POST /iclock/cdata?SN=${serialNumber}&table=${table}&Stamp=9999 HTTP/1.1`,
    'Host: x',
    'User-Agent: iClock Proxy/1.09',
    `Content-Length: ${bytes.length}`,
    ...more,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), bytes]);
}

export const zkGet = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: iClock Proxy/1.09\r\n\r\n`;
