import type {
  Command,
  CommandKind,
  CommandResult,
  ErrorCatalog,
  Instant,
  JsonObject,
  LocalTime,
  Photo,
  Punch,
  SerialNumber,
  Template,
  TerminalSettings,
  TerminalUser,
} from '@biolistener/core';
import type { RequestHead, WireInput, WireOutput } from './http.ts';
import type { RosterRules } from './roster.ts';
import type { SocketRules } from './socket.ts';

/**
 * What a brand offers. Pure and total: bytes and context in, values out. No clock, no look-up, no log, and no exception:
 * bad bytes become `parked` records or a problem, never a throw. See docs/recipes/add-a-brand.md.
 */
export interface Brand {
  /** Folder, log tag, captures folder and document share it. */
  readonly name: string;
  readonly title: string;
  /** What its terminals can be asked to do. */
  readonly commands: readonly CommandKind[];
  /** Families among its terminals that can be asked less, whatever their firmware. */
  readonly families?: readonly BrandFamily[];
  /** What to type into a terminal, for `biolistener up` and the README; `{host}` and `{port}` are filled in. */
  readonly keypad: readonly string[];
  /** Why it parks a piece or refuses a command: each code with when it happens and what a person can do. */
  readonly errors: ErrorCatalog;
  /** How many commands one poll may carry. */
  readonly commandsPerPoll?: number;
  /**
   * How many commands, of these sizes in bytes and in this order, make one reply; at least 1. `answer` is given no more.
   * Absent: as many as `commandsPerPoll`. Some terminals of a brand take fewer than others.
   */
  fitsReply?(sizes: readonly number[], terminal?: TerminalView): number;
  /** The protocol allows one unanswered command at a time. */
  readonly isOneOutstanding?: boolean;
  /** How long a terminal may take to answer a command before it counts as silent, ms. */
  readonly answerWithinMs: number;
  /** We call its terminals, or their server: no request from outside is ever theirs, and `answer` has nobody to speak to. */
  readonly isPulled?: true;
  /**
   * Where its terminals can show a key that they share with their server: in every request, or only when they greet.
   * Absent: they know none.
   */
  readonly sharedKey?: 'every-request' | 'greeting';
  /** Its terminals set their clocks by what they are told, and `clock.set` makes them be told. */
  readonly keepsClock?: true;
  /** How people get to its terminals. */
  readonly roster: RosterRules;
  /** Set where its terminals hold a WebSocket: their commands go out by it, and never with an answer. */
  readonly socket?: SocketRules;
  /** Whether a request is of this brand, from its head alone. Brands are asked in the order of the list. */
  claims(head: RequestHead): boolean;
  /** Who speaks, and about what. Cheap: this runs for every idle poll, before anything else is read. */
  identify(input: WireInput): Identity;
  /**
   * Cuts a long upload into requests that can be decoded and committed one after the other, so that a million lines
   * need neither the memory nor the time of a million lines at once. Absent, or one part: it is decoded whole.
   */
  split?(input: WireInput): readonly WireInput[];
  /** The reply of the whole from the replies of its parts, in order. */
  join?(replies: readonly JsonObject[]): JsonObject;
  /** What happened. */
  decode(input: WireInput, ctx: DecodeContext): Decoded;
  /** The reply in the brand's own words, for every way that a request can end. */
  answer(outcome: Outcome, ctx: AnswerContext): WireOutput;
  /** The bytes of one command in the dialect of one terminal, or why it cannot have it. */
  encode(command: Command, ctx: EncodeContext): Encoded;
}

export interface BrandFamily {
  /** As people call it: `access control`. */
  readonly name: string;
  readonly cannot: readonly CommandKind[];
}

export interface Identity {
  /** Absent when the request does not say, or says nonsense; then `problem` tells which. */
  readonly serialNumber: SerialNumber | undefined;
  readonly problem?: 'missing' | 'malformed' | 'contradictory';
  /** The brand's word for what is asked: `getrequest`, `cdata/ATTLOG`, `realtime_glog`. For logs, metrics and limits. */
  readonly operation: string;
  /** A poll that carries no news may be answered from memory: no store, no queue. */
  readonly isPoll: boolean;
  /** The key that the request shows, where one of its kind can: empty when it shows none. Never logged, never kept. */
  readonly sharedKey?: string;
  /** Set when a message may arrive in several requests: the open transfer under this key goes into `DecodeContext`. */
  readonly transferKey?: string;
}

/** What is known of the terminal, for codecs. */
export interface TerminalView extends TerminalSettings {
  readonly serialNumber: SerialNumber;
  readonly profile: JsonObject;
  readonly stamps: Readonly<Record<string, string>>;
}

export interface DecodeContext {
  readonly now: Instant;
  readonly terminal: TerminalView;
  /** The open transfer under `Identity.transferKey`, when there is one. */
  readonly transfer?: OpenTransfer;
  /** `Encoded.word` of a command that was sent to this terminal, where it is still known: results do not name theirs. */
  readonly wordOf?: (commandId: string) => string | undefined;
}

/** A message that is still arriving in pieces. Kept in the store, so that any process can take the next piece. */
export interface OpenTransfer {
  readonly key: string;
  /** Number of the last block that was taken; the meaning is the brand's. */
  readonly lastBlock: number;
  readonly bytes: Uint8Array;
  /** Whatever the brand must remember between pieces. */
  readonly memo: JsonObject;
  readonly touchedAt: Instant;
}

/** What to do with the transfer, in the same transaction as the records. `bytes` of `put` is the whole buffer so far. */
export type TransferStep =
  | { readonly kind: 'put'; readonly transfer: Omit<OpenTransfer, 'touchedAt'> }
  | { readonly kind: 'drop'; readonly key: string };

export type WireEvent =
  | { readonly kind: 'punch'; readonly punch: Punch }
  | { readonly kind: 'user'; readonly user: TerminalUser }
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'photo'; readonly photo: Photo }
  | { readonly kind: 'command-result'; readonly result: CommandResult }
  | { readonly kind: 'operation'; readonly operation: TerminalOperation };

/** Something that a terminal did or that was done to it: its operation log, its errors, its door. Never a punch. */
export interface TerminalOperation {
  /** `oplog`, `errorlog`, `door`, `barcode`, `event` … */
  readonly source: string;
  /** The code in the brand's words. */
  readonly code: string;
  readonly wallTime: LocalTime | undefined;
  /** True where an operator must hear of it: data cleared, clock set, server changed, tampering. */
  readonly isAlert: boolean;
  readonly details: JsonObject;
  /** Identity for duplicates: the fields that the brand's document names. */
  readonly key: readonly (string | number | undefined)[];
}

/** A piece that could not be read. It is ours now: kept with its bytes and its reason, shown, and can be tried again. */
export interface ParkedRecord {
  /** A code of the brand's `errors.ts`. */
  readonly reason: string;
  /** A sentence with the particulars; no secrets. */
  readonly detail: string;
  /** Where it stood: `ATTLOG`, `OPERLOG`, `realtime_glog`, `path:/iclock/new`. */
  readonly table: string;
  readonly raw: Uint8Array;
  /** True unless the record surely holds neither biometrics nor passwords: its bytes are then never shown. */
  readonly isSensitive: boolean;
}

/** What the exchange teaches about the terminal itself. */
export interface TerminalFacts {
  /** Merged over the stored profile, key by key; `null` forgets a key. */
  readonly profile?: JsonObject;
  /** Stored in the same transaction as the records that came with it. */
  readonly stamps?: Readonly<Record<string, string>>;
  /** The terminal begins anew: it remembers no command that it has not answered. */
  readonly isRestart?: boolean;
  /** The terminal's own clock at this moment, where it says so: drift is measured from it. */
  readonly wallClock?: LocalTime;
}

export interface Decoded {
  readonly events: readonly WireEvent[];
  readonly parked: readonly ParkedRecord[];
  readonly facts: TerminalFacts;
  readonly transfer?: TransferStep;
  /** What `answer` needs to know to find its words; private to the brand. */
  readonly reply: JsonObject;
  /** Set where the request must not be acknowledged although it could be read (a damaged block, a wrong method). */
  readonly refused?: boolean;
}

/** How a request ended. The listener decides; the brand finds the words. */
export type Outcome =
  | { readonly kind: 'committed'; readonly decoded: Decoded; readonly commands: readonly Encoded[] }
  /** An idle poll, from memory. */
  | { readonly kind: 'idle' }
  /** Nobody approved this serial number yet; its bytes are in quarantine. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'blocked' }
  /** No serial number, or one that cannot be. */
  | { readonly kind: 'unidentified'; readonly problem: 'missing' | 'malformed' | 'contradictory' }
  /** The store did not take it: disk full, database down. Must never read as OK. */
  | { readonly kind: 'unavailable' }
  /** Over a limit of size, rate or number. Must never read as OK. */
  | { readonly kind: 'limited'; readonly limit: 'size' | 'rate' | 'concurrency' | 'time' };

export interface AnswerContext {
  readonly input: WireInput;
  readonly identity: Identity;
  readonly now: Instant;
  /** Absent when the terminal is unknown. */
  readonly terminal: TerminalView | undefined;
}

export interface EncodeContext {
  readonly now: Instant;
  readonly terminal: TerminalView;
}

export type Encoded =
  | {
      readonly kind: 'encoded';
      readonly id: string;
      readonly word: string;
      readonly bytes: Uint8Array;
      /** Where this one takes longer (or less) than `Brand.answerWithinMs`: somebody must walk to the terminal. */
      readonly answerWithinMs?: number;
      /** Usually not answered: silence means done, and it must not be sent again. A refusal may still come. */
      readonly isSilent?: true;
    }
  | { readonly kind: 'refused'; readonly id: string; readonly reason: string; readonly detail: string };
