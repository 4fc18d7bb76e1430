import { type Command } from 'commander';
import { collect, examples, jsonOption, yesOption } from './shared.ts';

const PIN = 'PIN on the terminals; leading zeros count';

/** What can be said of a person: the same words for `add` and `set`. */
const withPerson = (command: Command): Command =>
  command
    .option('--name <name>', 'name that terminals show')
    .option('--employee <employee>', 'name of the Employee in ERPNext: HR-EMP-00017')
    .option('--card <number>', 'card number, decimal')
    .option('--valid-from <day>', 'first day on the terminals: 2026-03-09')
    .option('--valid-to <day>', 'last day on the terminals')
    .option('--administrator', 'may use the menu of terminals')
    .option('--no-administrator', 'may not')
    .option('--everywhere', 'on every approved terminal, also later ones')
    .option('--no-everywhere', 'only where assigned')
    .option('--password-file <path>', 'file with the password for the keypad; an empty file forgets it');

/** Which terminals. */
const withTerminals = (command: Command): Command => command.option('--place <place>', 'all terminals of this place');

export function registerUser(program: Command): void {
  const user = program.command('user').description('people on terminals: who is known under which PIN, and where');
  registerLooking(user);
  registerPerson(user);
  registerPlaces(user);
}

function registerLooking(user: Command): void {
  user
    .command('list')
    .description('people that fit, in the order in which they came')
    .option('--text <text>', 'part of name, PIN or employee')
    .option('--serial <serial>', 'only those assigned to this terminal, or everywhere')
    .option('--employee <employee>', 'only of this Employee')
    .option('--left', 'those who left instead of those who are active')
    .option('--after <id>', 'go on behind the person with this id')
    .option('--limit <count>', 'at most so many (default: 100)')
    .addOption(jsonOption())
    .addHelpText('after', examples('user list', 'user list --text miller', 'user list --serial ABC1234567 --json'))
    .action(async (options: object) => (await import('../actions/user.ts')).listUsers(options));
  user
    .command('show')
    .argument('<pin>', PIN)
    .description('one person: where they are wanted, what each terminal has of them, templates, what is under way')
    .addOption(jsonOption())
    .addHelpText('after', examples('user show 17'))
    .action(async (pin: string, options: object) => (await import('../actions/user.ts')).showUser(pin, options));
}

function registerPerson(user: Command): void {
  withPerson(user.command('add').argument('<pin>', PIN).description('make a new person known, and say where'))
    .option('--serial <serial>', 'assign to this terminal at once, repeatable', collect)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'user add 17 --name "Ann Example" --everywhere',
        'user add 0042 --employee HR-EMP-00042 --serial ABC1234567',
      ),
    )
    .action(async (pin: string, options: object) => (await import('../actions/user.ts')).addUser(pin, options));
  withPerson(user.command('set').argument('<pin>', PIN).description('change a person; an empty text forgets'))
    .addOption(jsonOption())
    .addHelpText('after', examples('user set 17 --name "Ann Miller"', 'user set 17 --valid-to 2026-12-31 --card ""'))
    .action(async (pin: string, options: object) => (await import('../actions/user.ts')).setUser(pin, options));
  user
    .command('leave')
    .argument('<pin>', PIN)
    .description('the person left: removed from every terminal, and the PIN is free for another')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('user leave 17', 'user leave 17 --yes'))
    .action(async (pin: string, options: object) => (await import('../actions/user.ts')).leaveUser(pin, options));
}

function registerPlaces(user: Command): void {
  withTerminals(
    user
      .command('assign')
      .argument('<pin>', PIN)
      .argument('[serial...]', 'serial numbers of terminals')
      .description('put a person on terminals, with the templates that they can take'),
  )
    .addOption(jsonOption())
    .addHelpText('after', examples('user assign 17 ABC1234567', 'user assign 17 --place Pune'))
    .action(async (pin: string, serials: string[], options: object) =>
      (await import('../actions/user.ts')).assignUser(pin, serials, options),
    );
  withTerminals(
    user
      .command('unassign')
      .argument('<pin>', PIN)
      .argument('[serial...]', 'serial numbers of terminals')
      .description('take a person off terminals; what was put there is deleted there'),
  )
    .option('--all', 'from every terminal')
    .addOption(jsonOption())
    .addHelpText('after', examples('user unassign 17 ABC1234567', 'user unassign 17 --all'))
    .action(async (pin: string, serials: string[], options: object) =>
      (await import('../actions/user.ts')).unassignUser(pin, serials, options),
    );
}
