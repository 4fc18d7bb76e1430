import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { LogTypePolicyKind } from '@biolistener/core';
import { startSandbox, type ProfileName, type Sandbox } from '@biolistener/sandbox';
import {
  connectSite,
  describeReport,
  ErpNextClient,
  provisionPunchIdField,
  RequestFailed,
  type SelfTestReport,
} from '../src/index.ts';

jest.setTimeout(30_000);
const ZONE = 'Asia/Kathmandu';

let sandbox: Sandbox;
const open = async (profile: ProfileName = 'v15'): Promise<void> => {
  sandbox = await startSandbox({ port: 0, timeZone: ZONE, employees: 3, profile });
};
const connect = (
  key: string,
  siteZone: string | undefined = ZONE,
  logTypePolicy: LogTypePolicyKind = 'none',
): Promise<SelfTestReport> =>
  connectSite({
    logTypePolicy,
    url: sandbox.url,
    apiKey: key,
    apiSecret: key,
    siteZone,
    employeeIdField: 'attendance_device_id',
    mayWrite: true,
  });
const stateOf = (report: SelfTestReport, check: string): string | undefined =>
  report.checks.findLast((result) => result.check === check)?.state;
const admin = (): ErpNextClient => new ErpNextClient({ url: sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });

afterEach(() => sandbox.stop());

describe.each(['v14', 'v15', 'v16'] as const)('a %s site', (profile) => {
  beforeEach(() => open(profile));

  test('is ready for an HR User, with the zone by setting and by its clock', async () => {
    const report = await connect('hr-user');
    expect(report.capabilities).toMatchObject({
      verdict: 'ready',
      user: 'hr-user@example.com',
      siteZone: ZONE,
      zoneSource: 'setting',
      timeIsKept: true,
      punchIdField: false,
    });
    expect(stateOf(report, 'zone')).toBe('pass');
    expect(sandbox.checkins().length).toBe(report.leftBehind.length);
    expect(describeReport(report)).toContain('Ready to deliver.');
  });

  test('gets the punch id field from an administrator, once, and the self-test then sees it refuse a second', async () => {
    const client = admin();
    expect((await provisionPunchIdField(client)).what).toBe('created');
    expect((await provisionPunchIdField(client)).what).toBe('was there');
    client.close();
    expect((await connect('sandbox', undefined)).capabilities).toMatchObject({
      verdict: 'ready',
      punchIdField: true,
      zoneSource: 'site',
    });
    expect(sandbox.checkins()).toEqual([]);
  });

  test('is refused where times would become now', async () => {
    const report = await connect('employee');
    expect(report.capabilities).toMatchObject({ verdict: 'refuse', timeIsKept: false });
    expect(report.capabilities.reason).toContain('permission level 1');
  });
});

describe('the self-test', () => {
  beforeEach(() => open());

  test('refuses a zone that the site contradicts', async () => {
    expect((await connect('sandbox', 'Asia/Kolkata')).capabilities.reason).toContain(ZONE);
    expect((await connect('hr-user', 'Asia/Kolkata')).capabilities.reason).toContain('UTC+05:45');
  });
  test('asks for the zone where neither site nor setting tell it', async () => {
    const report = await connectSite({
      url: sandbox.url,
      apiKey: 'hr-user',
      apiSecret: 'hr-user',
      employeeIdField: 'attendance_device_id',
      logTypePolicy: 'none',
      mayWrite: true,
    });
    expect(report.capabilities.reason).toContain('BIOLISTENER_ERPNEXT_TIME_ZONE');
  });
  test('says that the key is wrong, that rights are missing, that Frappe HR is missing', async () => {
    expect(stateOf(await connect('wrong'), 'key')).toBe('fail');
    expect(stateOf(await connect('nobody'), 'employees')).toBe('fail');
    sandbox.faults.setHrms(false);
    expect(stateOf(await connect('sandbox'), 'hrms')).toBe('fail');
  });
  test('warns where Shift Types go strictly by log type and the policy gives none, with what to do', async () => {
    const report = await connect('hr-user');
    expect(report.capabilities).toMatchObject({ verdict: 'ready', strictShiftTypes: ['Day Shift'] });
    const text = describeReport(report);
    expect(text).toMatch(/note {2}log-types +Day Shift .*strictly.*log_type\.policy/);
    expect(stateOf(await connect('hr-user', ZONE, 'role'), 'log-types')).toBe('warn');
    expect(stateOf(await connect('hr-user', ZONE, 'alternate'), 'log-types')).toBe('pass');
    const client = admin();
    await client.update('Shift Type', 'Day Shift', { enable_auto_attendance: 0 });
    client.close();
    expect(stateOf(await connect('hr-user'), 'log-types')).toBe('pass');
  });
  test('says nothing of log types to a user who may not read Shift Types', async () => {
    const client = admin();
    const remove = 'frappe.core.page.permission_manager.permission_manager.remove';
    await client.request('POST', `/api/method/${remove}`, {
      body: { doctype: 'Shift Type', role: 'HR User', permlevel: 0 },
    });
    client.close();
    const report = await connect('hr-user');
    expect(stateOf(report, 'log-types')).toBe('skipped');
    expect(report.capabilities).toMatchObject({ verdict: 'ready', strictShiftTypes: undefined });
  });
  test('does not judge a site that is in maintenance', async () => {
    sandbox.faults.add({ kind: 'maintenance' });
    await expect(connect('sandbox')).rejects.toBeInstanceOf(RequestFailed);
  });
  test('does not take the punch id field from a user who may not add it', async () => {
    const client = new ErpNextClient({ url: sandbox.url, apiKey: 'hr-user', apiSecret: 'hr-user' });
    await expect(provisionPunchIdField(client)).rejects.toMatchObject({ code: 'ERPNEXT_KEY_REFUSED' });
    client.close();
  });
  test('puts no key into an error', async () => {
    const client = new ErpNextClient({ url: 'http://127.0.0.1:9', apiKey: 'topkey', apiSecret: 'topsecret' });
    const error: unknown = await client.ask('ping').catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/topkey|topsecret/);
    client.close();
  });
});
