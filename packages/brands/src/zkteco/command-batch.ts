import type { Encoded, TerminalView } from '@biolistener/wire';

type Ready = Extract<Encoded, { kind: 'encoded' }>;

/** Limits of one delivery (protocols/zkteco-push.md §4.1, O14); a single larger command goes alone. */
export const BATCH_COMMANDS = 50;
export const BATCH_BYTES = 64 * 1024;

/** Commands after which a terminal may not read on: last in a batch (§4.1). */
const LAST_WORDS = new Set(['CHECK', 'REBOOT', 'CLEAR', 'UPGRADE', 'SET', 'RELOAD']);

const isLast = ({ word }: Ready): boolean =>
  LAST_WORDS.has(word.split(' ', 1)[0]?.toUpperCase() ?? '') || word === 'CONTROL DEVICE restart';

/**
 * The commands of one poll reply: oldest first, those that end a conversation last, at most 50 and 64 KB.
 * What does not fit is left out, so the caller should hand over, and mark as sent, no more than `fitsBatch` takes.
 */
export function chooseBatch(commands: readonly Encoded[]): readonly Ready[] {
  const ready = commands.filter((command): command is Ready => command.kind === 'encoded');
  const chosen = ready.slice(0, fitsBatch(ready.map((command) => command.bytes.length)));
  return [...chosen.filter((command) => !isLast(command)), ...chosen.filter(isLast)];
}

/**
 * How many of the oldest commands, by their sizes in bytes, make one delivery. An access terminal gets one until it has
 * answered any: some hold no more (§4.1).
 */
export function fitsBatch(sizes: readonly number[], terminal?: Pick<TerminalView, 'profile'>): number {
  if (terminal?.profile['dialect'] === 'SEC' && terminal.profile['hasAnswered'] !== true)
    return Math.min(1, sizes.length);
  let total = 0;
  let count = 0;
  for (const size of sizes) {
    total += size;
    if (count > 0 && (count >= BATCH_COMMANDS || total > BATCH_BYTES)) break;
    count++;
  }
  return count;
}
