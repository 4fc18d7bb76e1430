import { masked } from '@biolistener/api/work';
import type { CommandState, StoredCommand } from '@biolistener/store';
import { ago, counted, facts, printable, span, table, utc } from '../output.ts';
import { shellWord } from './device.ts';

/** What people call it. */
const SAID: Readonly<Record<CommandState, string>> = {
  queued: 'waits for the terminal',
  leased: 'is being written',
  sent: 'sent, not answered yet',
  answered: 'answered, to be read back',
  verified: 'done',
  failed: 'failed',
  expired: 'too late',
  cancelled: 'cancelled',
};

export const isOver = ({ state }: Pick<StoredCommand, 'state'>): boolean =>
  ['verified', 'failed', 'expired', 'cancelled'].includes(state);

/** State and reason in one line. */
export function commandState(command: StoredCommand, now: number): string {
  const { state, reason, notBefore } = command;
  const waits = state === 'queued' && notBefore !== undefined && notBefore > now ? `, in ${span(notBefore - now)}` : '';
  const proof = state === 'verified' && command.proof === 'read-back' ? ', and read back' : '';
  return `${SAID[state]}${proof}${waits}${reason === undefined ? '' : ` (${reason})`}`;
}

export const commandTable = (commands: readonly StoredCommand[], now: number, empty: string): string =>
  table(
    commands,
    [
      { title: 'no', value: (one) => one.id },
      { title: 'terminal', value: (one) => one.serialNumber },
      { title: 'kind', value: (one) => one.kind },
      { title: 'pin', value: (one) => one.pin },
      { title: 'asked by', value: (one) => (one.origin === 'roster' ? 'roster' : one.askedBy) },
      { title: 'asked', value: (one) => ago(one.createdAt, now) },
      { title: 'tries', value: (one) => `${one.attempts} of ${one.maxAttempts}` },
      { title: 'state', value: (one) => commandState(one, now) },
    ],
    empty,
  );

/** For programs: secrets stand in no command, and what has a name like one is masked all the same. */
export const commandJson = (command: StoredCommand): object => ({
  ...command,
  deadline: isoOf(command.deadline),
  notBefore: isoOf(command.notBefore),
  leaseUntil: isoOf(command.leaseUntil),
  parameters: masked(command.parameters),
  resultInfo: masked(command.resultInfo),
});

const isoOf = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

const json = (values: StoredCommand['parameters']): string | undefined =>
  Object.keys(values).length === 0 ? undefined : JSON.stringify(masked(values));

export function commandText(command: StoredCommand, now: number, todo: string | undefined): string {
  const { leaseUntil, notBefore } = command;
  const advice = adviceOn(command, todo);
  return [
    facts([
      ['command', command.id],
      ['terminal', command.serialNumber],
      ['kind', command.kind],
      ['about PIN', command.pin],
      ['parameters', json(command.parameters)],
      ['state', commandState(command, now)],
      ['detail', command.detail],
      ['asked by', command.askedBy],
      ['in Desk', command.deskName],
      ['asked', utc(command.createdAt)],
      ['not before', notBefore === undefined ? undefined : utc(notBefore)],
      ['deadline', utc(command.deadline)],
      ['tries', `${command.attempts} of ${command.maxAttempts}`],
      ['size', `about ${counted(command.bytes, 'byte')}`],
      ['sent', command.sentAt === undefined ? undefined : utc(command.sentAt)],
      ['counts as lost', leaseUntil === undefined ? undefined : utc(leaseUntil)],
      ['answered', command.answeredAt === undefined ? undefined : utc(command.answeredAt)],
      ['answer', command.resultCode],
      ['told with it', json(command.resultInfo)],
      ['proven by', command.proof],
      ['ended', command.closedAt === undefined ? undefined : utc(command.closedAt)],
    ]),
    ...(advice.length === 0 ? [] : ['', 'What to do', ...advice.map((line) => `  ${printable(line)}`)]),
  ].join('\n');
}

function adviceOn(command: StoredCommand, todo: string | undefined): string[] {
  const { id, state, serialNumber, origin } = command;
  const serial = shellWord(serialNumber);
  if (state === 'queued')
    return [`It goes out when the terminal polls: biolistener device show ${serial} tells when it last did.`];
  if (state === 'verified' || !isOver(command)) return [];
  const again =
    origin === 'roster'
      ? `biolistener roster apply --device ${serial} --retry tries again.`
      : `biolistener command retry ${id} asks again.`;
  return [...(todo === undefined ? [] : [todo]), again];
}
