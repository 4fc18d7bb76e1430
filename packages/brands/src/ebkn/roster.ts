import {
  PHOTO_ITEM,
  templateItem,
  USER_ITEM,
  type JsonObject,
  type Pin,
  type RecordHead,
  type RecordVerdict,
  type RosterItemKey,
} from '@biolistener/core';
import {
  base64Length,
  commandDraft,
  type CommandDraft,
  type PersonRecords,
  type RosterRules,
  type TemplateRecord,
  type TerminalView,
} from '@biolistener/wire';
import { abilities } from './abilities.ts';
import {
  enrols,
  libraryProblem,
  photoProblem,
  pinProblem,
  slotOf,
  templateProblem,
  unsupportedProblem,
  type Problem,
} from './compatibility.ts';
import { userDifferences } from './user-differences.ts';

function troubleOf(record: RecordHead, { profile, options }: TerminalView): Problem | undefined {
  const problem = libraryProblem(profile) ?? pinProblem(record.pin, profile, options);
  if (problem || record.what === 'user') return problem;
  if (record.what === 'photo') return photoProblem(profile, options);
  if (record.template) return templateProblem(record.template, profile);
  return { reason: 'EB_TEMPLATE_KIND', detail: 'nothing is known of the template' };
}

/** Library family, format version, slot and PIN; see compatibility.ts for the tables. */
function canTake(record: RecordHead, terminal: TerminalView): RecordVerdict {
  const problem = troubleOf(record, terminal);
  return problem ? { canTake: false, ...problem } : { canTake: true };
}

/** The id as this terminal spelt it, where it has told one (protocols/ebkn-fkweb.md §4.9). */
function ownerOf(pin: Pin, seenExtra: JsonObject | undefined): JsonObject {
  const spelt = seenExtra?.['deviceUserId'];
  const isUsable = typeof spelt === 'string' && /^[A-Za-z0-9]{1,24}$/.test(spelt) && spelt !== pin;
  return isUsable ? { pin, deviceUserId: spelt } : { pin };
}

const payloadOf = (size: number, encoding: TemplateRecord['encoding']): number =>
  encoding === 'binary' ? size : Math.ceil((size * 3) / 4); // on the wire it is raw bytes

/** Templates that the terminal can use, one for each slot, in the order of the slots. */
function usableTemplates(person: PersonRecords, profile: JsonObject): TemplateRecord[] {
  const bySlot = new Map<number, TemplateRecord>();
  for (const template of person.templates) {
    const slot = slotOf(template.kind, template.no);
    const isUsable = slot !== undefined && !bySlot.has(slot) && !templateProblem(template, profile);
    if (isUsable) bySlot.set(slot, template);
  }
  return [...bySlot].sort(([a], [b]) => a - b).map(([, template]) => template);
}

const templateParameters = ({ id, kind, no, algorithm, version }: TemplateRecord): JsonObject => ({
  kind,
  no,
  algorithm,
  version,
  data: { $template: id },
});

/** A terminal's own manager stays one; 1 is MANAGER (§5.4). */
const privilegeOf = (person: PersonRecords): number => {
  const seen = person.seenPrivilege ?? 0;
  if (seen >= 1 && seen <= 3) return seen;
  return person.isAdministrator ? 1 : 0;
};

/**
 * The whole person in one `SET_USER_INFO`: some models delete what is not in it, so everything that the person is to have
 * goes along, whichever part of it changed (§5.4).
 */
function wholePerson(person: PersonRecords, terminal: TerminalView): CommandDraft {
  const { profile, options } = terminal;
  const templates = usableTemplates(person, profile);
  const photo = photoProblem(profile, options) ? undefined : person.photo;
  const parameters: JsonObject = {
    ...ownerOf(person.pin, person.seenExtra),
    isComplete: true,
    name: person.name ?? '',
    privilege: privilegeOf(person),
    ...(person.hasPassword && enrols(profile, ['PASSWORD', 'PASS', 'PWD'])
      ? { password: { $password: person.personId } }
      : {}),
    ...(person.card !== undefined && enrols(profile, ['IDCARD', 'CARD']) ? { card: person.card } : {}),
    ...(templates.length > 0 ? { templates: templates.map(templateParameters) } : {}),
    ...(photo ? { photo: { $photo: photo.id } } : {}),
  };
  const covers = [USER_ITEM, ...templates.map(templateItem), ...(photo ? [PHOTO_ITEM] : [])];
  const bytes = templates.reduce((sum, { size, encoding }) => sum + payloadOf(size, encoding), photo?.size ?? 0);
  return commandDraft('user.update', parameters, covers, bytes);
}

/** Single credentials leave the rest of the user as it is; undefined where one of the items cannot go alone. */
function singleRecords(
  person: PersonRecords,
  items: readonly RosterItemKey[],
  { profile, options }: TerminalView,
): CommandDraft[] | undefined {
  if (items.includes(USER_ITEM) || unsupportedProblem('SET_ENROLL_DATA', profile)) return undefined;
  const owner = ownerOf(person.pin, person.seenExtra);
  const templates = usableTemplates(person, profile).filter((each) => items.includes(templateItem(each)));
  const drafts = templates.map((each) => {
    const parameters = { ...owner, ...templateParameters(each) };
    return commandDraft('template.update', parameters, [templateItem(each)], payloadOf(each.size, each.encoding));
  });
  if (!items.includes(PHOTO_ITEM)) return drafts;
  const { photo } = person;
  if (!photo || options?.['photoBackup'] === undefined) return undefined;
  const parameters = { ...owner, data: { $photo: photo.id } };
  return [...drafts, commandDraft('photo.update', parameters, [PHOTO_ITEM], base64Length(photo.size))];
}

function planWrite(person: PersonRecords, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  if (items.length === 0) return [];
  return singleRecords(person, items, terminal) ?? [wholePerson(person, terminal)];
}

/** Single credentials have no verb to remove them: only the whole user can go (§5). */
function planRemove(
  pin: Pin,
  items: readonly RosterItemKey[],
  _terminal: TerminalView,
  seenExtra: JsonObject | undefined,
): CommandDraft[] {
  return items.includes(USER_ITEM) ? [commandDraft('user.delete', ownerOf(pin, seenExtra), items)] : [];
}

/** Several models are silent about an id that they do not know (§4.6): with a user of that id, `DELETE_USER` is answered. */
const planBareUser: NonNullable<RosterRules['planBareUser']> = (pin, _terminal, seenExtra) => [
  commandDraft('user.update', { ...ownerOf(pin, seenExtra), isComplete: true, name: '', privilege: 0 }, []),
];

/** `GET_USER_INFO` tells everything of a person at once (§5.4). A user that is not there is often not answered at all. */
function planReadBack(
  pin: Pin,
  items: readonly RosterItemKey[],
  { profile }: TerminalView,
  seenExtra: JsonObject | undefined,
): CommandDraft[] {
  if (items.length === 0 || libraryProblem(profile) || unsupportedProblem('GET_USER_INFO', profile)) return [];
  return [commandDraft('user.query', ownerOf(pin, seenExtra), items)];
}

/** How people get to EBKN terminals. Source: protocols/ebkn-fkweb.md §4.1, §4.6, §4.9, §5.4, §5.5. */
export const roster: RosterRules = {
  canTake,
  planWrite,
  planRemove,
  planBareUser,
  planReadBack,
  userDifferences,
  abilities,
};
