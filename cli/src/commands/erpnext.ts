import type { Command } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

export function registerErpnext(program: Command): void {
  const erpnext = program.command('erpnext').description('the ERPNext site that check-ins go to');
  erpnext
    .command('connect')
    .description('try out a site, add the field that keeps punches single, and write it into the settings file')
    .option('--url <url>', 'address of the site (default: as configured)')
    .option('--key <key>', 'API key of the integration user (default: as configured)')
    .option('--secret <secret>', 'its API secret; other users of this machine can see it: better --secret-file')
    .option('--secret-file <path>', 'file that holds the API secret; without either, it is asked for')
    .option('--admin-key <key>', 'API key of a System Manager, used once to add the custom field and not kept')
    .option('--admin-secret <secret>', 'its API secret')
    .option('--admin-secret-file <path>', 'file that holds it')
    .option('--time-zone <zone>', 'time zone of the site, where the integration user may not read it')
    .option('--site <name>', 'site name to send, for a bench without a proxy that sets it')
    .option(
      '--employee <name>',
      'employee for the trial check-in, which is removed again (default: the first active one)',
    )
    .option('--read-only', 'write nothing on the site: no trial check-in, no custom field')
    .option('--save', 'write it into the settings file when the site is ready')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'erpnext connect --url https://erp.example.com --key 1a2b3c --secret-file secret.txt --save',
        'erpnext connect --admin-key 4d5e6f --admin-secret-file admin.txt',
      ),
    )
    .action(async (options: object) => (await import('../actions/erpnext-connect.ts')).connect(options));
  erpnext
    .command('check')
    .description(
      'test the configured site without writing to it, and show what the worker found; exit status 4 when not ready',
    )
    .addOption(jsonOption())
    .addHelpText('after', examples('erpnext check', 'erpnext check --json'))
    .action(async (options: { json?: boolean }) => (await import('../actions/erpnext-check.ts')).check(options));
}
