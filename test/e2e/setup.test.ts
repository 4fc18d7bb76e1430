import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

// `npm start` and `npm test` begin with scripts/setup.mjs. Here it runs in a folder that only looks like a checkout:
// its lock file, its stamp and a Node 24, and programs of ours in place of npm, apt-get and sudo.

jest.setTimeout(60_000);

const ROOT = resolve(import.meta.dirname, '../..');

let tree: string;

/** A program that writes down how it was called, and ends as told. */
function fakeProgram(folder: string, name: string, exitCode: number): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${tree}/calls"\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
}

const calls = (): string => (existsSync(join(tree, 'calls')) ? readFileSync(join(tree, 'calls'), 'utf8') : '');

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'biolistener-setup-'));
  chmodSync(tree, 0o777); // some runs are those of a user without rights
  for (const folder of ['scripts', 'node_modules/.bin', 'bin', 'programs', 'cli']) {
    mkdirSync(join(tree, folder), { recursive: true });
  }
  copyFileSync(join(ROOT, 'scripts/setup.mjs'), join(tree, 'scripts/setup.mjs'));
  copyFileSync(join(ROOT, 'package-lock.json'), join(tree, 'package-lock.json'));
  symlinkSync(process.execPath, join(tree, 'node_modules/.bin/node'));
  stampTree();
  fakeProgram(join(tree, 'bin'), 'npm', 0);
  fakeProgram(join(tree, 'bin'), 'apt-get', 0);
  fakeProgram(join(tree, 'bin'), 'sudo', 1);
  for (const name of ['redis-server', 'nginx', 'openssl']) fakeProgram(join(tree, 'programs'), name, 0);
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** As a finished install leaves it. */
function stampTree(): void {
  const lock = readFileSync(join(tree, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).update(process.arch).digest('hex');
  writeFileSync(join(tree, 'node_modules/.biolistener-setup'), digest);
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface How {
  readonly words?: readonly string[];
  /** Folders of programs besides the fakes of npm, apt-get and sudo. */
  readonly path?: readonly string[];
  readonly flags?: readonly string[];
  readonly asNobody?: boolean;
}

function setup({ words = [], path = [join(tree, 'programs')], flags = [], asNobody = false }: How = {}): Outcome {
  rmSync(join(tree, 'calls'), { force: true });
  const user = asNobody && process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const result = spawnSync(process.execPath, [...flags, join(tree, 'scripts/setup.mjs'), ...words], {
    encoding: 'utf8',
    env: { PATH: [join(tree, 'bin'), ...path, '/bin'].join(delimiter), HOME: tree },
    ...user,
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe('a checkout that is ready', () => {
  test('is left alone: no npm, no apt, nothing written, one line', () => {
    const before = readdirSync(join(tree, 'node_modules'));
    const stamped = statSync(join(tree, 'node_modules/.biolistener-setup')).mtimeMs;
    const outcome = setup({ words: ['--for-tests'] });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: expect.stringMatching(/^setup: ready\. .*\n$/) });
    expect(calls()).toBe('');
    expect(readdirSync(join(tree, 'node_modules'))).toEqual(before);
    expect(statSync(join(tree, 'node_modules/.biolistener-setup')).mtimeMs).toBe(stamped);
  });

  test('before a command it says nothing at all: the output is that of the command', () => {
    writeFileSync(join(tree, 'cli/hello.mjs'), 'console.log("hello", ...process.argv.slice(2));\n');
    const outcome = setup({ words: ['--then', 'cli/hello.mjs', '--for-tests', 'x y'] });
    expect(outcome).toEqual({ code: 0, stdout: 'hello --for-tests x y\n', stderr: '' });
  });
});

describe('packages', () => {
  test('another lock file is installed by npm, once, from the lock file alone', () => {
    const lock = join(tree, 'package-lock.json');
    const content = readFileSync(lock, 'utf8');
    try {
      writeFileSync(lock, `${content}\n`);
      const outcome = setup();
      expect([outcome.code, calls()]).toEqual([0, expect.stringMatching(/^npm ci --include=dev .*\n$/)]);
      expect(outcome.stderr).toContain('installing npm packages');
      expect([setup().code, calls()]).toEqual([0, '']);
    } finally {
      writeFileSync(lock, content);
      stampTree();
    }
  });

  test('an install that fails is told, leaves no stamp, and is done again', () => {
    const stamp = join(tree, 'node_modules/.biolistener-setup');
    rmSync(stamp);
    fakeProgram(join(tree, 'bin'), 'npm', 1);
    try {
      const outcome = setup();
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain('`npm ci` failed; its own words are above.');
      expect(existsSync(stamp)).toBe(false);
    } finally {
      fakeProgram(join(tree, 'bin'), 'npm', 0);
    }
    expect(setup().code).toBe(0);
    expect(calls()).toContain('npm ci');
    expect(existsSync(stamp)).toBe(true);
  });

  test('without npm it says how to get it', () => {
    const stamp = join(tree, 'node_modules/.biolistener-setup');
    rmSync(stamp);
    rmSync(join(tree, 'bin/npm'));
    try {
      // no /bin here: a machine may have an npm there
      const result = spawnSync(process.execPath, [join(tree, 'scripts/setup.mjs')], {
        encoding: 'utf8',
        env: { PATH: join(tree, 'bin'), HOME: tree },
      });
      expect([result.status, result.stderr]).toEqual([1, expect.stringContaining('apt-get install npm')]);
    } finally {
      fakeProgram(join(tree, 'bin'), 'npm', 0);
      stampTree();
    }
  });
});

/** Module that hides programs from the look of setup.mjs, wherever this machine has them. Several are separated by commas. */
function hide(program: string): string {
  const preload = join(tree, `without-${program}.mjs`);
  const text = `import fs, { constants } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const access = fs.accessSync;
const hidden = ${JSON.stringify(program)}.split(',');
fs.accessSync = (path, mode = constants.F_OK) => {
  if (hidden.some((name) => String(path).endsWith('/' + name))) throw new Error('hidden');
  return access(path, mode);
};
syncBuiltinESMExports();
`;
  writeFileSync(preload, text);
  chmodSync(preload, 0o644);
  return preload;
}

describe('programs of the system', () => {
  test('a user without rights is told the exact line, and nothing is tried', () => {
    const flags = ['--import', hide('redis-server,nginx')];
    const outcome = setup({ flags, asNobody: true, words: ['--then', 'cli/hello.mjs'] });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toBe(''); // what was asked for did not run
    expect(outcome.stderr).toContain('redis-server and nginx must be installed and this user may not.');
    expect(outcome.stderr).toContain(
      '\n    apt-get update && apt-get install -y --no-install-recommends redis-server nginx\n',
    );
    expect(calls()).toBe('sudo -n true\n');
  });

  test('what only the tests need is asked for only by them', () => {
    const flags = ['--import', hide('openssl')];
    expect(setup({ flags, asNobody: true }).code).toBe(0);
    const outcome = setup({ flags, asNobody: true, words: ['--for-tests'] });
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining('--no-install-recommends openssl\n')]);
    // a command's own --for-tests is no word of ours
    expect(setup({ flags, asNobody: true, words: ['--then', 'cli/hello.mjs', '--for-tests'] }).code).toBe(0);
  });

  test('with sudo that asks nothing it installs just what is missing, and starts no service', () => {
    fakeProgram(join(tree, 'bin'), 'sudo', 0);
    try {
      const outcome = setup({ flags: ['--import', policyHere(), '--import', hide('nginx')], asNobody: true });
      expect(outcome.code).toBe(0);
      expect(outcome.stderr).toContain('setup: installing nginx (once)');
      expect(calls().split('\n')).toEqual([
        'sudo -n true',
        expect.stringMatching(/^sudo -n install -m 755 \/\S+\/policy \/usr\/sbin\/policy-rc\.d$/),
        'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq update',
        'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends nginx',
        'sudo -n rm -f /usr/sbin/policy-rc.d',
        '',
      ]);
    } finally {
      fakeProgram(join(tree, 'bin'), 'sudo', 1);
    }
  });
});

const policy = (): string => join(tree, 'policy-rc.d');

/** Module that has setup.mjs find the policy of Debian's services in our folder, whatever this machine has. */
function policyHere(more = ''): string {
  const preload = join(tree, `policy-here${more === '' ? '' : '-as-root'}.mjs`);
  const text = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
${more}
for (const name of ['existsSync', 'readFileSync', 'writeFileSync', 'rmSync']) {
  const real = fs[name];
  fs[name] = (path, ...rest) => real(path === '/usr/sbin/policy-rc.d' ? ${JSON.stringify(policy())} : path, ...rest);
}
syncBuiltinESMExports();
`;
  writeFileSync(preload, text);
  chmodSync(preload, 0o644);
  return preload;
}

describe('services of the system', () => {
  const asRoot = (): string => policyHere('process.getuid = () => 0;');

  function withApt(install: string): Outcome {
    const file = join(tree, 'bin/env'); // apt-get is called through it
    writeFileSync(file, `#!/bin/sh\ncase "$*" in *install*) ${install};; esac\nexit 0\n`);
    chmodSync(file, 0o755);
    try {
      return setup({ flags: ['--import', asRoot(), '--import', hide('nginx')] });
    } finally {
      rmSync(file);
    }
  }

  test('are kept from starting while their programs are installed, and only then', () => {
    const outcome = withApt(`cp "${tree}/policy-rc.d" "${tree}/seen"`);
    expect([outcome.code, readFileSync(join(tree, 'seen'), 'utf8')]).toEqual([0, expect.stringContaining('exit 101')]);
    expect(existsSync(policy())).toBe(false);
  });

  test('may start again after a set-up that Ctrl-C ended, and after one that was killed', () => {
    expect(withApt('kill -INT $PPID; exit 100').code).toBe(1);
    expect(existsSync(policy())).toBe(false);
    expect(withApt('kill -KILL $PPID').code).toBe(null);
    expect(existsSync(policy())).toBe(true);
    expect(withApt('true').code).toBe(0);
    expect(existsSync(policy())).toBe(false);
  });

  test('a policy of somebody else is left as it is', () => {
    writeFileSync(policy(), '#!/bin/sh\nexit 0\n');
    expect(withApt('true').code).toBe(0);
    expect(readFileSync(policy(), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    rmSync(policy());
  });
});

describe('the machine', () => {
  const pretend = (text: string): string => {
    const preload = join(tree, `pretend-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.mjs`);
    writeFileSync(preload, text);
    return preload;
  };

  test.each(['18.19.0', '16.20.2'])('Node %s is told to be too old, with what to install', (version) => {
    const value = `{ ...process.versions, node: '${version}' }`;
    const preload = pretend(`Object.defineProperty(process, 'versions', { value: ${value} });\n`);
    const outcome = setup({ flags: ['--import', preload] });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain(`Node ${version} is too old to set this up. Install Node 20, 22 or 24`);
    expect(calls()).toBe('');
  });

  test.each(['20.0.0', '22.12.0'])('Node %s is enough to set up', (version) => {
    const value = `{ ...process.versions, node: '${version}' }`;
    const preload = pretend(`Object.defineProperty(process, 'versions', { value: ${value} });\n`);
    expect(setup({ flags: ['--import', preload] }).code).toBe(0);
  });

  test('another system is told the other way', () => {
    const preload = pretend(`Object.defineProperty(process, 'platform', { value: 'darwin' });\n`);
    const outcome = setup({ flags: ['--import', preload] });
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringMatching(/not on darwin.*docker-compose\.yml/)]);
  });
});

describe('the command behind it', () => {
  const script = (name: string, text: string): string => {
    writeFileSync(join(tree, 'cli', name), text);
    return `cli/${name}`;
  };

  test.each([0, 1, 5, 42])('its exit status %i is the status of the whole', (status) => {
    const file = script('ends.mjs', 'process.exit(Number(process.argv[2]));\n');
    expect(setup({ words: ['--then', file, String(status)] }).code).toBe(status);
  });

  test('it runs on the Node of the checkout, in its folder', () => {
    const file = script(
      'where.mjs',
      'console.log(JSON.stringify([process.cwd(), process.env.PATH.split(":")[0], process.execPath]));\n',
    );
    const [cwd, first, node] = JSON.parse(setup({ words: ['--then', file] }).stdout) as string[];
    expect([cwd, first]).toEqual([tree, join(tree, 'node_modules/.bin')]);
    expect(node).toBe(process.execPath);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s reaches it, and its own way to end is kept',
    async (signal) => {
      const file = script(
        'waits.mjs',
        `for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => { console.log('got ' + signal); process.exit(7); });
console.log('waiting');
setInterval(() => undefined, 1000);
`,
      );
      const child = spawn(process.execPath, [join(tree, 'scripts/setup.mjs'), '--then', file], {
        env: { PATH: [join(tree, 'bin'), join(tree, 'programs'), '/bin'].join(delimiter) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (part: Buffer) => {
        said += part.toString();
        if (said === 'waiting\n') child.kill(signal);
      });
      const [code] = (await once(child, 'close')) as [number | null];
      expect([code, said]).toEqual([7, `waiting\ngot ${signal}\n`]);
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('one that dies of %s gives the status of a shell, %i', (signal, status) => {
    const file = script('dies.mjs', `process.kill(process.pid, '${signal}');\nsetInterval(() => undefined, 1000);\n`);
    expect(setup({ words: ['--then', file] }).code).toBe(status);
  });
});
