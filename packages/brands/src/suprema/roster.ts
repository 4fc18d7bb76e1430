import {
  PHOTO_ITEM,
  templateItem,
  templateOfItem,
  USER_ITEM,
  type CommandKind,
  type JsonObject,
  type RecordHead,
  type RecordVerdict,
  type RosterItemKey,
} from '@biolistener/core';
import {
  base64Length,
  commandDraft,
  type Abilities,
  type CommandDraft,
  type PersonRecords,
  type RosterRules,
  type TemplateRecord,
  type TerminalView,
} from '@biolistener/wire';
import { accessProblem, LARGEST_PHOTO } from './compatibility.ts';
import { COMMANDS } from './encode.ts';
import { FACE_BIN_TYPES, TEMPLATE_FORMS, templateProblem, type Problem } from './template-forms.ts';
import { pinProblem } from './user-object.ts';

function troubleOf({ what, pin, template, size = 0 }: RecordHead, terminal: TerminalView): Problem | undefined {
  const problem = accessProblem(terminal) ?? pinProblem(pin, terminal.options);
  if (problem || what === 'user') return problem;
  if (what === 'template')
    return template
      ? templateProblem(template)
      : { reason: 'SU_TEMPLATE_KIND', detail: 'nothing is known of the template' };
  if (size <= LARGEST_PHOTO) return undefined;
  return { reason: 'SU_PHOTO_SIZE', detail: 'the picture is too large for a user of BioStar' };
}

function canTake(record: RecordHead, terminal: TerminalView): RecordVerdict {
  const problem = troubleOf(record, terminal);
  return problem ? { canTake: false, ...problem } : { canTake: true };
}

/** Parts that belong together go together: both of a finger, both formats of the face. */
const groupOf = ({ kind, no }: { readonly kind: string; readonly no: number }): string =>
  kind === 'fingerprint' ? `finger ${no}` : kind;

/** Whole fingers and faces among a person's templates; half of one is not sent. */
function wholeGroups(templates: readonly TemplateRecord[]): TemplateRecord[][] {
  const groups = new Map<string, TemplateRecord[]>();
  for (const template of templates) {
    if (templateProblem(template)) continue;
    const group = groups.get(groupOf(template)) ?? [];
    if (!group.some((each) => isSamePlace(each, template))) groups.set(groupOf(template), [...group, template]);
  }
  return [...groups.values()].filter((group) => group.length === 2);
}

const isSamePlace = (a: TemplateRecord, b: TemplateRecord): boolean =>
  a.kind === 'fingerprint' ? a.index === b.index : a.version === b.version;

const partOf = ({ id, kind, no, index, version, isDuress }: TemplateRecord): JsonObject => ({
  kind,
  no,
  index,
  version,
  isDuress,
  data: { $template: id },
});

const weightOf = (templates: readonly TemplateRecord[]): number =>
  templates.reduce((sum, { size }) => sum + base64Length(size), 0);

/** The user whole, with everything that the server can use, in one call (`PUT` changes what is named and nothing else). */
function wholeUser(person: PersonRecords, items: readonly RosterItemKey[]): CommandDraft {
  const templates = wholeGroups(person.templates).flat();
  const photo = person.photo && person.photo.size <= LARGEST_PHOTO ? person.photo : undefined;
  const covers = [USER_ITEM, ...templates.map(templateItem), ...(photo ? [PHOTO_ITEM] : [])];
  const parameters: JsonObject = {
    pin: person.pin,
    isComplete: true,
    ...(person.name === undefined ? {} : { name: person.name }),
    ...(person.card === undefined ? {} : { card: person.card }),
    ...(person.hasPassword ? { password: { $password: person.personId } } : {}),
    ...(templates.length === 0 ? {} : { templates: templates.map(partOf) }),
    ...(photo ? { photo: { $photo: photo.id } } : {}),
  };
  const known = new Set([...items, ...person.templates.map(templateItem), ...(photo ? [PHOTO_ITEM] : [])]);
  const payload = weightOf(templates) + base64Length(photo?.size ?? 0);
  return commandDraft(
    'user.update',
    parameters,
    covers.filter((key) => known.has(key)),
    payload,
  );
}

function planWrite(person: PersonRecords, items: readonly RosterItemKey[]): CommandDraft[] {
  if (items.includes(USER_ITEM)) return [wholeUser(person, items)];
  const drafts = wholeGroups(person.templates)
    .filter((group) => group.some((each) => items.includes(templateItem(each))))
    .map((group) =>
      commandDraft(
        'template.update',
        { pin: person.pin, templates: group.map(partOf) },
        group.map(templateItem).filter((key) => items.includes(key)),
        weightOf(group),
      ),
    );
  if (!items.includes(PHOTO_ITEM) || !person.photo) return drafts;
  const photo = commandDraft(
    'photo.update',
    { pin: person.pin, photo: { $photo: person.photo.id } },
    [PHOTO_ITEM],
    base64Length(person.photo.size),
  );
  return [...drafts, photo];
}

/** `user` takes the access group away, and with it everything at this device. A picture alone is not taken back. */
function planRemove(pin: PersonRecords['pin'], items: readonly RosterItemKey[]): CommandDraft[] {
  if (items.includes(USER_ITEM)) return [commandDraft('user.delete', { pin }, items)];
  const named = items.flatMap((key) => {
    const template = templateOfItem(key);
    return template && Object.hasOwn(TEMPLATE_FORMS, template.kind) ? [{ key, template }] : [];
  });
  if (named.length === 0) return [];
  const templates = named.map(({ template: { kind, no } }) => ({ kind, no }));
  return [
    commandDraft(
      'template.delete',
      { pin, templates },
      named.map(({ key }) => key),
    ),
  ];
}

/** One question tells everything of a person. */
const planReadBack: RosterRules['planReadBack'] = (pin, items, terminal) =>
  items.length === 0 || accessProblem(terminal) ? [] : [commandDraft('user.query', { pin }, items)];

const digitsOf = (card: string): string => card.replace(/^0+(?=\d)/, '');

const userDifferences: NonNullable<RosterRules['userDifferences']> = (person, seen) => [
  ...(person.name === undefined || person.name.trim() === (seen.name ?? '').trim() ? [] : (['name'] as const)),
  ...(person.card === undefined || digitsOf(person.card) === digitsOf(seen.card ?? '') ? [] : (['card'] as const)),
];

const NEED_ACCESS: ReadonlySet<CommandKind> = new Set(
  COMMANDS.filter((kind) => kind !== 'info' && kind !== 'logs.query'),
);

function abilities(terminal: TerminalView): Abilities {
  const hasAccess = accessProblem(terminal) === undefined;
  const { fingerprint, 'visible-face': face } = TEMPLATE_FORMS;
  return {
    commands: COMMANDS.filter((kind) => hasAccess || !NEED_ACCESS.has(kind)),
    templates: hasAccess
      ? [
          { kind: 'fingerprint', algorithm: fingerprint.algorithm, version: '' },
          ...FACE_BIN_TYPES.map((version) => ({ kind: 'visible-face', algorithm: face.algorithm, version }) as const),
        ]
      : [],
    takesPhotos: hasAccess,
    canReadBack: hasAccess,
  };
}

/** How people get to devices of a BioStar server: their user there, and the access group that stands for the device. */
export const roster: RosterRules = { canTake, planWrite, planRemove, planReadBack, userDifferences, abilities };
