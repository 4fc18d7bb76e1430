import { asPin, type Pin } from '@biolistener/core';
import type { StoredPunch, Target, TerminalListing } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { print, printable } from '../output.ts';
import { parseLimit } from '../parse/device-options.ts';
import { nearest } from '../parse/nearest.ts';
import { punchesLike, severalPunches } from '../parse/ids.ts';
import { findTerminal, listTerminals } from '../services/terminals.ts';
import { activeTarget, withStore, type Here } from '../services/with-store.ts';
import { commandJson, commandTable } from '../views/command.ts';
import { punchJson, punchTable, type PunchLine } from '../views/delivery.ts';
import { todoOf } from '../views/reasons.ts';
import { nowOf, stepsOf, storyText, type PunchTrace } from '../views/trace-story.ts';
import { quarantineObstacles, serviceObstacles, terminalObstacles } from './obstacles.ts';
import { pinObstacles } from './pin-obstacles.ts';
import { withDelivery } from './punch.ts';

export interface TraceOptions {
  readonly json?: boolean;
  readonly as?: 'punch' | 'pin' | 'serial';
  readonly limit?: string;
}

type Meant =
  | { readonly kind: 'punch'; readonly punch: StoredPunch }
  | { readonly kind: 'serial'; readonly terminal: TerminalListing }
  | { readonly kind: 'pin'; readonly pin: Pin };

/** "Where is my punch?": one punch with its whole way, or the last ones of a person or a terminal with what is in the way. */
export async function trace(what: string, options: TraceOptions): Promise<void> {
  await withStore(async (here) => {
    const target = await activeTarget(here.store);
    const meant = await meaningOf(here, what, options);
    if (meant.kind === 'punch') await tracePunch(here, target, meant.punch, options);
    else await traceMany(here, target, meant, options);
  });
}

/** A whole id or a known serial number first; then a PIN that punched; then the first digits of an id. */
async function meaningOf({ store }: Here, what: string, { as }: TraceOptions): Promise<Meant> {
  const isAsked = (kind: Meant['kind']): boolean => as === undefined || as === kind;
  const punches = isAsked('punch') ? await punchesLike(store, what) : [];
  const [punch] = punches;
  if (punch && (what.length === 32 || as === 'punch')) return one(what, punches);
  const terminal = isAsked('serial') ? await findTerminal(store, what) : undefined;
  if (terminal) return { kind: 'serial', terminal };
  const pin = asPin(what);
  if (isAsked('pin') && (await isKnownPin(store, pin))) return { kind: 'pin', pin };
  if (punch) return one(what, punches);
  throw await nothingKnown({ store }, what);
}

/** One that punched, or whom somebody made known. */
const isKnownPin = async (store: Here['store'], pin: Pin): Promise<boolean> =>
  (await store.listPunches({ pin, limit: 1 })).length > 0 || (await store.findPerson(pin)) !== undefined;

function one(what: string, punches: readonly StoredPunch[]): Meant {
  const [punch] = punches;
  if (!punch || punches.length > 1) throw severalPunches(what, punches);
  return { kind: 'punch', punch };
}

async function nothingKnown({ store }: Pick<Here, 'store'>, what: string): Promise<CommandFailure> {
  const near = nearest(
    what,
    (await listTerminals(store)).map((terminal) => terminal.serialNumber),
  ).map(printable);
  const advice = [
    'No terminal has this serial number, nobody has this PIN, and no punch id begins so.',
    ...(near.length > 0 ? [`Serial numbers like it: ${near.join(', ')}.`] : []),
    ...(await quarantineObstacles(store)),
  ];
  return new CommandFailure(`nothing is known of ${printable(what)}`, EXIT.notFound, advice.join('\n'));
}

async function tracePunch(
  here: Here,
  target: Target | undefined,
  punch: StoredPunch,
  options: TraceOptions,
): Promise<void> {
  const { store, settings } = here;
  const deliveries = await store.tracePunch(punch.id);
  const delivery = deliveries.find((candidate) => candidate.targetId === target?.id);
  const terminal = await store.findTerminal(punch.serialNumber);
  const isStuck = delivery === undefined || delivery.state === 'waiting' || delivery.state === 'queued';
  const obstacles = isStuck ? await serviceObstacles(settings, target) : [];
  const reasonTodo = delivery?.state === 'parked' ? await todoOf(delivery.reason) : undefined;
  const at = Date.now();
  const result: PunchTrace = {
    punch,
    terminal,
    target,
    delivery,
    steps: stepsOf(punch, delivery, target),
    now: nowOf(delivery, target, at, reasonTodo, obstacles),
  };
  const others = deliveries.filter((candidate) => candidate !== delivery);
  print(options, traceJson(result, others), () => storyText(result, at));
}

const traceJson = (
  { punch, terminal, target, delivery, steps, now }: PunchTrace,
  otherTargets: readonly object[],
): object => ({
  kind: 'punch',
  punch: { ...punch, raw: undefined },
  terminal:
    terminal === undefined
      ? null
      : { serialNumber: terminal.serialNumber, name: terminal.name, status: terminal.status, zone: terminal.zone },
  target: target === undefined ? null : { id: target.id, kind: target.kind, url: target.url },
  delivery: delivery ?? null,
  steps,
  now,
  otherTargets,
});

const COMMANDS_SHOWN = 5;

async function traceMany(
  here: Here,
  target: Target | undefined,
  meant: Exclude<Meant, { kind: 'punch' }>,
  options: TraceOptions,
): Promise<void> {
  const { store, settings } = here;
  const filter = meant.kind === 'pin' ? { pin: meant.pin } : { serialNumber: meant.terminal.serialNumber };
  const punches = await store.listPunches({ ...filter, limit: parseLimit(options.limit ?? '10') });
  const lines = await withDelivery(store, target, punches);
  const obstacles =
    meant.kind === 'pin'
      ? await obstaclesOfPin(here, target, meant.pin, lines)
      : [...terminalObstacles(meant.terminal), ...(await serviceObstacles(settings, target))];
  const commands = await store.listCommands({ ...filter, limit: COMMANDS_SHOWN });
  const title = meant.kind === 'pin' ? `PIN ${meant.pin}` : titleOf(meant.terminal);
  const result = {
    kind: meant.kind,
    of: meant.kind === 'pin' ? meant.pin : meant.terminal.serialNumber,
    target: target === undefined ? null : { id: target.id, kind: target.kind, url: target.url },
    punches: lines.map(punchJson),
    commands: commands.map(commandJson),
    obstacles,
  };
  print(options, result, () => {
    const shown = punchTable(lines, Date.now(), 'No punch of it is stored.');
    const way =
      obstacles.length === 0 ? ['Nothing is in the way.'] : ['In the way', ...obstacles.map((line) => `  ${line}`)];
    const more =
      punches.length > 0 ? ['', `The whole way of one: biolistener trace ${punches[0]?.id.slice(0, 12) ?? ''}`] : [];
    const asked = commands.length === 0 ? [] : ['', 'The last commands', commandTable(commands, Date.now(), '')];
    return [`The last punches of ${printable(title)}`, shown, ...asked, '', ...way, ...more].join('\n');
  });
}

const titleOf = ({ name, serialNumber }: TerminalListing): string =>
  name === undefined ? `terminal ${serialNumber}` : `${name} (${serialNumber})`;

async function obstaclesOfPin(
  here: Here,
  target: Target | undefined,
  pin: Pin,
  lines: readonly PunchLine[],
): Promise<string[]> {
  const { store, settings } = here;
  const serials = [...new Set(lines.map(({ punch }) => punch.serialNumber))];
  const terminals = await Promise.all(serials.map((serial) => store.findTerminal(serial)));
  return [
    ...(await pinObstacles(here, target, pin, lines)),
    ...terminals.flatMap((terminal) => (terminal === undefined ? [] : terminalObstacles(terminal))),
    ...(await quarantineObstacles(store)),
    ...(await serviceObstacles(settings, target)),
  ];
}
