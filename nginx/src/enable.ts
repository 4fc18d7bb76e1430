import { dirname } from 'node:path';
import { apply } from './change.ts';
import { controlOf, textOf, type Control } from './control.ts';
import { directives, filesListeningAt } from './config-text.ts';
import { raise } from './errors.ts';
import { formerOf, writeFileWhole, writeLink } from './files.ts';
import { detectLayouts, placesOf, type DetectOptions, type Layout } from './layouts.ts';
import { writePrivateConf } from './private-conf.ts';
import { nameOf, portOwners } from './port-owner.ts';
import { awaitGeneration, generationAt } from './probe.ts';
import { bareAddress, render } from './render.ts';
import { parseSettings, portsOf, type Settings, type SettingsInput } from './settings.ts';
import { originOf } from './stamp.ts';

export interface WhereOptions extends DetectOptions {
  /** Stands for `/`. */
  readonly root?: string;
  /** Which of the detected layouts; without it the first. */
  readonly layout?: Layout | Layout['kind'];
  /** Replaces how nginx is asked; for tests. */
  readonly control?: Control;
}

export interface EnableOptions extends WhereOptions {
  /** Overwrites a file of ours that somebody edited. */
  readonly force?: boolean;
  /** How long nginx may take to show a new configuration. */
  readonly patienceMs?: number;
}

export interface Enabled {
  readonly settings: Settings;
  readonly layout: Layout['kind'];
  readonly file: string;
  readonly link: string | undefined;
  /** `unchanged`: the same block was in force already, and nginx was left alone. */
  readonly effect: 'unchanged' | 'reloaded' | 'started';
  /** What each worker of this nginx takes at once, terminals and listeners together; undefined where nginx.conf does not say. */
  readonly workerConnections: number | undefined;
}

/**
 * Makes nginx hand a port's requests to the listener: render, write, `nginx -t`, reload, look at the port.
 * Doing it twice changes nothing the second time. Errors: the codes of errors.ts; after any of them the former files
 * are in place.
 */
export async function enable(input: SettingsInput, options: EnableOptions = {}): Promise<Enabled> {
  const settings = parseSettings(input);
  const layout = await layoutFor(options);
  const control = options.control ?? controlOf(layout);
  if (layout.kind === 'private' && (await textOf(layout.conf)) === undefined)
    await writePrivateConf(dirname(layout.conf));
  const { file, link } = placesOf(layout, settings.site, settings.port);
  const content = render(settings);
  const isWritten = await isAsWanted(file, link, content, options.force === true);
  const dump = await control.dump();
  const result = { settings, layout: layout.kind, file, link, workerConnections: workerConnectionsOf(dump) };

  await assertPortsFree(settings, control, dump, [file, ...(link === undefined ? [] : [link])]);
  if (isWritten && (await awaitGeneration(settings, true, 0))) return { ...result, effect: 'unchanged' };

  const effect = await apply({
    control,
    paths: link === undefined ? [file] : [file, link],
    write: async () => {
      await writeFileWhole(file, content);
      if (link !== undefined) await writeLink(link, file);
    },
    startsNginx: true,
    isInForce: () => awaitGeneration(settings, true, options.patienceMs ?? 10_000),
  });
  return { ...result, effect: effect === 'started' ? 'started' : 'reloaded' };
}

function workerConnectionsOf(dump = ''): number | undefined {
  const [count] = directives(dump, 'worker_connections')[0] ?? [];
  return count === undefined ? undefined : Number(count);
}

/** The layout that options choose. Throws NGINX_NO_LAYOUT with what was found instead. */
export async function layoutFor(options: WhereOptions): Promise<Layout> {
  if (typeof options.layout === 'object') return options.layout;
  const found = await detectLayouts(options.root, options);
  const chosen = found.find((one) => options.layout === undefined || one.kind === options.layout);
  if (chosen !== undefined) return chosen;
  const kinds = found.map((one) => one.kind).join(', ');
  throw raise('NGINX_NO_LAYOUT', `no ${options.layout ?? 'usable'} layout here; found: ${kinds || 'none'}`);
}

/** Whether file and link stand as wanted. Throws when what stands there is not ours to overwrite. */
async function isAsWanted(file: string, link: string | undefined, content: string, force: boolean): Promise<boolean> {
  const former = await formerOf(file);
  if (former.kind === 'link') throw raise('NGINX_FILE_FOREIGN', `${file} is a link to ${former.target}`);
  if (former.kind === 'file') {
    const origin = originOf(former.content.toString()).kind;
    if (origin === 'foreign') throw raise('NGINX_FILE_FOREIGN', `${file} was not written by biolistener`);
    if (origin === 'edited' && !force) throw raise('NGINX_FILE_EDITED', `${file} was edited since it was written`);
  }
  const isFile = former.kind === 'file' && former.content.toString() === content;
  if (link === undefined) return isFile;
  const formerLink = await formerOf(link);
  const isOurs = formerLink.kind === 'nothing' || (formerLink.kind === 'link' && formerLink.target === file);
  if (!isOurs) throw raise('NGINX_FILE_FOREIGN', `${link} stands where the link to ${file} belongs`);
  return isFile && formerLink.kind === 'link';
}

/**
 * Refuses ports that somebody else has: another server block (nginx would mix the two), or another program
 * (`nginx -t` doesn't see that, and a reload fails silently).
 */
async function assertPortsFree(
  settings: Settings,
  control: Control,
  dump: string | undefined,
  own: readonly string[],
): Promise<void> {
  const master = await control.master();
  for (const port of portsOf(settings)) {
    const blocks = filesListeningAt(dump ?? '', port).filter((path) => !own.includes(path));
    if (blocks.length > 0) {
      throw raise(
        'NGINX_PORT_TAKEN',
        `port ${port} belongs to another server block of this nginx: ${blocks.join(', ')}`,
      );
    }
    const owners = await portOwners(port, settings.listen.map(bareAddress));
    const isOwn = (pid: number | undefined): boolean => master !== undefined && pid === master;
    const others = owners.filter((owner) => !isOwn(owner.pid) && !isOwn(owner.parent));
    const [other] = others;
    // Without root the holder of a socket can't be seen; when our own block answers there, it is our nginx.
    if (other === undefined || (other.pid === undefined && (await answersAsOurs(settings)))) continue;
    throw raise('NGINX_PORT_TAKEN', `port ${port} is held by ${nameOf(other)}`);
  }
}

const answersAsOurs = async (settings: Settings): Promise<boolean> => (await generationAt(settings)) !== undefined;
