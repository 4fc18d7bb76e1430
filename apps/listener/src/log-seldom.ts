import type { Log } from '@biolistener/telemetry';
import type { ListenerDeps } from './deps.ts';

/** When a line of a kind was last written to a log, and how often it was left out since. */
const toldTo = new WeakMap<Log, Map<string, { at: number; times: number }>>();

const EVERY_MS = 60_000;
const MOST_KINDS = 1_000;

/**
 * Says a thing that a stranger can cause at will at most once a minute per kind, with how often it happened since.
 * Without it a scanner would fill the log.
 */
export function sometimes(
  { log, now }: Pick<ListenerDeps, 'log' | 'now'>,
  kind: string,
  say: (times: number) => void,
): void {
  const told = toldTo.get(log) ?? new Map<string, { at: number; times: number }>();
  toldTo.set(log, told);
  const at = now();
  const last = told.get(kind);
  if (last && at - last.at < EVERY_MS) {
    last.times += 1;
    return;
  }
  if (told.size >= MOST_KINDS) told.clear();
  told.set(kind, { at, times: 0 });
  say((last?.times ?? 0) + 1);
}
