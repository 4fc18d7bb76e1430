import { cancelCommand, getCommand, getTerminal, retryCommand } from '@biolistener/api/work';
import { OPEN_COMMAND_STATES, type CommandOrigin, type CommandState, type StoredCommand } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print } from '../output.ts';
import { parseLimit } from '../parse/device-options.ts';
import { parsePin } from '../parse/person-options.ts';
import { fixOf } from '../services/catalogs.ts';
import { confirm } from '../services/confirm.ts';
import { withStore } from '../services/with-store.ts';
import { withWork } from '../services/work.ts';
import { commandJson, commandTable, commandText } from '../views/command.ts';

interface Json {
  readonly json?: boolean;
}

export interface ListOptions extends Json {
  readonly serial?: string;
  readonly pin?: string;
  readonly state?: readonly CommandState[];
  readonly open?: boolean;
  readonly origin?: CommandOrigin;
  readonly before?: string;
  readonly limit?: string;
}

/** `41`, as the list shows it. Errors: usage (2). */
function parseId(text: string): string {
  if (/^\d{1,16}$/.test(text)) return text;
  throw new CommandFailure(
    `${JSON.stringify(text.slice(0, 40))} is no number of a command`,
    EXIT.usage,
    '`biolistener command list` shows them.',
  );
}

export async function listCommands(options: ListOptions): Promise<void> {
  const { serial, state, open, origin, before } = options;
  if (open === true && state !== undefined)
    throw new CommandFailure('--open and --state exclude each other', EXIT.usage);
  const limit = parseLimit(options.limit ?? '20');
  const beforeId = before === undefined ? undefined : parseId(before);
  const pin = options.pin === undefined ? undefined : parsePin(options.pin);
  await withStore(async ({ store }) => {
    const serialNumber = serial === undefined ? undefined : (await getTerminal(store, serial)).serialNumber;
    const states = open === true ? OPEN_COMMAND_STATES : state;
    const commands = await store.listCommands({
      limit,
      ...(serialNumber === undefined ? {} : { serialNumber }),
      ...(pin === undefined ? {} : { pin }),
      ...(states === undefined ? {} : { states }),
      ...(origin === undefined ? {} : { origin }),
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    print(options, commands.map(commandJson), () =>
      [commandTable(commands, Date.now(), 'No command fits.'), ...moreLine(commands, limit)].join('\n'),
    );
  });
}

const moreLine = (commands: readonly StoredCommand[], limit: number): string[] =>
  commands.length < limit ? [] : [`There may be more: --before ${commands.at(-1)?.id ?? ''}`];

export async function showCommand(text: string, options: Json): Promise<void> {
  const id = parseId(text);
  await withStore(async ({ store }) => {
    const command = await getCommand(store, id);
    const todo = command.reason === undefined ? undefined : (await fixOf(command.reason))?.fix;
    print(options, { ...commandJson(command), todo: todo ?? null }, () => commandText(command, Date.now(), todo));
  });
}

export async function retryCommands(
  texts: readonly string[],
  options: Json & { readonly yes?: boolean },
): Promise<void> {
  const ids = texts.map(parseId);
  await withWork(async ({ work, who, store }) => {
    const old = await Promise.all(ids.map((id) => getCommand(store, id)));
    const doors = old.filter(({ kind }) => kind === 'door.open');
    if (doors.length > 0) await confirm(`${counted(doors.length, 'door')} will be opened.`, options);
    const fresh: StoredCommand[] = [];
    for (const id of ids) fresh.push(await retryCommand(work, who, id));
    print(options, fresh.map(commandJson), () =>
      fresh.map((command, at) => `Command ${ids[at] ?? ''} is asked for again as ${command.id}.`).join('\n'),
    );
  });
}

export async function cancelCommands(texts: readonly string[], options: Json): Promise<void> {
  const ids = texts.map(parseId);
  await withWork(async ({ work, who, store }) => {
    const before = await Promise.all(ids.map((id) => getCommand(store, id)));
    const cancelled: StoredCommand[] = [];
    for (const id of ids) cancelled.push(await cancelCommand(work, who, id));
    const isOut = before.some(({ state }) => state === 'leased' || state === 'sent');
    print(options, cancelled.map(commandJson), () =>
      [
        `Cancelled: ${cancelled.map(({ id }) => id).join(', ')}.`,
        ...(isOut ? ['A terminal that has it already may still do it.'] : []),
      ].join('\n'),
    );
  });
}
