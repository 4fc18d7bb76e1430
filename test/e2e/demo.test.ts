import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brands } from '@biolistener/brands';
import { asPin } from '@biolistener/core';
import { openSqliteStore, type RosterCell, type Store } from '@biolistener/store';
import { freePorts } from '../support/ports.ts';

// `npm run demo`, as somebody sees it who tries the product: terminals of every brand, their check-ins, and people who are
// enrolled at one door and known at the others. The terminals keep the pace of real ones.

const PATIENCE_MS = 300_000;
jest.setTimeout(PATIENCE_MS + 30_000);

const BIN = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
const dir = mkdtempSync(join(tmpdir(), 'biolistener-demo-'));
let demo: ChildProcess;
let sandbox = 0;
let said = '';
/** What was found last, for the message of a test that waited in vain. */
let seen = '';
let store: Store;
const opened: Store[] = [];

async function until<T>(what: string, find: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > deadline || demo.exitCode !== null)
      throw new Error(`not within ${PATIENCE_MS} ms: ${what}; last: ${seen}\n${said.slice(-6000)}`);
    await pause(250);
  }
}

/** Names of terminals that a check-in names. */
async function devicesOfCheckIns(): Promise<string[]> {
  const url = `http://127.0.0.1:${sandbox}/api/resource/Employee%20Checkin?fields=["device_id"]&limit_page_length=0`;
  const answer = await fetch(url, { headers: { Authorization: 'token sandbox:sandbox' } });
  const { data } = (await answer.json()) as { readonly data: readonly { readonly device_id: string }[] };
  return [...new Set(data.map((each) => each.device_id))];
}

async function cells(): Promise<readonly RosterCell[]> {
  const person = await store.findPerson(asPin('1'));
  return person ? store.cellsOfPerson(person.id) : [];
}

/** `user confirmed`, `template impossible`, for each terminal by name. */
const statesOf = (all: readonly RosterCell[]): Record<string, string> =>
  Object.fromEntries(
    all.map(({ terminal, items }) => [
      terminal.name ?? '',
      items.map(({ key, state }) => `${key.split(':')[0] ?? ''} ${state}`).join(', '),
    ]),
  );

beforeAll(async () => {
  const [terminals, api, listener, redis, free = 0] = await freePorts(5);
  sandbox = free;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: join(dir, 'data'),
    BIOLISTENER_TIME_ZONE: 'Asia/Kolkata',
    BIOLISTENER_PORT: String(terminals),
    BIOLISTENER_API_PORT: String(api),
    BIOLISTENER_LISTENER_PORT: String(listener),
    BIOLISTENER_REDIS_PORT: String(redis),
    BIOLISTENER_SANDBOX_PORT: String(sandbox),
    BIOLISTENER_LOG_FORMAT: 'json',
    BIOLISTENER_LOG_LEVEL: 'warn',
  };
  demo = spawn(process.execPath, [BIN, 'up', '--demo'], { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (part: Buffer) => (said += part.toString()));
  await until('up', () => (said.includes('Ctrl-C stops everything in order.') ? true : undefined));
  store = await openSqliteStore({ path: join(dir, 'data', 'store', 'biolistener.db') });
  opened.push(store);
});

afterAll(async () => {
  for (const each of opened) await each.close();
  if (demo.exitCode === null) demo.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

describe('the demo', () => {
  test('has approved terminals of every brand', async () => {
    const approved = await store.listTerminals({ status: 'approved' });
    expect([...new Set(approved.map(({ brand }) => brand))].toSorted()).toEqual(
      brands.map(({ name }) => name).toSorted(),
    );
  });

  test('makes check-ins of the punches of each', async () => {
    const names = (await store.listTerminals({ status: 'approved' })).map(({ name }) => name ?? '').toSorted();
    const found = await until('check-ins of every terminal', async () => {
      const devices = await devicesOfCheckIns().catch((error: unknown) => {
        seen = String(error);
        return [];
      });
      if (devices.length > 0) seen = devices.join(', ');
      return devices.length >= names.length ? devices : undefined;
    });
    expect(found.toSorted()).toEqual(names);
  });

  test('brings who is enrolled at one door to the others, and says why something cannot go there', async () => {
    const everywhere = {
      'Front door': 'user confirmed, template confirmed',
      'Back door': 'user confirmed, template confirmed',
      'Gate (access control)': 'user confirmed, template confirmed',
      'Store room (is called)': 'user confirmed, template confirmed',
      Workshop: 'user confirmed, template impossible',
      'Reception (face)': 'user confirmed, template impossible',
      'Office (Suprema)': 'user confirmed, template impossible',
    };
    const settled = await until('the first person is settled everywhere', async () => {
      const all = await cells();
      return JSON.stringify(Object.entries(statesOf(all)).toSorted()) ===
        JSON.stringify(Object.entries(everywhere).toSorted())
        ? all
        : undefined;
    });
    for (const { items } of settled)
      for (const { state, detail } of items) if (state === 'impossible') expect(detail).toMatch(/\w+ \w+/);
  });

  test('tells it, with a sentence for each that is not there', async () => {
    await until('the account', () => (said.includes('Demo Person 1, PIN 1, was enrolled at') ? true : undefined));
    expect(said).toMatch(/Workshop, fingerprint 5: [A-Z].+\./);
    expect(said).toMatch(/TERMINAL +BRAND +PUNCHES +CHECK-INS/);
  });

  test('stops with Ctrl-C', async () => {
    const exited = new Promise((done) => demo.once('exit', done));
    demo.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(said).not.toContain('"level":"error"');
  });
});
