import { messageOf, type Command } from '@biolistener/core';
import { resolveSecrets } from '@biolistener/security';
import type { CommandChange, StoredCommand } from '@biolistener/store';
import type { Encoded } from '@biolistener/wire';
import { withoutUnproven } from './clear-guard.ts';
import type { ListenerDeps } from './deps.ts';
import type { Entry } from './registry.ts';
import type { Request } from './request.ts';
import { rememberWord } from './sent-words.ts';

/** Commands that go home with a reply, and whom to tell whether the reply left. */
export interface Posted {
  readonly commands: readonly Encoded[];
  readonly settle?: Settle;
}

/** Called once: with true when the bytes were handed to the network, with false when they will never be. */
export type Settle = (hasLeft: boolean) => void;

type Ready = Extract<Encoded, { kind: 'encoded' }>;
export type MailboxDeps = Pick<ListenerDeps, 'store' | 'vault' | 'now' | 'log' | 'registry' | 'sent' | 'mailbox'>;

const NOTHING: Posted = { commands: [] };

/**
 * The next commands for a terminal that polls, in the words of its brand: leased from the store, secrets put in, written.
 * They count as sent only after the reply left; whatever does not go with it is given back at once.
 */
export async function takeCommands(request: Request, entry: Entry, deps: MailboxDeps): Promise<Posted> {
  const { brand, serialNumber } = request;
  const taken = await deps.store.takeCommands(serialNumber, {
    limit: brand.commandsPerPoll ?? 1,
    maxBytes: deps.mailbox.portionBytes,
    now: deps.now(),
    leaseMs: deps.mailbox.leaseMs * (deps.mailbox.patience?.() ?? 1),
    isOneOutstanding: brand.isOneOutstanding === true,
  });
  if (taken.length === 0) {
    entry.hasCommands = false;
    return NOTHING;
  }
  try {
    return await post(await withoutUnproven(taken, request, entry, deps), request, entry, deps);
  } catch (error) {
    deps.log.warn(
      { brand: brand.name, serialNumber, commands: taken.length, reason: messageOf(error) },
      'commands could not be written and wait on',
    );
    await giveBack(taken, deps);
    return NOTHING;
  }
}

async function post(
  taken: readonly StoredCommand[],
  request: Request,
  entry: Entry,
  deps: MailboxDeps,
): Promise<Posted> {
  const written = await Promise.all(taken.map((command) => write(command, request, entry, deps)));
  const ready = written.filter((one): one is Ready => one.kind === 'encoded');
  await refuse(written, taken, request, deps);
  const sizes = ready.map((one) => one.bytes.length);
  const room = request.brand.fitsReply?.(sizes, entry.terminal) ?? request.brand.commandsPerPoll ?? 1;
  const going = new Map(ready.slice(0, room).map((one) => [one.id, one]));
  await giveBack(
    ready.slice(room).map(({ id }) => ({ id })),
    deps,
  );
  const sent = taken.flatMap((command) => {
    const encoded = going.get(command.id);
    return encoded ? [{ command, encoded }] : [];
  });
  for (const { id, word } of going.values()) rememberWord(entry, id, word);
  return { commands: [...going.values()], settle: (hasLeft) => deps.sent.settle(request, entry, sent, hasLeft) };
}

/** Parameters with secrets in them live no longer than this function. */
async function write(command: StoredCommand, { brand }: Request, entry: Entry, deps: MailboxDeps): Promise<Encoded> {
  const resolved = await resolveSecrets(command.parameters, deps.store, deps.vault);
  if (resolved.kind === 'refused') return { ...resolved, id: command.id };
  const whole: Command = { id: command.id, kind: command.kind, parameters: resolved.parameters };
  try {
    return brand.encode(whole, { now: deps.now(), terminal: entry.terminal });
  } catch {
    // the message of a codec that breaks its promise may quote what it was given, and that may be a template
    return { kind: 'refused', id: command.id, reason: 'LISTENER_ENCODER_FAILED', detail: 'the codec failed on it' };
  }
}

async function refuse(
  written: readonly Encoded[],
  taken: readonly StoredCommand[],
  { brand, serialNumber }: Request,
  deps: MailboxDeps,
): Promise<void> {
  const changes = written.flatMap((one): CommandChange[] =>
    one.kind === 'refused' ? [{ id: one.id, reason: one.reason, detail: one.detail }] : [],
  );
  if (changes.length === 0) return;
  await deps.store.failCommands(changes, deps.now());
  for (const { id, reason } of changes) {
    const kind = taken.find((command) => command.id === id)?.kind;
    const tags = { commandId: id, kind, brand: brand.name, serialNumber, state: 'failed', reason };
    deps.log.warn(tags, 'a command cannot be written for its terminal');
  }
}

/** What cannot be given back comes back by itself when its lease runs out. */
async function giveBack(commands: readonly Pick<Command, 'id'>[], deps: MailboxDeps): Promise<void> {
  if (commands.length === 0) return;
  const ids = commands.map((command) => command.id);
  await deps.store.releaseCommands(ids, deps.now()).catch((error: unknown) => {
    deps.log.warn({ commands: ids, reason: messageOf(error) }, 'commands come back when their lease runs out');
  });
}
