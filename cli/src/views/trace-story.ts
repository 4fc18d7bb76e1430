import { toLocal, toOffsetIso } from '@biolistener/core';
import type { Attempt, StoredPunch, Target, TerminalListing, TracedDelivery } from '@biolistener/store';
import { counted, printable, span, utc } from '../output.ts';
import { checkinLink } from './delivery.ts';
import { whatOf } from './reasons.ts';

/** One thing that happened to a punch. */
export interface Step {
  readonly what:
    'punched' | 'received' | 'stored' | 'resent' | 'handed-out' | 'decided' | 'queued' | 'attempt' | 'done';
  readonly at: number | undefined;
  /** Since the step before it that has a time. */
  readonly afterMs: number | undefined;
  readonly text: string;
}

/** Everything that is known of the way of one punch to one site. */
export interface PunchTrace {
  readonly punch: StoredPunch;
  readonly terminal: TerminalListing | undefined;
  readonly target: Target | undefined;
  readonly delivery: TracedDelivery | undefined;
  readonly steps: readonly Step[];
  readonly now: {
    readonly state: 'done' | 'waiting' | 'queued' | 'parked' | 'skipped' | 'not-handed-out';
    readonly text: string;
    readonly sinceAt: number | undefined;
    readonly link: string | undefined;
    readonly todo: readonly string[];
  };
}

type Draft = Omit<Step, 'afterMs'>;

/** The steps of a punch in the order in which they happened. Pure. */
export function stepsOf(punch: StoredPunch, delivery: TracedDelivery | undefined, target: Target | undefined): Step[] {
  const drafts: Draft[] = [
    { what: 'punched', at: punch.instant, text: punchedText(punch) },
    {
      what: 'received',
      at: punch.receivedAt,
      text: receivedText(punch),
    },
    { what: 'stored', at: punch.storedAt, text: 'Stored on disk. From here on it cannot be lost.' },
    ...resentStep(punch),
    ...(delivery === undefined ? [] : deliverySteps(delivery, target)),
  ];
  return withGaps(drafts);
}

const AHEAD_MS = 60_000;

function receivedText({ remoteAddress, operation, correlationId, receivedAt, instant }: StoredPunch): string {
  const from = remoteAddress === '' ? 'an unknown address' : remoteAddress;
  const ahead = instant - receivedAt;
  const doubt = ahead > AHEAD_MS ? ` So the clock of the terminal was at least ${span(ahead)} ahead.` : '';
  return `Received from ${from} (${operation}; ${correlationId} in the log).${doubt}`;
}

function punchedText({ wallTime, zone, certainty, instant }: StoredPunch): string {
  const doubt = {
    exact: '',
    ambiguous: ' The clocks went back that night and this time came twice; the first is taken.',
    skipped: ' The clocks went forward that night and this time never was.',
  }[certainty];
  return `Punched. The clock of the terminal showed ${wallTime}, which is ${toOffsetIso(instant, zone)} in ${zone}.${doubt}`;
}

const resentStep = ({ resends }: StoredPunch): Draft[] =>
  resends === 0
    ? []
    : [
        {
          what: 'resent',
          at: undefined,
          text: `The terminal sent it again ${counted(resends, 'time')}; it was recognised and kept once.`,
        },
      ];

function deliverySteps(delivery: TracedDelivery, target: Target | undefined): Draft[] {
  const { createdAt, queuedAt, trail, employee, logType, logTypeSource } = delivery;
  const [first] = trail;
  const steps: Draft[] = [
    { what: 'handed-out', at: createdAt, text: `Handed out for delivery to ${target?.url ?? 'a site'}.` },
  ];
  const queued: Draft[] =
    queuedAt === undefined ? [] : [{ what: 'queued', at: queuedAt, text: 'Put into the queue of the worker.' }];
  const decided: Draft[] =
    employee === undefined
      ? []
      : [
          {
            what: 'decided',
            at: undefined,
            text: `Employee ${employee}, log type ${logType === undefined || logType === '' ? 'none' : logType} (${logTypeSource ?? 'as decided'}).`,
          },
        ];
  const tries = trail.map((attempt, i): Draft => ({
    what: 'attempt',
    at: attempt.at,
    text: attemptText(attempt, i + 1),
  }));
  // the time of queuing is that of the latest one: it may lie after earlier tries
  const isEarly = queuedAt === undefined || first === undefined || queuedAt <= first.at;
  const ordered = isEarly
    ? [...queued, ...decided, ...tries]
    : [...decided, ...[...tries, ...queued].toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))];
  return [...steps, ...ordered];
}

const OUTCOMES: Readonly<Record<Attempt['outcome'], string>> = {
  created: 'ERPNext took it',
  duplicate: 'ERPNext has it already, so nothing was made twice',
  found: 'ERPNext has it already, so nothing was made twice',
  parked: 'it was parked',
  transient: 'it did not get through and is tried again',
  dropped: 'it was dropped',
};

function attemptText({ outcome, ms, status, detail }: Attempt, number: number): string {
  const answer = status === undefined ? '' : `, status ${status}`;
  return `Try ${number} took ${span(ms)}${answer}: ${OUTCOMES[outcome]}${detail === '' ? '' : ` (${detail})`}.`;
}

function withGaps(drafts: readonly Draft[]): Step[] {
  let before: number | undefined;
  return drafts.map((draft) => {
    const afterMs = draft.at === undefined || before === undefined ? undefined : draft.at - before;
    if (draft.at !== undefined) before = draft.at;
    return { ...draft, afterMs };
  });
}

/** Where the punch is now, and what to do when it is not where it should be. */
export function nowOf(
  delivery: TracedDelivery | undefined,
  target: Target | undefined,
  at: number,
  reasonTodo: string | undefined,
  obstacles: readonly string[],
): PunchTrace['now'] {
  if (!delivery) return notHandedOut(target, obstacles);
  const base = { sinceAt: sinceOf(delivery), link: undefined, todo: [] };
  switch (delivery.state) {
    case 'done':
      return doneNow(delivery, target);
    case 'parked':
      return {
        ...base,
        state: 'parked',
        text: `It is parked: ${whatOf(delivery.reason)}${delivery.detail === undefined ? '' : ` (${delivery.detail})`}.`,
        todo: reasonTodo === undefined ? [] : [reasonTodo],
      };
    case 'skipped':
      return { ...base, state: 'skipped', text: `It does not go to ERPNext: ${whatOf(delivery.reason)}.` };
    case 'queued':
      return {
        ...base,
        state: 'queued',
        text: 'It is in the queue and goes to ERPNext as soon as a worker takes it.',
        todo: obstacles,
      };
    case 'waiting':
      return { ...base, state: 'waiting', text: waitingText(delivery, at), todo: obstacles };
  }
}

const notHandedOut = (target: Target | undefined, obstacles: readonly string[]): PunchTrace['now'] => ({
  state: 'not-handed-out',
  text:
    target === undefined
      ? 'It is stored, and no site is known yet that it could go to.'
      : 'It is stored, and was not handed out for delivery yet.',
  sinceAt: undefined,
  link: undefined,
  todo:
    obstacles.length > 0
      ? obstacles
      : ['The worker does that: is one running? `biolistener up`, or `biolistener start worker`.'],
});

function doneNow(delivery: TracedDelivery, target: Target | undefined): PunchTrace['now'] {
  const { checkin } = delivery;
  const sandbox = target?.kind === 'sandbox' ? ' That is the sandbox, not a real ERPNext.' : '';
  return {
    state: 'done',
    text:
      checkin === undefined ? `ERPNext has it.${sandbox}` : `ERPNext has it as Employee Checkin ${checkin}.${sandbox}`,
    sinceAt: delivery.doneAt,
    link: checkin === undefined || target === undefined ? undefined : checkinLink(target, checkin),
    todo: [],
  };
}

const sinceOf = ({ trail, queuedAt, createdAt, state }: TracedDelivery): number =>
  (state === 'queued' ? queuedAt : trail.at(-1)?.at) ?? createdAt;

function waitingText({ attempts, detail, nextAt }: TracedDelivery, at: number): string {
  if (attempts === 0) return 'It waits for its turn.';
  const when = nextAt > at ? `, the next try comes in ${span(nextAt - at)}` : ', the next try is due';
  return `It waits after ${counted(attempts, 'try', 'tries')}${when}: ${detail ?? 'no reason was noted'}.`;
}

/** The story for people: when, how long after the step before, and what happened. */
export function storyText(trace: PunchTrace, at: number): string {
  const { punch, terminal, steps, now } = trace;
  const name = terminal?.name === undefined ? punch.serialNumber : `${terminal.name} (${punch.serialNumber})`;
  const head = `Punch ${punch.id} of PIN ${printable(punch.pin)} at ${printable(name)}`;
  const lines = steps.map((step) => `${clockOf(step, punch)}  ${gapOf(step)}  ${printable(step.text)}`);
  const flags = punch.flags.length === 0 ? [] : [`Marked: ${punch.flags.join(', ')}.`];
  const since = now.sinceAt === undefined || now.state === 'done' ? '' : ` For ${span(Math.max(0, at - now.sinceAt))}.`;
  const end = [`${printable(now.text)}${since}`, ...(now.link === undefined ? [] : [now.link]), ...totalOf(trace)];
  const todo = now.todo.length === 0 ? [] : ['', 'What to do', ...now.todo.map((line) => `  ${printable(line)}`)];
  return [head, '', ...lines, ...flags, '', ...end, ...todo].join('\n');
}

/** Times are shown as on the wall of the terminal, so that they can be compared with what the person says. */
const clockOf = ({ at }: Step, { zone }: StoredPunch): string =>
  at === undefined ? ' '.repeat(19) : toLocal(at, zone);

function gapOf({ afterMs }: Step): string {
  if (afterMs === undefined) return ''.padStart(9);
  return (afterMs < 0 ? `-${span(-afterMs)}` : `+${span(afterMs)}`).padStart(9);
}

function totalOf({ punch, delivery, now }: PunchTrace): string[] {
  if (now.state !== 'done' || delivery?.doneAt === undefined) return [];
  return [
    `From the terminal's request to ERPNext: ${span(delivery.doneAt - punch.receivedAt)} (${utc(delivery.doneAt)}).`,
  ];
}
