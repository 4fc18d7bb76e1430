import type { JsonObject } from '@biolistener/core';

/** One question to a terminal. */
export interface ScriptStep {
  readonly message: JsonObject & { readonly cmd: string };
  readonly withinMs?: number;
  /** `result:false` is as good as yes: what was to be deleted is not there (protocols/aiface-websocket.md §6.5). */
  readonly isLenient?: true;
  /** Waits before it is sent (§6.4). */
  readonly afterMs?: number;
}

/** What `encode` writes and a socket plays: a command of ours may take many messages. Bytes of a command are this as JSON. */
export type Script =
  | { readonly play: 'steps'; readonly steps: readonly ScriptStep[]; readonly isQuiet?: true }
  /** Everybody, without content. */
  | { readonly play: 'list' }
  /** These credentials with their content; `user`: all that is asked is one person. */
  | {
      readonly play: 'read';
      readonly enrollid: number | string;
      readonly slots: readonly number[];
      readonly isUser?: true;
    }
  | { readonly play: 'remove'; readonly enrollid: number | string; readonly canList: boolean; readonly isQuiet?: true }
  | { readonly play: 'logs'; readonly word: 'getalllog' | 'getnewlog'; readonly from?: string; readonly to?: string }
  /** All records are read and stored, and then the terminal may forget; `drains`: what is new since as well. */
  | { readonly play: 'clear'; readonly drains: boolean };

export const writeScript = (script: Script): Uint8Array => Buffer.from(JSON.stringify(script));
export const readScript = (bytes: Uint8Array): Script => JSON.parse(Buffer.from(bytes).toString('utf8')) as Script; // our own writing
