import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '@biolistener/sandbox';
import { openWorkplace, type Workplace } from './run-bin.ts';

jest.setTimeout(120_000);

let place: Workplace;
let site: Sandbox;
let file: string;

beforeAll(async () => {
  place = await openWorkplace();
  site = await startSandbox({ port: 0 });
  file = join(place.dir, 'biolistener.env');
});
afterAll(async () => {
  await site.stop();
  place.remove();
});
beforeEach(() => rmSync(file, { force: true }));

const FIELD = 'custom_biolistener_punch_id';
const fields = (): unknown[] => site.documents('Custom Field').map((one) => one['fieldname']);
const connect = (...words: string[]) => place.run('erpnext', 'connect', '--url', site.url, ...words);

test('without a key and nobody to ask, nothing is done', async () => {
  const outcome = await connect();
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain('--key is missing');
});

test('a wrong key is told as such, and nothing is saved', async () => {
  const outcome = await connect('--key', 'sandbox', '--secret', 'wrong', '--save');
  expect(outcome.code).toBe(4);
  expect(outcome.stdout).toMatch(/FAIL +key/);
  expect(existsSync(file)).toBe(false);
});

test('read-only, it writes nothing on the site', async () => {
  const { code } = await connect(
    '--key',
    'hr-user',
    '--secret',
    'hr-user',
    '--time-zone',
    'Asia/Kolkata',
    '--read-only',
  );
  expect(code).toBe(0);
  expect(fields()).not.toContain(FIELD);
  expect(site.checkins()).toEqual([]);
});

test('with the key of an administrator it adds the field, tests, and saves for the owner only', async () => {
  const secret = join(place.dir, 'secret.txt');
  writeFileSync(secret, 'hr-manager\n');
  writeFileSync(file, '# mine\nBIOLISTENER_LOG_LEVEL=warn\n');
  const outcome = await connect(
    ...['--key', 'hr-manager', '--secret-file', secret, '--time-zone', 'Asia/Kolkata', '--save'],
    ...['--admin-key', 'system-manager', '--admin-secret', 'system-manager'],
  );
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stdout).toContain('Ready to deliver.');
  expect(outcome.stdout).toContain('Restart biolistener');
  expect(fields()).toContain(FIELD);
  expect(site.checkins()).toEqual([]); // the trial check-in was removed again
  const written = readFileSync(file, 'utf8');
  expect(written).toContain('# mine\nBIOLISTENER_LOG_LEVEL=warn\n');
  expect(written).toContain(`ERPNEXT_URL=${site.url}\n`);
  expect(written).toContain('ERPNEXT_API_SECRET=hr-manager\n');
  expect(written).not.toContain('system-manager');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await place.json('erpnext', 'check')).value).toMatchObject({
    kind: 'erpnext',
    capabilities: { verdict: 'ready' },
  });
});

test('values that stand in the file are overwritten only with a yes', async () => {
  writeFileSync(file, 'ERPNEXT_URL=https://old.example.com\nERPNEXT_API_KEY=a\nERPNEXT_API_SECRET=b\n');
  const words = ['--key', 'sandbox', '--secret', 'sandbox', '--save'];
  const refused = await connect(...words);
  expect(refused.code).toBe(5);
  expect(readFileSync(file, 'utf8')).toContain('https://old.example.com');
  expect((await connect(...words, '--yes')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(
    `ERPNEXT_URL=${site.url}\nERPNEXT_API_KEY=sandbox\nERPNEXT_API_SECRET=sandbox\n`,
  );
});

test('a site that does not answer ends with 4 and says that nothing was saved', async () => {
  const words = ['erpnext', 'connect', '--url', 'http://127.0.0.1:1', '--key', 'a', '--secret', 'b', '--save'];
  const outcome = await place.run(...words);
  expect(outcome.code).toBe(4);
  expect(outcome.stderr).toContain('Nothing was saved');
  expect(outcome.stderr + outcome.stdout).not.toContain('token');
});

test('check of the sandbox says that it is one, and needs it to answer', async () => {
  const silent = await place.run('erpnext', 'check');
  expect(silent.code).toBe(4);
  const { code, stdout } = await place.runWith({ BIOLISTENER_SANDBOX_PORT: String(site.port) }, 'erpnext', 'check');
  expect(code).toBe(0);
  expect(stdout).toContain('no real ERPNext is configured');
});
