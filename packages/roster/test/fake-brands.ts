import {
  PHOTO_ITEM,
  templateItem,
  templateOfItem,
  USER_ITEM,
  type JsonObject,
  type RecordHead,
  type RecordVerdict,
} from '@biolistener/core';
import { commandDraft, type CommandDraft, type RosterRules, type TerminalView } from '@biolistener/wire';

// Two brands as unlike each other as the real ones: one writes record by record, one a person as a whole.

function canTake(record: RecordHead, { profile }: TerminalView): RecordVerdict {
  if (record.what === 'user') return { canTake: true };
  if (record.what === 'photo')
    return profile['takesPhotos'] === true
      ? { canTake: true }
      : { canTake: false, reason: 'FAKE_NO_PHOTOS', detail: 'It takes no pictures.' };
  const family = typeof profile['algorithm'] === 'string' ? profile['algorithm'] : 'zk';
  if (record.template?.version === '') return { canTake: false, reason: 'FAKE_NAMELESS', detail: 'Of no version.' };
  if (record.template?.algorithm === family) return { canTake: true };
  return { canTake: false, reason: 'FAKE_FOREIGN', detail: `It takes ${family} only.` };
}

const abilities: RosterRules['abilities'] = ({ profile }) => ({
  commands: ['user.update', 'user.delete', 'user.query', 'info', 'door.open', 'logs.clear', 'raw', 'restart'],
  templates:
    typeof profile['version'] === 'string'
      ? [{ kind: 'fingerprint', algorithm: 'zk', version: profile['version'] }]
      : [],
  takesPhotos: false,
  canReadBack: true,
});

const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) =>
  person.name !== undefined && person.name !== seen.name ? ['name'] : [];

const userParameters = (pin: string, name: string | undefined): JsonObject =>
  name === undefined ? { pin } : { pin, name };

/** As some face terminals: nobody is kept who has nothing to be known by. */
const canHold: NonNullable<RosterRules['canHold']> = ({ templates }, { profile }) =>
  profile['needsTemplate'] !== true || templates.length > 0
    ? { canTake: true }
    : { canTake: false, reason: 'FAKE_NOBODY', detail: 'There is nothing to know the person by.' };

export const single: RosterRules = {
  canTake,
  canHold,
  abilities,
  userDifferences,
  planWrite: ({ pin, name, templates, photo }, items) => {
    const drafts: CommandDraft[] = [];
    if (items.includes(USER_ITEM)) drafts.push(commandDraft('user.update', userParameters(pin, name), [USER_ITEM]));
    for (const template of templates) {
      const { id, kind, no, index, version } = template;
      const key = templateItem(template);
      const parameters = { pin, kind, no, index, version, data: { $template: id } };
      if (items.includes(key)) drafts.push(commandDraft('template.update', parameters, [key], template.size));
    }
    if (photo && items.includes(PHOTO_ITEM))
      drafts.push(commandDraft('photo.update', { pin, data: { $photo: photo.id } }, [PHOTO_ITEM], photo.size));
    return drafts;
  },
  planRemove: (pin, items) => {
    if (items.includes(USER_ITEM)) return [commandDraft('user.delete', { pin }, items)];
    return items.map((item) => {
      const key = templateOfItem(item);
      const parameters = key ? { pin, kind: key.kind, no: key.no } : { pin, kind: 'photo' };
      return commandDraft('template.delete', parameters, [item]);
    });
  },
  planReadBack: (pin, items) => {
    const templates = items.filter((item) => templateOfItem(item) !== undefined);
    return [
      ...(items.includes(USER_ITEM) ? [commandDraft('user.query', { pin }, [USER_ITEM])] : []),
      ...(templates.length > 0 ? [commandDraft('template.query', { pin }, templates)] : []),
    ];
  },
};

export const whole: RosterRules = {
  canTake,
  abilities,
  userDifferences,
  planWrite: ({ pin, name, templates, photo }, items) => {
    if (items.length === 0) return [];
    const parameters: JsonObject = {
      ...userParameters(pin, name),
      isComplete: true,
      templates: templates.map(({ id, kind, no, index, version }) => ({
        kind,
        no,
        index,
        version,
        data: { $template: id },
      })),
    };
    const covers = [USER_ITEM, ...templates.map(templateItem), ...(photo ? [PHOTO_ITEM] : [])];
    return [commandDraft('user.update', parameters, covers)];
  },
  planRemove: (pin, items) => (items.includes(USER_ITEM) ? [commandDraft('user.delete', { pin }, items)] : []),
  planReadBack: (pin, items) => (items.length === 0 ? [] : [commandDraft('user.query', { pin }, items)]),
};

/** Says nothing about somebody whom it does not have. */
const shy: RosterRules = {
  ...whole,
  planBareUser: (pin, _view, extra) => [commandDraft('user.update', { ...extra, pin, isComplete: true }, [])],
};

export const rulesOf = (brand: string): RosterRules | undefined => ({ single, whole, shy })[brand];
