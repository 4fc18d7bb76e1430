import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  applyPlan,
  checkServiceAccess,
  checkSite,
  planSite,
  provisionPunchIdField,
  removeSite,
  type Step,
} from '../../src/index.ts';
import { definitions, OPTIONS, PROFILES, SERVICE, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

let site: TestSite;
afterEach(() => site.stop());

const actions = (steps: readonly Step[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { action } of steps) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '?');
const OBJECTS = [
  'DocType',
  'Role',
  'Module Def',
  'Custom Field',
  'Client Script',
  'Number Card',
  'Workspace',
  'Webhook',
  'Custom DocPerm',
  'User',
];
/** Names of everything of those kinds; what the site counts itself (Custom DocPerm) only by number. */
const inventory = (): Record<string, unknown> =>
  Object.fromEntries(
    OBJECTS.map((object) => {
      const names = site.sandbox.documents(object).map((doc) => text(doc['name']));
      return [object, object === 'Custom DocPerm' ? names.length : names.toSorted()];
    }),
  );

describe.each(PROFILES)('on a %s site', (profile) => {
  beforeEach(async () => {
    site = await TestSite.open(profile);
  });

  test('a plan writes nothing, a second installation changes nothing', async () => {
    const before = inventory();
    const plan = await planSite(site.admin(), definitions, OPTIONS);
    expect(inventory()).toEqual(before);
    expect(plan.way).toBe('rest');
    expect(actions(plan.steps)['create']).toBe(plan.steps.length - 2); // two DocTypes get their connections afterwards

    const first = await site.install();
    expect(first.keys).toMatchObject({ user: SERVICE, apiKey: expect.any(String), apiSecret: expect.any(String) });
    const after = inventory();
    const modified = site.sandbox.documents('DocType').map((doc) => doc['modified']);

    const again = await site.install();
    expect(new Set(again.steps.map((step) => step.done))).toEqual(new Set(['unchanged']));
    expect(again.keys).toBeUndefined();
    expect(inventory()).toEqual(after);
    expect(site.sandbox.documents('DocType').map((doc) => doc['modified'])).toEqual(modified);
    const check = await checkSite(site.admin(), definitions, OPTIONS);
    expect([check.verdict, check.open]).toEqual(['ready', []]);
  });

  test('uninstalling with data leaves nothing, not even rules, roles of people or rows', async () => {
    const before = inventory();
    await site.install();
    const manager = await site.person('gate', ['Biometric Manager', 'HR User']);
    await manager.create('Biometric Device', { serial: 'TEST0001', time_zone: 'Asia/Dubai', branch: 'Main Branch' });
    await manager.create('Biometric Device User', { user_id: '0007', devices: [{ device: 'TEST0001' }] });
    await manager.create('Biometric Device Command', { device: 'TEST0001', device_user: '0007', type: 'Enroll User' });

    const steps = await removeSite(site.admin(), definitions, { withData: true, serviceUser: SERVICE });
    expect(steps.filter((step) => step.done === 'stays')).toEqual([]);
    await site.admin().remove('User', 'gate@example.com');
    expect(inventory()).toEqual(before);
    expect((await checkSite(site.admin(), definitions, OPTIONS)).verdict).toBe('absent');
  });

  test('uninstalling without data keeps the rows and says why; installing again finds them', async () => {
    await site.install();
    await site.admin().create('Biometric Device', { serial: 'TEST0001', time_zone: 'Asia/Dubai' });
    const steps = await removeSite(site.admin(), definitions, { serviceUser: SERVICE });
    const kept = steps.filter((step) => step.done === 'stays');
    expect(new Set(kept.map((step) => step.object))).toEqual(
      new Set(['DocType', 'Role', 'Custom Field', 'Module Def']),
    );
    expect(kept.every((step) => step.reason !== undefined)).toBe(true);
    expect(site.sandbox.documents('Webhook')).toEqual([]);
    expect(site.sandbox.documents('Client Script')).toEqual([]);

    await site.install();
    expect(site.sandbox.documents('Biometric Device').map((doc) => doc['name'])).toEqual(['TEST0001']);
  });

  test('the service has what it needs with its own key', async () => {
    const { keys } = await site.install();
    const access = await checkServiceAccess(site.service(keys), definitions);
    expect(access.filter((check) => !check.mayRead)).toEqual([]);
    expect(access.map((check) => check.doctype)).toContain('Biometric Device Command');
  });
});

describe('an installation', () => {
  beforeEach(async () => {
    site = await TestSite.open();
  });

  test.each([
    ['an answer that got lost', { kind: 'drop-after-commit', method: 'POST' }],
    ['a proxy that failed', { kind: 'bad-gateway', method: 'POST' }],
    ['a document that is locked', { kind: 'lock-timeout', method: 'PUT' }],
  ] as const)('goes on after %s, wherever that was', async (_what, fault) => {
    let stops = 0;
    for (let skip = 0; skip < 60; skip += 7) {
      site.sandbox.faults.add({ ...fault, id: 'once', skip: skip % 20, count: 1 });
      const problem: unknown = await site.install().catch((error: unknown) => error);
      if (problem instanceof Error) {
        expect(problem).toMatchObject({ kind: 'transient' });
        stops += 1;
      }
      site.sandbox.faults.remove('once');
    }
    expect(stops).toBeGreaterThan(0);
    await site.install();
    expect((await checkSite(site.admin(), definitions, OPTIONS)).verdict).toBe('ready');
    const names = site.sandbox
      .documents('Webhook')
      .map((doc) => `${text(doc['webhook_doctype'])} ${text(doc['webhook_docevent'])}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('without the right says which user lacks it', async () => {
    await expect(planSite(site.client('hr-manager'), definitions, OPTIONS)).rejects.toMatchObject({
      code: 'ERPNEXT_RIGHTS_MISSING',
      message: expect.stringContaining('hr-manager@example.com'),
    });
    await expect(removeSite(site.client('hr-user'), definitions, {})).rejects.toMatchObject({
      code: 'ERPNEXT_RIGHTS_MISSING',
    });
  });

  test('by somebody who is no Workspace Manager gets a dashboard with the same cards instead of the workspace, and is told so', async () => {
    const plan = await planSite(site.client('sandbox'), definitions, OPTIONS);
    const report = await applyPlan(site.client('sandbox'), definitions, plan, { decide: () => 'keep' });
    const [skipped] = report.steps.filter((step) => step.done === 'skipped');
    expect(skipped).toMatchObject({ object: 'Workspace', reason: expect.stringContaining('Workspace Manager') });
    expect(skipped).toMatchObject({ reason: expect.stringContaining('The Dashboard Biolistener') });
    const [dashboard] = site.sandbox.documents('Dashboard');
    const shown = (dashboard?.['cards'] as { card: string }[]).map(({ card }) => card); // of our own definitions
    expect(shown.toSorted()).toEqual(definitions.numberCards.map((card) => card['name']).toSorted());
    const later = await site.install();
    expect(later.steps.filter((step) => step.done === 'created').map((step) => step.object)).toEqual(['Workspace']);
  });

  test('does not touch a DocType of the same name of another app', async () => {
    await site.admin().create('Module Def', { module_name: 'Other', app_name: 'frappe', custom: 1 });
    await site.admin().create('DocType', {
      name: 'Biometric Device',
      module: 'Other',
      custom: 1,
      autoname: 'hash',
      fields: [{ fieldname: 'serial', label: 'Serial', fieldtype: 'Data' }],
    });
    const before = inventory();
    await expect(site.install(OPTIONS, () => 'overwrite')).rejects.toMatchObject({ code: 'ERPNEXT_NAME_TAKEN' });
    expect(inventory()).toEqual(before);
    const steps = await removeSite(site.admin(), definitions, { withData: true });
    expect(steps.find((step) => step.name === 'Biometric Device')).toMatchObject({ done: 'stays' });
    expect(inventory()).toEqual(before);
  });

  test('takes over the punch id field that the delivery made before', async () => {
    await provisionPunchIdField(site.admin());
    const report = await site.install();
    expect(report.steps.find((step) => step.object === 'Custom Field')).toMatchObject({ done: 'unchanged' });
  });

  test('keeps no secret in plan, report or on the site, and tells the key once', async () => {
    const plan = await planSite(site.admin(), definitions, OPTIONS);
    const report = await site.install();
    const state = site.sandbox.documents('Biometric Integration Settings');
    expect(state[0]?.['installed_state']).toContain('DocType/Biometric Device');
    const secretOfKey = report.keys?.apiSecret ?? '';
    expect(secretOfKey).not.toBe('');
    const seen = JSON.stringify([plan, report.steps, state, site.sandbox.documents('Version')]);
    expect(seen).not.toContain(OPTIONS.webhooks.secret);
    expect(seen).not.toContain(secretOfKey);
  });
});
