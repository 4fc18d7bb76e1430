import type { FaultName, FaultRates } from './faults.ts';
import type { InspectedPerson } from './inspect.ts';

export type SimulatedBrand = 'zkteco' | 'ebkn' | 'aiface';

/** Who punched, when, how. What is left out the terminal fills in as its profile does. */
export interface PunchInput {
  readonly pin: string;
  /**
   * An instant, shown by the terminal's own clock; or a wall time `YYYY-MM-DD HH:MM:SS`, recorded as it is.
   * Default: now. An instant whose second this person has already used moves to the nearest free second before it.
   */
  readonly at?: Date | string;
  /** State code in the brand's numbers. */
  readonly state?: number;
  /** Verify code in the brand's numbers. */
  readonly verify?: number;
  readonly photo?: Uint8Array;
  /** Lets a wall time repeat that this person has already used here; without it that throws. */
  readonly mayRepeat?: boolean;
}

/** The identity of a punch for the account: what ERPNext must end up with, once. Codes are text exactly as sent. */
export interface PunchIdentity {
  readonly serialNumber: string;
  readonly pin: string;
  /** `YYYY-MM-DD HH:MM:SS`, the terminal's wall clock. */
  readonly wallTime: string;
  readonly state: string;
  readonly verify: string;
}

export interface AckedPunch extends PunchIdentity {
  /** When the terminal saw a reply that its firmware takes as success; ms since 1970. */
  readonly ackedAt: number;
}

/** One line for a set or a map. */
export const punchKey = (p: PunchIdentity): string => [p.serialNumber, p.pin, p.wallTime, p.state, p.verify].join('|');

export type SimulatedTemplateKind = 'fingerprint' | 'face' | 'visible-face' | 'finger-vein' | 'palm';

/** Opaque synthetic bytes that play a biometric template. */
export interface SimulatedTemplate {
  readonly kind: SimulatedTemplateKind;
  /** Finger 0–9; 0 for a face. */
  readonly no: number;
  /** Part of a template that comes in several. */
  readonly index?: number;
  /** `10.0`, `40.1`; the profile's own version when left out. */
  readonly version?: string;
  readonly isDuress?: boolean;
  readonly data: Uint8Array;
}

export interface SimulatedUser {
  readonly pin: string;
  readonly name?: string;
  /** In the brand's numbers: ZK 0, 2, 6, 14; EBKN 0 to 3. */
  readonly privilege?: number;
  readonly password?: string;
  /** Decimal card number. */
  readonly card?: string;
  readonly templates?: readonly SimulatedTemplate[];
  readonly photo?: Uint8Array;
}

/** A reply that broke a rule of the brand's document. Tests fail on any. */
export interface Violation {
  readonly serialNumber: string;
  /** `getrequest`, `cdata/ATTLOG`, `receive_cmd` … */
  readonly operation: string;
  /** A sentence with the rule, its section, and what was seen. */
  readonly sentence: string;
}

export interface Answer {
  readonly operation: string;
  readonly status: number;
  readonly body: Buffer;
  /** Whether the firmware takes it as success. */
  readonly isAccepted: boolean;
}

export interface ReceivedCommand {
  readonly id: string;
  /** As received: `DATA UPDATE USERINFO PIN=…`, `SET_TIME`. */
  readonly text: string;
}

export interface TerminalEvents {
  acked: [AckedPunch];
  /** So many punch records went out in one request. */
  sent: [number];
  /** So many punch records were acknowledged by one reply, those of earlier days included. */
  confirmed: [number];
  answer: [Answer];
  command: [ReceivedCommand];
  online: [];
  offline: [string];
  violation: [Violation];
  fault: [FaultName];
  restart: [];
  drained: [];
}

/** A terminal that is not there: made from the brand's protocol document only, so that it can disagree with our codecs. */
export interface SimulatedTerminal {
  readonly serialNumber: string;
  readonly brand: SimulatedBrand;
  readonly profile: string;
  readonly isOnline: boolean;
  /** Each punch once, in the order of the first acknowledgement. */
  readonly acked: readonly AckedPunch[];
  readonly violations: readonly Violation[];
  start(): void;
  /** Ends the traffic; resolves when no socket or timer is left. The memory stays: `start` goes on from there. */
  stop(): Promise<void>;
  punch(punch: PunchInput): PunchIdentity;
  /** Puts a person on this terminal, as if at its keypad; the terminal reports it. */
  enrol(user: SimulatedUser): void;
  /** What this terminal knows of a person, by enrolment or by command. */
  user(pin: string): SimulatedUser | undefined;
  users(): readonly SimulatedUser[];
  /** Everybody in its memory with the bytes of templates and pictures, as copies, by PIN. */
  people(): readonly InspectedPerson[];
  /** Somebody holds a finger or a face to this terminal: it makes a template of seeded bytes and reports it. */
  enrolTemplate(pin: string, kind: SimulatedTemplateKind, no?: number): SimulatedTemplate;
  /** From now on these faults and no others. */
  setFaults(rates: FaultRates): void;
  /** Records of every kind that are still to be acknowledged. */
  pending(): number;
  /** Power off and on: connections drop, records and unposted results stay. */
  reboot(): void;
  /** Makes the clock wrong by so many seconds. */
  setClock(offsetSeconds: number): void;
  /** Resolves when nothing is pending; rejects with the signal's reason when that aborts first. */
  waitUntilDrained(signal?: AbortSignal): Promise<void>;
  on<E extends keyof TerminalEvents>(event: E, listener: (...args: TerminalEvents[E]) => void): unknown;
  off<E extends keyof TerminalEvents>(event: E, listener: (...args: TerminalEvents[E]) => void): unknown;
}
