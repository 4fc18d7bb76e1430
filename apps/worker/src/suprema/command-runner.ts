import { inputOf, readWords, type CommandWords } from '@biolistener/brands/suprema';
import { messageOf, type JsonObject, type SerialNumber, type Terminal } from '@biolistener/core';
import { resolveSecrets } from '@biolistener/security';
import type { StoredCommand } from '@biolistener/store';
import type { Encoded } from '@biolistener/wire';
import { converse, type ConversationDeps, type Ending } from './conversation.ts';
import type { SupremaDeps } from './deps.ts';
import type { EventIntake } from './event-intake.ts';

export interface CommandRunnerDeps extends Pick<SupremaDeps, 'store' | 'vault' | 'brand' | 'log' | 'patience'> {
  readonly intake: EventIntake;
  readonly host: string;
  readonly now: () => number;
  readonly isOurs: (deviceId: string) => boolean;
  readonly conversation: (deviceId: string) => ConversationDeps;
}

/** The server could not be asked. */
interface Away {
  readonly kind: 'away';
  readonly detail: string;
}

const LEASE_MS = 60_000;
const MOST_BYTES = 8 * 1024 * 1024;
/** Devices that are served at once: a scan waits for a person and must not hold up everybody else. */
const MOST_DEVICES = 3;

/** The mailboxes of the devices: each command becomes a conversation with their server. */
export class CommandRunner {
  readonly #deps: CommandRunnerDeps;
  readonly #busy = new Map<SerialNumber, Promise<void>>();

  constructor(deps: CommandRunnerDeps) {
    this.#deps = deps;
  }

  /** Begins whatever may begin now; a device that is busy is left alone. */
  async round(): Promise<void> {
    const { store, now, isOurs, intake } = this.#deps;
    for (const serialNumber of await store.terminalsWithCommands(now())) {
      if (this.#busy.size >= MOST_DEVICES) return;
      if (this.#busy.has(serialNumber) || !isOurs(serialNumber)) continue;
      const terminal = await intake.findApproved(serialNumber);
      if (terminal?.brand === this.#deps.brand.name) this.#begin(terminal);
    }
  }

  #patient(ms: number): number {
    return Math.ceil(ms * (this.#deps.patience?.() ?? 1));
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #begin(terminal: Terminal): void {
    const { serialNumber } = terminal;
    const work = this.#serve(terminal)
      .catch((error: unknown) =>
        this.#deps.log.warn({ serialNumber, reason: messageOf(error) }, 'a command waits for another try'),
      )
      .finally(() => this.#busy.delete(serialNumber));
    this.#busy.set(serialNumber, work);
  }

  async #serve(terminal: Terminal): Promise<void> {
    const { store, now } = this.#deps;
    const leaseMs = this.#patient(LEASE_MS);
    const options = { limit: 1, maxBytes: MOST_BYTES, now: now(), leaseMs, isOneOutstanding: true };
    for (const command of await store.takeCommands(terminal.serialNumber, options)) await this.#run(command, terminal);
  }

  async #run(command: StoredCommand, terminal: Terminal): Promise<void> {
    const { store, brand, now } = this.#deps;
    const encoded = await this.#encode(command, terminal);
    const words = encoded.kind === 'encoded' ? readWords(encoded.bytes) : undefined;
    if (encoded.kind === 'refused') return this.#fail(command, encoded.reason, encoded.detail);
    if (!words) return this.#fail(command, 'SU_COMMAND_UNSUPPORTED', 'the command has no words');
    const withinMs = this.#patient(encoded.answerWithinMs ?? brand.answerWithinMs);
    await store.markSent([command.id], now(), withinMs);
    const ending = await this.#converse(words, terminal);
    if (ending.kind === 'failed' && ending.reason !== undefined)
      return this.#fail(command, ending.reason, ending.detail);
    await this.#report(command, ending, terminal);
  }

  /** Parameters with secrets in them live no longer than this function and what it returns. */
  async #encode(command: StoredCommand, terminal: Terminal): Promise<Encoded> {
    const { store, vault, brand, now } = this.#deps;
    const resolved = await resolveSecrets(command.parameters, store, vault);
    if (resolved.kind === 'refused') return { ...resolved, id: command.id };
    const whole = { id: command.id, kind: command.kind, parameters: resolved.parameters };
    return brand.encode(whole, { now: now(), terminal });
  }

  /** A server that is away has refused nothing: the command goes again. */
  async #converse(words: CommandWords, terminal: Terminal): Promise<Ending | Away> {
    try {
      return await converse(words, this.#deps.conversation(terminal.serialNumber));
    } catch (error) {
      return { kind: 'away', detail: messageOf(error) };
    }
  }

  /** Result and what was read on the way, in one transaction. */
  async #report(command: StoredCommand, ending: Ending | Away, terminal: Terminal): Promise<void> {
    const { log, host, intake } = this.#deps;
    const verdict = ending.kind === 'done' ? 'done' : ending.kind === 'away' ? 'failed-for-now' : 'failed-for-good';
    const code = ending.kind === 'failed' ? ending.code : ending.kind === 'away' ? 'unreachable' : '0';
    const info: JsonObject = ending.kind === 'done' ? ending.info : { detail: ending.detail };
    const user = ending.kind === 'done' && ending.user !== undefined ? { user: ending.user } : {};
    const content = { id: command.id, code, verdict, info, ...user };
    const tags = { commandId: command.id, kind: command.kind, serialNumber: terminal.serialNumber, code, verdict };
    await intake.commit(terminal, inputOf('result', terminal.serialNumber, host, content));
    if (verdict === 'done') log.debug(tags, 'a command was carried out at the BioStar server');
    else log.info(tags, 'a command was not done');
  }

  async #fail(command: StoredCommand, reason: string, detail: string): Promise<void> {
    const { store, log, now } = this.#deps;
    log.warn(
      { commandId: command.id, kind: command.kind, reason },
      'a command cannot be carried out at the BioStar server',
    );
    await store.failCommands([{ id: command.id, reason, detail }], now());
  }
}
