import { Agent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { messageOf } from '@biolistener/core';
import { workerError } from '../errors.ts';
import type { SupremaServer } from './settings.ts';

type Identity = Pick<SupremaServer, 'url' | 'pin' | 'ca' | 'serverName'>;

/** Hex without colons, small letters: how a pin is written and compared. */
export const normalPin = (text: string): string => text.replaceAll(/[:\s]/g, '').toLowerCase();

const fingerprintOf = (socket: TLSSocket): string => normalPin(socket.getPeerCertificate().fingerprint256);

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

/** A name for the handshake; addresses are none. */
const nameFor = (host: string, serverName: string | undefined): ConnectionOptions => {
  const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
  return servername === undefined ? {} : { servername };
};

/**
 * Connections to a server whose certificate nobody signed: the certificate itself must be the one that a person accepted. The
 * socket is handed on after the comparison, so not a byte of ours goes to anybody else.
 */
class PinnedAgent extends Agent {
  readonly #pin: string;
  readonly #identity: Identity;

  constructor(pin: string, identity: Identity) {
    super({ keepAlive: true, maxSockets: 8 });
    this.#pin = normalPin(pin);
    this.#identity = identity;
  }

  override createConnection(
    _options: RequestOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    const { host, port } = addressOf(this.#identity.url);
    const name = nameFor(host, this.#identity.serverName);
    // no authority vouches for it: the fingerprint below does, before anything is written
    const socket = connect({ host, port, ...name, rejectUnauthorized: false });
    const fail = (error: Error): void => done?.(error, socket);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      if (fingerprintOf(socket) === this.#pin) return done?.(null, socket);
      socket.destroy();
      fail(
        workerError(
          'WORKER_SUPREMA_CERTIFICATE',
          'the BioStar server shows another certificate than the one that was accepted',
        ),
      );
    });
    return undefined;
  }
}

/** Every connection to the server is made by this: calls and the socket of events alike. */
export function openAgent(identity: Identity): Agent {
  if (identity.pin !== undefined) return new PinnedAgent(identity.pin, identity);
  const { host } = addressOf(identity.url);
  const ca = identity.ca === undefined ? {} : { ca: identity.ca };
  return new Agent({ keepAlive: true, maxSockets: 8, ...ca, ...nameFor(host, identity.serverName) });
}

const TRUST_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** What a failed connection means for a person. */
export function connectionError(error: unknown, url: string): Error {
  const code = codeOf(error);
  if (code.startsWith('WORKER_SUPREMA')) return error as Error; // ours already
  if (TRUST_CODES.test(code))
    return workerError(
      'WORKER_SUPREMA_CERTIFICATE',
      `the certificate of ${url} is not trusted (${code}): run \`biolistener suprema connect\` to see and accept it`,
      error,
    );
  return workerError('WORKER_SUPREMA_UNREACHABLE', `${url}: ${messageOf(error)}`, error);
}

export interface SeenCertificate {
  readonly fingerprint: string;
  readonly subject: string;
  readonly validTo: string;
  /** An authority that this machine trusts vouches for it, under this name. */
  readonly isTrusted: boolean;
}

/** The certificate that a server shows, for a person to look at. Nothing is sent. Errors: WORKER_SUPREMA_UNREACHABLE. */
export function readCertificate(url: string, serverName?: string, withinMs = 10_000): Promise<SeenCertificate> {
  const { host, port } = addressOf(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...nameFor(host, serverName), rejectUnauthorized: false });
    const patience = setTimeout(() => socket.destroy(new Error('no answer')), withinMs);
    socket.once('error', (error) => (clearTimeout(patience), reject(connectionError(error, url))));
    socket.once('secureConnect', () => {
      clearTimeout(patience);
      const { subject, valid_to: validTo } = socket.getPeerCertificate();
      const name = [subject.CN].flat()[0] ?? '';
      resolve({ fingerprint: fingerprintOf(socket), subject: name, validTo, isTrusted: socket.authorized });
      socket.destroy();
    });
  });
}
