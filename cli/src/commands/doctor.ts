import type { Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at each step from the port to the check-in: what is wrong, and what to do; exit status 4 when something is',
    )
    .addOption(jsonOption())
    .addHelpText('after', examples('doctor', 'doctor --json'))
    .action(async (options: { json?: boolean }) => (await import('../actions/doctor.ts')).runDoctor(options));
}
