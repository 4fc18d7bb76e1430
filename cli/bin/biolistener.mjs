#!/usr/bin/env node
// Runs the command on Node 24, which strips types itself; an older Node on the machine hands over to the one we bring.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';

function bundledNode() {
  try {
    const manifest = module.createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    return undefined; // not installed: the message below says what to do
  }
}

function isOwn(folder) {
  try {
    return statSync(folder).uid === process.getuid();
  } catch {
    return false; // installed some other way: nothing is kept
  }
}

/**
 * What was stripped and compiled once is kept beside the packages: the next start is quicker and does without the stripper,
 * which is some 15 MiB of a process. Where that folder may not be written, nothing is kept. Workers read the variable.
 */
function keepCompiled() {
  const packages = join(import.meta.dirname, '../../node_modules');
  // `sudo biolistener enable` must not leave files of root's there, which the next `npm ci` of the owner could not remove
  if (!isOwn(packages)) return;
  process.env.NODE_COMPILE_CACHE ??= join(packages, '.cache/biolistener');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  setTimeout(() => module.flushCompileCache(), 5000).unref(); // a process that is killed later writes nothing
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  keepCompiled();
  await import('../src/main.ts');
} else {
  const node = bundledNode();
  if (node === undefined || !existsSync(node)) {
    console.error(
      `biolistener needs Node 24 (this is ${process.versions.node}). Run \`npm run setup\` in the checkout first.`,
    );
    process.exit(1);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
