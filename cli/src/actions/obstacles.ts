import type { Settings } from '@biolistener/config';
import type { Store, Target, TerminalListing } from '@biolistener/store';
import { counted, printable } from '../output.ts';
import { askHealth } from '../services/health.ts';
import { listTerminals } from '../services/terminals.ts';
import { adviceFor, shellWord } from '../views/device.ts';

/** What stands in the way of every delivery just now, in the words of the services themselves. */
export async function serviceObstacles(settings: Settings, target: Target | undefined): Promise<string[]> {
  const health = await askHealth(settings);
  if (health.kind === 'silent')
    return [
      `No service answers at ${health.url} (${health.reason}): is \`biolistener up\` running? \`biolistener doctor\` looks at every step.`,
    ];
  const troubled = health.parts.filter((part) => part.state !== 'ok');
  const obstacles = troubled.map((part) => `${part.part}: ${part.message}`);
  if (target === undefined) obstacles.push('No site is known that check-ins go to: start a worker.');
  return obstacles.map(printable);
}

/** What stands in the way of one terminal's punches, before they are even stored. */
export const terminalObstacles = (terminal: TerminalListing): string[] =>
  adviceFor(terminal).map((line) => `${printable(terminal.name ?? terminal.serialNumber)}: ${line}`);

/** Punches that nobody can see yet, because their terminal waits for approval. */
export async function quarantineObstacles(store: Store): Promise<string[]> {
  const waiting = (await listTerminals(store)).filter((one) => one.status === 'pending' && one.quarantined > 0);
  return waiting
    .slice(0, 5)
    .map(
      (one) =>
        `Unread until ${printable(one.serialNumber)} is approved: ${counted(one.quarantined, 'request')} of it. biolistener device approve ${shellWord(one.serialNumber)}.`,
    );
}
