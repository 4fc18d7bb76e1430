import type { Instant, SerialNumber } from '@biolistener/core';
import type { Decoded, Encoded, TerminalView } from './brand.ts';

/** What the protocol's document says about time and size of a socket. */
export interface SocketLimits {
  /** A terminal that has not said who it is by then is hung up on. */
  readonly registrationMs: number;
  /** Without any frame for so long the other end is gone. */
  readonly idleMs: number;
  readonly pingMs: number;
  /** Terminals must be able to send this much in one message. */
  readonly messageBytes: number;
  /** A terminal that lost its socket may go on without a greeting for so long, from the same address. */
  readonly greetingLastsMs: number;
}

export interface SocketContext {
  readonly now: Instant;
  /** Absent while nobody approved it, or before it said who it is. */
  readonly terminal: TerminalView | undefined;
}

/** What a message is, before anything is done about it. */
export type SocketInput =
  /** No message of the protocol, or an answer that nobody waits for (any more): it is not answered. */
  | { readonly kind: 'ignored'; readonly reason: string; readonly isNoise?: true }
  /**
   * Goes the way of every request: identify → decode → commit → answer. `isGreeting`: once it is answered with OK,
   * `register` follows. `serialNumber`: whose it says it is, where it says so.
   */
  | { readonly kind: 'request'; readonly isGreeting: boolean; readonly serialNumber: SerialNumber | undefined }
  /** An answer to what we asked. */
  | { readonly kind: 'answer'; readonly step: SocketStep };

/** What to do next in a conversation: store first, then send. */
export interface SocketStep {
  /** For the record of what was stored: `getalllog`, `getuserinfo`. */
  readonly operation: string;
  /** To be committed before anything is sent; results of commands are events in it. */
  readonly decoded: Decoded | undefined;
  readonly send: string | undefined;
  /** The conversation is over, and the next command may go. */
  readonly isOver: boolean;
}

/**
 * One socket of a terminal, without the socket: who it is, and at most one command under way. No clock and no IO: the
 * driver hands in messages, wakes it when it asked for that, sends what it says, and stores before it sends.
 */
export interface SocketSession {
  readonly serialNumber: SerialNumber | undefined;
  /** When `wake` is to be called; undefined: never. */
  readonly wakeAt: Instant | undefined;
  /** A command may be given to `begin`. */
  readonly isFree: boolean;
  receive(bytes: Uint8Array, isBinary: boolean, ctx: SocketContext): SocketInput;
  /** The greeting was answered with OK. What must be said at once, if anything. */
  register(serialNumber: SerialNumber, ctx: SocketContext): SocketStep | undefined;
  begin(command: Extract<Encoded, { kind: 'encoded' }>, ctx: SocketContext): SocketStep;
  /** Time has passed. */
  wake(ctx: SocketContext): SocketStep | undefined;
  /** The socket is gone, or another one took its place: how the command under way ended. */
  lose(reason: 'connection-lost' | 'superseded', ctx: SocketContext): SocketStep | undefined;
  /** What was said could not be stored: the conversation is given up without a result, and the command goes again. */
  abandon(now: Instant): void;
}

/** How a brand is spoken over WebSockets that its terminals open. */
export interface SocketRules {
  readonly limits: SocketLimits;
  /** Commands that must not go a second time by themselves once they left (a door, a restart). */
  isRepeatable(kind: string): boolean;
  open(): SocketSession;
}

/** The method of a `WireInput` that came as a message of a socket; no HTTP request can have it. */
export const SOCKET_METHOD = 'WS';
/** Whose socket a message came by. Set by the listener alone, and only under `SOCKET_METHOD`. */
export const SOCKET_SERIAL = 'X-Dev-Id';
