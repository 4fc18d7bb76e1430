import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { includesOf } from './config-text.ts';
import { buildOf, findNginx, type Build } from './program.ts';

/** A place where an nginx of this machine takes server blocks from. */
export interface Layout {
  /**
   * `conf.d`: one file. `sites`: a file in sites-available, a link in sites-enabled. `bench`: a file beside the bench's
   * own nginx.conf, a link where the system's nginx includes it. `private`: conf.d of an instance of our own.
   */
  readonly kind: 'conf.d' | 'sites' | 'bench' | 'private';
  readonly binary: string;
  /** The main configuration file. */
  readonly conf: string;
  /** Where our file goes. */
  readonly directory: string;
  /** Where a link to it goes, when nginx doesn't include `directory`. */
  readonly linkDirectory: string | undefined;
  /** Whether systemd starts this nginx. */
  readonly isSystemd: boolean;
  /** Where this nginx writes its pid when its configuration doesn't say. */
  readonly pidDefault: string | undefined;
  /** Arguments that every call of the program needs. */
  readonly flags: readonly string[];
}

const CONFS = ['etc/nginx/nginx.conf', 'usr/local/etc/nginx/nginx.conf', 'opt/homebrew/etc/nginx/nginx.conf'];

export interface DetectOptions {
  readonly binary?: string;
  /** Path of a frappe bench; its layout comes first. */
  readonly bench?: string;
  /** Directory of the private instance; its layout comes last. */
  readonly privateDirectory?: string;
}

/**
 * Finds where this machine's nginx wants its files, best first. Benches that a block of ours stands in already come after
 * the system's directories: they are found again without being named, and nothing new goes there unasked.
 * `root` stands for `/`: tests give a directory of their own, and then nothing outside it is looked at.
 * Without a private directory, an empty list means that nginx.conf is missing or includes nothing that fits.
 */
export async function detectLayouts(root = '/', options: DetectOptions = {}): Promise<Layout[]> {
  const binary = options.binary ?? (await findNginx());
  const plain = await systemLayouts(root, binary);
  const bench = options.bench === undefined ? undefined : benchOf(options.bench, plain);
  const linked = (await linkedBenches(plain)).filter((path) => path !== bench?.directory);
  const own =
    options.privateDirectory === undefined ? undefined : await privateLayout(options.privateDirectory, binary);
  const others = linked.map((path) => benchOf(dirname(path), plain));
  return [bench, ...plain, ...others, own].filter((layout) => layout !== undefined);
}

async function systemLayouts(root: string, binary: string): Promise<Layout[]> {
  const build = await buildOf(binary);
  const conf = await findConf(root, build);
  if (conf === undefined) return [];
  const includes = includesOf(await readFile(conf, 'utf8'), conf);
  const base = {
    binary,
    conf,
    isSystemd: root === '/' && (await isDirectory('/run/systemd/system')),
    pidDefault: root === '/' ? build.pid : undefined,
    flags: ['-c', conf],
  };
  const found = [
    ...(await Promise.all(includes.map((pattern) => confD(pattern, base)))),
    ...(await Promise.all(includes.map((pattern) => sites(pattern, base)))),
  ];
  return found.filter((layout) => layout !== undefined);
}

type Base = Pick<Layout, 'binary' | 'conf' | 'isSystemd' | 'pidDefault' | 'flags'>;

async function findConf(root: string, build: Build): Promise<string | undefined> {
  const built = root === '/' && build.conf !== undefined ? [build.conf] : [];
  for (const path of [...built, ...CONFS.map((conf) => join(root, conf))]) if (await isFile(path)) return path;
  return undefined;
}

/** `…/conf.d/*.conf`, and `servers/*` which Homebrew uses for the same. */
async function confD(pattern: string, base: Base): Promise<Layout | undefined> {
  const [, directory] = /^(.*\/(?:conf\.d|http\.d|servers))\/\*(?:\.conf)?$/.exec(pattern) ?? [];
  if (directory === undefined || !(await isDirectory(directory))) return undefined;
  return { ...base, kind: 'conf.d', directory, linkDirectory: undefined };
}

async function sites(pattern: string, base: Base): Promise<Layout | undefined> {
  const [, linkDirectory] = /^(.*\/sites-enabled)\/\*(?:\.conf)?$/.exec(pattern) ?? [];
  if (linkDirectory === undefined || !(await isDirectory(linkDirectory))) return undefined;
  const directory = join(linkDirectory, '../sites-available');
  const hasAvailable = await isDirectory(directory);
  return hasAvailable
    ? { ...base, kind: 'sites', directory, linkDirectory }
    : { ...base, kind: 'sites', directory: linkDirectory, linkDirectory: undefined };
}

/**
 * `bench setup nginx` rewrites <bench>/config/nginx.conf and nothing else, and `bench setup production` links that
 * file into conf.d. Ours does the same under its own name, so neither command touches it.
 */
function benchOf(bench: string, plain: readonly Layout[]): Layout | undefined {
  const [system] = plain;
  if (system === undefined) return undefined;
  return {
    ...system,
    kind: 'bench',
    directory: resolve(bench, 'config'),
    linkDirectory: system.linkDirectory ?? system.directory,
  };
}

/** The `config` directories that links of ours lead to. */
async function linkedBenches(plain: readonly Layout[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { directory, linkDirectory = directory } of plain) {
    // a directory that is not there holds no link
    for (const name of await readdir(linkDirectory).catch((): string[] => [])) {
      if (!/^biolistener-.+\.conf$/.test(name)) continue;
      const target = await readlink(join(linkDirectory, name)).catch(() => undefined); // a file: no bench is behind it
      const at = target === undefined ? '' : dirname(resolve(linkDirectory, target));
      if (basename(at) === 'config') found.add(at);
    }
  }
  return [...found];
}

/** The layout of a private instance in a directory. */
export async function privateLayout(directory: string, binary?: string): Promise<Layout> {
  const dir = resolve(directory);
  const program = binary ?? (await findNginx());
  const conf = join(dir, 'nginx.conf');
  return {
    kind: 'private',
    binary: program,
    conf,
    directory: join(dir, 'conf.d'),
    linkDirectory: undefined,
    isSystemd: false,
    pidDefault: join(dir, 'nginx.pid'),
    flags: [...ownErrorLogFlags(await buildOf(program)), '-p', `${dir}/`, '-c', conf],
  };
}

/** `-e stderr` (since 1.19.5) keeps nginx from opening the system's error log before it has read our configuration. */
const ownErrorLogFlags = ({ version: [major, minor, patch] }: Build): string[] =>
  major > 1 || minor > 19 || (minor === 19 && patch >= 5) ? ['-e', 'stderr'] : [];

/** File and link of one block. The names end in .conf because conf.d includes nothing else. */
export function placesOf(layout: Layout, site: string, port: number): { file: string; link: string | undefined } {
  const name = `biolistener-${site}-${port}.conf`;
  const link = layout.linkDirectory === undefined ? undefined : join(layout.linkDirectory, name);
  return { file: join(layout.directory, name), link };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false, // the question was whether it is there
  );

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false, // the question was whether it is there
  );
