import type { Instant, SerialNumber } from '@biolistener/core';
import type { Person, RosterItem, TemplateHead } from '@biolistener/store';
import type { RosterDeps } from './deps.ts';
import { echoRow, echoTest } from './echo.ts';
import type { LoadedCommands } from './load-commands.ts';
import { chooseSources, isSameSlot, type Sources } from './sources.ts';

/** When the last former person of a PIN left: what was told before is theirs, and never goes to whoever has the PIN now. */
export const endOfFormer = (person: Person, samePin: readonly Person[]): Instant =>
  samePin
    .filter((other) => other.id !== person.id && other.state === 'left' && +other.id < +person.id)
    .reduce((latest, other) => Math.max(latest, other.changedAt), 0);

/** Rows of a person at other terminals, as far as an echo may come from there. */
export type ItemsOf = (serialNumber: SerialNumber) => Promise<readonly RosterItem[]>;

/** Terminals whose word on a finger, face or hand differs from another's: only there an echo has to be told from news. */
function disputed(templates: readonly TemplateHead[]): SerialNumber[] {
  const differing = templates.filter((one) =>
    templates.some((other) => other.digest !== one.digest && isSameSlot(one, other) && one.index === other.index),
  );
  return [...new Set(differing.map(({ serialNumber }) => serialNumber))];
}

export async function loadSources(
  { store }: RosterDeps,
  person: Person,
  since: Instant,
  silenced: ReadonlySet<SerialNumber>,
  itemsOf: ItemsOf,
  commands: LoadedCommands,
): Promise<Sources> {
  const isUsable = (head: { readonly serialNumber: SerialNumber; readonly receivedAt: Instant }): boolean =>
    head.receivedAt > since && !silenced.has(head.serialNumber);
  const [allTemplates, allPhotos] = await Promise.all([store.templatesOf(person.pin), store.photosOf(person.pin)]);
  const templates = allTemplates.filter(isUsable);
  const rows = new Map<string, readonly RosterItem[]>();
  for (const serialNumber of disputed(templates)) {
    const items = await itemsOf(serialNumber);
    rows.set(serialNumber, items);
    const theirs = templates.filter((template) => template.serialNumber === serialNumber);
    await commands.addFor(
      theirs.flatMap((template) => echoRow(items, template) ?? []),
      store,
    );
  }
  const isEcho = echoTest((serialNumber) => rows.get(serialNumber) ?? [], commands.find);
  return chooseSources(templates, allPhotos.filter(isUsable), isEcho);
}
