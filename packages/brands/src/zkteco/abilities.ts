import { COMMAND_KINDS, type CommandKind, type JsonObject, type TemplateKind } from '@biolistener/core';
import type { Abilities, TerminalView } from '@biolistener/wire';
import { isSec, SEC_LACKS, userReadBackWord, wordsOfKind } from './command-words.ts';
import { dialectProblem, photoUseOf, TABLE_ALGORITHMS, templateTableOf, unsupportedProblem } from './compatibility.ts';
import { doorsProblem } from './sec-rights.ts';
import { versionsOf } from './versions.ts';

/** What may be asked of a terminal whose dialect is not known: it changes nobody. */
const HARMLESS: ReadonlySet<CommandKind> = new Set(['info', 'check', 'clock.set', 'restart']);

const NEEDS_TEMPLATES: ReadonlySet<CommandKind> = new Set(['template.update', 'template.delete']);

function commandsOf(view: TerminalView, hasTemplates: boolean): CommandKind[] {
  const { profile } = view;
  const isKnown = dialectProblem(profile) === undefined;
  return COMMAND_KINDS.filter((kind) => {
    if (!isKnown) return HARMLESS.has(kind);
    if (isSec(profile) && SEC_LACKS.has(kind)) return false;
    if (NEEDS_TEMPLATES.has(kind)) return hasTemplates;
    if (kind === 'user.update' && doorsProblem(view)) return false;
    if (kind === 'photo.update' && photoUseOf(profile) === undefined) return false;
    const words = wordsOfKind(kind, profile);
    return words.length === 0 || words.some((word) => !unsupportedProblem(word, profile));
  });
}

function templatesOf(profile: JsonObject): Abilities['templates'] {
  if (dialectProblem(profile)) return [];
  return Object.entries(versionsOf(profile)).flatMap(([name, version]) => {
    const kind = name as TemplateKind; // the keys of Versions are kinds
    const table = templateTableOf(kind, profile);
    return table ? TABLE_ALGORITHMS[table].map((algorithm) => ({ kind, algorithm, version })) : [];
  });
}

/** What a terminal can be asked and given. Source: protocols/zkteco-push.md §2.7, §2.8, §4.3, §4.4. */
export function abilities(view: TerminalView): Abilities {
  const { profile } = view;
  const templates = templatesOf(profile);
  const isKnown = dialectProblem(profile) === undefined;
  return {
    commands: commandsOf(view, templates.length > 0),
    templates,
    takesPhotos: isKnown && photoUseOf(profile) !== undefined,
    canReadBack: isKnown && !unsupportedProblem(userReadBackWord(profile), profile),
  };
}
