import type { Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerPin(program: Command): void {
  const pin = program.command('pin').description('the numbers that people have on terminals');
  pin
    .command('history')
    .argument('<pin>', 'as terminals send it: 0105 and 105 are two')
    .description('who had this PIN from when to when; a punch belongs to whoever had it then')
    .addOption(jsonOption())
    .addHelpText('after', examples('pin history 17', 'pin history 0105 --json'))
    .action(async (text: string, options: object) => (await import('../actions/pin.ts')).pinHistory(text, options));
}
