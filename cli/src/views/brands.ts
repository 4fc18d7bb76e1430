import { COMMAND_KINDS, type CommandKind } from '@biolistener/core';
import type { Brand, BrandFamily } from '@biolistener/wire';
import { facts, table } from '../output.ts';

export interface BrandView {
  readonly name: string;
  readonly title: string;
  /** Who opens the connection, and how. */
  readonly reached: 'it calls over HTTP' | 'it holds a WebSocket' | 'it is called';
  readonly commands: readonly CommandKind[];
  readonly cannot: readonly CommandKind[];
  /** What families of its terminals cannot be asked beside that. */
  readonly families: readonly BrandFamily[];
  readonly keypad: readonly string[];
}

const reachedOf = (brand: Brand): BrandView['reached'] =>
  brand.isPulled === true ? 'it is called' : brand.socket ? 'it holds a WebSocket' : 'it calls over HTTP';

/** What a brand says of itself; a single terminal may do less, see `device show`. */
export const brandView = (brand: Brand): BrandView => ({
  name: brand.name,
  title: brand.title,
  reached: reachedOf(brand),
  commands: brand.commands,
  cannot: COMMAND_KINDS.filter((kind) => !brand.commands.includes(kind)),
  families: brand.families ?? [],
  keypad: brand.keypad,
});

const familyText = ({ name, cannot }: BrandFamily): string => `${name}: ${cannot.join(', ')}`;

function cannotText({ cannot, families }: BrandView): string {
  const own = cannot.length === 0 ? 'all can be asked' : cannot.join(', ');
  return families.length === 0 ? own : `${own} (${families.map(familyText).join('; ')})`;
}

export const brandsTable = (views: readonly BrandView[]): string =>
  table(
    views,
    [
      { title: 'brand', value: ({ name }) => name },
      { title: 'terminals', value: ({ title }) => title },
      { title: 'reached', value: ({ reached }) => reached },
      { title: 'cannot', value: cannotText },
    ],
    'No brand is spoken here.',
  );

export function brandText(view: BrandView): string {
  const about = facts([
    ['brand', view.name],
    ['terminals', view.title],
    ['reached', view.reached],
    ['can be asked', view.commands.join(', ')],
    ['cannot', view.cannot.join(', ')],
    ...view.families.map(({ name, cannot }) => [`cannot, ${name}`, cannot.join(', ')] as const),
  ]);
  const steps = view.keypad.map((line) => `  ${line}`);
  return [
    about,
    '',
    'At the terminal',
    ...steps,
    '',
    'What one terminal takes depends on its firmware: `biolistener device show`.',
  ].join('\n');
}
