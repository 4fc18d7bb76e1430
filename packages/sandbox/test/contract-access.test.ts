import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../src/index.ts';
import { type Client, clientOf, resource, TEST_DOCTYPES } from './client.ts';

let site: Sandbox;
let old: Sandbox;
let ask: Client;
let askOld: Client;

beforeAll(async () => {
  site = await startSandbox({ port: 0, employees: 5, doctypes: TEST_DOCTYPES });
  old = await startSandbox({ port: 0, employees: 1, profile: 'v14', doctypes: TEST_DOCTYPES });
  ask = clientOf(site.url);
  askOld = clientOf(old.url);
});
afterAll(async () => {
  await site.stop();
  await old.stop();
});

const WHO = '/api/method/frappe.auth.get_logged_user';
const auth = (value: string) => ({ as: '', headers: { Authorization: value } });

describe('contract cases: who calls', () => {
  test('case 1: ping needs nobody', async () => {
    const told = await ask('/api/method/ping', { as: '' });
    expect([told.status, told.text]).toEqual([200, '{"message":"pong"}']);
    expect(told.headers.getSetCookie().some((cookie) => cookie.startsWith('sid=Guest'))).toBe(true);
  });

  test('case 2: a good token is its user', async () => {
    expect((await ask(WHO)).json).toEqual({ message: 'sandbox@example.com' });
  });

  test('case 3: without a token a protected method is forbidden', async () => {
    const told = await ask(WHO, { as: '' });
    expect([told.status, told.json['exc_type']]).toEqual([403, 'PermissionError']);
    expect(told.messages[0]).toMatchObject({ title: 'Method Not Allowed' });
    expect(told.messages[0]!.message).toContain('is not whitelisted.');
  });

  test.each([
    ['case 4: an unknown key', 'token bad:bad'],
    ['case 5: a wrong secret', 'token sandbox:wrong'],
    ['case 5: a secret with a colon', 'token sandbox:sand:box'],
    ['case 6: a token without a colon', 'token nocolon'],
    ['case 7: an unknown bearer', 'Bearer nope'],
  ])('%s is 401 without messages', async (_name, header) => {
    const told = await ask(WHO, auth(header));
    expect(told.status).toBe(401);
    expect(told.json).toMatchObject({
      exc_type: 'AuthenticationError',
      exception: 'frappe.exceptions.AuthenticationError',
    });
    expect(Object.keys(told.json)).toContain('exc');
    expect(told.messages).toEqual([]);
    const onOld = await askOld(WHO, auth(header));
    expect([onOld.status, onOld.json['exc_type']]).toEqual([401, undefined]);
  });

  test('case 8: Basic takes the same pair', async () => {
    const told = await ask(WHO, auth(`Basic ${Buffer.from('hr-user:hr-user').toString('base64')}`));
    expect(told.json).toEqual({ message: 'hr-user@example.com' });
  });

  test('case 9: Basic that is no base64 is 400', async () => {
    const told = await ask(WHO, auth('Basic abc'));
    expect([told.status, told.json['exc_type']]).toEqual([400, 'InvalidAuthorizationToken']);
    expect(told.messages[0]!.message).toBe('Failed to decode token, please provide a valid base64-encoded token.');
  });

  test('case 10: a header of three parts is nobody', async () => {
    const told = await ask(resource('Employee'), auth('token a: b'));
    expect([told.status, told.json['exc_type']]).toEqual([403, 'PermissionError']);
    expect(told.json['_error_message']).toBe('No permission for Employee');
    expect(told.messages[0]!.message).toContain('User <strong>Guest</strong>');
  });

  test('case 11: the key of a disabled user still works', async () => {
    await ask(resource('User', 'nobody@example.com'), { method: 'PUT', body: { enabled: 0 } });
    expect((await ask(WHO, { as: 'nobody' })).status).toBe(200);
  });

  test('case 12: an unknown site is an HTML page', async () => {
    const told = await ask('/api/method/ping', { headers: { 'X-Frappe-Site-Name': 'other.example.com' } });
    expect(told.status).toBe(404);
    expect(told.headers.get('content-type')).toContain('text/html');
    expect(told.text).toBe('<h1>Not Found</h1><p>other.example.com does not exist</p>');
  });
});

describe('contract cases: the site is not itself', () => {
  test('case 13: maintenance stops everything', async () => {
    site.faults.add({ kind: 'maintenance', count: 1 });
    const told = await ask('/api/method/ping');
    expect([told.status, told.json['exc_type']]).toEqual([503, 'SessionStopped']);
    expect(told.json['exception']).toBe('frappe.exceptions.SessionStopped: Session Stopped');
  });

  test('case 14: read-only maintenance lets reads pass', async () => {
    const id = site.faults.add({ kind: 'read-only' });
    expect((await ask(resource('Employee'))).status).toBe(200);
    const told = await ask(resource('Role'), { body: { role_name: 'Never' } });
    site.faults.remove(id);
    expect([told.status, told.json['exc_type']]).toEqual([503, 'InReadOnlyMode']);
    expect(told.messages[0]!.message).toMatch(/^Site is running in read only mode for maintenance or site update/);
    expect((await ask(resource('Role', 'Never'))).status).toBe(404);
  });

  test('case 15: over the rate limit, also with a bad token', async () => {
    site.faults.add({ kind: 'rate-limit', retryAfterSeconds: 7, count: 1 });
    const told = await ask(WHO, auth('token bad:bad'));
    expect([told.status, told.json['exc_type']]).toEqual([429, 'TooManyRequestsError']);
    expect(told.headers.get('retry-after')).toBe('7');
    expect(told.headers.get('x-ratelimit-remaining')).toBe('0');
  });
});

describe('contract cases: what is not there', () => {
  test('case 16: the list of an unknown DocType', async () => {
    const told = await ask(resource('NoSuchDT'));
    expect([told.status, told.json['exc_type']]).toEqual([404, 'DoesNotExistError']);
    expect(told.messages[0]!.message).toBe('DocType NoSuchDT not found');
  });

  test('case 17: one document of an unknown DocType', async () => {
    for (const told of [await ask(resource('NoSuchDT', 'x')), await ask(resource('NoSuchDT'), { body: {} })]) {
      expect([told.status, told.json['exc_type']]).toEqual([500, 'ImportError']);
      expect(told.json['exception']).toContain('Module import failed for NoSuchDT');
    }
    expect((await askOld(resource('NoSuchDT', 'x'))).json['exc_type']).toBeUndefined();
  });

  test('case 18: a missing document has a message and no traceback', async () => {
    const told = await ask(resource('Employee', 'HR-EMP-99999'));
    expect([told.status, told.json['exc_type']]).toEqual([404, 'DoesNotExistError']);
    expect(told.messages[0]!.message).toBe('Employee HR-EMP-99999 not found');
    expect(Object.keys(told.json).toSorted()).toEqual(['_server_messages', 'exc_type']);
  });

  test('case 19: deleting a missing document says less', async () => {
    const told = await ask(resource('Thing', 'none'), { method: 'DELETE' });
    expect([told.status, told.text]).toEqual([404, '{"exc_type":"DoesNotExistError"}']);
    const onOld = await askOld(resource('Thing', 'none'), { method: 'DELETE' });
    expect([onOld.status, onOld.text]).toEqual([404, '{}']);
  });

  test('an unknown route is 404 JSON', async () => {
    expect((await ask('/api/nothing/here')).text).toBe('{"exc_type":"DoesNotExistError"}');
    expect((await askOld('/api/nothing/here')).text).toBe('{}');
  });

  test('case 95: v2 wraps errors; v14 has no v2', async () => {
    const told = await ask('/api/v2/document/Employee/none');
    expect(told.status).toBe(404);
    expect(told.at('errors.0')).toMatchObject({ type: 'DoesNotExistError', message: 'Employee none not found' });
    const onOld = await askOld('/api/v2/document/Employee/none');
    expect([onOld.status, onOld.text]).toEqual([404, '{}']);
  });

  test('v2 gives the meta to any signed-in user', async () => {
    const told = await ask('/api/v2/doctype/Shift%20Type/meta', { as: 'nobody' });
    const names = (told.at('data.fields') as { fieldname: string }[]).map(({ fieldname }) => fieldname);
    expect(names).toContain('last_sync_of_checkin');
    expect(names).not.toContain('auto_update_last_sync');
  });

  test('case 53: a method of an app that is not installed', async () => {
    site.faults.setHrms(false);
    const told = await ask('/api/method/hrms.hr.doctype.employee_checkin.employee_checkin.bulk_fetch_shift');
    const checkin = await ask(resource('Employee Checkin'), { body: {} });
    site.faults.setHrms(true);
    expect([told.status, told.json['exc_type']]).toEqual([417, 'ValidationError']);
    expect(told.messages.at(-1)!.message).toMatch(
      /^Failed to get method for command hrms.* App hrms is not installed$/,
    );
    expect(checkin.json['exc_type']).toBe('ImportError');
  });

  test('case 92: without tracebacks the statuses stay and the traces go', async () => {
    await old.faults.setTracebacks(false);
    await site.faults.setTracebacks(false);
    const told = await ask(WHO, auth('token bad:bad'));
    expect([told.status, told.text]).toEqual([401, '{"exc_type":"AuthenticationError"}']);
    expect((await askOld(WHO, auth('token bad:bad'))).text).toBe('{}');
    await site.faults.setTracebacks(true);
    await old.faults.setTracebacks(true);
  });

  test('case 85: keys are made by POST; the old secret dies at once', async () => {
    const path = '/api/method/frappe.core.doctype.user.user.generate_keys';
    expect((await ask(`${path}?user=hr-manager@example.com`)).status).toBe(403);
    expect((await ask(path, { as: 'hr-user', body: { user: 'hr-manager@example.com' } })).status).toBe(403);
    const told = await ask(path, { body: { user: 'hr-manager@example.com' } });
    const secret = String(told.at('message.api_secret'));
    expect(secret).toMatch(/^[0-9a-f]{15}$/);
    expect((await ask(WHO, auth('token hr-manager:hr-manager'))).status).toBe(401);
    expect((await ask(WHO, auth(`token hr-manager:${secret}`))).status).toBe(200);
    const user = await ask(resource('User', 'hr-manager@example.com'));
    expect(user.json['data']).toMatchObject({ api_key: 'hr-manager', api_secret: '*'.repeat(15) });
  });

  test('case 89: the site zone is for System Managers', async () => {
    const path = '/api/method/frappe.client.get_single_value?doctype=System%20Settings&field=time_zone';
    expect((await ask(path)).json).toEqual({ message: 'Asia/Kolkata' });
    expect((await ask(path, { as: 'hr-user' })).status).toBe(403);
  });

  test('case 90: get_time_zone answers the caller’s zone, whatever the site’s is', async () => {
    await site.faults.setTimeZone('Asia/Dubai');
    const told = await ask('/api/method/frappe.client.get_time_zone');
    const guest = await ask('/api/method/frappe.client.get_time_zone', { as: '' });
    await site.faults.setTimeZone('Asia/Kolkata');
    expect(told.json).toEqual({ message: { time_zone: 'Asia/Kolkata' } });
    expect(guest.json).toEqual({ message: { time_zone: 'Asia/Dubai' } });
  });

  test('versions tell whether Frappe HR is there', async () => {
    const path = '/api/method/frappe.utils.change_log.get_versions';
    expect((await ask(path, { as: 'nobody' })).at('message.hrms.version')).toBe('15.33.0');
    site.faults.setHrms(false);
    const without = await ask(path);
    site.faults.setHrms(true);
    expect(without.at('message.hrms')).toBeUndefined();
  });
});
