import { templateItem, templateOfItem, USER_ITEM, type Pin, type RosterItemKey } from '@biolistener/core';
import { base64Length, commandDraft, type CommandDraft, type PersonRecords, type RosterRules } from '@biolistener/wire';
import { abilities } from './abilities.ts';
import { canTake } from './fitness.ts';

/** ZK's super administrator, as the byte of a user record shows it (§4.1). */
const ADMINISTRATOR = 14;

function userDraft({ pin, name, card, personId, isAdministrator, hasPassword }: PersonRecords): CommandDraft {
  const parameters = {
    pin,
    ...(name === undefined ? {} : { name }),
    ...(isAdministrator ? { privilege: ADMINISTRATOR } : {}),
    ...(hasPassword ? { password: { $password: personId } } : {}),
    ...(card === undefined ? {} : { card }),
  };
  return commandDraft('user.update', parameters, [USER_ITEM], Buffer.byteLength(name ?? ''));
}

/** The user first; a template is written together with the user's record, so that it never stands alone (§4.5). */
function planWrite(person: PersonRecords, items: readonly RosterItemKey[]): CommandDraft[] {
  const wanted = new Set(items);
  const templates = person.templates.filter((each) => wanted.has(templateItem(each)));
  return [
    ...(wanted.has(USER_ITEM) ? [userDraft(person)] : []),
    ...templates.map((each) => {
      const { kind, no, version, algorithm, isDuress } = each;
      const parameters = { pin: person.pin, kind, no, version, algorithm, isDuress, data: { $template: each.id } };
      return commandDraft('template.update', parameters, [templateItem(each)], base64Length(each.size));
    }),
  ];
}

function planRemove(pin: Pin, items: readonly RosterItemKey[]): CommandDraft[] {
  if (items.includes(USER_ITEM)) return [commandDraft('user.delete', { pin }, items)];
  return items.flatMap((item) => {
    const key = templateOfItem(item);
    if (key?.kind !== 'fingerprint') return [];
    return [commandDraft('template.delete', { pin, kind: key.kind, no: key.no }, [item])];
  });
}

/** One reading of the tables tells of the user and of all fingers. */
function planReadBack(pin: Pin, items: readonly RosterItemKey[]): CommandDraft[] {
  const covers = items.filter((item) => item === USER_ITEM || templateOfItem(item)?.kind === 'fingerprint');
  if (covers.length === 0) return [];
  const hasTemplates = covers.some((item) => item !== USER_ITEM);
  return [commandDraft('user.query', { pin, ...(hasTemplates ? { hasTemplates } : {}) }, covers)];
}

/** Names are cut to 23 bytes, on old units to 7 (§4.1, §4.2). */
const SHORTEST_CUT = 7;

function isSameName(sent: string, seen: string): boolean {
  const theirs = seen.replace(/\uFFFD+$/, '').trim();
  return sent.trim() === theirs || (Buffer.byteLength(theirs) >= SHORTEST_CUT - 3 && sent.startsWith(theirs));
}

const digitsOf = (card: string | undefined): string => (card ?? '').replace(/^0+/, '');

const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) => [
  ...(person.name === undefined || isSameName(person.name, seen.name ?? '') ? [] : (['name'] as const)),
  ...(person.card === undefined || digitsOf(person.card) === digitsOf(seen.card) ? [] : (['card'] as const)),
  ...(person.isAdministrator && seen.privilege === 0 ? (['privilege'] as const) : []),
  ...(person.hasPassword && !seen.hasPassword ? (['password'] as const) : []),
];

/** How people get to terminals that are called. Source: protocols/zk-tcp.md §4. */
export const roster: RosterRules = { canTake, planWrite, planRemove, planReadBack, userDifferences, abilities };
