import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { at, type Finding } from './finding.ts';

const run = promisify(execFile);

/** What a report of a problem should name. */
export async function lookAtVersions(): Promise<Finding[]> {
  const [nginx, redis] = await Promise.all([
    versionOf('nginx', ['-v'], /nginx\/([\d.]+)/),
    versionOf('redis-server', ['--version'], /v=([\d.]+)/),
  ]);
  const parts = [`biolistener ${ownVersion()}`, `Node ${process.versions.node}`, `nginx ${nginx}`, `Redis ${redis}`];
  return [at('versions').ok(parts.join(', '))];
}

export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : '?';
}

async function versionOf(program: string, words: readonly string[], pattern: RegExp): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, words, { timeout: 2000 });
    return pattern.exec(stdout + stderr)?.[1] ?? '?';
  } catch {
    return 'not on PATH'; // it may run elsewhere; the hops above say whether it answers
  }
}
