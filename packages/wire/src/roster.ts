import type {
  CommandKind,
  JsonObject,
  Pin,
  RecordHead,
  RecordVerdict,
  RosterItemKey,
  TemplateKey,
} from '@biolistener/core';
import type { TerminalView } from './brand.ts';

/** A template that may go to a terminal: its head, and the id under which its bytes are found. */
export interface TemplateRecord extends TemplateKey {
  readonly id: string;
  readonly algorithm: string;
  readonly encoding: 'base64' | 'binary';
  readonly isDuress: boolean;
  readonly size: number;
}

/** What a terminal is to know of a person. Secrets are named, never held: see `SecretReference`. */
export interface PersonRecords {
  readonly personId: string;
  readonly pin: Pin;
  readonly name: string | undefined;
  readonly card: string | undefined;
  readonly isAdministrator: boolean;
  readonly hasPassword: boolean;
  /** All that the person is to have, also those that need not be written now: some brands write a person as a whole. */
  readonly templates: readonly TemplateRecord[];
  readonly photo: { readonly id: string; readonly size: number } | undefined;
  /** As the terminal spells the PIN, where it has told: padded with zeros, say. */
  readonly seenExtra: JsonObject | undefined;
  /** As the terminal last told it, in its numbers: an administrator that a terminal made itself is never made less. */
  readonly seenPrivilege?: number | undefined;
}

/** What a terminal told of somebody, as far as it can be held against what was sent. */
export interface SeenUser {
  readonly name: string | undefined;
  readonly privilege: number | undefined;
  readonly card: string | undefined;
  readonly hasPassword: boolean;
}

/**
 * Stands in a command's parameters for bytes that are found only when the command is written to a terminal:
 * `{"$template": "12"}` and `{"$photo": "7"}` become base64 text, `{"$password": "<person id>"}` becomes the text.
 */
export type SecretReference =
  { readonly $template: string } | { readonly $photo: string } | { readonly $password: string };

/** A command that the brand would make, and which records it brings, removes or reads back. */
export interface CommandDraft {
  readonly kind: CommandKind;
  readonly parameters: JsonObject;
  readonly covers: readonly RosterItemKey[];
  /** About so many bytes on the wire. */
  readonly bytes: number;
  /** Equal ones that still wait are one. */
  readonly mergeKey: string;
}

/** What a terminal can be asked and given, as far as its profile tells; Desk and the CLI offer no more. */
export interface Abilities {
  readonly commands: readonly CommandKind[];
  readonly templates: readonly {
    readonly kind: TemplateKey['kind'];
    readonly algorithm: string;
    readonly version: string;
  }[];
  readonly takesPhotos: boolean;
  /** Whether what is on it can be read back. */
  readonly canReadBack: boolean;
}

/** How people get to the terminals of a brand. Pure, like all of a brand. */
export interface RosterRules {
  /** Compatibility as data: brand, kind, algorithm, version. Unknown profiles are refused with a reason. */
  canTake(record: RecordHead, terminal: TerminalView): RecordVerdict;
  /** Whether somebody with these records can be there: some terminals keep nobody who has nothing to be known by. Absent: anybody. */
  canHold?(person: PersonRecords, terminal: TerminalView): RecordVerdict;
  /** Commands that bring these records, in order: the user first. Only records that `canTake` allows are given. */
  planWrite(person: PersonRecords, items: readonly RosterItemKey[], terminal: TerminalView): readonly CommandDraft[];
  /** Commands that remove these records; `user` removes the whole person. */
  planRemove(
    pin: Pin,
    items: readonly RosterItemKey[],
    terminal: TerminalView,
    seenExtra: JsonObject | undefined,
  ): readonly CommandDraft[];
  /**
   * Only for terminals that say nothing about somebody whom they do not have, to a question as to a removal: puts a user with
   * nothing but the PIN there, so that the removal behind it is answered. What they stay silent about when asked is not there.
   */
  planBareUser?(pin: Pin, terminal: TerminalView, seenExtra: JsonObject | undefined): readonly CommandDraft[];
  /** Commands that make the terminal tell what it has of a person. Empty: it cannot tell. */
  planReadBack(
    pin: Pin,
    items: readonly RosterItemKey[],
    terminal: TerminalView,
    seenExtra: JsonObject | undefined,
  ): readonly CommandDraft[];
  /**
   * Which fields of a person a terminal shows otherwise than they were sent; empty: it has what it should have. A name that
   * the terminal cut is the same name, and what was not sent is not compared.
   */
  userDifferences?(person: PersonRecords, seen: SeenUser): readonly ('name' | 'card' | 'privilege' | 'password')[];
  abilities(terminal: TerminalView): Abilities;
}
