import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asPin, asSerialNumber } from '@biolistener/core';
import { DEVICE, DEVICE_COMMAND, DEVICE_USER, type ErpNextClient } from '@biolistener/erpnext';
import type { SimulatedTerminal } from '@biolistener/simulator';
import { redisContents, secretScan, type Finding, type Secret, type SecretScan } from '@biolistener/testing';
import { Redis } from 'ioredis';
import { ask, zkPost } from '../support/raw-http.ts';
import { setDeskStage, until, ZONE, type DeskStage } from './desk-stage.ts';

// Templates and secrets go all their ways with the log at its most talkative; then everything that anybody can read is searched for them.

jest.setTimeout(240_000);

const BIN = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');

const WEBHOOK_SECRET = 'whk-6d1f0b7a52c94e83-for-the-scan';
const PASSWORD = '58203917';
const COMM_KEY = '90817263';
const PIN = '0042';
const [GATE, YARD, OFFICE, STRANGER] = ['SCANE2E00001', 'SCANE2E00002', 'SCANE2E00003', 'SCANE2E00004'];
const OTHER = { pin: '61', name: 'Omar Haddad', password: '39175820' };

interface Place {
  readonly source: string;
  readonly content: string;
}

let stage: DeskStage;
let manager: ErpNextClient;
let gate: SimulatedTerminal;
let yard: SimulatedTerminal;
let office: SimulatedTerminal;
let token: string;
const secrets: Secret[] = [];
/** What people typed and got back, errors included. */
const replies: Place[] = [];

const cli = async (...words: string[]): Promise<string> => {
  const said = await new Promise<{ stdout: string; stderr: string }>((done) => {
    // whatever it ends with: a refusal has words too
    execFile(process.execPath, [BIN, ...words], { env: stage.env }, (_, stdout, stderr) => done({ stdout, stderr }));
  });
  replies.push({ source: `biolistener ${words.slice(0, 2).join(' ')}`, content: `${said.stdout}\n${said.stderr}` });
  return said.stdout;
};

const get = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
  const answer = await fetch(`http://127.0.0.1:${stage.ports.api}${path}`, { headers });
  replies.push({ source: `GET ${path}`, content: `${answer.status} ${await answer.text()}` });
};

async function enrolEverywhere(): Promise<void> {
  gate.enrol({ pin: PIN, name: 'Nadia Rahman', password: PASSWORD });
  for (const finger of [3, 6]) {
    const { data } = gate.enrolTemplate(PIN, 'fingerprint', finger);
    secrets.push({ name: `finger ${finger}`, value: data });
  }
  const devices = [GATE, YARD].map((device) => ({ device }));
  await manager.create(DEVICE_USER, { user_id: PIN, user_name: 'Nadia Rahman', devices });
  const fingersAtYard = (): number => yard.people().find(({ pin }) => pin === PIN)?.templates.length ?? 0;
  await until('both fingers are at the other terminal', () => fingersAtYard() === 2);
  await until('read back', async () => (await manager.get(DEVICE_USER, PIN))['sync_state'] === 'In Sync');
  const order = { device: GATE, type: 'Get Enroll Data', device_user: PIN, manager_order: 1 };
  const { name } = (await manager.create(DEVICE_COMMAND, order)).data;
  // a terminal may refuse to tell a part of it; what counts here is that it was asked and answered
  await until('ended', async () => {
    const { status } = await manager.get(DEVICE_COMMAND, String(name));
    return status === 'Success' || status === 'Failed';
  });
}

/** The other make: binary, in blocks. */
async function enrolAtTheOffice(): Promise<void> {
  office.enrol(OTHER);
  secrets.push({ name: 'finger of the other make', value: office.enrolTemplate(OTHER.pin, 'fingerprint', 1).data });
  await until('its finger is known', async () => (await stage.store.templatesOf(asPin(OTHER.pin))).length > 0);
}

/** What is kept although nobody understands it, or nobody knows whose it is. */
async function sendWhatIsKeptAside(): Promise<void> {
  const finger = Buffer.from(secrets[0]?.value ?? '').toString('base64');
  const row = `FP PIN=77\tFID=1\tSize=${finger.length}\tValid=1\tTMP=${finger}\n`;
  const broken = `FP PIN=\tFID=x\tSize=9\tTMP=${finger}\nUSER PIN=77\tPasswd=${PASSWORD}\tWhat=?\n`;
  await ask(stage.ports.terminals, zkPost(STRANGER, 'OPERLOG', row)); // pending: quarantined
  await ask(stage.ports.terminals, zkPost(GATE, 'OPERLOG', broken));
  await ask(stage.ports.terminals, zkPost(GATE, 'NOSUCHTABLE', row));
  await ask(stage.ports.terminals, Buffer.from(`POST /iclock/cdata?SN=${GATE}&table=OPERLOG HTTP/1.1\r\n\r\n${row}`));
}

beforeAll(async () => {
  stage = await setDeskStage({
    webhookSecret: WEBHOOK_SECRET,
    env: { BIOLISTENER_LOG_LEVEL: 'debug' },
  });
  manager = stage.as('manager');
  gate = stage.terminal('zkteco', 'tft-sdk231', GATE);
  yard = stage.terminal('zkteco', 'tft-sdk231', YARD);
  office = stage.terminal('ebkn', 'zfkl101', OFFICE);
  for (const serial of [GATE, YARD, OFFICE]) {
    await until(`${serial} is shown`, () => manager.get(DEVICE, serial).catch(() => undefined));
    await manager.update(DEVICE, serial, { time_zone: ZONE, comm_key: COMM_KEY });
    await until(`${serial} is approved`, async () => (await manager.get(DEVICE, serial))['status'] === 'Approved');
  }
  await enrolEverywhere();
  await enrolAtTheOffice();
  await sendWhatIsKeptAside();
  token = (JSON.parse(await cli('token', 'create', 'scan', '--role', 'manager', '--json')) as { token: string }).token;
  replies.length = 0; // the token is shown there, once
  secrets.push(
    { name: 'password', value: PASSWORD },
    { name: 'password of the other make', value: OTHER.password },
    { name: 'comm key', value: COMM_KEY },
    { name: 'webhook secret', value: WEBHOOK_SECRET },
    { name: 'API secret of the site', value: stage.keys.apiSecret },
    { name: 'token', value: token },
    ...masterKeys(),
  );
});

afterAll(() => stage.stop());

const KEYS = () => join(stage.dir, 'data', 'keys');

const masterKeys = (): Secret[] =>
  readdirSync(KEYS(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({
      name: `key file ${entry.name}`,
      value: readFileSync(join(entry.parentPath, entry.name)).toString('utf8').trim(),
    }));

async function askForEverything(): Promise<void> {
  const bearer = { Authorization: `Bearer ${token}` };
  for (const path of ['/', '/health', '/metrics', '/nothing']) await get(path);
  const [command] = await stage.store.listCommands({
    pin: (await stage.store.listPersons({ limit: 1 }))[0]!.pin,
    limit: 1,
  });
  for (const path of [
    'users',
    `users/${PIN}`,
    `users/${PIN}/templates`,
    'terminals',
    `terminals/${GATE}`,
    'commands?limit=100',
    `commands/${command?.id ?? ''}`,
    'roster',
    'punches',
    'users/no-such',
    'openapi.json',
  ])
    await get(`/api/v1/${path}`, bearer);
  await get('/api/v1/users', { Authorization: `Bearer ${token}x` });
  for (const words of [
    ['user', 'show', PIN],
    ['template', 'list', PIN],
    ['command', 'list'],
    ['command', 'show', command?.id ?? ''],
    ['roster', 'status'],
    ['device', 'show', GATE],
    ['parked', 'list'],
    ['config', 'show'],
    ['config', 'list'],
    ['token', 'list'],
    ['keys', 'list'],
    ['trace', GATE],
    ['doctor'],
  ])
    await cli(...words, '--json');
}

async function redisPlaces(): Promise<Place[]> {
  const redis = new Redis({ port: stage.ports.redis, host: '127.0.0.1' });
  try {
    const contents = await redisContents(redis);
    expect(contents.length).toBeGreaterThan(0);
    return contents.map(({ key, content }) => ({ source: `redis ${key}`, content }));
  } finally {
    redis.disconnect();
  }
}

/** As whoever may read everything on the site sees it. */
async function siteRows(): Promise<Place[]> {
  const admin = stage.as('desk-manager');
  const doctypes = [DEVICE, DEVICE_USER, DEVICE_COMMAND, 'Webhook', 'Webhook Request Log', 'User', 'Employee', 'File'];
  const places = await Promise.all(
    doctypes.map(async (doctype) => {
      const names = await admin.list(doctype, { fields: ['name'], orderBy: 'name asc', length: 500 });
      const rows = await Promise.all(names.map(({ name }) => admin.get(doctype, String(name))));
      return { source: `site ${doctype}`, content: JSON.stringify(rows) };
    }),
  );
  for (const doctype of [DEVICE, DEVICE_USER, DEVICE_COMMAND])
    expect(places.find(({ source }) => source === `site ${doctype}`)?.content.length).toBeGreaterThan(2);
  return places;
}

/** What the site itself has to know; a real one seals it in its database, the sandbox keeps it in its file. */
const OF_THE_SITE = new Set(['comm key', 'webhook secret', 'API secret of the site']);

/** Every file of the installation but the keys themselves, the sandbox's and Redis' files included. */
const files = (scan: SecretScan): Finding[] =>
  scan
    .scanFolder(join(stage.dir, 'data'))
    .filter(({ source }) => !source.startsWith(KEYS()))
    .filter(({ source, secret }) => !(source.includes('/data/sandbox/') && OF_THE_SITE.has(secret)));

async function findings(scan: SecretScan): Promise<string[]> {
  const places = [
    ...Object.entries(stage.children).map(([name, { said }]) => ({ source: `log of ${name}`, content: said })),
    ...replies,
    ...(await redisPlaces()),
    ...(await siteRows()),
  ];
  const found = [...places.flatMap(({ source, content }) => scan.scan(source, content)), ...files(scan)];
  return found.map(({ secret, form, source }) => `${secret} (${form}) in ${source.replace(stage.dir, '')}`).toSorted();
}

describe('after people were enrolled, read back, refused and asked about', () => {
  test('no log, reply, page, metric, key of Redis, row of the site or file holds a template or a secret', async () => {
    await askForEverything();
    expect(replies.filter(({ content }) => content.includes('Nadia')).length).toBeGreaterThan(0);
    expect(stage.children.up.said).toContain('"level":"debug"');
    expect(await stage.store.listQuarantine(asSerialNumber(STRANGER), 10)).not.toEqual([]);
    expect(await findings(secretScan(secrets))).toEqual([]);
  });

  test('the same search finds what is put there', async () => {
    const planted = 'a planted secret, 0123456789';
    const scan = secretScan([{ name: 'planted', value: planted }]);
    const redis = new Redis({ port: stage.ports.redis, host: '127.0.0.1' });
    await redis.hset('planted', 'data', Buffer.from(planted).toString('base64'));
    redis.disconnect();
    await manager.update(DEVICE, GATE, { device_name: planted });
    writeFileSync(join(stage.dir, 'data', 'planted.log'), Buffer.from(planted).toString('hex'));
    await until('the store has it', async () =>
      (await stage.store.listTerminals({})).some(({ name }) => name === planted),
    );
    replies.length = 0;
    await get('/');
    const found = await findings(scan);
    for (const place of ['redis planted', 'site Biometric Device', 'GET /', '/data/planted.log', '/data/store/'])
      expect(found.filter((line) => line.includes(` in ${place}`))).not.toEqual([]);
  });
});
