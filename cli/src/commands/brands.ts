import type { Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

export function registerBrands(program: Command): void {
  program
    .command('brands')
    .argument('[brand]', 'only this one, with what to type into its terminals')
    .description('the brands of terminals that are spoken here, and what each can be asked to do')
    .addOption(jsonOption())
    .addHelpText('after', examples('brands', 'brands ebkn', 'brands --json'))
    .action(async (name: string | undefined, options: object) =>
      (await import('../actions/brands.ts')).listBrands(name, options),
    );
}
