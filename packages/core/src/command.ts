import type { JsonObject } from './json.ts';

/** What a terminal can be asked to do. The queue, its workers and Desk come with the command queue; codecs know the words now. */
export const COMMAND_KINDS = [
  'user.update',
  'user.delete',
  'template.update',
  'template.delete',
  'photo.update',
  'user.query',
  'template.query',
  'enrol.start',
  'logs.query',
  'clock.set',
  'restart',
  'info',
  'door.open',
  'logs.clear',
  'check',
  'raw',
] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

export interface Command {
  /** Decimal digits, at most 16, unique on this server: every brand so far can carry that. */
  readonly id: string;
  readonly kind: CommandKind;
  readonly parameters: JsonObject;
}

/**
 * What an answer says. uncertain: a first word on the way to the real result. unclear: the last word, which tells neither that it
 * was done nor that it was not.
 */
export const COMMAND_VERDICTS = ['done', 'failed-for-good', 'failed-for-now', 'uncertain', 'unclear'] as const;

/** What a terminal said about a command. Found again by serial number and id, never by the echoed words. */
export interface CommandResult {
  readonly id: string;
  /** The code as sent: `0`, `-1004`, `OK`, `ERROR_NOT_SUPPORTED`. */
  readonly code: string;
  readonly verdict: (typeof COMMAND_VERDICTS)[number];
  readonly info: JsonObject;
}
