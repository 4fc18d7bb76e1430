/** One command as it came in a poll reply. */
export interface ZktecoCommand {
  readonly id: string;
  /** Everything after the second colon. */
  readonly text: string;
}

/** What a poll reply is to the firmware. */
export type PollReply =
  | { readonly kind: 'idle' }
  | { readonly kind: 'commands'; readonly commands: readonly ZktecoCommand[] }
  | { readonly kind: 'unknown-device' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' };

/**
 * Reads a poll reply. A partial last line is dropped, CRLF and blank lines are tolerated, an id is whatever stands
 * between the colons; `OK` with anything after it is no idle reply to strict firmware (§4.1, C67, C69).
 */
export function readPollReply(body: string, isStrict: boolean): PollReply {
  if (body.length === 0) return { kind: 'empty' };
  if (body.slice(0, 20 + 'UNKNOWN DEVICE'.length).includes('UNKNOWN DEVICE')) return { kind: 'unknown-device' };
  if (body === 'OK' || (!isStrict && body.trim() === 'OK')) return { kind: 'idle' };
  const lines = body.split('\n').slice(0, -1);
  const commands = lines
    .map((line) => /^C:([^:]*):(.+?)\r?$/.exec(line))
    .flatMap((found) => (found ? [{ id: found[1] ?? '', text: found[2] ?? '' }] : []));
  if (commands.length > 0) return { kind: 'commands', commands };
  // a lone unterminated command is dropped without a word, and is no error either
  return body.startsWith('C') ? { kind: 'idle' } : { kind: 'unreadable' };
}

/** `key=value` pieces joined by TABs, keys in lower case; a value keeps its `=` signs and blanks. */
export function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const piece of text.split('\t')) {
    const at = piece.indexOf('=');
    if (at > 0) fields.set(piece.slice(0, at).trim().toLowerCase(), piece.slice(at + 1));
  }
  return fields;
}
