import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { APP_FOLDER, applyPlan, checkSite, planSite, removeSite } from '../../src/index.ts';
import { definitions, OPTIONS, PROFILES, SERVICE, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

const open: TestSite[] = [];
const openSite = async (profile: (typeof PROFILES)[number]): Promise<TestSite> => {
  const site = await TestSite.open(profile);
  open.push(site);
  return site;
};
afterEach(async () => {
  for (const site of open.splice(0)) await site.stop();
});

type Described = Readonly<Record<string, unknown>>;

/**
 * Both ways in, without what must differ: that a document is custom or standard, and that an app marks its own so that they
 * go with it. Scripts are compared by what they are for, since an app keeps them in files.
 */
function comparable(site: TestSite) {
  const told = site.sandbox.describeSite();
  const without = (rows: readonly Described[], ...keys: string[]): Described[] =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key))));
  const scripts = [
    ...told.clientScripts.map(({ dt, view, script }) => ({ dt, view, script })),
    ...told.formScripts.map(({ dt, view, script }) => ({ dt, view, script })),
  ];
  return {
    roles: told.roles,
    doctypes: without(told.doctypes, 'custom'),
    customFields: without(told.customFields, 'module'),
    docPerms: told.docPerms,
    scripts: scripts.toSorted((a, b) =>
      `${String(a.dt)}${String(a.view)}`.localeCompare(`${String(b.dt)}${String(b.view)}`),
    ),
    webhooks: told.webhooks,
    workspaces: told.workspaces,
    numberCards: without(told.numberCards, 'is_standard'),
    dashboardCharts: without(told.dashboardCharts, 'is_standard'),
    dashboards: without(told.dashboards, 'is_standard'),
    propertySetters: told.propertySetters,
    moduleDefs: without(told.moduleDefs, 'custom', 'app_name'),
  };
}

describe.each(PROFILES)('on a %s site', (profile) => {
  test('the app with the installer and the installer alone come to the same, field by field', async () => {
    const overRest = await openSite(profile);
    await overRest.install();
    const withApp = await openSite(profile);
    await withApp.sandbox.installApp(APP_FOLDER);
    await withApp.install();
    expect(comparable(withApp)).toEqual(comparable(overRest));
    expect(comparable(overRest).doctypes).toHaveLength(5);
    expect(comparable(overRest).scripts).toHaveLength(7);
    expect([comparable(overRest).dashboardCharts.length, comparable(overRest).dashboards.length]).toEqual([1, 1]);
  });

  test('where the app is, only the rest is made, and taken away again', async () => {
    const site = await openSite(profile);
    await site.sandbox.installApp(APP_FOLDER);
    const before = site.sandbox.describeSite();
    const plan = await planSite(site.admin(), definitions, OPTIONS);
    expect(plan.way).toBe('app');
    expect(new Set(plan.steps.map((step) => step.object))).toEqual(new Set(['Custom DocPerm', 'User', 'Webhook']));
    await applyPlan(site.admin(), definitions, plan, { decide: () => 'keep' });
    expect((await checkSite(site.admin(), definitions, OPTIONS)).verdict).toBe('ready');

    const steps = await removeSite(site.admin(), definitions, { withData: true, serviceUser: SERVICE });
    expect(steps.filter((step) => step.done === 'stays')).toMatchObject([{ object: 'App', name: 'biolistener' }]);
    expect(site.sandbox.describeSite()).toEqual(before);
    await site.sandbox.uninstallApp('biolistener');
    expect(site.sandbox.describeSite().doctypes).toEqual([]);
  });
});
