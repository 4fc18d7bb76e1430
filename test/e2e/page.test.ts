import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { asSerialNumber } from '@biolistener/core';
import { openSqliteStore } from '@biolistener/store';
import { answersOk, Child } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';
import { ask, zkPost } from '../support/raw-http.ts';

// The two pages that people look at, as the real command serves them. By requests: no browser is needed to see that
// neither runs a script or loads anything from elsewhere.

jest.setTimeout(60_000);

const BIN = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
const HOSTILE = `<img src=x onerror="alert(1)">'"><script>alert(2)</script>`;
const SN = 'PAGE0000001';

const dir = mkdtempSync(join(tmpdir(), 'biolistener-page-'));
let services: Child;
let statusUrl: string;
let sandboxUrl: string;
let listenerPort: number;

beforeAll(async () => {
  const store = await openSqliteStore({ path: join(dir, 'store', 'biolistener.db') });
  const change = { status: 'approved', settings: { zone: 'Asia/Kolkata', name: HOSTILE } } as const;
  await store.changeTerminal(asSerialNumber(SN), change, 'test', 'zkteco');
  await store.close();
  const [api = 0, listener = 0, sandbox = 0, redis = 0] = await freePorts(4);
  [statusUrl, sandboxUrl, listenerPort] = [`http://127.0.0.1:${api}`, `http://127.0.0.1:${sandbox}`, listener];
  services = new Child({
    name: 'listener, API and sandbox',
    command: process.execPath,
    words: [BIN, 'start', 'listener', 'api', 'sandbox'],
    env: {
      PATH: process.env['PATH'],
      BIOLISTENER_CONFIG: '',
      BIOLISTENER_DATA_DIR: dir,
      BIOLISTENER_TIME_ZONE: 'Asia/Kolkata',
      BIOLISTENER_API_PORT: String(api),
      BIOLISTENER_LISTENER_PORT: String(listener),
      BIOLISTENER_SANDBOX_PORT: String(sandbox),
      BIOLISTENER_REDIS_PORT: String(redis),
      BIOLISTENER_LOG_LEVEL: 'error',
    },
    isUp: () => answersOk(`${statusUrl}/health`),
  });
  services.start();
  await services.untilUp();
  await answersOk(`${sandboxUrl}/api/method/ping`);
});
afterAll(async () => {
  await services.end('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

async function page(url: string): Promise<{ readonly text: string; readonly headers: Headers }> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  return { text: await answer.text(), headers: answer.headers };
}

function expectHarmless(text: string): void {
  expect(text).not.toMatch(/<(script|img|iframe|link|object)\b/i);
  // each page has its own way to write an entity, by name or by number; a site escapes scripts once more when it stores them
  expect(text).toMatch(/&(lt|#60);img src=x onerror=/);
  expect(text).toMatch(
    /&(#38;|amp;)?(lt|#60);script&(#38;|amp;)?(gt|#62);alert\(2\)&(#38;|amp;)?(lt|#60);\/script&(#38;|amp;)?(gt|#62);/,
  );
}

describe('the status page', () => {
  test('shows a terminal with a hostile name as text, under a policy that lets nothing run', async () => {
    const { text, headers } = await page(`${statusUrl}/`);
    expectHarmless(text);
    expect(text).toContain(`data-label="Serial number">${SN}</td>`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('shows a punch as soon as it is stored, with a PIN that is no markup', async () => {
    const time = new Date(Date.now() + 330 * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    const reply = await ask(
      listenerPort,
      zkPost(SN, 'ATTLOG', `<b>7</b>\t${time}\t0\t1\t0\t0\t0\n17\t${time}\t0\t1\t0\t0\t0\n`),
    );
    expect(reply.body.toString()).toBe('OK: 2');
    const { text } = await page(`${statusUrl}/`);
    expect(text).toContain(`>${time}</td>`);
    expect(text).toMatch(/data-label="PIN">17<\/td>/);
    expect(text).not.toContain('<b>7</b>');
  });

  test('a request of nobody does not count as a terminal to approve', async () => {
    await ask(listenerPort, 'POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx');
    const { text } = await page(`${statusUrl}/`);
    expect(text).not.toContain('>-</td>');
    expect(text).not.toContain('biolistener device approve');
  });
});

describe('the page of the sandbox', () => {
  test('says loudly that it is no real site, and shows its employees', async () => {
    const { text } = await page(`${sandboxUrl}/`);
    expect(text).toContain('<h1>ERPNext sandbox: not a real site</h1>');
    expect(text).toMatch(/class="notice">.*Nothing here reaches any ERPNext/);
    expect(text).toContain('HR-EMP-00050');
    expect(text).toContain('No check-ins yet.');
  });

  test('shows an employee with a hostile name as text', async () => {
    const answer = await fetch(`${sandboxUrl}/api/resource/Employee/HR-EMP-00001`, {
      method: 'PUT',
      headers: { Authorization: 'token sandbox:sandbox', 'Content-Type': 'application/json' },
      body: JSON.stringify({ first_name: HOSTILE }),
    });
    expect(answer.status).toBe(200);
    expectHarmless((await page(`${sandboxUrl}/`)).text);
  });
});
