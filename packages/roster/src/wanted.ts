import {
  digestOf,
  PHOTO_ITEM,
  templateItem,
  USER_ITEM,
  type RecordHead,
  type RecordVerdict,
  type RosterItemKey,
  type TemplateKey,
  type TemplateKind,
} from '@biolistener/core';
import type { Person, PhotoHead, RosterCell, TemplateHead } from '@biolistener/store';
import type { PersonRecords, RosterRules, TemplateRecord, TerminalView } from '@biolistener/wire';
import { isSameSlot, type Sources, type TemplateSet } from './sources.ts';

/** A record that should be on a terminal. */
export interface WantedRecord {
  readonly key: RosterItemKey;
  readonly digest: string;
  /** Absent for the user and the photo. */
  readonly template?: TemplateHead;
  /** The terminal itself sent it: there is nothing to put. */
  readonly isNative: boolean;
}

export interface Impossible {
  readonly key: RosterItemKey;
  readonly digest: string;
  readonly reason: string;
  readonly detail: string;
}

/** What a terminal is to have of a person, and what it cannot have. */
export interface Wanted {
  readonly records: readonly WantedRecord[];
  readonly impossible: readonly Impossible[];
  readonly person: PersonRecords;
}

/** What of a person is written to terminals; a password shows only in the time of the last change. */
export const userDigest = (person: Person): string =>
  digestOf(
    JSON.stringify([
      person.pin,
      person.name ?? null,
      person.card ?? null,
      person.isAdministrator,
      person.hasPassword ? person.changedAt : null,
    ]),
  );

/** A picture of a face does what a template of it does. */
const FACES: ReadonlySet<TemplateKind> = new Set(['face', 'visible-face']);

/** As brands are asked about it. */
export const headOf = (template: TemplateHead): RecordHead => {
  const { kind, no, index, version, algorithm, encoding, pin, size } = template;
  return { what: 'template', pin, template: { kind, no, index, version, algorithm, encoding }, size };
};

function verdictOn(set: TemplateSet, cell: RosterCell, rules: RosterRules, view: TerminalView): RecordVerdict {
  const isThere = set.templates.every(({ id }) => cell.seenTemplates.some((seen) => seen.id === id));
  if (isThere) return { canTake: true };
  const verdicts = set.templates.map((template) => rules.canTake(headOf(template), view));
  return verdicts.find((verdict) => !verdict.canTake) ?? { canTake: true };
}

interface Chosen {
  readonly sets: readonly TemplateSet[];
  readonly refused: readonly { readonly set: TemplateSet; readonly reason: string; readonly detail: string }[];
}

/** For each slot the best set that the terminal can take; where there is none, why not the best. */
function chooseSets(cell: RosterCell, sources: Sources, rules: RosterRules, view: TerminalView): Chosen {
  const sets: TemplateSet[] = [];
  const refused: { set: TemplateSet; reason: string; detail: string }[] = [];
  for (const slot of sources.slots) {
    const judged = slot.map((set) => ({ set, verdict: verdictOn(set, cell, rules, view) }));
    const taken = judged.find(({ verdict }) => verdict.canTake);
    const [best] = judged;
    if (taken) sets.push(taken.set);
    else if (best && !best.verdict.canTake) refused.push({ set: best.set, ...best.verdict });
  }
  return { sets, refused };
}

const recordOf = (template: TemplateHead, serialNumber: string): WantedRecord => ({
  key: templateItem(template),
  digest: template.digest,
  template,
  isNative: template.serialNumber === serialNumber,
});

/** Only where no template of the face is there or can go: never both, they are two opinions on one face. */
function photoFor(cell: RosterCell, sources: Sources, templates: readonly TemplateHead[]): PhotoHead | undefined {
  if (templates.some(({ kind }) => FACES.has(kind))) return undefined;
  const own = sources.photos.find((photo) => photo.serialNumber === cell.terminal.serialNumber);
  const [newest] = sources.photos;
  return own && newest && own.digest === newest.digest ? own : newest;
}

/** What of a person belongs on one terminal. */
export function wantedOf(cell: RosterCell, sources: Sources, rules: RosterRules, view: TerminalView): Wanted {
  const { person, terminal } = cell;
  const { sets, refused } = chooseSets(cell, sources, rules, view);
  const templates = sets.flatMap((set) => set.templates);
  const photo = photoFor(cell, sources, templates);
  const photoVerdict = photo && rules.canTake({ what: 'photo', pin: person.pin, size: photo.size }, view);
  // a picture has no sign of its own that it is still there; the user has
  const hasPhoto = photo?.serialNumber === terminal.serialNumber && cell.seen !== undefined;
  const takesPhoto = photo !== undefined && (hasPhoto || photoVerdict?.canTake === true);
  const user = { key: USER_ITEM, digest: userDigest(person) };
  const records: WantedRecord[] = templates.map((template) => recordOf(template, terminal.serialNumber));
  if (photo && takesPhoto) records.push({ key: PHOTO_ITEM, digest: photo.digest, isNative: hasPhoto });
  const impossible = refusalsOf(refused, templates, takesPhoto);
  if (photo && !takesPhoto && photoVerdict && !photoVerdict.canTake)
    impossible.push({ key: PHOTO_ITEM, digest: photo.digest, ...refusal(photoVerdict) });
  const whole = personRecords(cell, templates, takesPhoto ? photo : undefined);
  const userVerdict = verdictOnUser(whole, rules, view);
  if (userVerdict.canTake) return { records: [{ ...user, isNative: false }, ...records], impossible, person: whole };
  const blocked = records
    .filter((record) => !record.isNative)
    .map(({ key, digest }) => ({ key, digest, ...refusal(userVerdict) }));
  return {
    records: records.filter((record) => record.isNative),
    impossible: [{ ...user, ...refusal(userVerdict) }, ...blocked, ...impossible],
    person: whole,
  };
}

function verdictOnUser(person: PersonRecords, rules: RosterRules, view: TerminalView): RecordVerdict {
  const verdict = rules.canTake({ what: 'user', pin: person.pin }, view);
  return verdict.canTake ? (rules.canHold?.(person, view) ?? verdict) : verdict;
}

const refusal = ({ reason, detail }: { readonly reason: string; readonly detail: string }) => ({ reason, detail });

/** A finger that is there in another family, or a face as a picture, is not missing. */
function refusalsOf(refused: Chosen['refused'], taken: readonly TemplateKey[], hasPhoto: boolean): Impossible[] {
  return refused.flatMap(({ set, reason, detail }) => {
    const [first] = set.templates;
    if (taken.some((template) => isSameSlot(template, first)) || (hasPhoto && FACES.has(first.kind))) return [];
    return set.templates.map((each) => ({ key: templateItem(each), digest: each.digest, reason, detail }));
  });
}

const templateRecord = (template: TemplateHead): TemplateRecord => {
  const { id, kind, no, index, version, algorithm, encoding, isDuress, size } = template;
  return { id, kind, no, index, version, algorithm, encoding, isDuress, size };
};

function personRecords(
  { person, seen }: RosterCell,
  templates: readonly TemplateHead[],
  photo: PhotoHead | undefined,
): PersonRecords {
  const { id, pin, name, card, isAdministrator, hasPassword } = person;
  return {
    personId: id,
    pin,
    name,
    card,
    isAdministrator,
    hasPassword,
    templates: templates.map(templateRecord),
    photo: photo && { id: photo.id, size: photo.size },
    seenExtra: seen?.extra,
    seenPrivilege: seen?.privilege,
  };
}
