import type { Target } from '../link.ts';
import type { Sendable } from '../spoil.ts';
import { encodeFrame, encryptFrame, type EbknMessage } from './frame.ts';
import type { EbknProfile } from './profiles.ts';

export interface EbknRequest extends Sendable {
  /** `request_code`. */
  readonly operation: string;
  readonly blockNumber: number;
}

/** One thing to tell the server. */
export interface Telling {
  readonly requestCode: string;
  /** Constant label on device-initiated traffic, the server's id on a command result (§1.3). */
  readonly transId: string;
  /** Absent: an empty body, not a frame around `{}` (§2.1). */
  readonly message: EbknMessage | undefined;
  readonly returnCode?: string;
}

/** Writes requests as a profile does; the order of the headers is that of the capture in §7.6 H01. */
export class EbknRequestWriter {
  readonly #profile: EbknProfile;
  readonly #serialNumber: string;
  readonly #target: Target;

  constructor(profile: EbknProfile, serialNumber: string, target: Target) {
    this.#profile = profile;
    this.#serialNumber = serialNumber;
    this.#target = target;
  }

  /** The requests of one message: one, or blocks numbered 1, 2, … and 0 for the last (§3.1). */
  requestsOf(telling: Telling): EbknRequest[] {
    const { forcesBlocks, blockBytes, dialect } = this.#profile;
    const body = this.#bodyOf(telling.message);
    const isSplit = dialect !== 'plain-json' && (forcesBlocks ? body.length > 1 : body.length > blockBytes);
    if (!isSplit) return [this.#request(telling, body, 0)];
    const size = forcesBlocks ? Math.min(blockBytes, Math.ceil(body.length / 3)) : blockBytes;
    const blocks: EbknRequest[] = [];
    for (let at = 0; at < body.length; at += size) {
      const isLast = at + size >= body.length;
      blocks.push(this.#request(telling, body.subarray(at, at + size), isLast ? 0 : blocks.length + 1));
    }
    return blocks;
  }

  #bodyOf(message: EbknMessage | undefined): Buffer {
    if (!message) return Buffer.alloc(0);
    const { dialect, terminator, encrypt } = this.#profile;
    if (dialect === 'plain-json') return Buffer.from(JSON.stringify(message.json));
    return encryptFrame(encodeFrame(message, terminator), encrypt);
  }

  #request(telling: Telling, block: Buffer, blockNumber: number): EbknRequest {
    const isEnvelope = this.#profile.dialect === 'envelope';
    const body = isEnvelope ? this.#envelope(telling, block, blockNumber) : block;
    return {
      operation: telling.requestCode,
      blockNumber,
      bodyBytes: body.length,
      closes: true,
      build: (length) =>
        Buffer.concat([Buffer.from(this.#head(telling, blockNumber, block.length, length), 'latin1'), body]),
    };
  }

  /** §6.3. */
  #envelope(telling: Telling, block: Buffer, blockNumber: number): Buffer {
    const envelope = {
      dev_id: this.#serialNumber,
      request_code: telling.requestCode,
      trans_id: telling.transId,
      ...(telling.returnCode === undefined ? {} : { cmd_return_code: telling.returnCode }),
      blk_no: blockNumber,
      blk_len: block.length,
      block: block.toString('base64'),
    };
    return Buffer.from(JSON.stringify(envelope));
  }

  #head(telling: Telling, blockNumber: number, blockBytes: number, contentLength: number): string {
    const profile = this.#profile;
    const { host, port } = this.#target;
    const colon = profile.hasSpaceAfterColon ? ': ' : ':';
    const path = profile.requestTarget === 'absolute' ? `http://${host}:${port}/` : profile.requestTarget;
    const type = profile.dialect === 'envelope' ? 'application/json;charset=utf-8' : 'application/octet-stream';
    const lines = [
      `POST ${path} HTTP/1.0`,
      `Content-Type: ${type}`,
      'Connection: close',
      `request_code${colon}${telling.requestCode}`,
      ...(profile.repeatsContentType ? [`Content-Type: ${type}`] : []),
      `Content-Length: ${contentLength}`,
      `${profile.transHeader}${colon}${telling.transId}`,
      ...(telling.returnCode === undefined ? [] : [`cmd_return_code${colon}${telling.returnCode}`]),
      `dev_id${colon}${this.#serialNumber}`,
      ...(profile.deviceModel === undefined ? [] : [`dev_model${colon}${profile.deviceModel}`]),
      ...(profile.encrypt === 'none' ? [] : [`encrypt${colon}${profile.encrypt}`]),
      `blk_no${colon}${blockNumber}`,
      `blk_len${colon}${blockBytes}`,
      `HOST: ${host}:${port}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }
}
