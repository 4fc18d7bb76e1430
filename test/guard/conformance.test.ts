import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';

// Every conformance case of a protocol document is the name of a test, a row of one, or the story of a capture. The ids were
// copied from the documents; a new one there is added here first, and this fails until it is tested.

const root = resolve(import.meta.dirname, '../..');

/** `C1 … C34`, with as many digits as the document writes. */
const ids = (letter: string, first: number, last: number, digits: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => `${letter}${String(first + at).padStart(digits, '0')}`);

/** By brand; the headings are those of the documents. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  // protocols/zkteco-push.md §7
  zkteco: ids('C', 1, 71, 2),
  // protocols/aiface-websocket.md §14
  aiface: [...ids('C', 1, 34, 1), 'C7a'],
  // protocols/ebkn-fkweb.md §7
  ebkn: [
    ...[ids('D', 1, 15, 2), ids('E', 1, 6, 2), ids('X', 1, 4, 2), ids('H', 1, 3, 2)].flat(),
    ...[ids('A', 1, 10, 2), ids('R', 1, 13, 2), ids('B', 1, 20, 2)].flat(),
  ],
  // protocols/zk-tcp.md §9
  'zk-tcp': ids('C', 1, 40, 2),
  // protocols/suprema.md §9; those of §10.6 are of the gateway that is only an outline
  suprema: ids('S', 1, 25, 1),
};

/** Where tests of a brand stand that does not have them all beside its codec. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  zkteco: ['packages/simulator/src/zkteco', 'packages/simulator/test/zkteco-terminal.test.ts'],
  aiface: ['apps/listener/test/socket.test.ts'],
  ebkn: ['packages/simulator/src/ebkn', 'packages/simulator/test/ebkn-terminal.test.ts'],
  'zk-tcp': ['packages/pull', 'packages/simulator/src/zk-tcp', 'apps/worker/test/pull'],
  suprema: ['apps/worker/test/suprema', 'packages/simulator/test/biostar.test.ts'],
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

function testsIn(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  const files = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.ts')).map((file) => join(path, file));
}

/** Texts between quotes: names of tests and of their rows. What a comment says proves nothing. */
function textsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
  return [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  );
}

/** File names (`synth1-fw7.1.2-c13-two-punches`) and the stories that stand with them. */
function textsOfCaptures(brand: string): string[] {
  const folder = join('test/captures', brand);
  const expected = readdirSync(join(root, folder)).filter((file) => file.endsWith('.expected.json'));
  return expected.flatMap((file) => [
    file.replace(/-([a-z]\d+a?)-/g, (_, id: string) => ` ${id.toUpperCase()} `),
    JSON.stringify((JSON.parse(read(join(folder, file))) as { readonly story?: unknown }).story ?? ''),
  ]);
}

function testedIds(brand: string): ReadonlySet<string> {
  const files = [`packages/brands/src/${brand}`, ...(ELSEWHERE[brand] ?? [])].flatMap(testsIn);
  const texts = [...files.flatMap((file) => textsOf(read(file))), ...textsOfCaptures(brand)];
  return new Set(texts.flatMap((text) => text.match(/\b[A-Z]\d{1,2}a?\b/g) ?? []));
}

test('every brand has its list of cases', () => {
  expect(Object.keys(CASES).toSorted()).toEqual(brands.map(({ name }) => name).toSorted());
});

test.each(Object.keys(CASES))('every conformance case of %s is tested', (brand) => {
  const tested = testedIds(brand);
  expect((CASES[brand] ?? []).filter((id) => !tested.has(id))).toEqual([]);
});
