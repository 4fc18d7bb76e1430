/** When a line of a kind was last written, and how often it was left out since. */
const told = new Map<string, { at: number; times: number }>();

const EVERY_MS = 60_000;
const MOST_KINDS = 1_000;

/**
 * Says a thing that a stranger can cause at will at most once a minute per kind, with how often it happened since.
 * Without it a scanner would fill the log.
 */
export function sometimes(kind: string, now: number, say: (times: number) => void): void {
  const last = told.get(kind);
  if (last && now - last.at < EVERY_MS) {
    last.times += 1;
    return;
  }
  if (told.size >= MOST_KINDS) told.clear();
  told.set(kind, { at: now, times: 0 });
  say((last?.times ?? 0) + 1);
}
