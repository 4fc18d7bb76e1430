import type { Target } from '../link.ts';
import type { Sendable } from '../spoil.ts';
import type { ZktecoProfile } from './profiles.ts';

export interface ZktecoRequest extends Sendable {
  /** `getrequest`, `cdata/ATTLOG` … for events and violations. */
  readonly operation: string;
}

/** Writes requests as a profile does: path suffix, HTTP version, headers it has and headers it lacks (§1.1, §1.4, §6.3). */
export class RequestWriter {
  /** Of terminals in access mode, which prove with it that they are registered (§2.9). */
  cookie: string | undefined;
  readonly #profile: ZktecoProfile;
  readonly #serialNumber: string;
  readonly #host: string;

  constructor(profile: ZktecoProfile, serialNumber: string, target: Target) {
    this.#profile = profile;
    this.#serialNumber = serialNumber;
    this.#host = `${target.host}:${target.port}`;
  }

  /** `query` follows the serial number and begins with `&`. */
  get(path: string, operation: string, query = ''): ZktecoRequest {
    return { operation, bodyBytes: 0, closes: this.#closes, build: () => Buffer.from(this.#head('GET', path, query)) };
  }

  post(path: string, operation: string, query: string, body: Buffer): ZktecoRequest {
    return {
      operation,
      bodyBytes: body.length,
      closes: this.#closes,
      build: (length) => Buffer.concat([Buffer.from(this.#head('POST', path, query, length)), body]),
    };
  }

  get #closes(): boolean {
    return this.#profile.connection === 'close' || this.#profile.httpVersion === '1.0';
  }

  #head(method: string, path: string, query: string, length?: number): string {
    const { httpVersion, connection, suffix, contentType, hasMacHeader } = this.#profile;
    const target = `/iclock/${path}${suffix}?SN=${this.#serialNumber}${query}`;
    const lines = [
      `${method} ${target} HTTP/${httpVersion}`,
      `Host: ${this.#host}`,
      'User-Agent: iClock Proxy/1.09',
      `Connection: ${connection}`,
      'Accept: */*',
      ...(hasMacHeader ? ['MAC: 02:00:00:00:00:01'] : []),
      ...(this.cookie === undefined ? [] : [`Cookie: ${this.cookie}`]),
      ...(length !== undefined && contentType ? [`Content-Type: ${contentType}`] : []),
      ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }
}
