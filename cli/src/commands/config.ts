import type { Command } from 'commander';

export function registerConfig(program: Command): void {
  const config = program.command('config').description('look at the settings');
  config
    .command('check')
    .description('say whether the settings fit, and which names look misspelt')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ biolistener config check\n  $ BIOLISTENER_CONFIG=/etc/biolistener.env biolistener config check --json',
    )
    .action(async (options: { json?: boolean }) => {
      const { checkConfig } = await import('../actions/config.ts');
      checkConfig(options);
    });
  config
    .command('show')
    .description('all settings with their values and where they come from; secrets are masked')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ biolistener config show')
    .action(async (options: { json?: boolean }) => {
      const { showConfig } = await import('../actions/config.ts');
      showConfig(options);
    });
}
