import { asSerialNumber, type Command, type CommandKind, type CommandResult, type JsonObject } from '@biolistener/core';
import {
  SOCKET_METHOD,
  SOCKET_SERIAL,
  type Decoded,
  type Outcome,
  type ParkedRecord,
  type SocketContext,
  type SocketInput,
  type SocketSession,
  type SocketStep,
  type TerminalView,
  type WireEvent,
  type WireInput,
} from '@biolistener/wire';
import { aiface } from './index.ts';

/** 2025-03-04T02:45:30Z, 08:15:30 in Kolkata. */
export const NOW = Date.UTC(2025, 2, 4, 2, 45, 30);
export const SN = asSerialNumber('AYTI10091234');
export const PROFILE: JsonObject = {
  model: 'AI06',
  firmware: 'ai806_f06v_v5.17',
  fpalgo: 'thbio3.0',
  sizes: { user: 3000, face: 3000, fp: 3000, card: 3000, pwd: 3000, log: 100_000 },
};

export const viewOf = (own: Partial<TerminalView> = {}): TerminalView => ({
  serialNumber: SN,
  zone: 'Asia/Kolkata',
  profile: PROFILE,
  stamps: {},
  ...own,
});

export const bytesOf = (message: unknown): Buffer =>
  Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));

export const inputOf = (message: unknown, serialNumber: string = SN): WireInput => ({
  method: SOCKET_METHOD,
  target: '/pub/chat',
  httpVersion: '1.1',
  headers: [SOCKET_SERIAL, serialNumber],
  remoteAddress: '192.0.2.1',
  body: bytesOf(message),
});

export const decodeOf = (message: unknown, terminal: TerminalView = viewOf(), now = NOW): Decoded =>
  aiface.decode(inputOf(message), { now, terminal });

/** What the terminal hears; undefined where nothing is said. */
export function answerOf(message: unknown, outcome: Outcome | 'committed', terminal = viewOf(), now = NOW): unknown {
  const input = inputOf(message);
  const how =
    outcome === 'committed'
      ? ({ kind: 'committed', decoded: decodeOf(message, terminal, now), commands: [] } as const)
      : outcome;
  const { body } = aiface.answer(how, { input, identity: aiface.identify(input), now, terminal });
  return body.length === 0 ? undefined : JSON.parse(Buffer.from(body).toString());
}

export const eventsOf = <K extends WireEvent['kind']>(
  decoded: Pick<Decoded, 'events'>,
  kind: K,
): Extract<WireEvent, { kind: K }>[] =>
  decoded.events.filter((event): event is Extract<WireEvent, { kind: K }> => event.kind === kind);

/** A driver without a socket: says what a session would have sent, and keeps what it would have stored. */
export class Bench {
  readonly session: SocketSession;
  readonly sent: JsonObject[] = [];
  readonly results: CommandResult[] = [];
  readonly events: WireEvent[] = [];
  readonly parked: ParkedRecord[] = [];
  now = NOW;
  terminal: TerminalView;
  #ids = 0;

  constructor(terminal: TerminalView = viewOf()) {
    const rules = aiface.socket;
    if (!rules) throw new Error('the brand has no socket');
    this.session = rules.open();
    this.terminal = terminal;
  }

  get ctx(): SocketContext {
    return { now: this.now, terminal: this.terminal };
  }

  get last(): JsonObject | undefined {
    return this.sent.at(-1);
  }

  register(): void {
    this.note(this.session.register(SN, this.ctx));
  }

  /** Says why where the codec refuses. */
  command(kind: CommandKind, parameters: JsonObject = {}): string {
    const command: Command = { id: String(++this.#ids), kind, parameters };
    const encoded = aiface.encode(command, this.ctx as { now: number; terminal: TerminalView });
    if (encoded.kind === 'refused') throw new Error(encoded.reason);
    this.note(this.session.begin(encoded, this.ctx));
    return command.id;
  }

  hears(message: unknown): SocketInput {
    const input = this.session.receive(bytesOf(message), false, this.ctx);
    if (input.kind === 'answer') this.note(input.step);
    return input;
  }

  /** Time passes until the session wants to be woken. */
  wait(): void {
    this.now = Math.max(this.now, this.session.wakeAt ?? this.now);
    this.note(this.session.wake(this.ctx));
  }

  note(step: SocketStep | undefined): void {
    if (step?.decoded) this.#store(step.decoded);
    if (step?.send !== undefined) this.sent.push(JSON.parse(step.send) as JsonObject);
  }

  #store({ events, parked, facts }: Decoded): void {
    this.events.push(...events);
    this.parked.push(...parked);
    for (const event of events) if (event.kind === 'command-result') this.results.push(event.result);
    const merged = Object.entries({ ...this.terminal.profile, ...facts.profile }).filter(([, value]) => value !== null);
    this.terminal = { ...this.terminal, profile: Object.fromEntries(merged) };
  }
}
