import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { asPin, asSerialNumber, USER_ITEM, type SerialNumber } from '@biolistener/core';
import { ANNOUNCED, DEVICE, ErpNextClient, readHint, writeHint, type Row } from '@biolistener/erpnext';
import { startSandbox, type Sandbox, type SandboxOptions } from '@biolistener/sandbox';
import { createVault, keyringOfText } from '@biolistener/security';
import { openSqliteStore, type NewCommand, type RosterItem, type Store } from '@biolistener/store';
import { Circuit } from '../../src/circuit.ts';
import { Limiter } from '../../src/limiter.ts';
import { startDesk, type DeskDeps, type DeskPaces, type RunningDesk } from '../../src/desk/index.ts';
import { memoryLog, until } from '../helpers/bench.ts';

export const ZONE = 'Asia/Dubai';
export const vault = createVault(keyringOfText('5c'.repeat(32)));
const APP = new URL('../../../frappe', import.meta.url).pathname;

/** Hints alone move things: reconciling is asked for by the test that is about it. */
const PACES: Partial<DeskPaces> = {
  watchMs: 10,
  reconcileMs: 3_600_000,
  pushMs: 20,
  devicesMs: 0,
  perDocumentMs: 0,
  absentMs: 30,
};

/** A site with the plugin, a store, and what keeps them in step. */
export class DeskBench {
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly log = memoryLog();
  readonly circuit: Circuit;
  /** What people in Desk do. */
  readonly people: ErpNextClient;
  readonly #service: ErpNextClient;
  readonly #dir: string;
  readonly #running: RunningDesk[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  now: () => number = () => Date.now();

  private constructor(sandbox: Sandbox, store: Store, dir: string) {
    this.sandbox = sandbox;
    this.store = store;
    this.#dir = dir;
    this.people = new ErpNextClient({ url: sandbox.url, apiKey: 'manager', apiSecret: 'manager' });
    this.#service = new ErpNextClient({ url: sandbox.url, apiKey: 'service', apiSecret: 'service' });
    this.circuit = new Circuit({ now: () => Date.now(), random: () => 0.5, onChange: () => undefined });
  }

  static async open(options: SandboxOptions & { hasPlugin?: boolean } = {}): Promise<DeskBench> {
    const { hasPlugin = true, ...sandboxOptions } = options;
    const dir = await mkdtemp(join(tmpdir(), 'biolistener-desk-'));
    const store = await openSqliteStore({ path: join(dir, 'store.db') });
    const sandbox = await startSandbox({ port: 0, timeZone: ZONE, employees: 5, ...sandboxOptions });
    const bench = new DeskBench(sandbox, store, dir);
    if (hasPlugin) await bench.installPlugin();
    return bench;
  }

  async installPlugin(): Promise<void> {
    await this.sandbox.installApp(APP);
    const admin = this.admin();
    const user = (key: string, roles: string[]) =>
      admin.create('User', {
        email: `${key}@example.com`,
        first_name: key,
        api_key: key,
        api_secret: key,
        roles: roles.map((role) => ({ role })),
      });
    await user('manager', ['Biometric Manager', 'HR Manager']);
    await user('door', ['Biometric Door Operator']);
    await user('service', ['Biometric Service', 'HR User']);
    admin.close();
  }

  admin(): ErpNextClient {
    return new ErpNextClient({ url: this.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  }

  as(key: string): ErpNextClient {
    const client = new ErpNextClient({ url: this.sandbox.url, apiKey: key, apiSecret: key });
    this.#closers.push(() => Promise.resolve(client.close()));
    return client;
  }

  /** The site announces changes to a receiver that keeps hints, as the API does. */
  async hear(): Promise<void> {
    const app = express().use(express.json({ type: () => true }));
    app.post('/erpnext/webhooks', (req, res) => {
      const hint = readHint(req.body);
      const kept = hint === undefined ? Promise.resolve() : writeHint(this.store, hint);
      kept.then(
        () => void res.json({}),
        () => void res.status(503).end(), // the bench is closing
      );
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    this.#closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const admin = this.admin();
    for (const doctype of ANNOUNCED)
      for (const event of ['on_update', 'on_trash'])
        await admin.create('Webhook', {
          name: `${doctype} ${event}`,
          webhook_doctype: doctype,
          webhook_docevent: event,
          request_url: `http://127.0.0.1:${port}/erpnext/webhooks`,
          request_method: 'POST',
          request_structure: 'JSON',
          webhook_json: `{"doctype": "${doctype}", "name": {{ doc.name | tojson }}, "modified": "{{ doc.modified }}", "event": "${event}"}`,
          enabled: 1,
        });
    admin.close();
  }

  start(over: Partial<DeskDeps> = {}): RunningDesk {
    const { paces, ...deps } = over;
    const desk = startDesk({
      store: this.store,
      client: this.#service,
      targetId: 'target',
      site: { isReady: () => true, zone: () => ZONE },
      circuit: this.circuit,
      limiter: new Limiter(),
      clock: { now: () => this.now(), random: () => 0.5 },
      log: this.log,
      makeCommand: (request) => Promise.resolve({ kind: 'made', command: commandOf(request) }),
      vault,
      abilitiesOf: () => ({ commands: ['info', 'user.update'], templates: ['fingerprint'] }),
      paces: { ...PACES, ...paces },
      ...deps,
    });
    this.#running.push(desk);
    return desk;
  }

  async started(over: Partial<DeskDeps> = {}): Promise<RunningDesk> {
    const desk = this.start(over);
    await until(() => desk.status().state === 'in-step', 'in step');
    return desk;
  }

  async close(): Promise<void> {
    for (const desk of this.#running) await desk.stop();
    for (const close of this.#closers) await close();
    this.people.close();
    this.#service.close();
    await this.sandbox.stop();
    await this.store.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Somebody makes a device in Desk that is approved at once. */
  device(serial: string, more: object = {}): Promise<unknown> {
    return this.people.create(DEVICE, { serial, brand: 'zkteco', time_zone: ZONE, ...more });
  }

  doc(doctype: string, name: string): Row | undefined {
    return this.sandbox.documents(doctype).find((each) => each['name'] === name);
  }

  terminal(serial: string) {
    return this.store.findTerminal(asSerialNumber(serial));
  }

  /** A terminal calls that nobody knows. */
  calls(serial: string, brand = 'zkteco'): Promise<unknown> {
    return this.store.noteTerminal({
      serialNumber: asSerialNumber(serial),
      at: this.now(),
      address: '127.0.0.1',
      brand,
    });
  }

  /** What the roster keeper came to, of one person at one terminal. */
  async rosterSays(serial: string, personId: string, state: RosterItem['state'], more: Partial<RosterItem> = {}) {
    const nothing = { reason: undefined, detail: undefined, readBackAt: undefined };
    const item = { state, wantedDigest: 'd', putDigest: 'd', attempts: 1, ...nothing, ...more };
    const change = { personId, serialNumber: asSerialNumber(serial), key: USER_ITEM, item };
    await this.store.applyRoster([change], [], Date.now());
  }

  async marks(): Promise<string[]> {
    return (await this.store.listMarks(1000)).map(({ subject }) => subject);
  }

  /** A terminal reports somebody as its administrator. */
  async reportsAdministrator(serial: string, pin: string): Promise<void> {
    await this.store.commitUpload({
      correlationId: 'test',
      serialNumber: asSerialNumber(serial),
      brand: 'zkteco',
      operation: 'users',
      remoteAddress: '127.0.0.1',
      receivedAt: Date.now(),
      punches: [],
      users: [{ pin: asPin(pin), privilege: 14, extra: {} }],
      templates: [],
      photos: [],
      operations: [],
      results: [],
      parked: [],
    });
  }

  commandsOf(deskName: string) {
    return this.store.listCommands({ deskName, limit: 20 });
  }
}

export const sn = (text: string): SerialNumber => asSerialNumber(text);

const commandOf = (request: Parameters<DeskDeps['makeCommand']>[0]): NewCommand => {
  const { mayOpenDoors: _, askedAt: __, pin, ...rest } = request;
  return {
    ...rest,
    ...(pin === undefined ? {} : { pin }),
    mergeKey: `${rest.kind} ${JSON.stringify(rest.parameters)}`,
    priority: 5,
    deadline: Date.now() + 3_600_000,
    maxAttempts: 3,
    bytes: 100,
  };
};
