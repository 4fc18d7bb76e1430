import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createConnection } from 'node:net';
import express from 'express';
import { HintReader, NO_NEWS, readHint } from '@biolistener/erpnext';
import {
  createVault,
  keyringOfText,
  sealWebhookSecret,
  signWebhook,
  WEBHOOK_SECRET_SETTING,
} from '@biolistener/security';
import { silentLog, type Log } from '@biolistener/telemetry';
import { serve, withErrors, type RunningServer } from '../src/ops-server.ts';
import { webhookRouter, type WebhookDeps } from '../src/webhooks/receiver.ts';
import { webhookSecrets } from '../src/webhooks/secrets.ts';

const SECRET = 'a secret of the installer';
const HINT = {
  doctype: 'Biometric Device Command',
  name: 'BDC-000000001',
  modified: '2026-03-09 08:00:00.123456',
  event: 'after_insert',
};

let cursors: Map<string, string>;
let writes: number;
let server: RunningServer | undefined;

const store: WebhookDeps['store'] = {
  getCursor: (name) => Promise.resolve(cursors.get(name)),
  setCursor: (name, value) => {
    writes += 1;
    cursors.set(name, value);
    return Promise.resolve();
  },
};

beforeEach(() => {
  cursors = new Map();
  writes = 0;
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function open(over: Partial<WebhookDeps> = {}): Promise<void> {
  const deps = { store, secrets: () => Promise.resolve([SECRET]), log: silentLog, ...over };
  server = await serve(withErrors(express().use(webhookRouter(deps)), silentLog), { host: '127.0.0.1', port: 0 });
}

const post = (body: string | Buffer<ArrayBuffer>, signature: string | undefined): Promise<Response> =>
  fetch(`http://127.0.0.1:${server?.port}/erpnext/webhooks`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: signature === undefined ? {} : { 'X-Frappe-Webhook-Signature': signature },
  });
const send = (hint: object = HINT, secret = SECRET): Promise<Response> => {
  const body = JSON.stringify(hint);
  return post(body, signWebhook(secret, Buffer.from(body)));
};
const news = () => new HintReader(store).read();

describe('a webhook', () => {
  beforeEach(() => open());

  test('is taken as soon as its hint is kept; whoever looks finds it', async () => {
    const reader = new HintReader(store);
    expect(await reader.read()).toBe(NO_NEWS);
    const answer = await send();
    expect([answer.status, await answer.json()]).toEqual([202, { taken: true }]);
    const found = await reader.read();
    expect([...found.changed]).toEqual([HINT.doctype]);
    expect([...found.trashed]).toEqual([]);
    expect(await reader.read()).toBe(NO_NEWS);
  });

  test('of a deletion says so', async () => {
    await send({ ...HINT, event: 'on_trash' });
    expect([...(await news()).trashed]).toEqual([HINT.doctype]);
  });

  test('keeps nothing of its content but the DocType', async () => {
    await send({ ...HINT, password: 'hunter2', name: 'a name nobody shall find' });
    expect(JSON.stringify([...cursors])).not.toMatch(/hunter2|a name nobody/);
  });

  test('that comes again, as a second try or replayed, makes nothing new', async () => {
    expect([(await send()).status, (await send()).status]).toEqual([202, 202]);
    expect(writes).toBe(2); // one hint: its DocType, and that there is any
  });

  test('reads Python spacing, and needs no content type', async () => {
    const body = Buffer.from(JSON.stringify(HINT).replaceAll('":', '": ').replaceAll(',"', ', "'));
    expect((await post(body, signWebhook(SECRET, body))).status).toBe(202);
  });

  test.each([
    ['no signature', JSON.stringify(HINT), undefined],
    ['a wrong one', JSON.stringify(HINT), signWebhook('other', Buffer.from(JSON.stringify(HINT)))],
    [
      'that of other bytes',
      JSON.stringify({ ...HINT, name: 'X' }),
      signWebhook(SECRET, Buffer.from(JSON.stringify(HINT))),
    ],
  ])('with %s is refused and leaves nothing', async (_, body, signature) => {
    expect((await post(body, signature)).status).toBe(401);
    expect(writes).toBe(0);
  });

  test.each([
    ['no JSON', 'x'],
    ['another DocType', JSON.stringify({ ...HINT, doctype: 'User' })],
    ['no name', JSON.stringify({ doctype: HINT.doctype })],
    ['an array', '[]'],
  ])('of %s is refused and leaves nothing', async (_, body) => {
    expect((await post(body, signWebhook(SECRET, Buffer.from(body)))).status).toBe(422);
    expect(writes).toBe(0);
  });

  test('that is too large is refused unread', async () => {
    const body = JSON.stringify({ ...HINT, filler: 'x'.repeat(5000) });
    expect((await post(body, signWebhook(SECRET, Buffer.from(body)))).status).toBe(413);
    expect(writes).toBe(0);
  });

  test('that breaks off leaves nothing', async () => {
    const socket = createConnection(server?.port ?? 0, '127.0.0.1');
    socket.write('POST /erpnext/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"doctype"');
    socket.end();
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(writes).toBe(0);
  });
});

test('that cannot be kept is not acknowledged, and its second try counts', async () => {
  let isBroken = true;
  const failing = {
    ...store,
    setCursor: (name: string, value: string) =>
      isBroken ? Promise.reject(new Error('disk full')) : store.setCursor(name, value),
  };
  await open({ store: failing });
  expect((await send()).status).toBe(503);
  isBroken = false;
  expect((await send()).status).toBe(202);
  expect([...(await news()).changed]).toEqual([HINT.doctype]);
});

describe('a flood', () => {
  const few = { burst: 2, perSecond: 0 };
  const many = { burst: 1000, perSecond: 0 };

  test.each([
    ['one address', { perAddress: few, inAll: many }],
    ['all together', { perAddress: many, inAll: few }],
  ])('of %s is told to wait, before a signature is computed', async (_, limits) => {
    let asked = 0;
    const secrets = () => {
      asked += 1;
      return Promise.resolve([SECRET]);
    };
    await open({ limits, secrets });
    const answers = [await send(), await send({ ...HINT, name: 'B' }), await send({ ...HINT, name: 'C' })];
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 429]);
    expect(answers[2]?.headers.get('retry-after')).toBe('1');
    expect(asked).toBe(2);
  });
});

test('logs say what happened and never what was in it', async () => {
  const lines: string[] = [];
  const at = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { ...silentLog, debug: at, info: at, warn: at, error: at };
  await open({ log });
  await send({ ...HINT, name: 'Ann Example' });
  await post('{"name":"Ann Example"}', 'wrong');
  expect(lines).toHaveLength(2);
  expect(lines.join('\n')).not.toMatch(/Ann Example|wrong/);
});

describe('the secrets', () => {
  const vault = createVault(keyringOfText('cd'.repeat(32)));
  const row = (value: unknown) => ({ key: WEBHOOK_SECRET_SETTING, value, changedAt: 0, changedBy: 'test' });
  const sources = (value: unknown, configured?: string) => ({
    configured,
    vault,
    log: silentLog,
    store: { listSettings: () => Promise.resolve(value === undefined ? [] : [row(value)]) },
  });

  test('are the configured one and the one that the installer stored', async () => {
    const stored = sealWebhookSecret(vault, 'stored');
    expect(await webhookSecrets(sources(stored, 'configured'))()).toEqual(['configured', 'stored']);
    expect(await webhookSecrets(sources(stored))()).toEqual(['stored']);
    expect(await webhookSecrets(sources(undefined, ''))()).toEqual([]);
  });

  test('that cannot be opened are none, and said', async () => {
    const other = createVault(keyringOfText('ef'.repeat(32)));
    const lines: string[] = [];
    const log: Log = { ...silentLog, error: (_, message) => void lines.push(message) };
    expect(await webhookSecrets({ ...sources(sealWebhookSecret(other, 'x'), 'configured'), log })()).toEqual([
      'configured',
    ]);
    expect(lines).toEqual([expect.stringContaining('cannot be opened')]);
  });

  test('without any, nobody is let in', async () => {
    await open({ secrets: () => Promise.resolve([]) });
    expect((await send(HINT, '')).status).toBe(401);
  });
});

test('a hint is read only from what looks like one', () => {
  expect(readHint(HINT)).toEqual(HINT);
  expect(readHint({ ...HINT, modified: 5 })?.modified).toBe('');
  expect(readHint({ ...HINT, name: 'x'.repeat(141) })).toBeUndefined();
  expect(readHint(null)).toBeUndefined();
});
