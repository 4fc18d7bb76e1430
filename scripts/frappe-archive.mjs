// Makes of apps/frappe what a bench can take. `bench get-app` clones a repository and wants the app at its root.
//   node scripts/frappe-archive.mjs [--out FILE.tar.gz]   an archive, and the lines for a bench of one's own
//   node scripts/frappe-archive.mjs --branch NAME         a local branch that holds the app alone, for get-app --branch
// The archive is the same for the same files, whoever makes it and when.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '..');
const PREFIX = 'apps/frappe';
const app = join(root, PREFIX);

/** Not part of the app: what Python and editors leave behind. */
const LEFTOVER = /(^|\/)(__pycache__|\.DS_Store|\.pytest_cache|dist)(\/|$)|\.pyc$/;

/** Files of the app in a fixed order, each with its path in the archive. */
export const appFiles = () =>
  readdirSync(app, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(app.length + 1))
    .filter((path) => !LEFTOVER.test(path))
    .sort();

const octal = (number, width) => `${number.toString(8).padStart(width - 1, '0')}\0`;

/** One ustar header. A path of more than 100 characters is cut at a slash, its front going into the prefix. */
function header(path, size) {
  const block = Buffer.alloc(512);
  const at = path.length <= 100 ? 0 : path.indexOf('/', path.length - 101);
  if (path.length > 100 && (at < 0 || at > 155)) throw new Error(`path too long for an archive: ${path}`);
  block.write(at === 0 ? path : path.slice(at + 1), 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  if (at > 0) block.write(path.slice(0, at), 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** The archive as bytes: one folder `biolistener` with the app in it. */
export function archive() {
  const parts = appFiles().flatMap((path) => {
    const bytes = readFileSync(join(app, path));
    return [header(`biolistener/${path}`, bytes.length), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]), { level: 9 });
}

export const version = () => /"([^"]+)"/.exec(readFileSync(join(app, 'biolistener/__init__.py'), 'utf8'))[1];

function split(branch) {
  const { status } = spawnSync('git', ['subtree', 'split', `--prefix=${PREFIX}`, '-b', branch], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.stderr.write(
      'git subtree split failed. It needs a full clone, and git with subtree (in Debian part of git).\n',
    );
    process.exit(status ?? 1);
  }
  process.stdout.write(`Branch ${branch} holds the app. Next:\n  git push ORIGIN ${branch}\n`);
  process.stdout.write(`  bench get-app --branch ${branch} URL-OF-THE-REPOSITORY\n`);
}

function main() {
  const { values } = parseArgs({ options: { out: { type: 'string' }, branch: { type: 'string' } } });
  if (values.branch !== undefined) return split(values.branch);
  const out = resolve(values.out ?? `biolistener-frappe-${version()}.tar.gz`);
  const bytes = archive();
  writeFileSync(out, bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  process.stdout.write(`${out}\nsha256 ${digest}\n
A branch for bench get-app (also for Frappe Cloud):
  git subtree split --prefix=${PREFIX} -b frappe-app
  git push ORIGIN frappe-app
  bench get-app --branch frappe-app URL-OF-THE-REPOSITORY

Or the archive, on a bench of your own, in the folder of the bench:
  tar -xzf ${out} -C apps
  git -C apps/biolistener init -q && git -C apps/biolistener add -A
  git -C apps/biolistener -c user.name=bench -c user.email=bench@localhost commit -qm "biolistener ${version()}"
  env/bin/pip install -e apps/biolistener
  echo biolistener >> sites/apps.txt
  bench --site SITE install-app biolistener
  bench build --app biolistener && bench restart
`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) main();
