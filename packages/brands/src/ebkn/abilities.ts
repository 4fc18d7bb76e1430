import type { CommandKind, TemplateKind } from '@biolistener/core';
import type { Abilities, TerminalView } from '@biolistener/wire';
import { libraryProblem, photoProblem, TEMPLATE_KINDS, templateProblem, unsupportedProblem } from './compatibility.ts';
import { COMMANDS, NEEDS_PROFILE } from './encode.ts';
import { templateVersion } from './user-object.ts';

/** The verbs of each kind; a kind is offered while the terminal has not refused all of them. */
const VERBS: Readonly<Partial<Record<CommandKind, readonly string[]>>> = {
  'user.update': ['SET_USER_INFO', 'SET_USER_NAME'],
  'user.delete': ['DELETE_USER'],
  'template.update': ['SET_ENROLL_DATA'],
  'photo.update': ['SET_ENROLL_DATA'],
  'user.query': ['GET_USER_INFO', 'GET_USER_ID_LIST'],
  'template.query': ['GET_ENROLL_DATA'],
  'enrol.start': ['SET_COMMAND'],
  'logs.query': ['GET_LOG_DATA'],
  'clock.set': ['SET_TIME'],
  restart: ['RESET_FK'],
  info: ['GET_DEVICE_STATUS'],
  'logs.clear': ['CLEAR_LOG_DATA'],
};

function isOffered(kind: CommandKind, { profile, options }: TerminalView): boolean {
  if (NEEDS_PROFILE.has(kind) && libraryProblem(profile)) return false;
  if (kind === 'photo.update' && options?.['photoBackup'] === undefined) return false;
  const door = options?.['doorCommand'];
  const verbs = kind === 'door.open' ? (typeof door === 'string' ? [door] : []) : VERBS[kind];
  return verbs?.some((verb) => !unsupportedProblem(verb, profile)) ?? false;
}

function templatesOf({ profile }: TerminalView): Abilities['templates'] {
  const library = profile['dataLib'];
  if (typeof library !== 'string') return [];
  const kinds = Object.keys(TEMPLATE_KINDS) as TemplateKind[]; // the keys of a table of kinds are kinds
  const traits = kinds.map((kind) => ({ kind, algorithm: library, version: templateVersion(kind, profile) }));
  return traits.filter((each) => !templateProblem({ ...each, no: 0 }, profile));
}

/** What a terminal can be asked and given. Source: protocols/ebkn-fkweb.md §4.1, §5. */
export function abilities(terminal: TerminalView): Abilities {
  const { profile, options } = terminal;
  const isKnown = libraryProblem(profile) === undefined;
  return {
    commands: COMMANDS.filter((kind) => isOffered(kind, terminal)),
    templates: templatesOf(terminal),
    takesPhotos: isKnown && photoProblem(profile, options) === undefined,
    canReadBack: isKnown && unsupportedProblem('GET_USER_INFO', profile) === undefined,
  };
}
