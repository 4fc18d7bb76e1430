import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';

const program = new Command('biolistener')
  .description('Biometric terminals to ERPNext: one Employee Checkin per punch, whatever fails in between.')
  .version('0.1.0')
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('(add --help for the words of this command)')
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit status: 0 done · 1 failed · 2 wrong words · 3 not found · 4 looked and found wanting · 5 refused for safety\nDocumentation: README.md and docs/',
  );

for (const register of commands) register(program);

/** A failure for a person: what, and what to do. With --json the same as one object. */
function report(error: unknown): number {
  const isJson = process.argv.includes('--json');
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof CommandFailure ? error.advice : undefined;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (isJson)
    console.log(JSON.stringify({ error: code ?? 'FAILED', message, ...(advice === undefined ? {} : { advice }) }));
  else console.error(`biolistener: ${message}${advice === undefined ? '' : `\n${advice}`}`);
  return error instanceof CommandFailure ? error.exitCode : EXIT.failed;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
