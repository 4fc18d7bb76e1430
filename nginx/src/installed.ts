import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formerOf } from './files.ts';
import { placesOf, type Layout } from './layouts.ts';
import type { Settings } from './settings.ts';
import { originOf } from './stamp.ts';

/** A block that `enable` wrote and that still stands. */
export interface Installed {
  readonly layout: Layout;
  readonly site: string;
  readonly port: number;
  readonly file: string;
  /** The link to it, when the layout wants one and it points to `file`. */
  readonly link: string | undefined;
  /** Whether nginx gets to see it: a layout with links needs the link. */
  readonly isIncluded: boolean;
  readonly isEdited: boolean;
  /** Undefined when an edit made them unreadable. */
  readonly settings: Settings | undefined;
}

const NAME = /^biolistener-(.+)-(\d{1,5})\.conf$/;

/** Blocks of ours in these layouts, by port. A file of our name without our stamp is somebody else's and left out. */
export async function listInstalled(layouts: readonly Layout[]): Promise<Installed[]> {
  const found = new Map<string, Installed>();
  for (const layout of layouts) {
    // A directory that is not there holds no block.
    for (const name of await readdir(layout.directory).catch((): string[] => [])) {
      const [, site = '', port = ''] = NAME.exec(name) ?? [];
      const one = site === '' ? undefined : await readInstalled(layout, site, Number(port));
      if (one !== undefined && !found.has(one.file)) found.set(one.file, one);
    }
  }
  return [...found.values()].sort((a, b) => a.port - b.port || a.site.localeCompare(b.site));
}

async function readInstalled(layout: Layout, site: string, port: number): Promise<Installed | undefined> {
  const { file, link } = placesOf(layout, site, port);
  const former = await formerOf(file);
  if (former.kind === 'nothing') return undefined;
  // In a directory of links (conf.d with a bench) the file itself is listed by the layout that holds it.
  if (former.kind === 'link') return undefined;
  const origin = originOf(await readFile(file, 'utf8'));
  if (origin.kind === 'foreign') return undefined;
  const isLinked = link !== undefined && (await isLinkTo(link, file));
  return {
    layout,
    site,
    port,
    file,
    link: isLinked ? link : undefined,
    isIncluded: link === undefined || isLinked,
    isEdited: origin.kind === 'edited',
    settings: origin.settings,
  };
}

async function isLinkTo(link: string, file: string): Promise<boolean> {
  const former = await formerOf(link);
  return former.kind === 'link' && (former.target === file || join(link, '..', former.target) === file);
}
