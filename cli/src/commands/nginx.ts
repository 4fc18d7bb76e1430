import { type Command, Option } from 'commander';
import { collect, examples, jsonOption, yesOption } from './shared.ts';

/** Where the server block stands; the same words for all three. */
const withPlace = (command: Command): Command =>
  command
    .option('--port <port>', 'port that terminals connect to')
    .option('--site <site>', 'name of the block, where there are several')
    .addOption(
      new Option('--layout <layout>', 'which nginx of this machine, where there are several').choices([
        'conf.d',
        'sites',
        'bench',
        'private',
      ]),
    )
    .option('--bench <path>', 'a frappe bench, whose nginx takes the block');

export function registerNginx(program: Command): void {
  withPlace(
    program
      .command('enable')
      .description(
        "let this machine's nginx hand the port of the terminals to the listener: write, test, reload, look",
      ),
  )
    .option('--listen <address>', 'address to listen at, repeatable (default: all IPv4)', collect)
    .option('--upstream <host:port>', 'where the listener waits, repeatable (default: as in the settings)', collect)
    .option('--certificate <path>', 'TLS certificate; needs --key')
    .option('--key <path>', 'key of the certificate')
    .option('--plain-port <port>', 'with TLS: a port without it beside')
    .option('--tls-old', 'with TLS: also 1.0 and 1.1, for old terminals')
    .option('--allow <network>', 'only from here, repeatable', collect)
    .option('--deny <network>', 'not from here, repeatable', collect)
    .option('--body-size <size>', 'largest request (default: as in the settings)')
    .option('--rate <count>', 'requests per second of one address (default: no limit)')
    .option('--burst <count>', 'with --rate: so many at once')
    .option('--connections <count>', 'connections of one address (default: no limit)')
    .option('--trusted-proxy <network>', 'a proxy in front whose X-Forwarded-For is believed, repeatable', collect)
    .option('--access-log <path>', 'log each request there, without its query')
    .option('--health-path <path>', 'path that `status` asks of the listener (default: /-/biolistener)')
    .option('--force', 'overwrite a block of ours that somebody edited')
    .option('--dry-run', 'print what would be written, and do nothing')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'enable --port 8998',
        'enable --port 8998 --dry-run',
        'enable --port 8443 --certificate /etc/ssl/door.pem --key /etc/ssl/door.key --plain-port 8998',
        'enable --upstream 10.0.0.5:8990 --upstream 10.0.0.6:8990 --allow 10.0.0.0/8',
      ),
    )
    .action(async (options: object) => (await import('../actions/nginx.ts')).enableListener(options));
  withPlace(
    program
      .command('disable')
      .description('take back what `enable` wrote, and nothing else; nothing enabled is no error'),
  )
    .option('--force', 'also a block that somebody edited')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('disable', 'disable --port 8998 --json'))
    .action(async (options: object) => (await import('../actions/nginx.ts')).disableListener(options));
  withPlace(
    program
      .command('status')
      .description('whether terminals reach the listener through nginx, as JSON; exit status 4 when they do not'),
  )
    .option('--listening-ip <address>', 'address to show, where terminals reach this machine by another')
    .option('--text', 'for people instead of JSON')
    .addOption(jsonOption())
    .addHelpText('after', examples('status --port 8998', 'status --text'))
    .action(async (options: object) => (await import('../actions/nginx.ts')).showStatus(options));
}
