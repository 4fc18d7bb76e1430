import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { targetIdOf, writeMissing } from '@biolistener/erpnext';
import { startSandbox, type Sandbox } from '@biolistener/sandbox';
import { createVault, openKeyFile, openWebhookSecret } from '@biolistener/security';
import { openWorkplace, type Outcome, type Workplace } from './run-bin.ts';
import { openStore, seed } from './seed.ts';

// each command is a process of its own that talks to a site
jest.setTimeout(180_000);

const SERVICE = 'biolistener@example.com';
let place: Workplace;
let site: Sandbox;
let file: string;

beforeAll(async () => {
  place = await openWorkplace();
  site = await startSandbox({ port: 0, webhooks: { wait: () => Promise.resolve() } });
  file = join(place.dir, 'biolistener.env');
  await seed(place.dataDir);
});
afterAll(async () => {
  await site.stop();
  place.remove();
});

const ADMIN = { ERPNEXT_ADMIN_KEY: 'desk-manager', ERPNEXT_ADMIN_SECRET: 'desk-manager' };
const run = (word: string, ...words: string[]): Promise<Outcome> =>
  place.runWith(ADMIN, 'erpnext', word, '--url', site.url, ...words);
const json = async (word: string, ...words: string[]) => {
  const { code, stdout } = await run(word, ...words, '--json');
  return { code, value: JSON.parse(stdout) as unknown };
};
const doctypes = (): unknown[] => site.documents('DocType').map((one) => one['name']);

async function storedSecret(): Promise<string | undefined> {
  const store = await openStore(place.dataDir);
  try {
    const row = (await store.listSettings()).find(({ key }) => key === 'erpnext.webhook_secret');
    const vault = createVault(openKeyFile(join(place.dataDir, 'keys', 'master.key')));
    return row && openWebhookSecret(vault, row.value);
  } finally {
    await store.close();
  }
}

const INSTALL = ['--service-user', SERVICE, '--public-url', 'http://127.0.0.1:9'];

// in the order of an administrator's day
test('without the key of an administrator, or with one of somebody else, nothing is written', async () => {
  const nobody = await place.run('erpnext', 'install', '--url', site.url);
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('--admin-key is missing') });
  const secret = join(place.dir, 'hr.txt');
  writeFileSync(secret, 'hr-manager\n');
  const words = ['--url', site.url, '--admin-key', 'hr-manager', '--admin-secret-file', secret];
  const other = await place.run('erpnext', 'install', ...words, ...INSTALL);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('System Manager');
  expect(doctypes()).not.toContain('Biometric Device');
});

test('check tells an empty site, and --dry-run shows the plan and writes nothing', async () => {
  expect(await json('check', '--installed')).toMatchObject({ code: 4, value: { verdict: 'absent' } });
  const outcome = await run('install', ...INSTALL, '--dry-run');
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stdout).toMatch(
    /\+ DocType Biometric Device\n[^]*\+ User biolistener@example.com[^]*Nothing was written/,
  );
  expect(doctypes()).not.toContain('Biometric Device');
});

test('install makes it, keeps the secret of the webhooks sealed, and saves the keys for the owner only', async () => {
  const outcome = await run('install', ...INSTALL, '--save');
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stdout).toContain('Everything is in place.');
  expect(doctypes()).toContain('Biometric Device');
  expect(site.documents('Webhook').length).toBeGreaterThan(0);
  const written = readFileSync(file, 'utf8');
  expect(written).toMatch(/ERPNEXT_API_KEY=\S+\nERPNEXT_API_SECRET=\S+/);
  const secret = await storedSecret();
  expect(secret).toMatch(/^[\w-]{43}$/);
  const apiSecret = /ERPNEXT_API_SECRET=(\S+)/.exec(written)?.[1] ?? '?';
  for (const hidden of [secret ?? '?', apiSecret, 'desk-manager:'])
    expect(outcome.stdout + outcome.stderr).not.toContain(hidden);
});

test('the installation is known from then on: check is ready, and upgrade has nothing to do', async () => {
  expect(await json('check', '--installed')).toMatchObject({ code: 0, value: { verdict: 'ready', open: [] } });
  const again = await json('upgrade');
  expect(again).toMatchObject({ code: 0, value: { keys: null, hasWebhooks: true, serviceUser: SERVICE } });
  const { steps } = again.value as { steps: { done: string }[] };
  expect(new Set(steps.map(({ done }) => done))).toEqual(new Set(['unchanged']));
  const service = await place.runWith({ BIOLISTENER_ERPNEXT_TIME_ZONE: 'Asia/Kolkata' }, 'erpnext', 'check');
  expect(service.stdout).toContain('Desk: the service may work with all of its documents.');
});

test('doctor tells what the site suddenly lists no more, and how to say that it is deleted', async () => {
  const store = await openStore(place.dataDir);
  await writeMissing(store, targetIdOf(site.url), 'Biometric Device User', { missing: 8, listed: 2 });
  await store.close();
  const { stdout } = await place.run('doctor');
  expect(stdout).toContain('the site lists 8 of 10 (Biometric Device User) no more: nothing is removed');
  expect(stdout).toContain('biolistener config set desk.confirm_deleted 8');
});

test('what a person changed is asked about before anything is written; --keep leaves it, --yes overwrites it', async () => {
  const script = site.documents('Client Script')[0]?.['name'] as string; // names are text
  const change = (text: string) =>
    fetch(`${site.url}/api/resource/Client Script/${encodeURIComponent(script)}`, {
      method: 'PUT',
      headers: { Authorization: 'token desk-manager:desk-manager', 'Content-Type': 'application/json' },
      body: JSON.stringify({ script: text }),
    });
  const current = (): unknown => site.documents('Client Script').find((one) => one['name'] === script)?.['script'];
  expect((await change('// mine')).status).toBe(200);
  expect(await json('check', '--installed')).toMatchObject({ code: 4, value: { verdict: 'changed' } });
  const asked = await run('upgrade');
  expect(asked).toMatchObject({ code: 5, stderr: expect.stringMatching(/Say --yes to overwrite or --keep/) });
  expect((await run('upgrade', '--keep')).stdout).toContain('you kept');
  expect(current()).toBe('// mine');
  expect((await run('upgrade', '--keep', '--yes')).code).toBe(2);
  expect((await run('upgrade', '--yes')).code).toBe(0);
  expect(current()).not.toBe('// mine');
});

test('new keys are shown once when they are not saved', async () => {
  const outcome = await run('upgrade', '--keys', 'always');
  expect(outcome.stdout).toMatch(/shown once:\nERPNEXT_API_KEY=\S+\nERPNEXT_API_SECRET=\S+/);
  rmSync(file);
});

test('uninstall shows what goes, asks, keeps what people made, and forgets the secret', async () => {
  const dry = await run('uninstall', '--dry-run');
  expect(dry.stdout).toMatch(/stays +DocType Biometric Device [^]*Nothing was written/);
  const refused = await run('uninstall');
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('Say --yes') });
  expect(site.documents('Webhook').length).toBeGreaterThan(0);
  expect((await run('uninstall', '--yes')).code).toBe(0);
  expect(site.documents('Webhook')).toEqual([]);
  expect(doctypes()).toContain('Biometric Device');
  expect(await storedSecret()).toBeUndefined();
  const all = await json('uninstall', '--with-data', '--service-user', SERVICE, '--yes');
  expect(all.code).toBe(0);
  expect(doctypes()).not.toContain('Biometric Device');
});
