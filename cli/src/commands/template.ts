import type { Command } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

export function registerTemplate(program: Command): void {
  const template = program
    .command('template')
    .description('fingerprints, faces, palms: which there are, and erasing them');
  template
    .command('list')
    .argument('<pin>', 'PIN on the terminals')
    .description('templates and pictures of one PIN, without their bytes')
    .addOption(jsonOption())
    .addHelpText('after', examples('template list 17', 'template list 17 --json'))
    .action(async (pin: string, options: object) =>
      (await import('../actions/template.ts')).listTemplates(pin, options),
    );
  template
    .command('erase')
    .argument('<pin>', 'PIN on the terminals')
    .description('erase templates, pictures and passwords of a PIN for good, and certify it; punches stay')
    .option('--certificate <path>', 'write the certificate into this file too, which must not exist')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('template erase 17', 'template erase 17 --certificate erased-17.txt --yes'))
    .action(async (pin: string, options: object) =>
      (await import('../actions/template.ts')).eraseTemplates(pin, options),
    );
}
