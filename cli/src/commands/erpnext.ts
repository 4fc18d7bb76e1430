import { type Command, Option } from 'commander';
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
  withParts(
    withAdmin(
      erpnext
        .command('check')
        .description(
          'test the configured site without writing to it, and what install put there; exit status 4 when not ready',
        ),
    ),
  )
    .option('--installed', 'only what install put there; needs the key of a System Manager')
    .addOption(jsonOption())
    .addHelpText('after', examples('erpnext check', 'erpnext check --json', 'erpnext check --installed'))
    .action(async (options: object) => (await import('../actions/erpnext-check.ts')).check(options));
  registerSite(erpnext);
}

/** Whose key does it: never on the command line itself, where other users of the machine see it. */
const withAdmin = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the site (default: as configured)')
    .option('--admin-key <key>', 'API key of a System Manager, not kept; else ERPNEXT_ADMIN_KEY, or it is asked for')
    .option('--admin-secret-file <path>', 'file with its API secret; else ERPNEXT_ADMIN_SECRET, or it is asked for')
    .option('--site <name>', 'site name to send, for a bench without a proxy that sets it');

/** What the installation is to have. */
const withParts = (command: Command): Command =>
  command
    .option('--public-url <url>', 'where the site reaches this API, for webhooks (default: as last time)')
    .option('--no-webhooks', 'no webhooks: changes in Desk are found by looking, about a minute late')
    .option('--service-user <email>', 'user of the service, made when missing (default: as last time)')
    .option('--hr-user', 'give the user of the service the role HR User instead of rules of its own')
    .option(
      '--reads-secrets',
      'make the user of the service a System Manager, so that comm keys typed in Desk reach terminals',
    );

const withWriting = (command: Command): Command =>
  withParts(withAdmin(command))
    .addOption(
      new Option('--keys <when>', 'make API keys for the user of the service')
        .choices(['when-missing', 'always', 'never'])
        .default('when-missing'),
    )
    .option('--save', 'write the new keys of the service into the settings file instead of showing them once')
    .option('--keep', 'leave everything that a person changed as it is')
    .option('--dry-run', 'show the plan, and write nothing')
    .addOption(yesOption())
    .addOption(jsonOption());

function registerSite(erpnext: Command): void {
  withWriting(
    erpnext.command('install').description('put the documents, buttons and rights of Biolistener into the site'),
  )
    .addHelpText(
      'after',
      examples(
        'erpnext install --service-user biolistener@example.com --public-url https://bio.example.com --save',
        'erpnext install --dry-run',
      ),
    )
    .action(async (options: object) => (await import('../actions/erpnext-site.ts')).installSite(options));
  withWriting(
    erpnext
      .command('upgrade')
      .description('bring what install made up to this version; asks about what people changed'),
  )
    .addHelpText('after', examples('erpnext upgrade', 'erpnext upgrade --dry-run', 'erpnext upgrade --keep'))
    .action(async (options: object) => (await import('../actions/erpnext-site.ts')).installSite(options));
  withAdmin(erpnext.command('import').description('take over what the app biometric_integration stored on the site'))
    .option('--apply', 'do it; without, only say what would be done')
    .addOption(jsonOption())
    .addHelpText('after', examples('erpnext import', 'erpnext import --apply'))
    .action(async (options: object) => (await import('../actions/erpnext-import.ts')).importSite(options));
  withAdmin(
    erpnext.command('uninstall').description('take from the site what install made; devices, users and commands stay'),
  )
    .option('--service-user <email>', 'remove this user of the service and its keys too')
    .option('--with-data', 'remove devices, users, commands and punch ids as well, for good')
    .option('--dry-run', 'show what would go, and write nothing')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('erpnext uninstall --dry-run', 'erpnext uninstall --with-data'))
    .action(async (options: object) => (await import('../actions/erpnext-site.ts')).uninstallSite(options));
}
