import type { LocalTime } from '@biolistener/core';
import { decodeClock } from './clock.ts';
import { CODE } from './codes.ts';
import { scrambleCommKey } from './comm-key.ts';
import { ask, mustDo, refused, TerminalRefusal, WITHIN, type Dialog } from './dialog.ts';
import { decodeOption, decodeSizes, encodeOption, IDENTITY_OPTIONS, type FreeSizes } from './options.ts';
import { clockData, numberData } from './requests.ts';

/** Connects, with the comm key where the terminal wants one; the session id is in the reply. Source: §2; cases C01 to C03. */
export function* open(commKey: number): Dialog<{ readonly session: number }> {
  const reply = yield* ask(CODE.connect);
  if (reply.command === CODE.ok) return { session: reply.session };
  if (reply.command !== CODE.unauthorized) throw refused(CODE.connect, reply);
  const proof = yield* ask(CODE.auth, scrambleCommKey(commKey, reply.session));
  if (proof.command === CODE.ok) return { session: reply.session };
  const hint = commKey === 0 ? 'it wants a communication key' : 'it did not take the communication key';
  throw new TerminalRefusal('ZKT_KEY_WRONG', hint, proof.command);
}

/** Always said before the socket is closed, also after failures (§2). */
export function* leave(): Dialog<void> {
  yield* ask(CODE.exit, undefined, WITHIN.exit);
}

/** Undefined: the terminal does not have it (C06). */
export function* readOption(name: string): Dialog<string | undefined> {
  const reply = yield* ask(CODE.optionRead, encodeOption(name));
  return reply.command === CODE.ok ? decodeOption(reply.data) : undefined;
}

export interface TerminalIdentity {
  readonly firmware: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly sizes: FreeSizes;
  readonly clock: LocalTime | undefined;
}

export function* identify(): Dialog<TerminalIdentity> {
  const options: Record<string, string> = {};
  for (const name of IDENTITY_OPTIONS) {
    const value = yield* readOption(name);
    if (value !== undefined && value !== '') options[name] = value;
  }
  const firmware = yield* ask(CODE.firmware);
  return {
    options,
    firmware: firmware.command === CODE.ok ? decodeOption(firmware.data) : undefined,
    sizes: yield* readSizes(),
    clock: yield* readClock(),
  };
}

export function* readSizes(): Dialog<FreeSizes> {
  const reply = yield* ask(CODE.freeSizes);
  return reply.command === CODE.ok ? decodeSizes(reply.data) : {};
}

/** Undefined: it shows a date that does not exist, or will not say. */
export function* readClock(): Dialog<LocalTime | undefined> {
  const reply = yield* ask(CODE.getTime);
  if (reply.command !== CODE.ok || reply.data.length < 4) return undefined;
  return decodeClock(Buffer.from(reply.data.buffer, reply.data.byteOffset, 4).readUInt32LE());
}

const STATES = ['idle', 'enrolling', 'identifying', 'in its menu', 'busy', 'writing a card'] as const;

/** What it does now; the answer stands in the session field, which stays the connection's all the same (§3.2, case C36). */
export function* readState(): Dialog<(typeof STATES)[number] | undefined> {
  const reply = yield* ask(CODE.state);
  return reply.command === CODE.ok ? STATES[reply.session] : undefined;
}

export function* setClock(time: LocalTime): Dialog<void> {
  yield* mustDo(CODE.setTime, clockData(time));
  yield* refresh();
}

/** After every write (§7). */
export function* refresh(): Dialog<void> {
  yield* mustDo(CODE.refreshData, undefined, WITHIN.refresh);
}

/** A courtesy, with a time-out where the firmware has one; `enable` must follow whatever happens (§7). */
export function* disable(seconds: number): Dialog<void> {
  const reply = yield* ask(CODE.disable, numberData(seconds));
  if (reply.command !== CODE.ok) yield* ask(CODE.disable);
}

export function* enable(): Dialog<void> {
  yield* mustDo(CODE.enable);
}

/** 0: nothing any more. Case C25. */
export function* listen(mask: number): Dialog<void> {
  yield* mustDo(CODE.event, numberData(mask));
}

/** The unit is disputed: seconds or tenths (§7); the option of the terminal says which. */
export function* unlock(seconds: number, unit: 'decisecond' | 'second'): Dialog<void> {
  yield* mustDo(CODE.unlock, numberData(unit === 'second' ? seconds : seconds * 10));
}
