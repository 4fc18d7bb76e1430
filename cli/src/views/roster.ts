import type { Drift, RosterApplied, RosterStatus, TerminalPrune } from '@biolistener/api/work';
import type { PlannedCell } from '@biolistener/roster';
import type { RosterCell } from '@biolistener/store';
import { ago, counted, printable, span, table } from '../output.ts';
import { shellWord } from './device.ts';

/** One line of a plan: what would become of one person at one terminal. */
export interface PlanLine {
  readonly serialNumber: string;
  readonly pin: string;
  readonly name: string | undefined;
  readonly send: number;
  readonly remove: number;
  readonly ask: number;
  readonly cancel: number;
  readonly bytes: number;
  readonly problems: readonly { readonly key: string; readonly reason: string; readonly detail: string | undefined }[];
}

const isRemoval = (kind: string): boolean => kind.endsWith('.delete');
const isQuestion = (kind: string): boolean => kind.endsWith('.query');

export function planLine({ cell, plan }: PlannedCell): PlanLine {
  const count = (fits: (kind: string) => boolean): number => plan.commands.filter(({ kind }) => fits(kind)).length;
  return {
    serialNumber: cell.terminal.serialNumber,
    pin: cell.person.pin,
    name: cell.person.name,
    send: count((kind) => !isRemoval(kind) && !isQuestion(kind)),
    remove: count(isRemoval),
    ask: count(isQuestion),
    cancel: plan.cancel.length,
    bytes: plan.commands.reduce((sum, command) => sum + command.bytes, 0),
    problems: plan.changes.flatMap(({ key, item }) =>
      item?.reason === undefined ? [] : [{ key, reason: item.reason, detail: item.detail }],
    ),
  };
}

/** Shown at most; JSON has all. */
const MOST = 200;

export function planText(lines: readonly PlanLine[]): string {
  const sum = (of: (line: PlanLine) => number): number => lines.reduce((total, line) => total + of(line), 0);
  if (lines.length === 0) return 'Every terminal has what it should have, or it is on its way: nothing to do.';
  const commands = sum((line) => line.send + line.remove + line.ask);
  return [
    table(
      lines.slice(0, MOST),
      [
        { title: 'terminal', value: (line) => line.serialNumber },
        { title: 'pin', value: (line) => line.pin },
        { title: 'name', value: (line) => line.name },
        { title: 'send', value: (line) => line.send },
        { title: 'delete', value: (line) => line.remove },
        { title: 'read back', value: (line) => line.ask },
        { title: 'bytes', value: (line) => line.bytes },
        { title: 'cannot', value: (line) => [...new Set(line.problems.map(({ reason }) => reason))].join(', ') },
      ],
      '',
    ),
    ...(lines.length > MOST ? [`… and ${lines.length - MOST} more`] : []),
    '',
    `${counted(commands, 'command')} of about ${counted(
      sum((line) => line.bytes),
      'byte',
    )} for ${counted(lines.length, 'pair')} of person and terminal. Nothing was changed; \`biolistener roster apply\` queues them.`,
  ].join('\n');
}

export function appliedText({ cells, commands, leftToWorker }: RosterApplied): string {
  const busy = leftToWorker === 0 ? [] : [`${leftToWorker} left to the worker, which is at it just now.`];
  const first =
    commands === 0
      ? `${counted(cells, 'pair')} of person and terminal looked at: nothing to send.`
      : `${counted(commands, 'command')} queued. They go out as the terminals poll; \`biolistener roster status\` shows how far it is.`;
  return [first, ...busy].join('\n');
}

const stranger = (seen: TerminalPrune['remove'][number]): string =>
  `PIN ${printable(seen.pin)}${seen.name === undefined || seen.name === '' ? '' : ` (${printable(seen.name)})`}`;

/** Whom pruning would delete, and whom never. */
export function strangersText(plans: readonly TerminalPrune[]): string {
  if (plans.length === 0) return 'No terminal told of users for whom nobody here accounts.';
  return plans
    .flatMap(({ serialNumber, remove, keep }) => [
      ...(remove.length === 0 ? [] : [`To be deleted at ${printable(serialNumber)}: ${listed(remove.map(stranger))}`]),
      ...(keep.length === 0
        ? []
        : [`Stays at ${printable(serialNumber)}, an administrator there: ${listed(keep.map(stranger))}`]),
    ])
    .join('\n');
}

const listed = (words: readonly string[]): string =>
  `${words.slice(0, 20).join(', ')}${words.length > 20 ? ` and ${words.length - 20} more` : ''}`;

export function rosterText(status: RosterStatus, now: number): string {
  const { terminals, drift, risks, marks } = status;
  const sections = [
    table(
      terminals,
      [
        { title: 'terminal', value: (one) => one.serialNumber },
        { title: 'people', value: (one) => one.persons },
        { title: 'settled', value: (one) => `${one.progress.settled} of ${one.progress.total}` },
        { title: 'under way', value: (one) => one.progress.underWay },
        { title: 'stuck', value: (one) => one.progress.stuck },
        { title: 'waiting', value: (one) => `${one.openBytes} bytes` },
        { title: 'oldest', value: (one) => (one.oldestOpenAt === undefined ? '–' : ago(one.oldestOpenAt, now)) },
        {
          title: 'forecast',
          value: (one) =>
            one.forecastSeconds === undefined ? '–' : `about ${span(one.forecastSeconds * 1000)} of polling`,
        },
      ],
      'No roster is kept here yet: assign somebody with `biolistener user assign`.',
    ),
    drift.length === 0 ? '' : `Not as it should be\n${drift.flatMap(driftLines).join('\n')}`,
    risks.length === 0 ? '' : `Open risk: left, and perhaps still at a terminal\n${risks.map(riskLine).join('\n')}`,
    marks === 0 ? '' : `${counted(marks, 'change')} wait for the worker to look at them.`,
    drift.length + risks.length === 0 ? '' : `What to do\n${adviceOn(status).join('\n')}`,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

const who = ({ person }: RosterCell): string =>
  printable(`PIN ${person.pin}${person.name === undefined ? '' : ` (${person.name})`}`);

const driftLines = ({ cell, items }: Drift): string[] =>
  items.map(
    (item) =>
      `  ${printable(cell.terminal.serialNumber)}  ${who(cell)}  ${item.key}: ${item.reason ?? item.state}${item.detail === undefined ? '' : ` – ${printable(item.detail)}`}`,
  );

const riskLine = (cell: RosterCell): string =>
  `  ${printable(cell.terminal.serialNumber)}  ${who(cell)}  ${cell.items.some((item) => item.reason) ? printable(cell.items.find((item) => item.reason)?.detail ?? '') : 'not confirmed as deleted yet'}`;

function adviceOn({ drift, risks }: RosterStatus): string[] {
  const [first] = drift;
  const serial = first === undefined ? '' : shellWord(first.cell.terminal.serialNumber);
  return [
    ...(first === undefined
      ? []
      : [
          `  Mend the cause, then: biolistener roster apply --device ${serial} --retry. docs/errors.md explains each code.`,
        ]),
    ...(risks.length === 0
      ? []
      : ['  Let these terminals connect, so that they delete these people; reset by hand one that never comes back.']),
  ];
}

/** A cell for programs: which record is in which state. */
export const cellJson = ({ person, terminal, isWanted, items, seen }: RosterCell): object => ({
  serialNumber: terminal.serialNumber,
  terminal: terminal.name ?? null,
  personId: person.id,
  pin: person.pin,
  isWanted,
  items: items.map(({ wantedDigest, putDigest, ...item }) => ({
    ...item,
    isThere: putDigest !== undefined && putDigest === wantedDigest,
  })),
  seenAt: seen?.seenAt ?? null,
});
