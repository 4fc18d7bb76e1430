import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asPin, asSerialNumber } from '@biolistener/core';
import { startSandbox, type Sandbox } from '@biolistener/sandbox';
import { openSqliteStore, type Store } from '@biolistener/store';
import { ErpNextClient, importFromBiometricIntegration, type ImportReport, type Sealer } from '../../src/index.ts';

jest.setTimeout(30_000);

let sandbox: Sandbox;
let store: Store;
let dir: string;
let admin: ErpNextClient;

const sealer: Sealer = {
  seal: (_, plain) => ({ keyId: 'test', bytes: Buffer.from(plain.map((byte) => byte ^ 0xff)) }),
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'biolistener-import-'));
  store = await openSqliteStore({ path: join(dir, 'store.db') });
  sandbox = await startSandbox({ port: 0, timeZone: 'Asia/Dubai', employees: 3 });
  admin = new ErpNextClient({ url: sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
});
afterEach(async () => {
  admin.close();
  await sandbox.stop();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const run = (apply: boolean, more = {}): Promise<ImportReport> =>
  importFromBiometricIntegration(admin, store, sealer, { apply, actor: 'cli:test', now: () => Date.now(), ...more });

const data = (...names: string[]) => names.map((name) => ({ fieldname: name, label: name, fieldtype: 'Data' }));
const checks = (...names: string[]) => names.map((name) => ({ fieldname: name, label: name, fieldtype: 'Check' }));
const table = (doctype: string) => ({ fieldname: 'devices', label: 'Devices', fieldtype: 'Table', options: doctype });
const ALL = { role: 'System Manager', permlevel: 0, read: 1, write: 1, create: 1, delete: 1 };
const TYPES = ['ZKTeco', 'EBKN', 'Suprema'];

/** The app's DocTypes, by the names of one of its generations. */
async function site(names: { device: string; user: string; link: string; linked: string; all: string; off: string }) {
  const doctype = (name: string, fields: object[], more: object) =>
    admin.create('DocType', { name, module: 'Core', custom: 1, fields, ...more });
  const own = (field: string) => ({ autoname: `field:${field}`, naming_rule: 'By fieldname', permissions: [ALL] });
  await doctype(
    names.device,
    [...data('serial', 'device_name', 'brand', 'branch'), ...checks('disabled', names.off)],
    own('serial'),
  );
  await doctype(names.link, [...data(names.linked, 'brand'), ...checks('enroll_data_source')], { istable: 1 });
  const v2 = names.user.startsWith('Attendance') ? data('employee_name', 'privilege', 'device_password') : [];
  const files = data('zkteco_enroll_data', 'ebkn_enroll_data');
  const fields = [...data('user_id', 'employee'), ...v2, ...files, ...checks(names.all), table(names.link)];
  await doctype(names.user, fields, own('user_id'));
  for (const [i, brand] of TYPES.entries())
    await admin.create(names.device, { serial: `OLD${i}`, device_name: `Door ${i}`, brand, disabled: i === 1 ? 1 : 0 });
}

const V2 = {
  device: 'Attendance Device',
  user: 'Attendance Device User',
  link: 'Attendance Device Link',
  linked: 'attendance_device',
  all: 'allow_in_all_devices',
  off: 'disable_employee_sync',
};
const V1 = {
  device: 'Biometric Device',
  user: 'Biometric Device User',
  link: 'Biometric Device User Detail',
  linked: 'biometric_device',
  all: 'allow_user_in_all_devices',
  off: 'disable_syncing_employees',
};

async function file(bytes: Buffer | string): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(Buffer.from(bytes))]), `f${Math.random()}.bin`);
  form.set('is_private', '1');
  const answer = await fetch(`${sandbox.url}/api/method/upload_file`, {
    method: 'POST',
    body: form,
    headers: { Authorization: 'token sandbox:sandbox', Accept: 'application/json' },
  });
  return ((await answer.json()) as { message: { file_url: string } }).message.file_url;
}

const template = (type: number, no: number, more: object = {}) => ({
  ...{ type, no, index: 0, size: 12, valid: 1, duress: 0, majorver: 10, minorver: 0, format: 0 },
  tmp: Buffer.from(`invented ${type} ${no}`).toString('base64'),
  ...more,
});
const zkFile = (...biometrics: object[]) => file(JSON.stringify({ version: 2, card: '0', passwd: '', biometrics }));

const lines = (report: ImportReport): string[] =>
  report.entries.map(({ what, name, outcome, detail }) => `${what} ${name} ${outcome}${detail && ` (${detail})`}`);

describe('what the second generation stored', () => {
  beforeEach(() => site(V2));
  const ann = async (more: object = {}) =>
    admin.create(V2.user, {
      user_id: '0042',
      employee: 'HR-EMP-00001',
      employee_name: 'Employee 00001',
      privilege: 'Admin',
      device_password: '7391',
      zkteco_enroll_data: await zkFile(template(1, 3), template(9, 0, { majorver: 40, minorver: 1 })),
      devices: [{ attendance_device: 'OLD0', brand: 'ZKTeco', enroll_data_source: 1 }],
      ...more,
    });

  test('comes over whole, and only once', async () => {
    await ann();
    const planned = await run(false);
    expect(await store.allTerminals()).toEqual([]);
    const report = await run(true);
    expect(report.entries).toEqual(planned.entries);
    expect(lines(report)).toEqual([
      'device OLD0 imported (approve it with its time zone)',
      'device OLD1 imported (disabled there, so blocked here)',
      'device OLD2 skipped (its brand is not supported)',
      'user 0042 imported',
      'assignment 0042 at OLD0 imported',
      'template 0042: fingerprint 3 imported',
      'template 0042: visible-face 0 imported',
    ]);
    const person = await store.findPerson(asPin('0042'));
    expect(person).toMatchObject({ employee: 'HR-EMP-00001', isAdministrator: true, hasPassword: true, origin: 'cli' });
    expect(await store.assignmentsOf(person!.id)).toEqual(['OLD0']);
    const heads = await store.templatesOf(asPin('0042'));
    expect(heads.map(({ kind, no, version, serialNumber }) => [kind, no, version, serialNumber]).sort()).toEqual([
      ['fingerprint', 3, '10', 'OLD0'],
      ['visible-face', 0, '40.1', 'OLD0'],
    ]);
    expect((await store.findTerminal(asSerialNumber('OLD1')))?.status).toBe('blocked');
    const again = await run(true);
    expect(again.entries.map(({ outcome }) => outcome)).not.toContain('imported');
    expect(JSON.stringify([report, again])).not.toMatch(/7391|aW52ZW50/); // no password, no template
  });

  test('is kept as it is here where it is known already', async () => {
    await ann();
    await store.changeTerminal(asSerialNumber('OLD0'), { settings: { name: 'Ours' } }, 'test', 'zkteco');
    await store.putPerson({ pin: asPin('0042'), name: 'Ours', origin: 'desk' }, 'test', 1);
    expect(lines(await run(true))).toEqual(expect.arrayContaining(['device OLD0 known', 'user 0042 known']));
    expect((await store.findTerminal(asSerialNumber('OLD0')))?.name).toBe('Ours');
    expect((await store.findPerson(asPin('0042')))?.name).toBe('Ours');
  });

  test('is skipped with a reason where it cannot be read', async () => {
    await ann({ zkteco_enroll_data: await zkFile(template(77, 0), template(1, 0, { tmp: '' }), { type: 'x' }) });
    await admin.create(V2.user, {
      user_id: '2',
      zkteco_enroll_data: await file('not json'),
      devices: [{ attendance_device: 'OLD0', brand: 'ZKTeco' }],
    });
    await admin.create(V2.user, {
      user_id: '3',
      zkteco_enroll_data: '/private/files/gone.bin',
      devices: [{ attendance_device: 'OLD0', brand: 'ZKTeco' }],
    });
    await admin.create(V2.user, {
      user_id: '4',
      zkteco_enroll_data: await zkFile(template(1, 0)),
      devices: [{ attendance_device: 'NOWHERE' }],
    });
    const skipped = lines(await run(true)).filter((line) => line.includes('skipped'));
    expect(skipped).toEqual([
      'device OLD2 skipped (its brand is not supported)',
      'template 0042: zkteco skipped (templates of type 77 are not known)',
      'template 0042: zkteco skipped (fingerprint: its bytes are no base64)',
      'template 0042: zkteco skipped (templates of type -1 are not known)',
      'template 2: zkteco skipped (the file is not JSON of version 2)',
      expect.stringMatching(/^template 3: zkteco skipped \(its file cannot be read: HTTP 404/),
      'assignment 4 at NOWHERE skipped (this device is not known)',
      'template 4: zkteco skipped (no device of this brand that they could come from is known)',
    ]);
  });

  test('an EBKN file goes byte for byte to the decoder of the brand', async () => {
    const frame = Buffer.from([0x0f, 0, 0, 0, 0x7b, 0xff, 0x80, 0x00, 0x7d]);
    await admin.create(V2.user, {
      user_id: '5',
      ebkn_enroll_data: await file(frame),
      devices: [{ attendance_device: 'OLD1', brand: 'EBKN', enroll_data_source: 1 }],
    });
    expect(lines(await run(false)).at(-1)).toContain('skipped (files of this brand are not read here)');
    const read: Buffer[] = [];
    await run(false, {
      readEbknFrame: (bytes: Uint8Array) => {
        read.push(Buffer.from(bytes));
        return { templates: [], skipped: [] };
      },
    });
    expect(read).toEqual([frame]);
  });
});

test('what the first generation stored comes over too', async () => {
  await site(V1);
  await admin.create(V1.user, {
    user_id: '9',
    employee: 'HR-EMP-00002',
    allow_user_in_all_devices: 1,
    zkteco_enroll_data: await zkFile(template(1, 0)),
    devices: [{ biometric_device: 'OLD0', brand: 'ZKTeco', enroll_data_source: 1 }],
  });
  const report = await run(true);
  expect(report.found).toBe('v1');
  expect(await store.findPerson(asPin('9'))).toMatchObject({ isEverywhere: true, employee: 'HR-EMP-00002' });
  expect(await store.templatesOf(asPin('9'))).toHaveLength(1);
});

test('a site without the app, or with our plugin of the same names, has nothing to import', async () => {
  expect(await run(true)).toEqual({ found: undefined, isApplied: true, entries: [] });
  await sandbox.installApp(new URL('../../../../apps/frappe', import.meta.url).pathname);
  expect((await run(true)).found).toBeUndefined();
});
