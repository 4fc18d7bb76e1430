import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { APP_FOLDER } from '../../src/index.ts';

jest.setTimeout(60_000);

const root = resolve(import.meta.dirname, '../../../..');
const run = (program: string, ...words: string[]) => spawnSync(program, words, { encoding: 'utf8', cwd: root });
const can = (...words: string[]): boolean => spawnSync('python3', words).status === 0;
const filesOf = (ending: string): string[] =>
  readdirSync(APP_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .toSorted();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'biolistener-app-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(filesOf('.js'))('%s is a script that runs', (path) => {
  expect(run(process.execPath, '--check', join(APP_FOLDER, path))).toMatchObject({ status: 0, stderr: '' });
});

/** Reads Python with Python, and runs none of it: hooks that compute or import would not be literals. */
const READER = `
import ast, json, sys
def value(node):
    try: return ast.literal_eval(node)
    except ValueError: return "NOT A LITERAL"
tree = ast.parse(open(sys.argv[1]).read(), sys.argv[1])
print(json.dumps({
  "names": {t.id: value(n.value) for n in tree.body if isinstance(n, ast.Assign) for t in n.targets},
  "classes": [[n.name, [b.id for b in n.bases], [type(s).__name__ for s in n.body]] for n in tree.body if isinstance(n, ast.ClassDef)],
  "others": [type(n).__name__ for n in tree.body if not isinstance(n, (ast.Assign, ast.ClassDef))],
}))`;
interface Source {
  readonly names: Readonly<Record<string, unknown>>;
  readonly classes: readonly unknown[];
  readonly others: readonly string[];
}
const source = (path: string): Source => {
  const { stdout, stderr } = run('python3', '-c', READER, join(APP_FOLDER, path));
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Source; // printed by the reader above
};

const hasPython = can('-c', 'import ast, json');
(hasPython ? describe : describe.skip)('the Python of the app (skipped where there is no python3)', () => {
  test('every file compiles', () => {
    const code = 'import sys; [compile(open(p).read(), p, "exec") for p in sys.argv[1:]]';
    const paths = filesOf('.py').map((path) => join(APP_FOLDER, path));
    expect(paths.length).toBeGreaterThan(10);
    expect(run('python3', '-c', code, ...paths)).toMatchObject({ status: 0, stderr: '' });
  });

  test('hooks are literals: no import, no call, no path that leads to code', () => {
    const hooks = source('biolistener/hooks.py');
    expect(hooks.others).toEqual([]);
    expect(hooks.names).toMatchObject({ app_name: 'biolistener', required_apps: ['hrms'] });
    expect(Object.values(hooks.names)).not.toContain('NOT A LITERAL');
    for (const name of ['app_name', 'app_title', 'app_publisher', 'app_description', 'app_email', 'app_license'])
      expect(typeof hooks.names[name]).toBe('string');
    expect(JSON.stringify(hooks.names)).not.toMatch(/"biolistener\.\w/);
  });

  test.each(filesOf('.py').filter((path) => /doctype\/(\w+)\/\1\.py$/.test(path)))('%s is one empty class', (path) => {
    const { classes, names, others } = source(path);
    const name = (
      JSON.parse(readFileSync(join(APP_FOLDER, path.replace(/\.py$/, '.json')), 'utf8')) as { name: string }
    ).name;
    expect(classes).toEqual([[name.replaceAll(' ', ''), ['Document'], ['Pass']]]);
    expect([names, others]).toEqual([{}, ['ImportFrom']]);
  });
});

const hasFlit = can('-c', 'import flit_core.buildapi');
(hasFlit ? test : test.skip)('a wheel of it holds what a site reads (skipped where Python has no flit_core)', () => {
  run('cp', '-r', APP_FOLDER, join(folder, 'app'));
  const build =
    'import os, sys; os.chdir(sys.argv[1]); from flit_core import buildapi; print(buildapi.build_wheel(sys.argv[2]))';
  const { stdout } = run('python3', '-c', build, join(folder, 'app'), folder);
  const list = run('python3', '-m', 'zipfile', '-l', join(folder, stdout.trim())).stdout;
  for (const path of filesOf('.json')) expect(list).toContain(path);
});

describe('the archive', () => {
  const make = (name: string) => {
    const file = join(folder, name);
    const { stdout, status } = run(process.execPath, 'scripts/frappe-archive.mjs', '--out', file);
    return { file, stdout, status };
  };

  test('holds the app at its root and every file of it, and says how a bench takes it', () => {
    const { file, stdout, status } = make('a.tar.gz');
    expect(status).toBe(0);
    expect(stdout).toContain('git subtree split --prefix=apps/frappe');
    expect(stdout).toContain('bench get-app --branch');
    const listed = run('tar', '-tzf', file).stdout.trim().split('\n').toSorted();
    const all = readdirSync(APP_FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
      .map((entry) => join('biolistener', join(entry.parentPath, entry.name).slice(APP_FOLDER.length + 1)))
      .toSorted();
    expect(listed).toEqual(all);
    for (const needed of [
      'pyproject.toml',
      'biolistener/hooks.py',
      'biolistener/modules.txt',
      'biolistener/patches.txt',
    ])
      expect(listed).toContain(`biolistener/${needed}`);
  });

  test('unpacks to the same bytes, and is the same every time', () => {
    const { file } = make('b.tar.gz');
    expect(readFileSync(make('c.tar.gz').file).equals(readFileSync(file))).toBe(true);
    run('tar', '-xzf', file, '-C', folder);
    expect(run('diff', '-r', '--exclude=__pycache__', APP_FOLDER, join(folder, 'biolistener'))).toMatchObject({
      status: 0,
      stdout: '',
    });
  });
});

const hasSubtree = existsSync(join(run('git', '--exec-path').stdout.trim(), 'git-subtree'));
(hasSubtree ? test : test.skip)('the branch has the app at its root (skipped where git has no subtree)', () => {
  // a repository of its own: this one may be a shallow copy, and nothing is to be left in it
  const repository = join(folder, 'repository');
  const script = 'scripts/frappe-archive.mjs';
  mkdirSync(join(repository, 'apps'), { recursive: true });
  mkdirSync(join(repository, 'scripts'));
  cpSync(APP_FOLDER, join(repository, 'apps/frappe'), { recursive: true });
  cpSync(join(root, script), join(repository, script));
  const git = (...words: string[]) => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    return spawnSync('git', [...who, ...words], { encoding: 'utf8', cwd: repository });
  };
  git('init', '-q');
  git('add', '-A', '-f');
  expect(git('commit', '-qm', 'all of it').status).toBe(0);
  const made = spawnSync(process.execPath, [script, '--branch', 'frappe-app'], { encoding: 'utf8', cwd: repository });
  expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining('bench get-app --branch frappe-app') });
  const there = git('ls-tree', '-r', '--name-only', 'frappe-app').stdout.trim().split('\n').toSorted();
  expect(there).toEqual(filesOf('').filter((path) => statSync(join(APP_FOLDER, path)).isFile()));
  // what bench looks for to tell an app from anything else
  for (const mark of ['biolistener/hooks.py', 'biolistener/modules.txt', 'biolistener/patches.txt'])
    expect(there).toContain(mark);
});
