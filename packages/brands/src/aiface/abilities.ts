import type { CommandKind, TemplateKind } from '@biolistener/core';
import type { Abilities, TerminalView } from '@biolistener/wire';
import { ALGORITHM } from './codes.ts';
import { FAMILY_SIZES, profileProblem, unsupportedProblem } from './compatibility.ts';
import { sizeOf } from './modes.ts';
import { versionFor } from './users.ts';

/** What each kind of command needs the terminal to answer. */
export const WORDS: Readonly<Record<CommandKind, string | undefined>> = {
  'user.update': 'setuserinfo',
  'user.delete': 'deleteuser',
  'template.update': 'setuserinfo',
  'template.delete': 'deleteuser',
  'photo.update': 'setuserinfo',
  'user.query': 'getuserinfo',
  'template.query': 'getuserinfo',
  'enrol.start': 'adduser',
  'logs.query': 'getalllog',
  'clock.set': 'settime',
  restart: 'reboot',
  info: 'getdevinfo',
  'door.open': 'opendoor',
  'logs.clear': 'cleanlog',
  check: 'gettime',
  raw: undefined,
};

/** What the terminals of this brand can be asked to do. */
export const COMMANDS = Object.keys(WORDS) as CommandKind[]; // the keys of a record of kinds are kinds

/** Writes wait until the terminal has said what it is. */
export const NEEDS_PROFILE: ReadonlySet<CommandKind> = new Set([
  'user.update',
  'user.delete',
  'template.update',
  'template.delete',
  'photo.update',
  'enrol.start',
]);

const KINDS: readonly (readonly [string, TemplateKind])[] = [
  [ALGORITHM.finger, 'fingerprint'],
  [ALGORITHM.face, 'face'],
  [ALGORITHM.feature, 'visible-face'],
  [ALGORITHM.palm, 'palm'],
];

/** What a terminal can be asked and given, as far as it told (protocols/aiface-websocket.md §5.1, §6.1). */
export function abilities({ profile }: TerminalView): Abilities {
  const isKnown = profileProblem(profile) === undefined;
  const commands = COMMANDS.filter((kind) => {
    const word = WORDS[kind];
    const isAnswered = word === undefined || !unsupportedProblem(word, profile);
    return isAnswered && (isKnown || !NEEDS_PROFILE.has(kind));
  });
  const templates = KINDS.flatMap(([algorithm, kind]) => {
    const version = versionFor(algorithm, profile);
    const hasRoom = sizeOf(profile, FAMILY_SIZES[algorithm] ?? '') > 0;
    return isKnown && hasRoom && version !== '' ? [{ kind, algorithm, version }] : [];
  });
  return {
    commands,
    templates,
    takesPhotos: isKnown && sizeOf(profile, 'face') > 0,
    canReadBack: isKnown && !unsupportedProblem('getuserinfo', profile),
  };
}
