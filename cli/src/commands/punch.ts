import { type Command, Option } from 'commander';
import { collect, examples, jsonOption, yesOption } from './shared.ts';

const STATES = ['waiting', 'queued', 'done', 'parked', 'skipped'];

/** Which punches: the same words for `list` and `replay`. */
function withFilter(command: Command): Command {
  const state = new Option('--state <state>', `only in this state, repeatable: ${STATES.join(', ')}`)
    .choices(STATES)
    .argParser((value: string, before: string[] | undefined) => {
      if (!STATES.includes(value)) command.error(`error: --state must be one of ${STATES.join(', ')}`);
      return collect(value, before);
    });
  return command
    .option('--serial <serial>', 'only of this terminal')
    .option('--pin <pin>', 'only of this PIN')
    .option('--from <time>', 'from this time on: 2026-03-09, "2026-03-09 08:30", today, 2h')
    .option('--to <time>', 'up to this time; a day means all of it')
    .addOption(state)
    .option('--limit <count>', 'at most so many');
}

export function registerPunch(program: Command): void {
  const punch = program.command('punch').description('punches: what terminals reported, and where it is');
  withFilter(punch.command('list').description('the newest punches that fit'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('punch list', 'punch list --pin 17 --from yesterday', 'punch list --state parked --limit 100 --json'),
    )
    .action(async (options: object) => (await import('../actions/punch.ts')).listPunches(options));
  punch
    .command('show')
    .argument('<id>', 'id, or its first 6 digits or more')
    .description('one punch as the terminal sent it, and its delivery')
    .addOption(jsonOption())
    .addHelpText('after', examples('punch show 3f2a9c41d07b'))
    .action(async (id: string, options: object) => (await import('../actions/punch.ts')).showPunch(id, options));
  withFilter(
    punch
      .command('replay')
      .argument('[id...]', 'ids, or their first digits; without them the filter chooses')
      .description('send punches to ERPNext again; what is there already stays single'),
  )
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('punch replay 3f2a9c41d07b', 'punch replay --from "2026-03-09 08:00" --to "2026-03-09 09:00" --yes'),
    )
    .action(async (ids: string[], options: object) =>
      (await import('../actions/punch.ts')).replayPunches(ids, options),
    );
}
