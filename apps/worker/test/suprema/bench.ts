import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrand } from '@biolistener/brands';
import { asSerialNumber, type SerialNumber } from '@biolistener/core';
import { createVault, keyringOfText } from '@biolistener/security';
import { makeSelfSigned, SimulatedBioStar, type BioStarEvent, type BioStarSwitches } from '@biolistener/simulator';
import { openSqliteStore, type Store } from '@biolistener/store';
import { startSuprema, type RunningSuprema, type SupremaPace, type SupremaServer } from '../../src/index.ts';
import { BioStarApi } from '../../src/suprema/api.ts';
import { PACE } from '../../src/suprema/settings.ts';
import { memoryLog } from '../helpers/bench.ts';

export const GATE = asSerialNumber('546832590');
export const PASSWORD = 'open sesame';

/** One certificate for all tests of a file: making keys takes a while. */
const certificate = makeSelfSigned();
export const vault = createVault(keyringOfText('5c'.repeat(32)));

/** Hurried, and so that only what a test waits for happens. */
export const HURRY: Partial<SupremaPace> = {
  roundMs: 60,
  devicesMs: 60,
  commandsMs: 30,
  reconnectMs: [20, 40],
  stepMs: 4_000,
  scanMs: 300,
  leaseMs: 50,
};

/** Resolves once it is so; fails with what it was about. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 90_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await sleep(10);
  }
}

/** A BioStar server, a store, and as many peers as a test wants. */
export class SupremaBench {
  readonly biostar: SimulatedBioStar;
  readonly store: Store;
  readonly log = memoryLog();
  nudges = 0;
  readonly #dir: string;
  readonly #peers: RunningSuprema[] = [];
  readonly #apis: BioStarApi[] = [];
  #nextAt = 0;

  private constructor(biostar: SimulatedBioStar, store: Store, dir: string) {
    this.biostar = biostar;
    this.store = store;
    this.#dir = dir;
  }

  static async open(switches: Partial<BioStarSwitches> = {}, now?: () => number): Promise<SupremaBench> {
    const dir = await mkdtemp(join(tmpdir(), 'biolistener-suprema-'));
    const store = await openSqliteStore({ path: join(dir, 'store.db') });
    const biostar = new SimulatedBioStar({ switches, certificate, ...(now === undefined ? {} : { now }) });
    biostar.addDevice(GATE, 'Gate 1');
    await biostar.start();
    return new SupremaBench(biostar, store, dir);
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) await peer.stop();
    for (const api of this.#apis) api.close();
    await this.biostar.stop();
    await this.store.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  server(change: Partial<SupremaServer> = {}): SupremaServer {
    return {
      url: this.biostar.url,
      login: 'sidecar',
      password: PASSWORD,
      pin: certificate.fingerprint,
      zone: 'UTC',
      firstDays: 30,
      ...change,
    };
  }

  api(change: Partial<SupremaServer> = {}, pace: Partial<SupremaPace> = {}, now: () => number = Date.now): BioStarApi {
    const api = new BioStarApi({ server: this.server(change), pace: { ...PACE, ...pace }, now });
    this.#apis.push(api);
    return api;
  }

  peer(change: Partial<SupremaServer> = {}, pace: Partial<SupremaPace> = {}): RunningSuprema {
    const brand = findBrand('suprema');
    if (!brand) throw new Error('the brand is not in the list');
    const peer = startSuprema({
      server: this.server(change),
      brand,
      store: this.store,
      vault,
      log: this.log,
      nudge: () => (this.nudges += 1),
      now: this.biostar.now,
      pace: { ...HURRY, ...pace },
    });
    this.#peers.push(peer);
    return peer;
  }

  async approve(
    serialNumber: SerialNumber = GATE,
    options: Readonly<Record<string, string | boolean>> = {},
  ): Promise<void> {
    const settings = { zone: 'Asia/Dubai', options };
    await this.store.changeTerminal(serialNumber, { status: 'approved', settings }, 'test', 'suprema');
  }

  /** A punch at the gate, a second after the one before. */
  punch(change: Partial<BioStarEvent> = {}): void {
    const at = new Date(Math.floor(this.biostar.now() / 1000) * 1000 - 3_600_000 + ++this.#nextAt * 1000);
    this.biostar.report({ deviceId: GATE, code: 4867, userId: '2041', at, ...change });
  }

  async punches(serialNumber: SerialNumber = GATE): Promise<number> {
    return (await this.store.findTerminal(serialNumber))?.punches ?? 0;
  }

  waitForPunches(count: number, withinMs?: number): Promise<void> {
    return until(`${count} punches`, async () => (await this.punches()) === count, withinMs);
  }
}
