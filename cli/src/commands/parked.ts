import { type Command, Option } from 'commander';
import { examples, jsonOption, yesOption } from './shared.ts';

const ID = "punch id (or its first digits), or a piece: 12 or '#12'";

export function registerParked(program: Command): void {
  const parked = program.command('parked').description('what needs a person: punches not delivered, pieces not read');
  parked
    .command('list')
    .description('everything that is parked, by kind, with what to do')
    .option('--serial <serial>', 'only of this terminal')
    .option('--reason <reason>', 'only for this reason')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(['punches', 'pieces']))
    .option('--limit <count>', 'at most so many of each kind (default: 50)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('parked list', 'parked list --reason unknown-pin', 'parked list --kind pieces --json'),
    )
    .action(async (options: object) => (await import('../actions/parked.ts')).listParked(options));
  parked
    .command('show')
    .argument('<id>', ID)
    .description('one parked item with its reason, what to do, and its bytes where they are no secret')
    .addOption(jsonOption())
    .addHelpText('after', examples('parked show 12', 'parked show 3f2a9c41d07b'))
    .action(async (id: string, options: object) => (await import('../actions/parked.ts')).showParked(id, options));
  parked
    .command('retry')
    .argument('[id...]', ID)
    .description('send parked punches and read parked pieces again, once the cause is mended')
    .option('--reason <reason>', 'everything that is parked for this reason')
    .option('--all', 'everything, but for implausible clocks and unknown cards')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('parked retry 12 3f2a9c41d07b', 'parked retry --reason refused', 'parked retry --all'),
    )
    .action(async (ids: string[], options: object) => (await import('../actions/parked.ts')).retryParked(ids, options));
  parked
    .command('discard')
    .argument('<id...>', ID)
    .description('say that these never go to ERPNext; punches stay stored, the bytes of pieces are erased')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('parked discard 12', 'parked discard 3f2a9c41d07b --yes'))
    .action(async (ids: string[], options: object) =>
      (await import('../actions/parked.ts')).discardParked(ids, options),
    );
}
