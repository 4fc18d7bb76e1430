import type { Entry } from './registry.ts';

/** A terminal has few commands open at a time; older words are of no use any more. */
const MOST_WORDS = 64;

/** Results do not name what they answer, so the words of what was sent are kept a while, in memory alone. */
export function rememberWord(entry: Entry, commandId: string, word: string): void {
  entry.words ??= new Map();
  entry.words.delete(commandId);
  entry.words.set(commandId, word);
  const [oldest] = entry.words.keys();
  if (entry.words.size > MOST_WORDS && oldest !== undefined) entry.words.delete(oldest);
}

export const wordOf =
  ({ words }: Pick<Entry, 'words'>) =>
  (commandId: string): string | undefined =>
    words?.get(commandId);
