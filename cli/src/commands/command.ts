import { type Command, Option } from 'commander';
import { collect, examples, jsonOption, yesOption } from './shared.ts';

const STATES = ['queued', 'leased', 'sent', 'answered', 'verified', 'failed', 'expired', 'cancelled'];

export function registerCommand(program: Command): void {
  const command = program.command('command').description('what terminals were asked to do, and what became of it');
  registerLooking(command);
  registerSend(command);
  command
    .command('retry')
    .argument('<id...>', 'numbers of commands')
    .description('ask again, as new commands, for what failed, expired or was cancelled')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('command retry 41', 'command retry 41 42'))
    .action(async (ids: string[], options: object) =>
      (await import('../actions/command.ts')).retryCommands(ids, options),
    );
  command
    .command('cancel')
    .argument('<id...>', 'numbers of commands')
    .description('take back what is open; a terminal that has it already may still do it')
    .addOption(jsonOption())
    .addHelpText('after', examples('command cancel 41'))
    .action(async (ids: string[], options: object) =>
      (await import('../actions/command.ts')).cancelCommands(ids, options),
    );
}

function registerLooking(command: Command): void {
  const state = new Option('--state <state>', `only in this state, repeatable: ${STATES.join(', ')}`).argParser(
    (value: string, before: string[] | undefined) => {
      if (!STATES.includes(value)) command.error(`error: --state must be one of ${STATES.join(', ')}`);
      return collect(value, before);
    },
  );
  command
    .command('list')
    .description('the newest commands that fit')
    .option('--serial <serial>', 'only for this terminal')
    .option('--pin <pin>', 'only about this PIN')
    .addOption(state)
    .option('--open', 'only those that are not at an end')
    .addOption(new Option('--origin <origin>', 'only from here').choices(['roster', 'desk', 'cli', 'api', 'service']))
    .option('--before <id>', 'go on below this number')
    .option('--limit <count>', 'at most so many (default: 20)')
    .addOption(jsonOption())
    .addHelpText('after', examples('command list --open', 'command list --serial ABC1234567 --state failed --json'))
    .action(async (options: object) => (await import('../actions/command.ts')).listCommands(options));
  command
    .command('show')
    .argument('<id>', 'number of the command')
    .description('one command: what was asked, by whom, its tries, what the terminal said, and what to do')
    .addOption(jsonOption())
    .addHelpText('after', examples('command show 41'))
    .action(async (id: string, options: object) => (await import('../actions/command.ts')).showCommand(id, options));
}

function registerSend(command: Command): void {
  command
    .command('send')
    .argument('<serial>', 'serial number of the terminal')
    .argument(
      '<kind>',
      'check, info, restart, clock.set, door.open, user.query, template.query, user.delete, enrol.start, logs.query, logs.clear, raw',
    )
    .description('ask a terminal to do something; it goes out when the terminal next polls')
    .option('--pin <pin>', 'whom it is about')
    .option('--from <time>', 'logs.query: from this wall time of the terminal on, "2026-03-09 00:00:00"')
    .option('--to <time>', 'logs.query: up to this wall time')
    .option('--what <what>', 'logs.query, logs.clear: attendance or photos (default: attendance)')
    .option('--template <kind>', 'enrol.start, template.query: fingerprint, face, palm …; enrol.start also card')
    .option('--no <number>', 'enrol.start, template.query: which finger, 0 to 9')
    .option('--overwrite', 'enrol.start: take the place of one that is there')
    .option('--card <number>', 'enrol.start: card of the person')
    .option('--text <text>', 'raw: the words in the language of the terminal')
    .option('--wait <seconds>', 'wait so long for what becomes of it; exit status 4 when it failed or is open still')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'command send ABC1234567 info --wait 60',
        'command send ABC1234567 logs.query --from "2026-03-09 00:00:00" --to "2026-03-09 23:59:59"',
        'command send ABC1234567 enrol.start --pin 17 --template fingerprint --no 6',
        'command send ABC1234567 door.open --yes',
      ),
    )
    .action(async (serial: string, kind: string, options: object) =>
      (await import('../actions/command-send.ts')).sendCommand(serial, kind, options),
    );
}
