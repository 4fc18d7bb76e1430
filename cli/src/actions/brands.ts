import { brands } from '@biolistener/brands';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { print } from '../output.ts';
import { brandsTable, brandText, brandView } from '../views/brands.ts';

/** Errors: usage (2) for a brand that nobody here speaks, naming those that are spoken. */
export function listBrands(name: string | undefined, options: { readonly json?: boolean }): void {
  const views = brands.map(brandView);
  if (name === undefined) return print(options, views, () => brandsTable(views));
  const view = views.find((one) => one.name === name);
  if (!view) {
    const names = views.map((one) => one.name).join(', ');
    throw new CommandFailure(`there is no brand ${JSON.stringify(name)}`, EXIT.usage, `There are ${names}.`);
  }
  print(options, view, () => brandText(view));
}
