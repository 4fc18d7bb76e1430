import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProfileName } from '../../src/index.ts';
import { data, doctype, openSite, outcome, PROFILES, type Site } from './site.ts';

const sites = new Map<ProfileName, Site>();
const on = (profile: ProfileName): Site => sites.get(profile)!;
const manager = { as: 'desk-manager' };
const only = { as: 'system-manager' };

beforeAll(async () => {
  for (const profile of PROFILES) {
    const one = await openSite(profile);
    sites.set(profile, one);
    await one.post('Module Def', { module_name: 'Doors', app_name: 'frappe', custom: 1 });
    await one.post('DocType', doctype('Door', [data('serial')], { module: 'Doors' }));
  }
});
afterAll(async () => {
  for (const { site } of sites.values()) await site.stop();
});

const scriptManagerOnly = 'This action is only allowed for <strong>Script Manager</strong>';

describe.each(PROFILES)('contract cases: what the desk shows (%s)', (profile) => {
  test('case 82: server scripts are not for System Managers, and off where they are newer', async () => {
    const body = { name: 'S', script_type: 'API', script: 'pass' };
    const told = await on(profile).post('Server Script', body, only);
    expect([told.status, told.json['exc_type']]).toEqual([403, profile === 'v14' ? undefined : 'PermissionError']);
    const user = {
      email: 'scripts@example.com',
      first_name: 'Scripts',
      roles: [{ role: 'Script Manager' }],
      api_key: 'scripts',
      api_secret: 'scripts',
    };
    await on(profile).post('User', user);
    const allowed = await on(profile).post('Server Script', body, { as: 'scripts' });
    expect(allowed.status).toBe(profile === 'v14' ? 200 : 417);
  });

  test('case 83: a public workspace needs a Workspace Manager; a private one does not', async () => {
    const body = { label: 'Doors', title: 'Doors', module: 'Doors', public: 1, content: '[]' };
    const told = await on(profile).post('Workspace', body, only);
    const text = 'You need to be Workspace Manager to edit this document';
    expect([told.status, told.messages[0]?.message]).toEqual([profile === 'v14' ? 403 : 417, text]);
    const own = { ...body, label: 'Doors-mine', title: 'Doors', public: 0, for_user: 'system-manager@example.com' };
    expect((await on(profile).post('Workspace', own, only)).status).toBe(200);
    const made = await on(profile).post(
      'Workspace',
      { ...body, shortcuts: [{ type: 'DocType', link_to: 'Door', label: 'Doors' }] },
      manager,
    );
    expect([made.status, made.at('data.name')]).toEqual([200, 'Doors']);
    expect((await on(profile).put('Workspace', 'Doors', { title: 'x' }, only)).status).not.toBe(200);
    expect((await on(profile).put('Workspace', 'Doors', { title: 'Front doors' }, manager)).status).toBe(200);
    expect((await on(profile).put('Workspace', 'Doors', { content: '{}' }, manager)).status).toBe(417);
    expect((await on(profile).remove('Workspace', 'Doors', manager)).status).toBe(202);
  });

  test('case 84: query and script reports, and standard ones, are refused; the builder is not', async () => {
    const body = { report_name: 'R', ref_doctype: 'Door', report_type: 'Query Report', query: 'select 1' };
    for (const report_type of ['Query Report', 'Script Report']) {
      const told = await on(profile).post('Report', { ...body, report_type }, only);
      expect([told.status, told.messages[0]?.message]).toEqual([403, scriptManagerOnly]);
    }
    const builder = { ...body, report_type: 'Report Builder' };
    expect((await on(profile).post('Report', { ...builder, is_standard: 'Yes' }, only)).messages[0]?.message).toMatch(
      /^Only Administrator can save a standard report/,
    );
    expect((await on(profile).post('Report', builder, only)).status).toBe(200);
  });

  test('a module, a number card, a chart, a client script, a print format and a notification', async () => {
    const card = {
      label: 'All doors',
      type: 'Document Type',
      document_type: 'Door',
      function: 'Count',
      filters_json: '[]',
      is_public: 1,
    };
    expect((await on(profile).post('Number Card', card, only)).at('data.name')).toBe('All doors');
    expect((await on(profile).post('Number Card', card, only)).at('data.name')).toBe('All doors-1');
    const { function: _function, ...vague } = card;
    expect((await on(profile).post('Number Card', vague, only)).status).toBe(417);
    const chart = {
      chart_name: 'Doors made',
      chart_type: 'Count',
      document_type: 'Door',
      based_on: 'creation',
      timeseries: 1,
      timespan: 'Last Month',
      time_interval: 'Daily',
      type: 'Line',
      filters_json: '[]',
      is_public: 1,
    };
    expect((await on(profile).post('Dashboard Chart', chart, only)).status).toBe(200);
    const script = {
      name: 'Door form',
      dt: 'Door',
      view: 'Form',
      enabled: 1,
      script: 'frappe.ui.form.on("Door", { refresh(frm) { if (1 < 2) frm; } });',
    };
    expect((await on(profile).post('Client Script', script, only)).status).toBe(200);
    expect((await on(profile).get('Client Script', 'Door form', only)).at('data.script')).toBe(script.script);
    expect(
      (await on(profile).post('Print Format', { name: 'Slip', doc_type: 'Door', standard: 'No' }, only)).status,
    ).toBe(200);
    const notification = { name: 'Mail', document_type: 'Door', event: 'New', subject: 's' };
    expect((await on(profile).post('Notification', notification, only)).status).toBe(200);
    for (const type of ['Client Script', 'Number Card', 'Module Def', 'Webhook'])
      expect((await on(profile).post(type, {}, { as: 'hr-user' })).status).toBe(403);
  });
});

test('case 81: a client script must be named; what it is for must exist', async () => {
  const one = on('v15');
  expect(outcome(await one.post('Client Script', { dt: 'Door' }))[2]).toBe('Please set the document name');
  expect(outcome(await one.post('Client Script', { name: 'x', dt: 'Nope' }))[2]).toBe('Could not find DocType: Nope');
});

test('a DocType that a card, a script of the desk or a webhook names stays', async () => {
  const told = await on('v15').remove('DocType', 'Door', only);
  expect([told.status, told.json['exc_type']]).toEqual([417, 'LinkExistsError']);
  expect((await on('v15').remove('Module Def', 'Doors', only)).json['exc_type']).toBe('LinkExistsError');
});

test('the page lists documents of added DocTypes, newest first, and no secrets', async () => {
  const one = on('v15');
  await one.post(
    'DocType',
    doctype('Vault', [data('label', { in_list_view: 1 }), data('pin', { fieldtype: 'Password' })]),
  );
  await one.post('Vault', { label: '<b>Front</b>', pin: 'very-secret' });
  const page = await one.ask('/');
  expect(page.text).toContain('<h2>Vault (1; custom)</h2>');
  expect(page.text).toContain('&#60;b&#62;Front');
  expect(page.text).not.toContain('very-secret');
  expect(page.text).not.toContain('Pin');
});
