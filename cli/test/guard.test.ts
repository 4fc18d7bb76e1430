import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../src/exit-codes.ts';
import { createProgram } from '../src/program.ts';

interface Leaf {
  readonly words: string;
  readonly command: Command;
}

function leavesOf(command: Command, words: readonly string[]): Leaf[] {
  return command.commands.flatMap((child) => {
    const path = [...words, child.name()];
    return child.commands.length > 0 ? leavesOf(child, path) : [{ words: path.join(' '), command: child }];
  });
}

/** What `--help` prints, with the texts that are added after it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const leaves = leavesOf(createProgram(), []);
const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');

test('the tree has the commands that people were promised', () => {
  expect(leaves.map((leaf) => leaf.words)).toEqual(
    expect.arrayContaining([
      'up',
      'start',
      'enable',
      'disable',
      'status',
      'trace',
      'doctor',
      'device approve',
      'erpnext connect',
    ]),
  );
});

describe.each(leaves)('$words', ({ words, command }) => {
  test('says what it does', () => {
    expect(command.description().length).toBeGreaterThan(15);
  });

  test('shows examples that begin with its own words', () => {
    expect(helpOf(command)).toContain('Examples:');
    expect(helpOf(command)).toContain(`biolistener ${words}`);
  });

  test('can answer as JSON', () => {
    const hasJson = command.options.some((option) => option.long === '--json');
    expect(hasJson).toBe(true);
  });

  test('describes each argument and option', () => {
    for (const option of command.options) expect(option.description).not.toBe('');
    for (const argument of command.registeredArguments) expect(argument.description).not.toBe('');
  });

  test('is in docs/cli.md, with each of its options', () => {
    const heading = `### \`${words}\``;
    expect(page).toContain(heading);
    const section = page.slice(page.indexOf(heading) + heading.length).split(/^##/m)[0] ?? '';
    for (const option of command.options) if (option.long !== '--json') expect(section).toContain(option.long);
  });
});

test.each(Object.entries(EXIT))('docs/cli.md explains the exit status of %s', (_name, status) => {
  expect(page).toMatch(new RegExp(`^\\| ${status} \\|`, 'm'));
});

/** `--help` must come at once: what is loaded to print it is commander and these small files. */
test.each(readdirSync(join(import.meta.dirname, '../src/commands')))('commands/%s loads nothing heavy', (name) => {
  const source = readFileSync(join(import.meta.dirname, '../src/commands', name), 'utf8');
  const loaded = [...source.matchAll(/^import (?!type )[^;]*? from '([^']+)'/gm)].map((found) => found[1] ?? '');
  expect(loaded.filter((from) => from !== 'commander' && !from.startsWith('./'))).toEqual([]);
});
