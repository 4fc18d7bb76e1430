import type { Command } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

/** Whose rosters; without any of them all. */
const withScope = (command: Command): Command =>
  command
    .option('--device <serial>', 'only of this terminal')
    .option('--place <place>', 'only of the terminals of this place')
    .option('--pin <pin>', 'only of this person')
    .option('--employee <employee>', 'only of this Employee');

export function registerRoster(program: Command): void {
  const roster = program.command('roster').description('who should be on which terminal, and what is there');
  withScope(
    roster
      .command('plan')
      .description('what would be sent and deleted so that terminals have what they should; changes nothing'),
  )
    .option('--retry', 'also what failed and is not tried any more')
    .option('--prune', 'also users at terminals for whom nobody here accounts')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('roster plan', 'roster plan --device ABC1234567', 'roster plan --place Pune --prune'),
    )
    .action(async (options: object) => (await import('../actions/roster.ts')).planRoster(options));
  withScope(
    roster.command('apply').description('queue what has to be sent and deleted; running services do so by themselves'),
  )
    .option('--retry', 'also what failed and is not tried any more')
    .option('--prune', 'delete users for whom nobody here accounts: shows them first and asks; never administrators')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'roster apply --device ABC1234567 --retry',
        'roster apply --pin 17',
        'roster apply --place Pune --prune',
      ),
    )
    .action(async (options: object) => (await import('../actions/roster.ts')).applyRoster(options));
  withScope(
    roster
      .command('status')
      .description('progress, forecast, what is not as it should be, and who left and may still be somewhere'),
  )
    .addOption(jsonOption())
    .addHelpText('after', examples('roster status', 'roster status --device ABC1234567', 'roster status --json'))
    .action(async (options: object) => (await import('../actions/roster.ts')).showRoster(options));
}
