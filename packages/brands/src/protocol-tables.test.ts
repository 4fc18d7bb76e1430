import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { LIBRARIES, TEMPLATE_KINDS } from './ebkn/compatibility.ts';
import { ebkn } from './ebkn/index.ts';
import { OLD_TABLES, TABLE_ALGORITHMS } from './zkteco/compatibility.ts';
import { zkteco } from './zkteco/index.ts';

// The documents say what each brand takes; here they are held against the tables that decide it.

const documentOf = (name: string): string =>
  readFileSync(`${import.meta.dirname}/../../../docs/protocols/${name}.md`, 'utf8');

/** Rows of the table under a header line, padding taken out. */
function rowsUnder(name: string, header: string): string[] {
  const lines = documentOf(name)
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());
  const at = lines.indexOf(header);
  if (at < 0) throw new Error(`no table "${header}" in ${name}.md`);
  const rest = lines.slice(at + 2);
  return rest.slice(0, Math.max(0, rest.findIndex((line) => !line.startsWith('|')))); // prettier-ignore
}

const words = (list: readonly string[]): string => list.join(', ');

describe('docs/protocols/zkteco.md', () => {
  test('tables of older units', () => {
    const rows = Object.entries(OLD_TABLES).map(
      ([kind, { table, upTo }]) => `| \`${kind}\` | ${table} | ${upTo ?? 'any'} |`,
    );
    expect(rowsUnder('zkteco', '| kind | older units | newest version there |')).toEqual(rows);
  });

  test('algorithms of tables', () => {
    const rows = Object.entries(TABLE_ALGORITHMS).map(
      ([table, algorithms]) => `| ${table} | ${words(algorithms.map((each) => `\`${each}\``))} |`,
    );
    expect(rowsUnder('zkteco', '| table | algorithms |')).toEqual(rows);
  });

  test('every kind of command has its row', () => {
    const named = rowsUnder('zkteco', '| kind | parameters | sent as |').flatMap(
      (row) => row.split('|')[1]?.match(/[a-z]+(?:\.[a-z]+)?/g) ?? [],
    );
    expect(new Set(named)).toEqual(new Set(zkteco.commands));
  });
});

describe('docs/protocols/ebkn.md', () => {
  test('libraries', () => {
    const rows = Object.entries(LIBRARIES).map(
      ([library, { family, isNumeric, longestPin }]) =>
        `| ${library} | ${family} | ${isNumeric ? 'numbers' : 'text'} | ${longestPin} |`,
    );
    expect(rowsUnder('ebkn', '| library | templates of | ids | longest PIN |')).toEqual(rows);
  });

  test('kinds of templates', () => {
    const rows = Object.entries(TEMPLATE_KINDS).map(
      ([
        kind,
        {
          slots: [first, last],
          words: names,
          hasVersion,
        },
      ]) => {
        const slots = first === last ? String(first) : `${first}–${last}`;
        return `| \`${kind}\` | ${slots} | ${words(names)} | ${hasVersion ? 'yes' : 'no: none is told'} |`;
      },
    );
    const header = '| kind | `backup_number` | named in `supported_enroll_data` as | version must agree |';
    expect(rowsUnder('ebkn', header)).toEqual(rows);
  });

  test('every kind of command has its row', () => {
    const named = rowsUnder('ebkn', '| Asked for | `cmd_code` | Parameters |').map(
      (row) => /`([a-z.]+)`/.exec(row)?.[1],
    );
    expect(new Set(named)).toEqual(new Set(ebkn.commands));
  });
});
