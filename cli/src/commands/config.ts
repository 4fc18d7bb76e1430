import type { Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerConfig(program: Command): void {
  const config = program
    .command('config')
    .description('look at the settings, and change those that take effect at once');
  config
    .command('check')
    .description('say whether the settings fit, and which names look misspelt')
    .addOption(jsonOption())
    .addHelpText('after', examples('config check', 'config check --json'))
    .action(async (options: { json?: boolean }) => {
      const { checkConfig } = await import('../actions/config.ts');
      checkConfig(options);
    });
  config
    .command('show')
    .description('all settings with their values and where they come from; secrets are masked')
    .addOption(jsonOption())
    .addHelpText('after', examples('config show', 'config show --json'))
    .action(async (options: { json?: boolean }) => (await import('../actions/config.ts')).showConfig(options));
  config
    .command('set')
    .argument('<key>', 'run-time setting: `config show` lists them')
    .argument('<value>', 'its value')
    .description('change a run-time setting; the services follow within a second')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'config set log_type.policy alternate',
        'config set checkin.device_id "{name} ({place})"',
        `config set watermark.feeds '{"Day Shift": ["ABC1234567"]}'`,
      ),
    )
    .action(async (key: string, value: string, options: { json?: boolean }) =>
      (await import('../actions/config.ts')).setConfig(key, value, options),
    );
  config
    .command('unset')
    .argument('<key>', 'run-time setting')
    .description('put a run-time setting back to its default')
    .addOption(jsonOption())
    .addHelpText('after', examples('config unset log_type.policy'))
    .action(async (key: string, options: { json?: boolean }) =>
      (await import('../actions/config.ts')).unsetConfig(key, options),
    );
}
