import { commandFor, viewOf, type CommandForDeps, type RosterSettings } from '@biolistener/roster';
import type { DeskDeps } from './deps.ts';

export interface DeskRules {
  readonly store: CommandForDeps['store'];
  readonly rulesOf: CommandForDeps['rulesOf'];
  readonly settings: () => RosterSettings;
  readonly now: () => number;
}

/** Desk's commands are made where all are made, and its buttons offer what the brand's rules allow. */
export function deskCommands({
  store,
  rulesOf,
  settings,
  now,
}: DeskRules): Pick<DeskDeps, 'makeCommand' | 'abilitiesOf'> {
  return {
    makeCommand: async ({ pin, askedAt, ...request }) => {
      const asked = {
        ...request,
        ...(pin === undefined ? {} : { pin }),
        ...(askedAt === undefined ? {} : { askedAt }),
      };
      const answer = await commandFor(asked, { store, rulesOf, settings: settings(), now: now() });
      if (answer.kind === 'command') return { kind: 'made', command: answer.command };
      return { kind: 'refused', reason: answer.code, detail: answer.detail };
    },
    abilitiesOf: (terminal) => {
      const abilities = rulesOf(terminal.brand)?.abilities(viewOf(terminal));
      return (
        abilities && {
          commands: abilities.commands,
          templates: [...new Set(abilities.templates.map(({ kind }) => kind))],
        }
      );
    },
  };
}
