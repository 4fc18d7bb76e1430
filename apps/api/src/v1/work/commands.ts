import { asPin, BiolistenerError, type CommandKind, type JsonObject, type SerialNumber } from '@biolistener/core';
import { commandFor } from '@biolistener/roster';
import type { NewCommand, StoredCommand } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import type { Who, WorkDeps } from './deps.ts';
import { getCommand, getTerminal } from './find.ts';

/** What people may ask of a terminal; the rest is the roster's, which brings what belongs to a person. */
export const ASKED_KINDS = [
  'user.delete',
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
] as const satisfies readonly CommandKind[];
export type AskedKind = (typeof ASKED_KINDS)[number];

export const isAskedKind = (kind: string): kind is AskedKind => (ASKED_KINDS as readonly string[]).includes(kind);

/** What needs a second thought: it cannot be taken back, or somebody stands in front of it. */
export const WEIGHTY_KINDS: ReadonlySet<AskedKind> = new Set([
  'user.delete',
  'restart',
  'door.open',
  'logs.clear',
  'raw',
]);

/**
 * Puts one command into the mailbox of a terminal.
 * Errors: API_TERMINAL_UNKNOWN, API_COMMAND_ROSTER, the codes of packages/roster and those of the brand.
 */
export async function askCommand(
  deps: WorkDeps,
  who: Who,
  serialNumber: string,
  kind: AskedKind,
  parameters: JsonObject,
): Promise<{ readonly command: StoredCommand; readonly isMerged: boolean }> {
  const { store, now } = deps;
  const command = await allowedCommand(deps, who, serialNumber, kind, parameters);
  const [queued] = await store.queueCommands([command], now());
  return { command: await getCommand(store, queued?.id ?? ''), isMerged: queued?.isMerged === true };
}

/** The command as it may be queued now. Errors: as `askCommand`. */
async function allowedCommand(
  deps: WorkDeps,
  who: Who,
  serialNumber: string,
  kind: AskedKind,
  parameters: JsonObject,
): Promise<NewCommand> {
  const { store, rulesOf, rosterSettings: settings, now } = deps;
  const terminal = await getTerminal(store, serialNumber);
  if (kind === 'user.delete') await assertMayDelete(deps, terminal.serialNumber, parameters);
  const request = { serialNumber: terminal.serialNumber, kind, parameters, askedBy: who.actor, ...who };
  const answer = await commandFor(request, { store, rulesOf, settings: settings(), now: now() });
  if (answer.kind === 'refused') throw new BiolistenerError(answer.code, 'permanent', answer.detail);
  const objection = deps.objectionTo(terminal, kind, answer.command.parameters);
  if (objection) throw new BiolistenerError(objection.code, 'permanent', objection.detail);
  return answer.command;
}

const MOST_OF_ONE_PIN = 50;
const MOST_STRANGERS = 10_000;

/** The roster would put the person back, and nobody takes away a terminal's administrator. */
async function assertMayDelete({ store }: WorkDeps, serialNumber: SerialNumber, parameters: JsonObject): Promise<void> {
  const { pin: named } = parameters;
  if (typeof named !== 'string') return; // commandFor says what is missing
  const pin = asPin(named);
  const samePin = await store.listPersons({ pin, limit: MOST_OF_ONE_PIN });
  const cells = await Promise.all(samePin.map((person) => store.findCell(serialNumber, person.id)));
  const strangers = await store.strangersAt(serialNumber, MOST_STRANGERS);
  const seen = [...cells.map((cell) => cell?.seen), ...strangers.filter((one) => one.pin === pin)];
  if (seen.some((one) => (one?.privilege ?? 0) > 0))
    throw apiError('API_COMMAND_ROSTER', `PIN ${pin} is an administrator of the terminal, and stays there`);
  if (cells.some((cell) => cell?.isWanted === true))
    throw apiError('API_COMMAND_ROSTER', `PIN ${pin} is assigned to the terminal and would come back`);
}

/**
 * As a new command. What somebody asked is judged as if it were asked now: raw may be off meanwhile, logs may be unproven, a door
 * must open soon or never. Errors: API_COMMAND_UNKNOWN, API_COMMAND_STATE, API_FORBIDDEN, and those of `askCommand`.
 */
export async function retryCommand(deps: WorkDeps, who: Who, id: string): Promise<StoredCommand> {
  const { store, rosterSettings, now } = deps;
  const old = await getCommand(store, id);
  if (!['failed', 'expired', 'cancelled'].includes(old.state))
    throw apiError('API_COMMAND_STATE', `command ${id} is ${old.state}: only one that failed can be tried again`);
  if (old.kind === 'door.open' && !who.mayOpenDoors) throw apiError('API_FORBIDDEN', `${who.actor} may not open doors`);
  const { kind, serialNumber, parameters, origin } = old;
  const isAsked = origin !== 'roster' && isAskedKind(kind);
  const fresh = isAsked ? await allowedCommand(deps, who, serialNumber, kind, parameters) : undefined;
  const deadline = fresh?.deadline ?? now() + rosterSettings().commandDeadlineMs;
  return getCommand(store, await store.retryCommand(id, who.actor, deadline, now(), fresh?.parameters));
}

/** Errors: API_COMMAND_UNKNOWN, API_COMMAND_STATE. */
export async function cancelCommand({ store, now }: WorkDeps, who: Who, id: string): Promise<StoredCommand> {
  const { state } = await getCommand(store, id);
  if ((await store.cancelCommands([id], who.actor, now())) === 0)
    throw apiError('API_COMMAND_STATE', `command ${id} is ${state}: there is nothing to cancel`);
  return getCommand(store, id);
}
