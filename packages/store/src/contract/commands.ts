import type { Command, CommandKind, Instant, JsonObject, Pin, SerialNumber } from '@biolistener/core';

/**
 * queued → leased (a process took it to write it) → sent (its bytes left) → answered (the terminal says that it is done) →
 * verified | failed | expired | cancelled. A lease that runs out, of a terminal that rebooted or of a process that died,
 * makes it queued again. `answered` waits for proof; what cannot be proven is verified by its answer.
 */
export const COMMAND_STATES = [
  'queued',
  'leased',
  'sent',
  'answered',
  'verified',
  'failed',
  'expired',
  'cancelled',
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export const OPEN_COMMAND_STATES = ['queued', 'leased', 'sent', 'answered'] as const satisfies readonly CommandState[];

/** Who wants it: the roster keeper, an ERPNext user in Desk, a person at the CLI or API, the service itself. */
export type CommandOrigin = 'roster' | 'desk' | 'cli' | 'api' | 'service';

/**
 * Why a command waits or ended, where the store itself decides it; `failCommands` may bring a brand's code instead.
 * refused: the terminal said no, for good. busy: it said not now. unclear: it answered, and nothing is known by that. silent: no
 * answer came. too-late: the deadline passed.
 */
export const COMMAND_REASONS = ['refused', 'busy', 'unclear', 'silent', 'too-late', 'cancelled'] as const;
export type CommandReason = (typeof COMMAND_REASONS)[number];

/** What a verified command was verified by. */
export type CommandProof = 'answer' | 'read-back' | 'event';

export interface NewCommand {
  readonly serialNumber: SerialNumber;
  readonly kind: CommandKind;
  /** No secrets: `{"$template": id}`, `{"$photo": id}` and `{"$password": person id}` stand for them until the bytes are written. */
  readonly parameters: JsonObject;
  readonly origin: CommandOrigin;
  /** `desk:<user>`, `cli:root`, `api:<name>`, `system`. */
  readonly askedBy: string;
  /** The Biometric Device Command that asked. */
  readonly deskName?: string;
  readonly pin?: Pin;
  /** Equal ones that are still queued at one terminal are one, with the parameters of the newest. Absent: never merged. */
  readonly mergeKey?: string;
  /** Lower goes first: 0 somebody stands at the terminal, 5 a person asked, 9 the roster. */
  readonly priority: number;
  readonly notBefore?: Instant;
  /** When nobody cares any more. */
  readonly deadline: Instant;
  readonly maxAttempts: number;
  /** About so many bytes on the wire: terminals are fed in portions. */
  readonly bytes: number;
  /** `answered` waits for a read-back; without it the answer is the proof. */
  readonly needsProof?: boolean;
}

export interface StoredCommand extends Command {
  readonly serialNumber: SerialNumber;
  readonly state: CommandState;
  readonly origin: CommandOrigin;
  readonly askedBy: string;
  readonly deskName: string | undefined;
  readonly pin: Pin | undefined;
  readonly priority: number;
  readonly notBefore: Instant | undefined;
  readonly deadline: Instant;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly bytes: number;
  readonly needsProof: boolean;
  /** While leased or sent: when it counts as lost. */
  readonly leaseUntil: Instant | undefined;
  readonly resultCode: string | undefined;
  readonly resultInfo: JsonObject;
  /** Why it failed, expired or waits: a code of ours or the brand's, and a sentence. */
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly proof: CommandProof | undefined;
  readonly createdAt: Instant;
  readonly sentAt: Instant | undefined;
  readonly answeredAt: Instant | undefined;
  readonly closedAt: Instant | undefined;
}

export interface TakeOptions {
  readonly limit: number;
  /** Portion in bytes; the first one goes however large it is. */
  readonly maxBytes: number;
  readonly now: Instant;
  /** How long the taker may need until `markSent`. */
  readonly leaseMs: number;
  /** Nothing while another one of this terminal is leased or sent and not lost yet; else one. */
  readonly isOneOutstanding: boolean;
}

export interface CommandFilter {
  readonly serialNumber?: SerialNumber;
  readonly pin?: Pin;
  readonly kind?: CommandKind;
  readonly states?: readonly CommandState[];
  readonly origin?: CommandOrigin;
  readonly deskName?: string;
  /** Page: only ids below it. Newest first. */
  readonly beforeId?: string;
  readonly limit: number;
}

export interface CommandWait {
  readonly notBefore: Instant;
  /** As for `StoredCommand`. */
  readonly reason: string;
  readonly detail: string;
}

export interface CommandChange {
  readonly id: string;
  readonly reason?: string;
  readonly detail?: string;
}

/**
 * The mailboxes of the terminals. Results arrive by `commitUpload`, in the transaction of what came with them:
 * done → answered where proof is needed, else verified by the answer; failed-for-good → failed (`refused`); failed-for-now →
 * queued again after 5 s, then twice as long each time (`busy`), failed once the attempts are used up; unclear → the same
 * (`unclear`), but a removal fails at once: to ask proves more than to remove again; uncertain → stays sent.
 * Of a command that ended, a late result is kept as `late` in its `resultInfo`, and a late `done` verifies one that had
 * expired or failed for silence or an unclear answer. Unknown ids, and commands that were never given out, are left alone.
 * Every end of a command that a roster row names marks that cell (verified by a read-back: whoever read back knows); a
 * `user.delete` that was done, and whatever waits for proof, marks every cell of its PIN at that terminal that has rows.
 */
export interface CommandStore {
  /**
   * One transaction, in order; moves the revision once. Ids are decimal digits from one counter. A merged one answers the
   * id that is queued already (with the lower priority and the later deadline of both). What people ask (desk, cli, api) is
   * audited. STORE_NOT_FOUND: unknown terminal.
   */
  queueCommands(
    commands: readonly NewCommand[],
    now: Instant,
  ): Promise<{ readonly id: string; readonly isMerged: boolean }[]>;
  /**
   * queued → leased, by priority and then age; counts an attempt. Also those whose lease ran out, without waiting for the sweep.
   * One that waits for its `notBefore` holds back younger ones of the same PIN that are no more urgent: order counts there.
   */
  takeCommands(serialNumber: SerialNumber, options: TakeOptions): Promise<StoredCommand[]>;
  /** leased → sent. One that is answered already stays so: the terminal was faster than this call. */
  markSent(ids: readonly string[], now: Instant, answerWithinMs: number): Promise<void>;
  /** leased → queued: it did not go out after all. Does not count as an attempt. Moves the revision. `wait`: until when, and why. */
  releaseCommands(ids: readonly string[], now: Instant, wait?: CommandWait): Promise<void>;
  /**
   * sent → queued at once: its terminal restarted and forgot it. The attempt stays counted. One whose attempts are used up
   * stays sent until its lease ends, and an answer that was kept over the restart still counts for all of them.
   */
  resendCommands(ids: readonly string[], now: Instant): Promise<void>;
  /** Any open state → failed, with the reason: refused by the codec, unreadable secret, refuted by a read-back. */
  failCommands(changes: readonly CommandChange[], now: Instant): Promise<void>;
  /** answered (or sent) → verified. */
  verifyCommands(ids: readonly string[], proof: CommandProof, now: Instant): Promise<void>;
  /** Open ones only, answers how many. One that is leased or sent may still be done by the terminal: `detail` says so. Audited. */
  cancelCommands(ids: readonly string[], actor: string, now: Instant): Promise<number>;
  /**
   * Another Biometric Device Command counts on it from now on, or none: the one that asked no longer wants it, and others that
   * it was merged with do. Open ones only.
   */
  handOverCommand(id: string, deskName: string | undefined): Promise<void>;
  /**
   * A failed, expired or cancelled one goes again as a new command; answers its id. Audited. `parameters`: what was true when it
   * was first asked may be otherwise now. Errors: STORE_NOT_FOUND, STORE_WRONG_STATE when it is open or was done.
   */
  retryCommand(id: string, actor: string, deadline: Instant, now: Instant, parameters?: JsonObject): Promise<string>;
  /**
   * Leases that ran out → queued, or failed when the attempts are used up; deadlines that passed → expired, but one that is
   * out (leased, sent) first has the time of its lease, and one that is answered is verified by its answer. Moves the
   * revision when something may be taken now that could not before. At most 5,000 of each at once: what is left is next.
   */
  sweepCommands(
    now: Instant,
  ): Promise<{ readonly requeued: number; readonly failed: number; readonly expired: number }>;
  findCommand(id: string): Promise<StoredCommand | undefined>;
  listCommands(filter: CommandFilter): Promise<StoredCommand[]>;
  /** Approved or not, terminals that have something to take now: queued and due, or lost on the way. */
  terminalsWithCommands(now: Instant): Promise<SerialNumber[]>;
  /**
   * When something can be taken that cannot be taken at `now`, though nobody changes anything: the first `notBefore` or end
   * of a lease after `now`. Undefined: never. Cheap: whoever caches `terminalsWithCommands` asks it.
   */
  nextCommandAt(now: Instant): Promise<Instant | undefined>;
  /** Open and closed ones by state; of one terminal or of all. */
  countCommands(serialNumber?: SerialNumber): Promise<Readonly<Record<CommandState, number>>>;
}
