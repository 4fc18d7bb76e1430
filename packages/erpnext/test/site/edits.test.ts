import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { checkSite, loadDefinitions, type SiteDefinitions, planSite, applyPlan, type Step } from '../../src/index.ts';
import { definitions, OPTIONS, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

const SCRIPT = 'Biolistener Biometric Device Form';
let site: TestSite;
beforeEach(async () => {
  site = await TestSite.open();
  await site.install();
});
afterEach(() => site.stop());

const stored = (doctype: string, name: string) => site.sandbox.documents(doctype).find((doc) => doc['name'] === name);
const fieldsOf = (doctype: string) =>
  (stored('DocType', doctype)?.['fields'] ?? []) as unknown as Record<string, unknown>[];

/** As if the next version had another script and one more field. */
function nextVersion(): SiteDefinitions {
  const now = loadDefinitions();
  return {
    ...now,
    version: '9.9.9',
    clientScripts: now.clientScripts.map((script) => ({ ...script, script: `${script.script}\n// next` })),
    doctypes: now.doctypes.map((doctype) =>
      doctype['name'] === 'Biometric Device'
        ? {
            ...doctype,
            fields: [
              ...(doctype['fields'] as object[]),
              { fieldname: 'next_field', fieldtype: 'Data', label: 'Next', permlevel: 1 },
            ],
          }
        : doctype,
    ),
  };
}

async function upgrade(decide: (step: Step) => 'keep' | 'overwrite', to = nextVersion()): Promise<string[]> {
  const asked: string[] = [];
  const plan = await planSite(site.admin(), to, OPTIONS);
  await applyPlan(site.admin(), to, plan, {
    decide: (step) => {
      asked.push(`${step.object} ${step.name}`);
      return decide(step);
    },
  });
  return asked;
}

test('an upgrade of an untouched site asks nothing, and rows survive it', async () => {
  await site.admin().create('Biometric Device', { serial: 'TEST0001', device_name: 'Gate' });
  expect((await checkSite(site.admin(), nextVersion(), OPTIONS)).verdict).toBe('outdated');
  expect(await upgrade(() => 'keep')).toEqual([]);
  expect(stored('Client Script', SCRIPT)?.['script']).toContain('// next');
  expect(fieldsOf('Biometric Device').map((field) => field['fieldname'])).toContain('next_field');
  expect(stored('Biometric Device', 'TEST0001')).toMatchObject({ device_name: 'Gate' });
  expect((await checkSite(site.admin(), nextVersion(), OPTIONS)).verdict).toBe('ready');
  expect((await planSite(site.admin(), nextVersion(), OPTIONS)).installedVersion).toBe('9.9.9');
});

test('a script that a person changed is asked about, and kept on keep', async () => {
  await site.admin().update('Client Script', SCRIPT, { script: '// mine' });
  const check = await checkSite(site.admin(), definitions, OPTIONS);
  expect(check.verdict).toBe('changed');
  expect(check.open).toMatchObject([{ object: 'Client Script', name: SCRIPT, action: 'conflict' }]);
  expect(await upgrade(() => 'keep')).toEqual([`Client Script ${SCRIPT}`]);
  expect(stored('Client Script', SCRIPT)).toMatchObject({ script: '// mine' });
  expect(await upgrade(() => 'overwrite')).toEqual([`Client Script ${SCRIPT}`]);
  expect(stored('Client Script', SCRIPT)?.['script']).toContain('// next');
  expect(await upgrade(() => 'keep')).toEqual([]);
});

test('what a person added to a DocType stays through an upgrade without a question', async () => {
  const doc = await site.admin().get('DocType', 'Biometric Device');
  const fields = [...(doc['fields'] as object[]), { fieldname: 'floor', fieldtype: 'Data', label: 'Floor' }];
  const permissions = [...(doc['permissions'] as object[]), { role: 'HR User', permlevel: 0, read: 1, write: 0 }];
  await site.admin().update('DocType', 'Biometric Device', { fields, permissions });
  await site.admin().create('Biometric Device', { serial: 'TEST0001', floor: '3' });
  expect(await upgrade(() => 'overwrite')).toEqual([]);
  expect(fieldsOf('Biometric Device').map((field) => field['fieldname'])).toEqual(
    expect.arrayContaining(['floor', 'next_field', 'serial']),
  );
  expect((await site.client('hr-user').get('Biometric Device', 'TEST0001'))['floor']).toBe('3');
});

test('a field that a person made mandatory is asked about, and named', async () => {
  const doc = await site.admin().get('DocType', 'Biometric Device');
  const fields = (doc['fields'] as Record<string, unknown>[]).map((field) =>
    field['fieldname'] === 'branch' ? { ...field, reqd: 1 } : field,
  );
  await site.admin().update('DocType', 'Biometric Device', { fields });
  const { open } = await checkSite(site.admin(), definitions, OPTIONS);
  expect(open).toMatchObject([
    { name: 'Biometric Device', differences: [{ what: 'fields.branch.reqd', site: '1', wanted: '', byPerson: true }] },
  ]);
});

test('a webhook secret that changed is written again, without a question', async () => {
  const webhooks = { ...OPTIONS.webhooks, secret: 'another secret' };
  const plan = await planSite(site.admin(), definitions, { ...OPTIONS, webhooks });
  expect(new Set(plan.steps.filter((step) => step.action !== 'keep').map((step) => step.object))).toEqual(
    new Set(['Webhook']),
  );
  await applyPlan(site.admin(), definitions, plan, { decide: () => 'keep' });
  expect((await checkSite(site.admin(), definitions, { ...OPTIONS, webhooks })).verdict).toBe('ready');
});

test('another public address moves the webhooks instead of adding more', async () => {
  const count = site.sandbox.documents('Webhook').length;
  const webhooks = { ...OPTIONS.webhooks, publicUrl: 'http://127.0.0.1:10/' };
  await site.install({ ...OPTIONS, webhooks });
  const urls = site.sandbox.documents('Webhook').map((doc) => doc['request_url']);
  expect(new Set(urls)).toEqual(new Set(['http://127.0.0.1:10/erpnext/webhooks']));
  expect(urls).toHaveLength(count);
});

test('who saves between plan and writing is asked about, not run over', async () => {
  const next = nextVersion();
  const plan = await planSite(site.admin(), next, OPTIONS);
  await site.admin().update('Client Script', SCRIPT, { script: '// in between' });
  const asked: string[] = [];
  await applyPlan(site.admin(), next, plan, {
    decide: (step) => {
      asked.push(step.name);
      return 'keep';
    },
  });
  expect(asked).toEqual([SCRIPT]);
  expect(stored('Client Script', SCRIPT)).toMatchObject({ script: '// in between' });
});
