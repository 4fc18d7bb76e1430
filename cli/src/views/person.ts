import type { PersonView } from '@biolistener/api/work';
import type { Person, RosterCell, RosterItem } from '@biolistener/store';
import { ago, counted, facts, printable, table, utc } from '../output.ts';
import { commandTable } from './command.ts';
import { shellWord } from './device.ts';
import { templateLines } from './template.ts';

const validity = ({ validFrom, validTo }: Person): string | undefined =>
  validFrom === undefined && validTo === undefined ? undefined : `${validFrom ?? '…'} to ${validTo ?? '…'}`;

export const personTable = (persons: readonly Person[], empty: string): string =>
  table(
    persons,
    [
      { title: 'id', value: (one) => one.id },
      { title: 'pin', value: (one) => one.pin },
      { title: 'name', value: (one) => one.name },
      { title: 'employee', value: (one) => one.employee },
      { title: 'everywhere', value: (one) => (one.isEverywhere ? 'yes' : 'no') },
      { title: 'valid', value: validity },
      { title: 'state', value: (one) => one.state },
      { title: 'said by', value: (one) => one.origin },
    ],
    empty,
  );

/** What becomes of a person at one terminal, in few words: the worst of its records counts. */
export function cellText({ items, isWanted }: Pick<RosterCell, 'items' | 'isWanted'>): string {
  const of = (state: RosterItem['state']): number => items.filter((item) => item.state === state).length;
  if (items.length === 0) return isWanted ? 'not sent yet' : 'not wanted';
  const words = [
    ...(of('failed') > 0 ? [`${of('failed')} failed`] : []),
    ...(of('impossible') > 0 ? [`${of('impossible')} impossible`] : []),
    ...(of('removing') > 0 ? [`${of('removing')} to be deleted`] : []),
    ...(of('wanted') + of('queued') > 0 ? [`${of('wanted') + of('queued')} on the way`] : []),
    ...(of('accepted') > 0 ? [`${of('accepted')} accepted`] : []),
    ...(of('confirmed') > 0 ? [`${of('confirmed')} confirmed`] : []),
  ];
  return words.join(', ');
}

const readBack = ({ items }: RosterCell): number | undefined => {
  const times = items.flatMap(({ readBackAt }) => readBackAt ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
};

const problems = (cell: RosterCell): string[] =>
  cell.items
    .filter((item) => item.reason !== undefined)
    .map(
      (item) =>
        `  ${printable(cell.terminal.serialNumber)} ${item.key}: ${item.reason ?? ''}${item.detail === undefined ? '' : ` – ${printable(item.detail)}`}`,
    );

export function personText(view: PersonView, now: number): string {
  const { person, former, assignments, cells, templates, photos, openCommands } = view;
  const reasons = cells.flatMap(problems);
  const sections = [
    facts([
      ['PIN', person.pin],
      ['name', person.name],
      ['employee', person.employee],
      ['card', person.card],
      ['password', person.hasPassword ? 'has one' : undefined],
      ['administrator', person.isAdministrator ? 'yes' : undefined],
      ['wanted', person.isEverywhere ? 'everywhere' : `at ${counted(assignments.length, 'terminal')}`],
      ['valid', validity(person)],
      ['state', person.state],
      ['said by', `${person.origin}${person.deskName === undefined ? '' : ` (${person.deskName})`}`],
      ['last changed', utc(person.changedAt)],
      ['had the PIN before', former.map((one) => one.name ?? one.employee ?? `person ${one.id}`).join(', ')],
    ]),
    `Terminals\n${table(
      cells,
      [
        { title: 'serial', value: (cell) => cell.terminal.serialNumber },
        { title: 'name', value: (cell) => cell.terminal.name },
        { title: 'wanted', value: (cell) => (cell.isWanted ? 'yes' : 'no') },
        { title: 'there', value: cellText },
        { title: 'read back', value: (cell) => ago(readBack(cell), now) },
      ],
      'Wanted at no terminal, and nothing of this person is known to be at one.',
    )}`,
    reasons.length === 0 ? '' : `Why not\n${reasons.join('\n')}`,
    `Templates and pictures\n${templateLines(templates, photos, now)}`,
    openCommands.length === 0 ? '' : `Under way\n${commandTable(openCommands, now, '')}`,
    ...adviceOn(view),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function adviceOn({ person, cells, assignments, templates }: PersonView): string[] {
  const pin = shellWord(person.pin);
  const advice: string[] = [];
  if (person.state === 'active' && !person.isEverywhere && assignments.length === 0)
    advice.push(`Nobody said where this person belongs: biolistener user assign ${pin} <serial>.`);
  if (person.state === 'active' && templates.length === 0)
    advice.push(
      `Nothing is enrolled: biolistener command send <serial> enrol.start --pin ${pin} --template fingerprint --no 6.`,
    );
  if (cells.some((cell) => cell.items.some((item) => item.state === 'failed')))
    advice.push(`Once the cause is mended: biolistener roster apply --pin ${pin} --retry.`);
  return advice.length === 0 ? [] : [`What to do\n${advice.map((line) => `  ${line}`).join('\n')}`];
}

/** Desk counts more than the command line. */
export const deskNote = (person: Person): string[] =>
  person.origin === 'desk'
    ? ['This person comes from ERPNext Desk: what is changed there wins, so change it there as well.']
    : [];

export const keptText = (fields: readonly string[]): string[] =>
  fields.length === 0 ? [] : [`Stays as ERPNext Desk says: ${fields.join(', ')}. Change it there.`];
