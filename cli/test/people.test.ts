import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber, digestOf, type JsonObject, type SerialNumber } from '@biolistener/core';
import { createVault, openKeyFile, openPassword, type EraseCertificate } from '@biolistener/security';
import type { Store, StoredTemplate } from '@biolistener/store';
import { openWorkplace, type Workplace } from './run-bin.ts';
import { FRONT, HOSTILE_NAME, openStore, uploadOf, ZONE } from './seed.ts';

// each command is a process of its own, on a machine that may be busy
jest.setTimeout(180_000);

const BACK = asSerialNumber('BACK000002');
const NEWER = asSerialNumber('PENDING003');
const PROFILE: JsonObject = { dialect: 'ATT', fingerprintVersion: '10', faceVersion: '7' };
const FEATURES = 'features of a finger that nobody may see';

/** The tests go through one installation in the order of an operator's day. */
let place: Workplace;

beforeAll(async () => {
  place = await openWorkplace();
  await inStore(seed);
});
afterAll(() => place.remove());

async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(place.dataDir);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function seed(store: Store): Promise<void> {
  const vault = createVault(openKeyFile(join(place.dataDir, 'keys', 'master.key')));
  for (const serialNumber of [FRONT, BACK]) {
    const settings = { zone: ZONE, place: 'Pune' };
    await store.changeTerminal(serialNumber, { status: 'approved', settings }, 'test', 'zkteco');
    await store.noteContacts([{ serialNumber, at: Date.now(), address: '192.0.2.17', profile: PROFILE }]);
  }
  await store.noteTerminal({ serialNumber: NEWER, brand: 'zkteco', at: Date.now(), address: '192.0.2.19' });
  const data = Buffer.from(FEATURES);
  const template: StoredTemplate = {
    ...{ pin: asPin('17'), kind: 'fingerprint', no: 6, index: 0, version: '10', algorithm: 'zk' },
    ...{ isValid: true, isDuress: false, encoding: 'base64', size: data.length, digest: digestOf(data) },
    sealed: vault.seal('template', data),
  };
  await store.commitUpload({
    ...uploadOf([]),
    templates: [template],
    users: [userOf('17'), userOf('666', HOSTILE_NAME), userOf('1', 'boss', 14)],
  });
}

const userOf = (pin: string, name = 'Ann', privilege = 0) => ({ pin: asPin(pin), name, privilege, extra: {} });

const json = async (...words: string[]): Promise<unknown> => (await place.json(...words)).value;

describe('user', () => {
  test('list of nobody says how somebody becomes known', async () => {
    const outcome = await place.run('user', 'list');
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('biolistener user add <pin>') });
  });

  test('add makes a person known, once, with a password that is only kept sealed', async () => {
    writeFileSync(join(place.dir, 'pw'), '4711\n');
    const words = ['--name', 'Ann', '--serial', BACK, '--password-file', join(place.dir, 'pw'), '--card', '990'];
    const { code, value } = await place.json('user', 'add', '17', ...words);
    expect({ code, value }).toMatchObject({
      code: 0,
      value: { pin: '17', origin: 'cli', hasPassword: true, card: '990' },
    });
    expect(JSON.stringify(value)).not.toContain('4711');
    const again = await place.run('user', 'add', '17');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/has the PIN 17 already[^]*user set/);
    const vault = createVault(openKeyFile(join(place.dataDir, 'keys', 'master.key')));
    const sealed = await inStore((store) => store.findPassword((value as { id: string }).id));
    expect(sealed && openPassword(vault, sealed)).toBe('4711');
  });

  test.each([
    ['a PIN that no terminal takes', ['user', 'add', 'a b'], 2],
    ['a day that is none', ['user', 'set', '17', '--valid-to', '2026-02-30'], 2],
    ['an end before the begin', ['user', 'set', '17', '--valid-from', '2026-03-02', '--valid-to', '2026-03-01'], 2],
    ['nothing to set', ['user', 'set', '17'], 2],
    ['somebody unknown', ['user', 'set', '99', '--name', 'x'], 3],
    ['a terminal that nobody knows', ['user', 'assign', '17', 'NOWHERE9'], 3],
    ['a place without terminals', ['user', 'assign', '17', '--place', 'Atlantis'], 3],
    ['no terminal at all', ['user', 'assign', '17'], 2],
    ['a password file that is not there', ['user', 'set', '17', '--password-file', '/nowhere'], 2],
  ])('%s is told as such', async (_, words, code) => {
    const outcome = await place.run(...words);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^biolistener: /);
  });

  test('assign and unassign say where, and are written into the audit', async () => {
    expect(await json('user', 'assign', '17', '--place', 'Pune')).toMatchObject({ assignments: [BACK, FRONT] });
    expect(await json('user', 'unassign', '17', FRONT)).toMatchObject({ assignments: [BACK] });
    const shown = await place.run('user', 'show', '17');
    expect(shown.stdout).toMatch(new RegExp(`${BACK} .*not sent yet`));
    expect(shown.stdout).toContain('fingerprint');
    const audit = await inStore((store) => store.listAudit({ limit: 5 }));
    expect(audit[0]?.actor).toMatch(/^cli:/);
  });

  test('what Desk decided is not overruled, and that is said', async () => {
    const desk = { pin: asPin('18'), name: 'As in Desk', origin: 'desk' } as const;
    await inStore((store) => store.putPerson(desk, 'desk:hr', Date.now()));
    const outcome = await place.run('user', 'set', '18', '--name', 'Other', '--card', '5');
    expect(outcome.stdout).toMatch(/card set[^]*Stays as ERPNext Desk says: name/);
    expect(await json('user', 'show', '18')).toMatchObject({ person: { name: 'As in Desk', card: '5' } });
  });
});

describe('roster', () => {
  test('plan tells what would be sent and changes nothing', async () => {
    const value = await json('roster', 'plan', '--pin', '17');
    expect(value).toMatchObject({ plan: [{ serialNumber: BACK, pin: '17', remove: 0 }], strangers: null });
    expect((value as { plan: { send: number }[] }).plan[0]?.send).toBeGreaterThanOrEqual(2);
    expect(await json('command', 'list')).toEqual([]);
    expect((await place.run('roster', 'plan', '--pin', '17', '--device', BACK)).code).toBe(2);
    expect((await place.run('roster', 'plan', '--device', 'NOWHERE9')).code).toBe(3);
  });

  test('apply queues it, and doing it twice queues nothing more', async () => {
    const first = (await json('roster', 'apply', '--pin', '17')) as { commands: number };
    expect(first.commands).toBeGreaterThanOrEqual(2);
    expect(await json('roster', 'apply', '--device', BACK)).toMatchObject({ commands: 0 });
    const status = await place.run('roster', 'status', '--device', BACK);
    expect(status.stdout).toMatch(/BACK000002 +1 +0 of 2 +2 +0/);
    expect(await json('roster', 'status')).toMatchObject({
      terminals: [{ serialNumber: BACK, forecastSeconds: 30, progress: { underWay: 2 } }],
    });
  });

  test('strangers are shown and asked about, administrators stay', async () => {
    const refused = await place.run('roster', 'apply', '--device', FRONT, '--prune');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/To be deleted at FRONT00001: .*PIN 666 \(\\u001b\[31mred/);
    expect(refused.stderr).toMatch(/Stays at FRONT00001, an administrator there: PIN 1 \(boss\)/);
    expect(await json('command', 'list', '--serial', FRONT)).toEqual([]);
    const value = await json('roster', 'apply', '--device', FRONT, '--prune', '--yes');
    expect(value).toMatchObject({ strangers: [{ keep: [{ pin: '1' }] }] });
    const commands = (await json('command', 'list', '--serial', FRONT)) as { kind: string; pin: string }[];
    expect(commands.map(({ kind, pin }) => `${kind} ${pin}`)).toContain('user.delete 666');
    expect(commands.map(({ pin }) => pin)).not.toContain('1');
  });
});

describe('command', () => {
  const queued = () => inStore((store) => store.listCommands({ limit: 1000 }));

  test('send puts it into the mailbox with who asked', async () => {
    const { code, value } = await place.json(
      'command',
      'send',
      FRONT,
      'enrol.start',
      '--pin',
      '17',
      '--template',
      'fingerprint',
      '--no',
      '6',
    );
    expect({ code, value }).toMatchObject({
      code: 0,
      value: {
        kind: 'enrol.start',
        state: 'queued',
        pin: '17',
        priority: 0,
        parameters: { kind: 'fingerprint', no: 6 },
      },
    });
    expect((value as { askedBy: string }).askedBy).toMatch(/^cli:/);
    const { id } = value as { id: string };
    expect((await place.run('command', 'show', id)).stdout).toContain('waits for the terminal');
    expect((await place.run('command', 'cancel', id)).stdout).toBe(`Cancelled: ${id}.\n`);
    expect((await place.run('command', 'cancel', id)).code).toBe(1);
    const again = (await json('command', 'retry', id)) as { id: string; state: string }[];
    expect(again).toMatchObject([{ state: 'queued' }]);
    expect(again[0]?.id).not.toBe(id);
  });

  test('the same that waits already is one', async () => {
    const first = (await json('command', 'send', FRONT, 'info')) as { id: string };
    expect(await json('command', 'send', FRONT, 'info')).toMatchObject({ id: first.id, isMerged: true });
  });

  test('a day alone means all of it, in the wall time of the terminal', async () => {
    const value = await json('command', 'send', FRONT, 'logs.query', '--from', '2026-03-09', '--to', '2026-03-09');
    expect(value).toMatchObject({ parameters: { from: '2026-03-09 00:00:00', to: '2026-03-09 23:59:59' } });
  });

  test.each([
    ['a kind that does not exist', [FRONT, 'door.opn'], 2, 'Did you mean door.open'],
    ['what only the roster brings', [FRONT, 'template.update'], 2, 'nothing is called'],
    ['a parameter of another kind', [FRONT, 'info', '--pin', '1'], 2, 'info takes no --pin'],
    ['a parameter that is missing', [FRONT, 'logs.query', '--from', '2026-03-09'], 2, 'needs --to'],
    ['a template that the brand does not know', [FRONT, 'enrol.start', '--pin', '1', '--template', 'nose'], 1, ''],
    ['a terminal that is not approved', [NEWER, 'info'], 1, 'is pending'],
    ['a terminal that nobody knows', ['NOWHERE9', 'info'], 3, 'no terminal'],
    ['a door, with nobody to ask', [FRONT, 'door.open'], 5, 'Say --yes'],
    ['raw words while they are off', [FRONT, 'raw', '--text', 'CHECK', '--yes'], 5, 'config set command.raw yes'],
    ['a shell, always', [FRONT, 'raw', '--text', 'SHELL ls', '--yes'], 5, 'never sent'],
    ['clearing what is not proven delivered', [FRONT, 'logs.clear', '--yes'], 5, 'nothing is delivered'],
    ['deleting whom the roster would put back', [BACK, 'user.delete', '--pin', '17', '--yes'], 5, 'unassign'],
    ['deleting an administrator', [FRONT, 'user.delete', '--pin', '1', '--yes'], 5, 'administrator'],
  ])('%s is refused and leaves nothing', async (_, words, code, said) => {
    const before = await queued();
    const outcome = await place.run('command', 'send', ...words);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(said);
    expect(await queued()).toEqual(before);
  });

  test('a door opens with a yes, soon or never', async () => {
    const value = (await json('command', 'send', FRONT, 'door.open', '--yes')) as {
      createdAt: string;
      deadline: string;
    };
    const seconds = (Date.parse(value.deadline) - Date.parse(value.createdAt)) / 1000;
    expect(Math.round(seconds)).toBe(60);
  });

  test('list narrows, and --wait ends with 4 while nothing was proven', async () => {
    const open = (await json('command', 'list', '--open', '--serial', BACK)) as { origin: string }[];
    expect(new Set(open.map(({ origin }) => origin))).toEqual(new Set(['roster']));
    expect((await place.run('command', 'list', '--state', 'lost')).code).toBe(2);
    const outcome = await place.run('command', 'send', FRONT, 'check', '--wait', '1');
    expect(outcome).toMatchObject({ code: 4, stdout: expect.stringContaining('waits for the terminal') });
    expect((await place.run('trace', '17')).stdout).toContain('The last commands');
  });
});

describe('template', () => {
  test('list shows heads and never bytes', async () => {
    const outcome = await place.run('template', 'list', '17', '--json');
    expect(outcome.stdout).toContain('"kind": "fingerprint"');
    expect(outcome.stdout).not.toMatch(/sealed|features/);
    expect((await place.run('template', 'list', '12345')).stdout).toBe('None is stored.\n');
  });

  test('erase asks, then leaves nothing but a certificate that is true', async () => {
    const file = join(place.dir, 'certificate.txt');
    expect((await place.run('template', 'erase', '17', '--certificate', file)).code).toBe(5);
    expect(existsSync(file)).toBe(false);
    const { code, value } = await place.json('template', 'erase', '17', '--certificate', file, '--yes');
    const certificate = value as EraseCertificate;
    expect({ code, certificate }).toMatchObject({
      code: 0,
      certificate: { person: { pin: '17' }, erased: { templates: 1, passwords: 1 }, stillAt: [BACK, FRONT] },
    });
    expect(certificate.digests).toContain(digestOf(Buffer.from(FEATURES)));
    expect(readFileSync(file, 'utf8')).toContain(certificate.seal);
    expect(await json('template', 'list', '17')).toMatchObject({ templates: [], photos: [] });
    expect((await place.run('template', 'erase', '17', '--certificate', file, '--yes')).code).toBe(5);
    expect((await place.run('template', 'erase', '12345', '--yes')).code).toBe(3);
  });
});

test('who leaves is shown, wanted nowhere, and named while a terminal did not delete them', async () => {
  const put = (serialNumber: SerialNumber) =>
    inStore(async (store) => {
      const person = await store.findPerson(asPin('17'));
      const item = { state: 'confirmed', wantedDigest: 'd', putDigest: 'd', attempts: 1 } as const;
      const none = { reason: undefined, detail: undefined, readBackAt: undefined };
      const change = { personId: person?.id ?? '', serialNumber, key: 'user' as never, item: { ...item, ...none } };
      await store.applyRoster([change], [], Date.now());
    });
  await put(BACK);
  expect((await place.run('user', 'leave', '17')).code).toBe(5);
  expect((await place.run('user', 'leave', '17', '--yes')).stdout).toContain('PIN 17 as Ann left');
  expect((await place.run('user', 'leave', '17', '--yes')).code).toBe(3);
  expect(await json('user', 'list', '--left')).toMatchObject([{ pin: '17', state: 'left' }]);
  const status = await place.run('roster', 'status');
  expect(status.stdout).toMatch(/Open risk[^]*BACK000002 {2}PIN 17 \(Ann\)/);
});

describe('token', () => {
  test('is shown once, listed without itself, and revoked with a yes', async () => {
    expect((await place.run('token', 'list')).stdout).toContain('biolistener token create');
    const made = await place.json(
      'token',
      'create',
      'desk-pc',
      '--role',
      'operator',
      '--allow',
      'door.open',
      '--days',
      '2',
    );
    const { token, id, permissions } = made.value as { token: string; id: string; permissions: string[] };
    expect(permissions).toEqual(['read', 'commands', 'roster', 'door.open']);
    const list = await place.run('token', 'list', '--json');
    expect(list.stdout).toContain(id);
    expect(list.stdout).not.toContain(token.slice(12));
    expect((await place.run('token', 'create', 'desk-pc')).code).toBe(5);
    expect((await place.run('token', 'create', '1 2')).code).toBe(2);
    expect((await place.run('token', 'create', 'x', '--allow', 'everything')).code).toBe(2);
    expect((await place.run('token', 'revoke', 'desk-pc')).code).toBe(5);
    expect((await place.run('token', 'revoke', 'desk-pd', '--yes')).stderr).toContain('Did you mean desk-pc');
    expect((await place.run('token', 'revoke', id, '--yes')).code).toBe(0);
    expect(await json('token', 'list')).toEqual([]);
    expect((await place.run('config', 'show', '--json')).stdout).not.toContain('api.token');
  });
});
