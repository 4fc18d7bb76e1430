import { setTimeout as pause } from 'node:timers/promises';
import { askCommand, getTerminal, getCommand, WEIGHTY_KINDS, type AskedKind } from '@biolistener/api/work';
import type { Store, StoredCommand, TerminalListing } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { ago, print, printable } from '../output.ts';
import { parseKind, parseParameters, type ParameterOptions } from '../parse/command-parameters.ts';
import { confirm } from '../services/confirm.ts';
import { fixOf } from '../services/catalogs.ts';
import { withWork } from '../services/work.ts';
import { commandJson, commandText, isOver } from '../views/command.ts';

export interface SendOptions extends ParameterOptions {
  readonly wait?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Puts a command into the mailbox of a terminal, and waits for what becomes of it where that was asked. */
export async function sendCommand(serial: string, kindText: string, options: SendOptions): Promise<void> {
  const kind = parseKind(kindText);
  const parameters = parseParameters(kind, options);
  const waitMs = options.wait === undefined ? 0 : secondsOf(options.wait) * 1000;
  await withWork(async ({ work, who, store }) => {
    const terminal = await getTerminal(store, serial);
    if (WEIGHTY_KINDS.has(kind)) await confirm(questionOf(kind, terminal, options), options);
    const { command, isMerged } = await askCommand(work, who, serial, kind, parameters);
    const last = waitMs === 0 ? command : await outcomeOf(store, command, waitMs);
    const todo = last.reason === undefined ? undefined : (await fixOf(last.reason))?.fix;
    print(options, { ...commandJson(last), isMerged }, () =>
      waitMs === 0 ? queuedText(last, terminal, isMerged) : commandText(last, Date.now(), todo),
    );
    if (waitMs > 0 && last.state !== 'verified') throw new Unhealthy();
  });
}

function secondsOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new CommandFailure('--wait must be a number of seconds', EXIT.usage);
}

function questionOf(kind: AskedKind, { name, serialNumber }: TerminalListing, options: SendOptions): string {
  const there = printable(name === undefined ? serialNumber : `${name} (${serialNumber})`);
  switch (kind) {
    case 'door.open':
      return `The door at ${there} will open for whoever stands there.`;
    case 'restart':
      return `${there} will restart; nobody can punch meanwhile.`;
    case 'logs.clear':
      return `${there} will forget its ${options.what === 'photos' ? 'pictures of punches' : 'punches'}; those stored here stay.`;
    case 'user.delete':
      return `PIN ${printable(options.pin ?? '')} will be deleted at ${there}, with all that is enrolled there.`;
    default:
      return `${there} gets ${JSON.stringify(options.text ?? '')} as it stands, which nobody here understands.`;
  }
}

const LOOK_EVERY_MS = 200;

async function outcomeOf(store: Store, asked: StoredCommand, waitMs: number): Promise<StoredCommand> {
  const giveUpAt = Date.now() + waitMs;
  let command = asked;
  while (!isOver(command) && Date.now() < giveUpAt) {
    await pause(LOOK_EVERY_MS);
    command = await getCommand(store, asked.id);
  }
  return command;
}

function queuedText({ id, kind }: StoredCommand, terminal: TerminalListing, isMerged: boolean): string {
  const serial = printable(terminal.serialNumber);
  const first = isMerged
    ? `The same waits for ${serial} already as command ${id}.`
    : `Command ${id} (${kind}) waits for ${serial}, which was heard ${ago(terminal.lastContactAt, Date.now())}.`;
  return `${first} What becomes of it: biolistener command show ${id}`;
}
