import { BiolistenerError } from '@biolistener/core';
import { CODE } from './codes.ts';
import { zkTcpErrors, type ZkTcpReason } from './errors.ts';
import type { Frame } from './frame.ts';

/**
 * One step of a conversation with a terminal: bytes to send (none: wait for more of the same answer), and how long to wait.
 * The driver gives back the next frame of the answer; it owns sockets, reply numbers and time (§1.4, §1.5).
 */
export interface Step {
  readonly send?: { readonly command: number; readonly data: Uint8Array };
  readonly withinMs: number;
  /** Asked twice it is as if asked once: on UDP it may be sent again when no answer came (C35). */
  readonly isRepeatable?: true;
}

/** A conversation that ends with a `T`. It holds the connection from its first step to its last. */
export type Dialog<T> = Generator<Step, T, Frame>;

/** A terminal that says no, or what is not the protocol. Thrown inside dialogs and by their driver only. */
export class TerminalRefusal extends BiolistenerError {
  /** The code of the reply, where it was one. */
  readonly replyCode: number | undefined;

  constructor(reason: ZkTcpReason, detail: string, replyCode?: number) {
    super(reason, zkTcpErrors[reason].kind, detail);
    this.replyCode = replyCode;
  }
}

/** Limits of §8.2, ms. */
export const WITHIN = { simple: 10_000, prepare: 60_000, chunk: 30_000, refresh: 60_000, exit: 1000 } as const;
const NOTHING = new Uint8Array(0);

/** Questions, and orders that leave the terminal as the first one left it. `readBuffer` repeats itself, see `readRange`. */
const REPEATABLE: ReadonlySet<number> = new Set([
  CODE.connect,
  CODE.optionRead,
  CODE.firmware,
  CODE.freeSizes,
  CODE.getTime,
  CODE.state,
  CODE.prepareBuffer,
  CODE.freeData,
  CODE.event,
  CODE.enable,
  CODE.disable,
  CODE.refreshData,
]);

/** One request and the first frame of its answer, whatever it says. */
export function* ask(command: number, data: Uint8Array = NOTHING, withinMs: number = WITHIN.simple): Dialog<Frame> {
  return yield { send: { command, data }, withinMs, ...(REPEATABLE.has(command) && { isRepeatable: true }) };
}

/** One request that must be answered with OK (§8.1: everything else is a failure, known or not). */
export function* mustDo(command: number, data: Uint8Array = NOTHING, withinMs?: number): Dialog<Frame> {
  const reply = yield* ask(command, data, withinMs);
  if (reply.command === CODE.ok) return reply;
  throw refused(command, reply);
}

export function refused(command: number, reply: Frame): TerminalRefusal {
  if (reply.command === CODE.unauthorized)
    return new TerminalRefusal(
      'ZKT_SESSION_LOST',
      `command ${command} was answered as if nobody had connected`,
      CODE.unauthorized,
    );
  const hint = reply.command === CODE.readRefused ? ': the terminal is not in time attendance mode' : '';
  return new TerminalRefusal(
    'ZKT_REFUSED',
    `command ${command} was answered with ${reply.command}${hint}`,
    reply.command,
  );
}
