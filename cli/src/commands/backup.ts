import type { Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the store into one file as it stands now, also while everything runs; the keys are not in it')
    .argument('<file>', 'where the copy goes; nothing may be there yet')
    .addOption(jsonOption())
    .addHelpText('after', examples('backup /var/backups/biolistener-2026-11-29.db', 'backup copy.db --json'))
    .action(async (file: string, options: { json?: boolean }) =>
      (await import('../actions/backup.ts')).backup(file, options),
    );
}
