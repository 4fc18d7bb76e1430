import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { checkServiceAccess, checkSite, planSite, provisionPunchIdField, removeSite } from '../../src/index.ts';
import { definitions, OPTIONS, SERVICE, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

let site: TestSite;
beforeEach(async () => {
  site = await TestSite.open();
});
afterEach(() => site.stop());

const user = () => site.sandbox.documents('User').find((doc) => doc['name'] === SERVICE);
const rolesOfUser = (): unknown[] =>
  ((user()?.['roles'] ?? []) as unknown as { role: string }[]).map((row) => row.role);

describe('the user of the service', () => {
  test('has one role and rules of its own, or HR User and no rules', async () => {
    await site.install();
    expect(rolesOfUser()).toEqual(['Biometric Service']);
    await site.stop();
    site = await TestSite.open();
    const { keys } = await site.install({ serviceUser: { email: SERVICE, withHrUserRole: true } });
    expect(rolesOfUser()).toEqual(['Biometric Service', 'HR User']);
    expect(site.sandbox.documents('Custom DocPerm')).toEqual([]);
    const access = await checkServiceAccess(site.service(keys), definitions);
    expect(access.filter((check) => !check.mayRead)).toEqual([]);
  });

  test('is a System Manager only when it shall read passwords', async () => {
    await site.install({ serviceUser: { email: SERVICE, readsSecrets: true } });
    expect(rolesOfUser()).toEqual(['Biometric Service', 'System Manager']);
  });

  test('keeps its key until another is asked for; then the old secret is worthless', async () => {
    const { keys } = await site.install();
    expect((await site.install({ ...OPTIONS, serviceUser: { email: SERVICE, keys: 'never' } })).keys).toBeUndefined();
    const again = await site.install({ ...OPTIONS, serviceUser: { email: SERVICE, keys: 'always' } });
    expect(again.keys?.apiKey).toBe(keys?.apiKey);
    expect(again.keys?.apiSecret).not.toBe(keys?.apiSecret);
    expect(await site.service(again.keys).ask('frappe.auth.get_logged_user')).toBe(SERVICE);
    await expect(site.service(keys).ask('frappe.auth.get_logged_user')).rejects.toMatchObject({
      code: 'ERPNEXT_KEY_REFUSED',
    });
  });

  test('is shut out even where the site will not delete it', async () => {
    const { keys } = await site.install();
    await site.admin().create('ToDo', { description: 'x', allocated_to: SERVICE });
    const steps = await removeSite(site.admin(), definitions, { serviceUser: SERVICE });
    expect(steps.find((step) => step.object === 'User')).toMatchObject({
      done: 'stays',
      reason: expect.stringContaining('refused'),
    });
    expect(user()).toMatchObject({ enabled: 0 });
    await expect(site.service(keys).ask('frappe.auth.get_logged_user')).rejects.toMatchObject({
      code: 'ERPNEXT_KEY_REFUSED',
    });
  });
});

test('without webhooks and user only the rest is made', async () => {
  await site.install({});
  expect(site.sandbox.documents('Webhook')).toEqual([]);
  expect(user()).toBeUndefined();
  expect((await checkSite(site.admin(), definitions, {})).verdict).toBe('ready');
});

test('a site where only check-ins are delivered counts as one without Biolistener in Desk', async () => {
  await provisionPunchIdField(site.admin());
  expect((await checkSite(site.admin(), definitions, OPTIONS)).verdict).toBe('absent');
});

test('rules that somebody else added beside ours stay when ours go', async () => {
  await site.install();
  const manager = '/api/method/frappe.core.page.permission_manager.permission_manager.add';
  const rule = { parent: 'Shift Type', role: 'Biometric Manager', permlevel: 0 };
  await site.admin().request('POST', manager, { body: rule });
  await removeSite(site.admin(), definitions, { serviceUser: SERVICE });
  const left = site.sandbox.documents('Custom DocPerm');
  expect(new Set(left.map((doc) => doc['parent']))).toEqual(new Set(['Shift Type']));
  expect(left.map((doc) => doc['role'])).toContain('Biometric Manager');
  expect(left.map((doc) => doc['role'])).not.toContain('Biometric Service');
});

test('a dry run of the removal tells the same and removes nothing', async () => {
  await site.install();
  await site.admin().create('Biometric Device', { serial: 'TEST0001' });
  const before = site.sandbox.describeSite();
  const dry = await removeSite(site.admin(), definitions, { withData: true, serviceUser: SERVICE, dryRun: true });
  expect(site.sandbox.describeSite()).toEqual(before);
  expect(site.sandbox.documents('Biometric Device')).toHaveLength(1);
  expect(dry.find((step) => step.name === 'Biometric Device')?.reason).toBe('with 1 rows');
  const real = await removeSite(site.admin(), definitions, { withData: true, serviceUser: SERVICE });
  const named = real.filter((step) => !step.name.endsWith('standard rules'));
  expect(dry.map(({ object, name, done }) => [object, name, done])).toEqual(
    named.map(({ object, name, done }) => [object, name, done]),
  );
});

test('the plan of a site that is ready is empty', async () => {
  await site.install();
  const { steps, installedVersion, version } = await planSite(site.admin(), definitions, OPTIONS);
  expect(steps.every((step) => step.action === 'keep')).toBe(true);
  expect(installedVersion).toBe(version);
});
