import {
  PHOTO_ITEM,
  templateItem,
  templateOfItem,
  USER_ITEM,
  type JsonObject,
  type Pin,
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
import { slotOfPlace } from './codes.ts';
import { photoProblem, templateProblem, troubleOf, userDifferences } from './compatibility.ts';
import { isFaceOnly } from './modes.ts';

/** A terminal's own administrator stays one; 1 is administrator (protocols/aiface-websocket.md §4.3). */
function privilegeOf(person: PersonRecords): number {
  const seen = person.seenPrivilege ?? 0;
  if (seen === 1 || seen === 2) return seen;
  return person.isAdministrator ? 1 : 0;
}

/** Every credential carries the name and rank of its person, because the first one makes the person (§6.4). */
const ownerOf = (person: PersonRecords): JsonObject => ({
  pin: person.pin,
  name: person.name ?? '',
  privilege: privilegeOf(person),
});

const usable = (person: PersonRecords, { profile }: TerminalView): TemplateRecord[] =>
  person.templates.filter((each) => !templateProblem(each, profile));

const templateParameters = ({ id, kind, no, algorithm, version }: TemplateRecord): JsonObject => ({
  kind,
  no,
  algorithm,
  version,
  data: { $template: id },
});

/** A person is there by their credentials; slot 0 with "0" in it stands for none only where faces alone count (§4.1). */
const canHold: NonNullable<RosterRules['canHold']> = (person, terminal) => {
  const hasPhoto = person.photo !== undefined && !photoProblem(person.photo.size, terminal.profile);
  const isKnownBy = person.card !== undefined || person.hasPassword || hasPhoto || usable(person, terminal).length > 0;
  if (isKnownBy || isFaceOnly(terminal.profile)) return { canTake: true };
  const detail = 'the person has no card, password, template or picture for this terminal';
  return { canTake: false, reason: 'AI_NOTHING_TO_WRITE', detail };
};

/** Card and password; where there is neither, the first template or the picture goes along and makes the person. */
function userDraft(person: PersonRecords, terminal: TerminalView): CommandDraft {
  const secrets: JsonObject = {
    ...(person.card === undefined ? {} : { card: person.card }),
    ...(person.hasPassword ? { password: { $password: person.personId } } : {}),
  };
  const [first] = Object.keys(secrets).length > 0 ? [] : usable(person, terminal);
  const needsPhoto = Object.keys(secrets).length === 0 && first === undefined;
  const photo = needsPhoto && !photoProblem(person.photo?.size ?? 0, terminal.profile) ? person.photo : undefined;
  const parameters: JsonObject = {
    ...ownerOf(person),
    ...secrets,
    ...(first ? { templates: [templateParameters(first)] } : {}),
    ...(photo ? { photo: { $photo: photo.id } } : {}),
  };
  const covers = [USER_ITEM, ...(first ? [templateItem(first)] : []), ...(photo ? [PHOTO_ITEM] : [])];
  return commandDraft('user.update', parameters, covers, (first?.size ?? 0) + base64Length(photo?.size ?? 0));
}

function planWrite(person: PersonRecords, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  const user = items.includes(USER_ITEM) ? [userDraft(person, terminal)] : [];
  const done = new Set(user.flatMap((draft) => draft.covers));
  const wanted = new Set(items.filter((item) => !done.has(item)));
  const templates = usable(person, terminal)
    .filter((each) => wanted.has(templateItem(each)))
    .map((each) => {
      const parameters = { ...ownerOf(person), ...templateParameters(each) };
      return commandDraft('template.update', parameters, [templateItem(each)], each.size);
    });
  const { photo } = person;
  if (!photo || !wanted.has(PHOTO_ITEM)) return [...user, ...templates];
  const parameters = { ...ownerOf(person), data: { $photo: photo.id } };
  return [...user, ...templates, commandDraft('photo.update', parameters, [PHOTO_ITEM], base64Length(photo.size))];
}

const slotOfItem = (item: RosterItemKey): number | undefined => {
  const key = templateOfItem(item);
  return key && slotOfPlace(key.kind, key.no);
};

function planRemove(pin: Pin, items: readonly RosterItemKey[]): CommandDraft[] {
  if (items.includes(USER_ITEM)) return [commandDraft('user.delete', { pin }, items)];
  return items.flatMap((item) => {
    const key = templateOfItem(item);
    if (item === PHOTO_ITEM) return [commandDraft('template.delete', { pin, kind: 'photo' }, [item])];
    if (!key || slotOfItem(item) === undefined) return [];
    return [commandDraft('template.delete', { pin, kind: key.kind, no: key.no }, [item])];
  });
}

/** One question for each credential; the person's name, card and password in one (§6.3). A picture that comes back proves no face (§6.4). */
function planReadBack(pin: Pin, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  if (!abilities(terminal).canReadBack) return [];
  const user = items.includes(USER_ITEM) ? [commandDraft('user.query', { pin }, [USER_ITEM])] : [];
  const templates = items.flatMap((item) => {
    const key = templateOfItem(item);
    if (!key || slotOfItem(item) === undefined) return [];
    return [commandDraft('template.query', { pin, kind: key.kind, no: key.no }, [item])];
  });
  return [...user, ...templates];
}

export const roster: RosterRules = {
  canTake(record, terminal) {
    const problem = troubleOf(record, terminal);
    return problem ? { canTake: false, ...problem } : { canTake: true };
  },
  canHold,
  planWrite,
  planRemove,
  planReadBack,
  userDifferences,
  abilities,
};
