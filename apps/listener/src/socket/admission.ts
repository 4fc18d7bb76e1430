import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '@biolistener/core';
import { headerOf, type RequestHead } from '@biolistener/wire';
import type { SocketOptions } from './options.ts';

const TOKEN = /^\/+t\/([^/?]+)(?=[/?]|$)/;

/** The status of a refusal; undefined: it may come in, on whatever path (protocols/aiface-websocket.md §2.1). */
export function refusalOf({ target, headers }: RequestHead, options: SocketOptions): 401 | 404 | undefined {
  const { pathToken, bearer } = options;
  if (pathToken !== undefined && !isSame(TOKEN.exec(target)?.[1] ?? '', pathToken)) return 404;
  const said = /^Bearer (.+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1] ?? '';
  return bearer === undefined || isSame(said.trim(), bearer) ? undefined : 401;
}

/** Digests have one length, and comparing them tells nothing about the token. */
const isSame = (said: string, token: string): boolean =>
  timingSafeEqual(Buffer.from(digestOf(said)), Buffer.from(digestOf(token)));

/** The same without the token, which is to stand in no record and no log. */
export const withoutToken = (head: RequestHead, { pathToken }: SocketOptions): RequestHead =>
  pathToken === undefined ? head : { ...head, target: head.target.replace(TOKEN, '') };
