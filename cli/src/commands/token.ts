import { type Command, Option } from 'commander';
import { collect, examples, jsonOption, yesOption } from './shared.ts';

const EXTRA = ['door.open', 'erase'];

export function registerToken(program: Command): void {
  const token = program.command('token').description('who may use the REST API');
  const allow = new Option(
    '--allow <permission>',
    `also this, which no role has, repeatable: ${EXTRA.join(', ')}`,
  ).argParser((value: string, before: string[] | undefined) => {
    if (!EXTRA.includes(value)) token.error(`error: --allow must be one of ${EXTRA.join(', ')}`);
    return collect(value, before);
  });
  token
    .command('create')
    .argument('<name>', 'whose it is; stands in the audit as api:<name>')
    .description('make a token for the REST API; it is shown once')
    .addOption(
      new Option('--role <role>', 'viewer looks; operator: commands and rosters; manager: people and terminals too')
        .choices(['viewer', 'operator', 'manager'])
        .default('viewer'),
    )
    .addOption(allow)
    .option('--days <count>', 'valid for so many days (default: until revoked)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('token create dashboard', 'token create reception --role operator --allow door.open --days 365'),
    )
    .action(async (name: string, options: object) => (await import('../actions/token.ts')).makeToken(name, options));
  token
    .command('list')
    .description('the tokens that there are, without the tokens themselves')
    .addOption(jsonOption())
    .addHelpText('after', examples('token list', 'token list --json'))
    .action(async (options: object) => (await import('../actions/token.ts')).listTokens(options));
  token
    .command('revoke')
    .argument('<token>', 'name or id')
    .description('shut a token out; it counts from the next request on')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('token revoke dashboard', 'token revoke 1a2b3c4d --yes'))
    .action(async (name: string, options: object) => (await import('../actions/token.ts')).revokeToken(name, options));
}
