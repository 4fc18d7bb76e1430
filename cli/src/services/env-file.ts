import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFailure, EXIT } from '../exit-codes.ts';

/** Values for a settings file; undefined removes what stood there. */
export type EnvValues = Readonly<Record<string, string | undefined>>;

const nameOf = (line: string): string | undefined => /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/.exec(line)?.[1];

/** Text that `node:util` parseEnv reads back as it was. Errors: usage (2) for what no quotes can hold. */
export function quoted(name: string, value: string): string {
  if (/^[\w.:/@+-]*$/.test(value)) return value;
  // a backslash followed by n within double quotes would be read as a line break
  const quote = ["'", '"', '`'].find((sign) => !value.includes(sign) && !(sign === '"' && value.includes('\\')));
  if (quote === undefined || /[\r\n]/.test(value))
    throw new CommandFailure(`the value for ${name} cannot be written into a settings file`, EXIT.usage);
  return `${quote}${value}${quote}`;
}

/**
 * The file with these values and every other line as it was. A value takes the place of the first line of its name;
 * further ones of the same name, which would win, are removed.
 */
export function withValues(content: string, values: EnvValues): string {
  const open = new Map(Object.entries(values));
  const lines = content === '' ? [] : content.replace(/\n$/, '').split('\n');
  const kept = lines.flatMap((line) => {
    const name = nameOf(line);
    if (name === undefined || !Object.hasOwn(values, name)) return [line];
    const value = open.get(name);
    open.delete(name);
    return value === undefined ? [] : [`${name}=${quoted(name, value)}`];
  });
  const added = [...open].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(name, value)}`]));
  return `${[...kept, ...added].join('\n')}\n`;
}

export const readEnvFile = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Names of these values that the file gives otherwise now: what would be overwritten. */
export function overwritten(content: string, values: EnvValues): string[] {
  const before = new Set(content.split('\n').map(nameOf));
  return withValues(content, values) === content ? [] : Object.keys(values).filter((name) => before.has(name));
}

/** Whole or not at all, and for its owner only: it holds secrets. */
export function writeEnvFile(path: string, content: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flush: true });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
