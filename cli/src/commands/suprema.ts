import type { Command } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

export function registerSuprema(program: Command): void {
  const suprema = program
    .command('suprema')
    .description('the BioStar 2 server whose Suprema devices are read and managed');
  suprema
    .command('connect')
    .description(
      'look at the certificate of a BioStar server, log in, list its devices, and write it into the settings file',
    )
    .option('--url <url>', 'address of the server, https://host[:port] (default: as configured)')
    .option('--login <name>', 'operator account of this service (default: as configured)')
    .option('--password-file <path>', 'file that holds its password; without it, it is asked for')
    .option('--pin <sha256>', 'accept the certificate with this fingerprint and no other, without being asked')
    .option('--ca-file <path>', 'PEM file of the authority that signed the certificate')
    .option('--server-name <name>', 'name in the certificate, where it is not the host of the address')
    .option('--time-zone <zone>', 'time zone that the server is set to')
    .option('--save', 'write it into the settings file when the login works')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'suprema connect --url https://biostar.example.com --login sidecar --password-file password.txt --save',
        'suprema connect --url https://192.0.2.10:9443 --login sidecar',
      ),
    )
    .action(async (options: object) => (await import('../actions/suprema-connect.ts')).connect(options));
  suprema
    .command('check')
    .description('log in to the configured BioStar server and list its devices; exit status 4 when it does not work')
    .addOption(jsonOption())
    .addHelpText('after', examples('suprema check', 'suprema check --json'))
    .action(async (options: object) => (await import('../actions/suprema-check.ts')).check(options));
}
