import { encodeFrame } from '../../packages/brands/src/ebkn/frame.ts';
import type { RawReply } from './raw-http.ts';

/** One request of an EBKN terminal. A header that a test gives replaces the usual one. */
export interface EbknRequest {
  readonly id: string;
  readonly code?: string;
  readonly block?: number;
  readonly body?: Uint8Array;
  readonly target?: string;
  readonly headers?: readonly string[];
}

export function ebknRequest(said: EbknRequest): Buffer {
  const { id, code = 'realtime_glog', block = 0, body = new Uint8Array(0), target = '/', headers = [] } = said;
  const nameOf = (line: string): string => (line.split(':')[0] ?? '').replace(/^cmd_id$/, 'trans_id');
  const given = new Set(headers.map(nameOf));
  const usual = [
    `request_code: ${code}`,
    `Content-Length: ${body.length}`,
    'trans_id: RTLogSendAction',
    `dev_id: ${id}`,
    `blk_no: ${block}`,
    `blk_len: ${body.length}`,
  ].filter((line) => !given.has(nameOf(line)));
  const type = 'Content-Type: application/octet-stream';
  const head = [`POST ${target} HTTP/1.0`, type, 'Connection: close', type, ...usual, ...headers, 'HOST: x', '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), body]);
}

/** A framed JSON, as terminals send it. */
export const framed = (json: object): Uint8Array => encodeFrame(JSON.stringify(json));

export const responseCode = ({ headers }: RawReply): string | undefined =>
  headers[headers.indexOf('response_code') + 1];
