import type { Pin } from '@biolistener/core';
import { runTimeSettings, type Settings } from '@biolistener/config';
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

/** What keeps the punches of one PIN from an employee. */
export async function pinObstacles(store: Store, target: Target | undefined, pin: Pin): Promise<string[]> {
  if (!target || (await store.countEmployees(target.id)) === 0) return [];
  const field = runTimeSettings(await store.listSettings())['employee.id_field'];
  const employees = await store.findEmployees(target.id, pin);
  const [employee] = employees;
  if (!employee)
    return [
      `No employee of ${target.url} has ${JSON.stringify(pin)} in the field ${field}. Put it there; what is parked then goes by itself.`,
    ];
  if (employees.length > 1)
    return [
      `Several employees have this PIN (${employees.map((one) => one.name).join(', ')}): leave it with one only.`,
    ];
  if (employee.status !== 'Active')
    return [`${employee.name} is ${employee.status} in ERPNext: its check-ins are refused.`];
  return [];
}

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
