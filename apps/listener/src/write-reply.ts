import type { IncomingMessage, ServerResponse } from 'node:http';
import { bufferOf } from '@biolistener/core';
import { isHeader, type RawHeaders, type WireOutput } from '@biolistener/wire';
import { atEndOfTurn } from './end-of-turn.ts';
import type { Handled } from './handle.ts';
import { noteReply } from './raw-packet.ts';

/** Writes a reply with names and order as given. Towards our proxy `Connection` is left out: it speaks for itself. */
export function write(res: ServerResponse, output: WireOutput, isProxied: boolean): void {
  res.sendDate = false;
  const headers = isProxied ? withoutConnection(output.headers) : [...output.headers];
  res.writeHead(output.status, headers);
  atEndOfTurn(() => {
    const { socket } = res;
    endWith(res, output.body);
    noteReply(socket, res);
  });
}

/** Writes a reply, and tells whom it concerns whether all of it was handed to the network. */
export function send(res: ServerResponse, output: Handled, isProxied: boolean): void {
  const { settle } = output;
  if (settle === undefined) return write(res, output, isProxied);
  if (res.destroyed) return settle(false); // whoever asked has hung up meanwhile
  try {
    write(res, output, isProxied);
  } catch (error) {
    settle(false);
    throw error;
  }
  res.once('close', () => settle(res.writableFinished));
}

const SMALL_BODY = 4096;

/** A small body as latin1 text has the same bytes, and Node sends it in one write with the head instead of two. */
function endWith(res: ServerResponse, body: Uint8Array): void {
  if (body.length > SMALL_BODY) res.end(body);
  else res.end(textOf(body), 'latin1');
}

const TINY_BODY = 16;
/** The same two bytes answer poll after poll. Longer ones may hold what should not stay in memory. */
let last: { readonly body: Uint8Array; readonly text: string } = { body: new Uint8Array(0), text: '' };

function textOf(body: Uint8Array): string {
  if (last.body === body) return last.text;
  const text = bufferOf(body).toString('latin1');
  if (body.length <= TINY_BODY) last = { body, text };
  return text;
}

function withoutConnection(headers: RawHeaders): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!isHeader(name, 'connection')) kept.push(name, headers[i + 1] ?? '');
  }
  return kept;
}

/** The rest of the body will not be read, so the connection cannot be used again. */
export function endEarly(req: IncomingMessage, res: ServerResponse, output: WireOutput): void {
  write(res, { ...output, headers: [...withoutConnection(output.headers), 'Connection', 'close'] }, false);
  res.once('finish', () => setTimeout(() => req.destroy(), 1000).unref());
  req.resume();
}

export function plain(status: number, text: string): WireOutput {
  const body = Buffer.from(text);
  return { status, headers: ['Content-Type', 'text/plain', 'Content-Length', String(body.length)], body };
}
