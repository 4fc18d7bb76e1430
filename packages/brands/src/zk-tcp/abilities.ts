import type { CommandKind } from '@biolistener/core';
import type { Abilities, TerminalView } from '@biolistener/wire';
import { userLayoutFor } from './fitness.ts';

/** What the protocol can ask for; power off, clearing everything and pictures are not among it (§4.4, §7). */
export const COMMANDS = [
  'user.update',
  'user.delete',
  'template.update',
  'template.delete',
  'user.query',
  'template.query',
  'logs.query',
  'clock.set',
  'restart',
  'info',
  'door.open',
  'logs.clear',
  'check',
] as const satisfies readonly CommandKind[];

/** What changes nobody, and so needs no knowledge of the terminal. */
const HARMLESS: readonly CommandKind[] = [
  'user.query',
  'template.query',
  'logs.query',
  'clock.set',
  'restart',
  'info',
  'check',
];

export function abilities(terminal: TerminalView): Abilities {
  const version = terminal.profile['fingerprintVersion'];
  const isKnown = userLayoutFor(terminal) !== undefined;
  const hasFingers = isKnown && typeof version === 'string' && /^\d/.test(version);
  return {
    commands: COMMANDS.filter((kind) => isKnown || HARMLESS.includes(kind)),
    templates: hasFingers ? [{ kind: 'fingerprint', algorithm: 'zk', version }] : [],
    takesPhotos: false,
    canReadBack: true,
  };
}
