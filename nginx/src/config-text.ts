import { dirname, isAbsolute, join } from 'node:path';

// As much of nginx's configuration language as we must read: simple directives and the dump of `nginx -T`.

/** Arguments of each directive of a name, comments and quotes taken off, wherever it stands. */
export function directives(text: string, name: string): string[][] {
  const found: string[][] = [];
  const pattern = new RegExp(`(?:^|[;{}\\s])${name}\\s+([^;{}]+);`, 'g');
  for (const [, args = ''] of text.replaceAll(/(^|\s)#.*$/gm, '').matchAll(pattern)) {
    found.push(
      args
        .trim()
        .split(/\s+/)
        .map((word) => word.replaceAll(/^["']|["']$/g, '')),
    );
  }
  return found;
}

/** Patterns of a configuration's `include`s, made absolute: nginx takes them from the directory of the main file. */
export const includesOf = (text: string, conf: string): string[] =>
  directives(text, 'include').flatMap(([pattern]) =>
    pattern === undefined ? [] : [isAbsolute(pattern) ? pattern : join(dirname(conf), pattern)],
  );

/** The files of a `nginx -T` dump. */
export function filesInDump(dump: string): Map<string, string> {
  const files = new Map<string, string>();
  const parts = dump.split(/^# configuration file (.+):$/m);
  for (let at = 1; at + 1 < parts.length; at += 2) files.set(parts[at] ?? '', parts[at + 1] ?? '');
  return files;
}

/** The TCP port of a `listen` argument; 80 when only an address is given, undefined for a Unix socket. */
export function portOfListen(argument: string): number | undefined {
  if (argument.startsWith('unix:')) return undefined;
  const [, alone] = /^(\d+)$/.exec(argument) ?? [];
  const [, after] = /:(\d+)$/.exec(argument.replace(/^\[[^\]]*\]/, '')) ?? [];
  return Number(alone ?? after ?? 80);
}

/** Files of a dump that listen at a port. */
export function filesListeningAt(dump: string, port: number): string[] {
  const isThere = (text: string): boolean =>
    directives(text, 'listen').some(([argument]) => argument !== undefined && portOfListen(argument) === port);
  return [...filesInDump(dump)].filter(([, text]) => isThere(text)).map(([file]) => file);
}
