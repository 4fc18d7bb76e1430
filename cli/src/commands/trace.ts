import { type Command, Option } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerTrace(program: Command): void {
  program
    .command('trace')
    .argument('<what>', 'punch id (or its first digits), PIN, or serial number')
    .description('where is my punch: its way from the terminal to the check-in with times, and what is in the way')
    .addOption(
      new Option('--as <kind>', 'take it for this, where it could be several').choices(['punch', 'pin', 'serial']),
    )
    .option('--limit <count>', 'of a PIN or a terminal: so many of the last punches (default: 10)')
    .addOption(jsonOption())
    .addHelpText('after', examples('trace 3f2a9c41d07b', 'trace 17', 'trace ABC1234567 --limit 50 --json'))
    .action(async (what: string, options: object) => (await import('../actions/trace.ts')).trace(what, options));
}
