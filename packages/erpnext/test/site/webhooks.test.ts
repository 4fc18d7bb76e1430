import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readHint, WEBHOOK_PATH } from '../../src/index.ts';
import { OPTIONS, PROFILES, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

interface Call {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly signature: unknown;
  readonly body: string;
}

describe.each(PROFILES)('on a %s site', (profile) => {
  let site: TestSite;
  let server: Server;
  let calls: Call[];
  let arrival: () => void;

  beforeEach(async () => {
    calls = [];
    arrival = () => undefined;
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { headers, url: path } = request;
        const body = Buffer.concat(parts).toString('utf8');
        calls.push({ path, type: headers['content-type'], signature: headers['x-frappe-webhook-signature'], body });
        response.end('{}');
        arrival();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    site = await TestSite.open(profile);
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await site.install({ ...OPTIONS, webhooks: { ...OPTIONS.webhooks, publicUrl } });
  });
  afterEach(async () => {
    await site.stop();
    server.close();
  });

  const callsUpTo = async (count: number): Promise<readonly Call[]> => {
    while (calls.length < count) await new Promise<void>((resolve) => (arrival = resolve));
    return calls;
  };

  test('a saved device is announced: signed, as JSON, with a name and nothing of what is in it', async () => {
    await site.admin().create('Biometric Device', { serial: 'TEST"é', comm_key: '4711', device_name: 'Secret place' });
    const [call] = await callsUpTo(1);
    expect(call).toMatchObject({ path: WEBHOOK_PATH, type: 'application/json' });
    expect(call?.signature).toBe(
      createHmac('sha256', OPTIONS.webhooks.secret)
        .update(call?.body ?? '')
        .digest('base64'),
    );
    expect(Object.keys(JSON.parse(call?.body ?? '{}') as object)).toEqual(['doctype', 'name', 'modified', 'event']);
    expect(readHint(JSON.parse(call?.body ?? ''))).toMatchObject({
      doctype: 'Biometric Device',
      name: 'TEST"é',
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/),
      event: 'on_update',
    });
  });

  test('commands, users and employees are announced, and what is deleted', async () => {
    await site.admin().create('Biometric Device User', { user_id: '0007' });
    await site.admin().create('Biometric Device Command', { device_user: '0007', type: 'Sync Now', manager_order: 1 });
    await site.admin().update('Employee', 'HR-EMP-00001', { attendance_device_id: '0007' });
    await site.admin().create('Biometric Device', { serial: 'TEST0001' });
    await site.admin().remove('Biometric Device', 'TEST0001');
    const hints = (await callsUpTo(5)).map((call) => readHint(JSON.parse(call.body)));
    expect(hints.map((hint) => `${hint?.doctype ?? '?'} ${hint?.event ?? '?'}`).toSorted()).toEqual([
      'Biometric Device Command on_update',
      'Biometric Device User on_update',
      'Biometric Device on_trash',
      'Biometric Device on_update',
      'Employee on_update',
    ]);
  });
});
