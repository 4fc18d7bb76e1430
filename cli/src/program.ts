import { Command } from 'commander';
import { commands } from './commands/index.ts';
import { VERSION } from './version.ts';

/** The whole tree of commands, unparsed; the guard test walks it. */
export function createProgram(): Command {
  const program = new Command('biolistener')
    .description('Biometric terminals to ERPNext: one Employee Checkin per punch, whatever fails in between.')
    .version(VERSION)
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(add --help for the words of this command)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit status: 0 done · 1 failed · 2 wrong words · 3 not found · 4 looked and found wanting · 5 refused for safety\nDocumentation: README.md and docs/cli.md',
    );
  for (const register of commands) register(program);
  return program;
}
