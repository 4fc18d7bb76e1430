import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  asSerialNumber,
  messageOf,
  toLocal,
  wallDifferenceSeconds,
  type JsonObject,
  type Terminal,
} from '@biolistener/core';
import { loadSettings, type Settings } from '@biolistener/config';
import {
  commKeySetting,
  diagnose,
  parseCommKey,
  pullLease,
  STANDARD_PORT,
  type ConnectionOptions,
  type Diagnosis,
} from '@biolistener/pull';
import { openWebhookSecret, sealWebhookSecret } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import { CommandFailure, EXIT, Unhealthy } from '../exit-codes.ts';
import { print, printable } from '../output.ts';
import { parseLabel, parseRole, parseZone } from '../parse/device-options.ts';
import { actorHere } from '../services/actor.ts';
import { openVault } from '../services/site.ts';
import { findTerminal } from '../services/terminals.ts';
import { withStore } from '../services/with-store.ts';
import { diagnosisText } from '../views/device-test.ts';

export interface CallOptions {
  readonly json?: boolean;
  readonly port?: string;
  readonly udp?: boolean;
  readonly keyFile?: string;
  readonly zone?: string;
  readonly name?: string;
  readonly role?: string;
  readonly place?: string;
}

const HOST = /^[A-Za-z0-9.:-]{1,253}$/;
const LEASE_MS = 120_000;

/** Errors: usage (2). The key is read here and printed nowhere. */
function targetOf(host: string, { port, udp, keyFile }: CallOptions): ConnectionOptions {
  if (!HOST.test(host)) throw new CommandFailure(`${JSON.stringify(host)} is no address`, EXIT.usage);
  const number = port === undefined ? STANDARD_PORT : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new CommandFailure('--port must be a whole number from 1 to 65535', EXIT.usage);
  const commKey = keyFile === undefined ? 0 : readKey(keyFile);
  return { host, port: number, transport: udp === true ? 'udp' : 'tcp', commKey };
}

function readKey(file: string): number {
  const key = parseCommKey(readText(file));
  if (key !== undefined) return key;
  throw new CommandFailure(
    `${file} holds no communication key`,
    EXIT.usage,
    'It is a number of 1 to 6 digits, alone in the file.',
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`the key cannot be read: ${messageOf(error)}`, EXIT.usage);
  }
}

const diagnoseIn = (target: ConnectionOptions, zone: string): Promise<Diagnosis> =>
  diagnose(target, ({ clock }) => clock && wallDifferenceSeconds(clock, toLocal(Date.now(), zone)));

export async function testDevice(where: string, options: CallOptions): Promise<void> {
  const known = await knownTarget(where, options);
  if (known === 'unknown')
    return report(await diagnoseIn(targetOf(where, options), loadSettings().settings.timeZone), options);
  report(known, options);
}

function report(diagnosis: Diagnosis, options: CallOptions): void {
  print(options, diagnosis, () => diagnosisText(diagnosis));
  if (diagnosis.steps.some(({ isOk }) => !isOk)) throw new Unhealthy();
}

/**
 * One that was added, by serial number or address: with the address and the key that are kept, and only while nobody else speaks
 * with it. An address that nobody added is tried as it is, also where there is no store yet.
 */
async function knownTarget(where: string, options: CallOptions): Promise<Diagnosis | 'unknown'> {
  const isAddress = /^[\d.]+$|:/.test(where);
  try {
    return await withStore(async ({ store, settings }) => {
      const terminal = isAddress ? await terminalAt(where, options, store) : await findTerminal(store, where);
      const address = terminal?.options?.['address'];
      if (!terminal || typeof address !== 'string') return 'unknown';
      const target = await targetFor(terminal, address, options, store, settings);
      return alone(store, terminal.serialNumber, () => diagnoseIn(target, terminal.zone ?? settings.timeZone));
    });
  } catch (error) {
    if (isAddress && error instanceof CommandFailure && error.exitCode === EXIT.notFound) return 'unknown';
    throw error;
  }
}

/** The terminal that is called at this address; two may stand behind one, at ports of their own. */
async function terminalAt(host: string, { port }: CallOptions, store: Store): Promise<Terminal | undefined> {
  const terminals = await store.allTerminals();
  return terminals.find(
    ({ options = {} }) => options['address'] === host && portIn(options) === (port ?? String(STANDARD_PORT)),
  );
}

async function targetFor(
  { serialNumber, options = {} }: Terminal,
  address: string,
  given: CallOptions,
  store: Store,
  settings: Settings,
): Promise<ConnectionOptions> {
  const base = targetOf(address, { ...given, port: given.port ?? portIn(options) });
  const transport = options['transport'] === 'udp' ? 'udp' : base.transport;
  if (given.keyFile !== undefined) return { ...base, transport };
  const row = (await store.listSettings()).find(({ key }) => key === commKeySetting(serialNumber));
  const text = row === undefined ? undefined : openWebhookSecret(openVault(settings), row.value);
  return { ...base, transport, commKey: parseCommKey(text ?? '') ?? 0 };
}

const portIn = ({ port }: JsonObject): string => String(typeof port === 'number' ? port : STANDARD_PORT);

/** A terminal has room for one connection; the service's own must not be disturbed. */
async function alone<T>(store: Store, serialNumber: string, work: () => Promise<T>): Promise<T> {
  const [name, owner] = [pullLease(serialNumber), randomUUID()];
  if (!(await store.claimLease(name, owner, LEASE_MS, Date.now())))
    throw new CommandFailure(
      `the service speaks with ${printable(serialNumber)} right now, so it can be reached`,
      EXIT.failed,
      '`biolistener device show` tells when it was read last. To test it by itself, stop the worker for a moment.',
    );
  try {
    return await work();
  } finally {
    await store.releaseLease(name, owner);
  }
}

/** Tries the terminal first: what cannot be reached is not added. */
export async function addDevice(address: string, options: CallOptions): Promise<void> {
  const given = options.zone === undefined ? undefined : parseZone(options.zone);
  const target = targetOf(address, options);
  await withStore(async ({ store, settings }) => {
    const zone = given ?? settings.timeZone;
    const there = await terminalAt(address, options, store);
    const tried = (): Promise<Diagnosis> => diagnoseIn(target, zone);
    const diagnosis = await (there ? alone(store, there.serialNumber, tried) : tried());
    const { serialNumber } = diagnosis;
    if (serialNumber === undefined) return report(diagnosis, options);
    const before = await findTerminal(store, serialNumber);
    refuseOthers(before);
    const kept = given ?? before?.zone ?? zone;
    const terminal = await add(serialNumber, target, kept, before, options, store);
    if (options.keyFile !== undefined) await keepKey(serialNumber, target.commKey, store, settings);
    print(options, { serialNumber, brand: terminal.brand, zone: kept, steps: diagnosis.steps }, () =>
      [
        diagnosisText(diagnosis),
        `${printable(serialNumber)} is called from now on, while a worker runs. Its clock is read in ${kept}.`,
      ].join('\n'),
    );
  });
}

function refuseOthers(before: Terminal | undefined): void {
  if (before?.status === 'blocked')
    throw new CommandFailure(
      `${printable(before.serialNumber)} is blocked`,
      EXIT.refused,
      'Approve it first: `biolistener device approve`.',
    );
  if (before !== undefined && before.brand !== 'zk-tcp' && before.brand !== 'zkteco')
    throw new CommandFailure(
      `${printable(before.serialNumber)} is known as a terminal of ${printable(before.brand)}`,
      EXIT.refused,
    );
}

/** One that pushes stays what it is: it is read as well, to find what it did not push. */
function add(
  serialNumber: string,
  { host, port, transport }: ConnectionOptions,
  zone: string,
  before: Terminal | undefined,
  { name, role, place }: CallOptions,
  store: Store,
): Promise<Terminal> {
  const settings = {
    zone,
    options: { ...(before?.options ?? {}), address: host, port, transport } satisfies JsonObject,
    ...(name === undefined ? {} : { name: parseLabel('--name', name) }),
    ...(role === undefined ? {} : { role: parseRole(role) }),
    ...(place === undefined ? {} : { place: parseLabel('--place', place) }),
  };
  const brand = before?.brand ?? 'zk-tcp';
  return store.changeTerminal(asSerialNumber(serialNumber), { status: 'approved', settings }, actorHere(), brand);
}

const keepKey = (serialNumber: string, key: number, store: Store, settings: Settings): Promise<void> =>
  store.setSetting(
    commKeySetting(serialNumber),
    key === 0 ? null : sealWebhookSecret(openVault(settings), String(key)),
    actorHere(),
  );
