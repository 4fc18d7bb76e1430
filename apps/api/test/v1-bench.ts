import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrand } from '@biolistener/brands';
import { asPin, asSerialNumber, digestOf, type JsonObject } from '@biolistener/core';
import { DEFAULT_ROSTER_SETTINGS, viewOf } from '@biolistener/roster';
import { createToken, createVault, keyringOfText, tokenSetting, type ApiToken } from '@biolistener/security';
import { openSqliteStore, type Store, type Upload } from '@biolistener/store';
import { openMetrics, silentLog } from '@biolistener/telemetry';
import { startApi, type ApiOptions, type RunningServer } from '../src/index.ts';

export const SN = asSerialNumber('GATE000001');
export const OTHER = asSerialNumber('HALL000002');
export const SECRET_BYTES = 'features that nobody may see';
export const SECRET_CARD = '99887766';
const PROFILE: JsonObject = { dialect: 'ATT', fingerprintVersion: '10', pushKey: 'hush-hush' };
const T0 = Date.UTC(2026, 2, 9, 3, 0, 0);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // whatever JSON came
  readonly body: Record<string, unknown> & { items?: Record<string, unknown>[] };
}

/** The cursor of the next page, as a query; undefined: this was the last. */
export const cursorOf = ({ body: { next } }: Answer): string | undefined =>
  typeof next === 'string' ? `&cursor=${next}` : undefined;

/** The API over a real store and real HTTP, with tokens of any role. */
export class Bench {
  readonly store: Store;
  readonly #dir: string;
  readonly #server: RunningServer;

  constructor(store: Store, dir: string, server: RunningServer) {
    this.store = store;
    this.#dir = dir;
    this.#server = server;
  }

  static async open(own: Partial<NonNullable<ApiOptions['v1']>> = {}): Promise<Bench> {
    const dir = mkdtempSync(join(tmpdir(), 'biolistener-v1-'));
    const store = await openSqliteStore({ path: join(dir, 'store.db') });
    const many = { burst: 100_000, perSecond: 1 };
    const server = await startApi({
      host: '127.0.0.1',
      port: 0,
      checks: new Map(),
      metrics: openMetrics({ withProcess: false }),
      log: silentLog,
      store,
      v1: {
        rulesOf: (brand) => findBrand(brand)?.roster,
        objectionTo(terminal, kind, parameters) {
          const encoded = findBrand(terminal.brand)?.encode(
            { id: '1', kind, parameters },
            { now: T0, terminal: viewOf(terminal) },
          );
          return encoded?.kind === 'refused'
            ? { kind: 'refused', code: encoded.reason, detail: encoded.detail }
            : undefined;
        },
        rosterSettings: () => DEFAULT_ROSTER_SETTINGS,
        now: Date.now,
        keyIds: () => ['aabbccdd'],
        limits: { perToken: many, perStranger: many },
        ...own,
      },
    });
    return new Bench(store, dir, server);
  }

  async token(words: Partial<Omit<ApiToken, 'id'>> = {}): Promise<string> {
    const { text, token, value } = createToken({
      ...{ name: 'test', role: 'viewer', extra: [], createdAt: T0, createdBy: 'test', expiresAt: undefined },
      ...words,
    });
    await this.store.setSetting(tokenSetting(token.id), value, 'test');
    return text;
  }

  async ask(token: string | undefined, method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.#server.port}/api/v1${path}`, {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Answer['body'] };
  }

  /** Two approved terminals, a template and a person. */
  async seed(): Promise<void> {
    const { store } = this;
    for (const serialNumber of [SN, OTHER]) {
      const settings = { zone: 'Asia/Kolkata', place: 'Pune', options: { commKey: 'hush-hush' } };
      await store.changeTerminal(serialNumber, { status: 'approved', settings }, 'test', 'zkteco');
      await store.noteContacts([{ serialNumber, at: T0, address: '192.0.2.1', profile: PROFILE }]);
    }
    const vault = createVault(keyringOfText('ab'.repeat(32)));
    const data = Buffer.from(SECRET_BYTES);
    const head = { pin: asPin('17'), kind: 'fingerprint', no: 6, index: 0, version: '10', algorithm: 'zk' } as const;
    const rest = { isValid: true, isDuress: false, encoding: 'base64', size: data.length } as const;
    const template = { ...head, ...rest, digest: digestOf(data), sealed: vault.seal('template', data) };
    await store.commitUpload({ ...NO_UPLOAD, templates: [template] });
    const password = vault.seal('user', Buffer.from('{"password":"4711"}'));
    const person = { pin: asPin('17'), name: 'Ann', card: SECRET_CARD, password, origin: 'cli' } as const;
    await store.putPerson(person, 'test', T0);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.store.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export const NO_UPLOAD: Upload = {
  correlationId: 'c-1',
  serialNumber: SN,
  brand: 'zkteco',
  operation: 'cdata/OPERLOG',
  remoteAddress: '192.0.2.1',
  receivedAt: T0,
  punches: [],
  users: [],
  templates: [],
  photos: [],
  operations: [],
  results: [],
  parked: [],
};
