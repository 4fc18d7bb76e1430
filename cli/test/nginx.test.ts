import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkplace, type Workplace } from './run-bin.ts';

jest.setTimeout(120_000);

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.remove());

test('a dry run prints the block with every option, and writes nothing', async () => {
  const words = [
    '--port',
    '18998',
    '--upstream',
    '10.0.0.5:8990',
    '--upstream',
    '10.0.0.6:8990',
    '--allow',
    '10.0.0.0/8',
  ];
  const { code, stdout } = await place.run('enable', '--dry-run', ...words, '--rate', '20', '--body-size', '8m');
  expect(code).toBe(0);
  expect(stdout).toContain('server 10.0.0.6:8990');
  expect(stdout).toContain('allow 10.0.0.0/8;');
  expect(stdout).toContain('client_max_body_size 8m;');
  expect(stdout).toContain('rate=20r/s');
  expect(existsSync(join(place.dataDir, 'nginx'))).toBe(false);
});

test('the listener of the settings is the default upstream, asked at its own health path', async () => {
  const { stdout } = await place.runWith({ BIOLISTENER_LISTENER_PORT: '18990' }, 'enable', '--dry-run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    settings: { upstreams: ['127.0.0.1:18990'], healthPath: '/-/biolistener' },
  });
});

test.each([
  [['--rate', 'many'], '--rate must be'],
  [['--port', '70000'], '--port must be'],
  [['--upstream', 'nowhere; evil'], '--upstream must be'],
  [['--plain-port', '80'], '--plain-port'],
])('enable %j is refused with the option as it was typed', async (words, message) => {
  const { code, stderr } = await place.run('enable', '--dry-run', ...words);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('status is JSON without asking for it, and ends with 4 while nothing is enabled', async () => {
  const { code, stdout } = await place.run('status', '--port', '18997', '--listening-ip', '192.0.2.9');
  expect(code).toBe(4);
  expect(stdout).toMatch(/^\{\n {2}"status": "disabled"/);
  expect(JSON.parse(stdout)).toMatchObject({
    listening_ip: '192.0.2.9',
    port: 18997,
    paths: { zkteco: '/iclock', ebkn: '/ebkn' },
  });
  const text = await place.run('status', '--port', '18997', '--text');
  expect(text.stdout).toMatch(/^status: +disabled/);
});

test('disable leaves the private nginx of `up` alone, which status looks at', async () => {
  const { stdout } = await place.run('enable', '--dry-run', '--port', '18996');
  const folder = join(place.dataDir, 'nginx/conf.d');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'biolistener-default-18996.conf');
  writeFileSync(file, stdout);
  try {
    expect((await place.json('disable', '--port', '18996')).value).toMatchObject({ removed: [] });
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect((await place.json('status', '--port', '18996')).value).toMatchObject({ status: 'enabled', file });
  } finally {
    rmSync(join(place.dataDir, 'nginx'), { recursive: true });
  }
});

test('disable of what was never enabled is no error', async () => {
  const { code, value } = await place.json('disable', '--port', '18997');
  expect({ code, value }).toMatchObject({ code: 0, value: { removed: [], effect: 'unchanged' } });
});
