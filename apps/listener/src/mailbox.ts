import type { Encoded } from '@biolistener/wire';
import type { ListenerDeps } from './deps.ts';
import type { Request } from './request.ts';
import type { Entry } from './registry.ts';

/** The next commands for a terminal that polls, in the words of its brand. They are marked sent before they leave. */
export async function takeCommands(
  { brand, serialNumber }: Request,
  entry: Entry,
  deps: ListenerDeps,
): Promise<Encoded[]> {
  const now = deps.now();
  const commands = await deps.store.takeCommands(serialNumber, brand.commandsPerPoll ?? 1, now);
  if (commands.length === 0) entry.hasCommands = false;
  return commands.map((command) => brand.encode(command, { now, terminal: entry.terminal }));
}
