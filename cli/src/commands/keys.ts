import type { Command } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that seal templates, pictures, passwords and raw records');
  keys
    .command('status')
    .description('which keys there are, how many records each has sealed, and which are missing')
    .addOption(jsonOption())
    .addHelpText('after', examples('keys status', 'keys status --json'))
    .action(async (options: object) => (await import('../actions/keys.ts')).showKeys(options));
  keys
    .command('rotate')
    .description('make a new key and seal every record with it; goes on where an earlier run ended')
    .option('--new-key', 'make a new key although an earlier change is not finished')
    .option('--drop-old', 'afterwards remove the old keys from the key file, if no record needs them')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('keys rotate', 'keys rotate --drop-old', 'keys rotate --drop-old --yes'))
    .action(async (options: object) => (await import('../actions/keys.ts')).rotateKeys(options));
  keys
    .command('add')
    .argument('<file>', 'a key file, such as the copy from a backup; - reads standard input')
    .description('bring back old keys, which then open records and seal none')
    .addOption(jsonOption())
    .addHelpText('after', examples('keys add /backup/master.key', 'keys add - < old.key'))
    .action(async (file: string, options: object) => (await import('../actions/keys.ts')).addKeys(file, options));
}
