import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenerDeps } from './deps.ts';
import { keepUnclaimed } from './keep.ts';
import { sometimes } from './log-seldom.ts';

const MAX_RAW = 16_384;
const REFUSED = 'this is no HTTP request; it was kept for the operator\n';

/** The newest request of a connection that is not answered yet, by its response. */
const NEWEST = Symbol('newest response');
type Asked = Socket & { [NEWEST]?: ServerResponse | undefined };

export const noteRequest = (socket: Asked, res: ServerResponse): void => {
  socket[NEWEST] = res;
};

/**
 * The reply is handed over: whatever is written to the connection now comes after it. Kept any longer, the last request of each
 * of thousands of connections would grow old in memory.
 */
export function noteReply(socket: Asked | null, res: ServerResponse): void {
  if (socket?.[NEWEST] === res) socket[NEWEST] = undefined;
}

/**
 * Runs once what was asked before on this connection is answered. A terminal that announces less body than it sends would
 * else hear the complaint about the rest in place of its OK, and send the same again for ever (protocols/zkteco-push.md Q4).
 * Where the newest request is itself not whole, the complaint is about it, and there is nothing to wait for.
 */
function afterReplies(socket: Asked, then: () => void): void {
  const res = socket[NEWEST];
  if (res === undefined || res.writableFinished || res.destroyed || !res.req.complete) then();
  else res.once('close', then);
}

/**
 * A request that Node's parser refuses. Some firmware puts a raw blank into the request target
 * (protocols/zkteco-push.md O9): a poll of that kind is answered `OK`, so that the terminal goes on;
 * anything else is kept whole, named, and answered 400.
 */
export function answerRawPacket(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Socket,
  deps: ListenerDeps,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return end(socket, '408 Request Timeout', 'RETRY LATER\n');
  const packet = (error.rawPacket ?? Buffer.alloc(0)).subarray(0, MAX_RAW);
  const line = packet.toString('latin1').split('\r\n')[0] ?? '';
  deps.metrics.unknown.inc({ brand: 'none' });
  const address = socket.remoteAddress ?? '';
  sometimes(deps, `raw ${address}`, (times) =>
    deps.log.warn(
      { remoteAddress: address, code: error.code, bytes: packet.length, times },
      'a request that is no HTTP',
    ),
  );
  const isPoll = /^GET .*\/getrequest.* HTTP\/1\.[01]$/i.test(line);
  if (isPoll) return afterReplies(socket, () => end(socket, '200 OK', 'OK'));
  void keep(packet, line, address, deps).finally(() =>
    afterReplies(socket, () => end(socket, '400 Bad Request', REFUSED)),
  );
}

/** Packets of one broken client are one item with a count, so this cannot fill the disk; a failure is only logged. */
async function keep(packet: Buffer, line: string, remoteAddress: string, deps: ListenerDeps): Promise<void> {
  if (packet.length === 0 || !deps.limits.addressRate.take(remoteAddress, deps.now())) return;
  try {
    await keepUnclaimed(
      {
        method: 'RAW',
        target: line.split('?')[0]?.slice(0, 200) ?? '',
        httpVersion: '1.1',
        headers: [],
        remoteAddress,
        body: packet,
      },
      deps,
    );
  } catch {
    deps.log.error({ remoteAddress }, 'a broken request could not be kept');
  }
}

function end(socket: Socket, status: string, body: string): void {
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n\r\n${body}`,
  );
}
