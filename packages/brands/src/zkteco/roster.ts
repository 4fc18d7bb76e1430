import {
  PHOTO_ITEM,
  templateItem,
  templateOfItem,
  USER_ITEM,
  type JsonObject,
  type Pin,
  type RecordHead,
  type RecordVerdict,
  type RosterItemKey,
  type TemplateKey,
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
  dialectProblem,
  LARGEST_COMMAND,
  photoProblem,
  photoUseOf,
  pinUnfitness,
  templateProblem,
  templateTableOf,
  unsupportedProblem,
  type Problem,
} from './compatibility.ts';
import { isSec, readBackWord, removalWord, userReadBackWord } from './command-words.ts';
import { doorsProblem } from './sec-rights.ts';
import { userDifferences } from './user-differences.ts';
import { takesUserPictures } from './versions.ts';

/** What is stored of a template, as base64 text: some brands' bytes are raw. */
const textLength = (size: number, encoding: TemplateRecord['encoding']): number =>
  encoding === 'base64' ? size : base64Length(size);

function templateTrouble(head: NonNullable<RecordHead['template']>, size: number, profile: JsonObject) {
  const problem = templateProblem(head, profile);
  if (problem) return problem;
  const length = textLength(size, head.encoding);
  const tooLarge: Problem = { reason: 'ZK_COMMAND_TOO_LARGE', detail: `the template has ${length} bytes as base64` };
  return length > LARGEST_COMMAND - 1024 ? tooLarge : undefined;
}

function troubleOf(record: RecordHead, view: TerminalView): Problem | undefined {
  const { profile } = view;
  const problem = dialectProblem(profile) ?? pinUnfitness(record.pin, profile) ?? doorsProblem(view);
  if (problem || record.what === 'user') return problem;
  if (record.what === 'photo') return photoProblem(base64Length(record.size ?? 0), profile);
  if (!record.template) return { reason: 'ZK_PROFILE_UNKNOWN', detail: 'nothing is known of the template' };
  return templateTrouble(record.template, record.size ?? 0, profile);
}

/** Brand, kind, algorithm and version against what the terminal said of itself; see compatibility.ts for the tables. */
function canTake(record: RecordHead, terminal: TerminalView): RecordVerdict {
  const problem = troubleOf(record, terminal);
  return problem ? { canTake: false, ...problem } : { canTake: true };
}

/** ZK's super administrator (protocols/zkteco-push.md §3.5). */
const ADMINISTRATOR = 14;

/**
 * One command per record, the user first. `Pri` is sent for administrators alone: `Pri=0` would make less of somebody who
 * is an administrator on the terminal. Card and password only where known (§4.3, O10).
 */
function userDraft(person: PersonRecords): CommandDraft {
  const { pin, name, card, personId } = person;
  const parameters: JsonObject = {
    pin,
    ...(name === undefined ? {} : { name }),
    ...(person.isAdministrator ? { privilege: ADMINISTRATOR } : {}),
    ...(person.hasPassword ? { password: { $password: personId } } : {}),
    ...(card === undefined ? {} : { card }),
  };
  return commandDraft('user.update', parameters, [USER_ITEM], Buffer.byteLength(name ?? ''));
}

function templateDraft(pin: Pin, template: TemplateRecord): CommandDraft {
  const { id, kind, no, index, version, algorithm, isDuress, size, encoding } = template;
  const parameters: JsonObject = { pin, kind, no, index, version, algorithm, isDuress, data: { $template: id } };
  return commandDraft('template.update', parameters, [templateItem(template)], textLength(size, encoding));
}

const isSameGroup = (a: TemplateKey, b: TemplateKey): boolean =>
  a.kind === b.kind && a.no === b.no && a.version === b.version;

/** Parts of one template travel together, all or none (§3.7), in order. */
function withTheirParts(wanted: ReadonlySet<RosterItemKey>, all: readonly TemplateRecord[]): TemplateRecord[] {
  const named = all.filter((each) => wanted.has(templateItem(each)));
  const group = all.filter((each) => named.some((one) => isSameGroup(one, each)));
  return group.sort((a, b) => a.kind.localeCompare(b.kind) || a.no - b.no || a.index - b.index);
}

/** Never a photo to compare and a template of the same face (§4.3): then the picture is only shown, if at all. */
function photoDraft(person: PersonRecords, profile: JsonObject): CommandDraft[] {
  const { photo, pin, templates } = person;
  const use = photoUseOf(profile);
  if (!photo || use === undefined) return [];
  const hasFace = templates.some((each) => each.kind === 'visible-face' && !templateProblem(each, profile));
  // access terminals that did not say that they show pictures have no table for them
  if (hasFace && isSec(profile) && !takesUserPictures(profile)) return [];
  const kind = hasFace ? 'user' : use;
  const parameters: JsonObject = { pin, kind, data: { $photo: photo.id } };
  return [commandDraft('photo.update', parameters, [PHOTO_ITEM], base64Length(photo.size))];
}

function planWrite(person: PersonRecords, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  const wanted = new Set(items);
  return [
    ...(wanted.has(USER_ITEM) ? [userDraft(person)] : []),
    ...withTheirParts(wanted, person.templates).map((template) => templateDraft(person.pin, template)),
    ...(wanted.has(PHOTO_ITEM) ? photoDraft(person, terminal.profile) : []),
  ];
}

/** Keys by what one command can name: a kind, or a kind and number. */
function groupsOf(items: readonly RosterItemKey[], nameOf: (key: TemplateKey) => string): Map<string, RosterItemKey[]> {
  const groups = new Map<string, RosterItemKey[]>();
  for (const item of items) {
    const key = templateOfItem(item);
    const name = key && nameOf(key);
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}

const templateKeyIn = (items: readonly RosterItemKey[]): TemplateKey | undefined =>
  items.map(templateOfItem).find((key) => key !== undefined);

/** A near-infrared face is a set that is deleted as a whole; everything else by number (§4.3). */
function planRemove(pin: Pin, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  const { profile } = terminal;
  if (items.includes(USER_ITEM)) return [commandDraft('user.delete', { pin }, items)];
  const isWhole = (kind: TemplateKey['kind']): boolean =>
    ['FACE', 'facev7'].includes(templateTableOf(kind, profile) ?? '');
  const groups = groupsOf(items, ({ kind, no }) => (isWhole(kind) ? kind : `${kind}:${no}`));
  const drafts = [...groups.values()].flatMap((covers) => {
    const key = templateKeyIn(covers);
    if (!key || unsupportedProblem(removalWord(key.kind, profile), profile)) return [];
    const no = isWhole(key.kind) ? {} : { no: key.no };
    return [commandDraft('template.delete', { pin, kind: key.kind, ...no }, covers)];
  });
  if (!items.includes(PHOTO_ITEM)) return drafts;
  return [...drafts, commandDraft('template.delete', { pin, kind: 'photo' }, [PHOTO_ITEM])];
}

/**
 * Users by PIN, fingerprints of old tables by PIN, unified templates by type and PIN. Nothing tells what pictures or
 * near-infrared faces are on a terminal (§4.4).
 */
function planReadBack(pin: Pin, items: readonly RosterItemKey[], terminal: TerminalView): CommandDraft[] {
  const { profile } = terminal;
  if (dialectProblem(profile)) return [];
  const isAskable = (word: string): boolean => !unsupportedProblem(word, profile);
  const user =
    items.includes(USER_ITEM) && isAskable(userReadBackWord(profile))
      ? [commandDraft('user.query', { pin }, [USER_ITEM])]
      : [];
  const groups = groupsOf(items, ({ kind }) => kind);
  const templates = [...groups.values()].flatMap((covers) => {
    const kind = templateKeyIn(covers)?.kind;
    const word = kind && readBackWord(kind, profile);
    if (!kind || !word || !isAskable(word)) return [];
    return [commandDraft('template.query', { pin, kind }, covers)];
  });
  return [...user, ...templates];
}

/** How people get to ZKTeco push terminals. Source: protocols/zkteco-push.md §3.7, §4.3, §4.4. */
export const roster: RosterRules = { canTake, planWrite, planRemove, planReadBack, userDifferences, abilities };
