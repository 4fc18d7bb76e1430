// Makes a fresh clone ready, in plain Node without dependencies, and then runs what was asked for on Node 24.
//   node scripts/setup.mjs [--for-tests] [--then FILE [ARGUMENTS…]]
// A second run finds everything done and takes a moment. Nothing is installed that is already there.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const stamp = join(root, 'node_modules', '.biolistener-setup');
const node24 = join(root, 'node_modules', '.bin', 'node');

// Debian package → the program that shows that it is there, and who needs it.
const SYSTEM = [
  { package: 'redis-server', program: 'redis-server', forTests: false },
  { package: 'nginx', program: 'nginx', forTests: false },
  { package: 'openssl', program: 'openssl', forTests: true },
];

const say = (text) => process.stderr.write(`setup: ${text}\n`);

function stop(text) {
  process.stderr.write(`\nsetup: ${text}\n`);
  process.exit(1);
}

function checkVersions() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    stop(
      `Node ${process.versions.node} is too old to set this up. Install Node 20, 22 or 24, then run the same command again.`,
    );
  if (process.platform !== 'linux')
    stop(
      `this runs on Linux (Debian 12 is what it is tested on), not on ${process.platform}. docker-compose.yml is the way elsewhere.`,
    );
}

/** The lock file decides; a half-finished install leaves no stamp and is done again. */
const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.arch)
    .digest('hex');

function installPackages() {
  const digest = wanted();
  if (existsSync(stamp) && existsSync(node24) && readFileSync(stamp, 'utf8') === digest) return;
  say('installing npm packages (once, takes a minute) …');
  // under `npm test` npm hands its own settings down as variables, and some of them change what is installed
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(omit|include|production|global|prefix|local_prefix)$/i.test(name),
    ),
  );
  const done = spawnSync(
    'npm',
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...environment, NODE_ENV: '' },
    },
  );
  if (done.error) stop('npm is not here. Install it (Debian: apt-get install npm), then run the same command again.');
  if (done.status !== 0)
    stop('`npm ci` failed; its own words are above. Without network it cannot work the first time.');
  if (!existsSync(node24))
    stop(`there is no Node 24 package for this processor (${process.arch}); x64 and arm64 are supported.`);
  writeFileSync(stamp, digest);
  const warm = join(root, 'scripts/warm.mjs');
  if (existsSync(warm)) spawnSync(node24, [warm], { stdio: 'ignore' }); // works without as well
}

function has(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}

/** How this user may run apt: as root, by sudo without a password, or not at all. */
function aptPrefix() {
  if (!has('apt-get')) return undefined;
  if (process.getuid() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_TEXT =
  '#!/bin/sh\n# Written by the set-up of biolistener while it installs. Remove it if that is over.\nexit 101\n';

/**
 * Debian starts what it installs. We need the programs only, so it is told not to, as long as nobody said anything else.
 * A file of ours that a killed set-up left behind would keep every later service of this machine from starting.
 */
function withoutServices(prefix, install) {
  if (existsSync(POLICY) && readFileSync(POLICY, 'utf8') !== POLICY_TEXT) return install();
  // Ctrl-C ends apt-get, which has the same terminal; this process lives on until the file is gone
  const live = () => undefined;
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, live);
  putPolicy(prefix);
  try {
    return install();
  } finally {
    if (prefix.length === 0) rmSync(POLICY, { force: true });
    else runAs(prefix, 'rm', '-f', POLICY);
    for (const signal of signals) process.off(signal, live);
  }
}

function putPolicy(prefix) {
  if (prefix.length === 0) return writeFileSync(POLICY, POLICY_TEXT, { mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'biolistener-setup-'));
  writeFileSync(join(folder, 'policy'), POLICY_TEXT);
  runAs(prefix, 'install', '-m', '755', join(folder, 'policy'), POLICY);
  rmSync(folder, { recursive: true, force: true });
}

function runAs(prefix, ...words) {
  const [program, ...rest] = [...prefix, ...words];
  return spawnSync(program, rest, { stdio: ['ignore', 2, 2] }).status === 0;
}

function installSystem(forTests) {
  const missing = SYSTEM.filter((entry) => (forTests || !entry.forTests) && !has(entry.program)).map(
    (entry) => entry.package,
  );
  if (missing.length === 0) return;
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const prefix = aptPrefix();
  if (prefix === undefined)
    stop(
      `${missing.join(' and ')} must be installed and this user may not. Run this once as root, then the same command again:\n\n    ${line}\n`,
    );
  say(`installing ${missing.join(', ')} (once) …`);
  const run = (...words) => runAs(prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...words);
  const isDone = withoutServices(
    prefix,
    () => run('-qq', 'update') && run('-qq', 'install', '-y', '--no-install-recommends', ...missing),
  );
  if (!isDone) stop(`apt could not install ${missing.join(' ')}; its own words are above. By hand: ${line}`);
}

/** Hands over to Node 24: same terminal, signals passed on, same exit status. */
function runThen([file, ...rest]) {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node24, [join(root, file), ...rest], {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

const words = process.argv.slice(2);
const then = words.indexOf('--then');
checkVersions();
installPackages();
installSystem(words.slice(0, then < 0 ? undefined : then).includes('--for-tests'));
if (then >= 0) runThen(words.slice(then + 1));
else say('ready. `npm start` brings everything up.');
