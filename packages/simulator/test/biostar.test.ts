import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { makeSelfSigned, SimulatedBioStar, type BioStarSwitches } from '../src/index.ts';

// The simulated server does what the document says of a real one, also where that is unpleasant.

const certificate = makeSelfSigned();
let server: SimulatedBioStar;
afterEach(() => server.stop());

async function open(switches: Partial<BioStarSwitches> = {}): Promise<string> {
  server = new SimulatedBioStar({ switches, certificate });
  await server.start();
  return login();
}

/** The certificate is in the hand of the test: it is its own authority. */
const tls = { ca: certificate.certificate, servername: 'BioStar2' };
const agent = new Agent({ ...tls, keepAlive: false });

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly session: string;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(method: string, path: string, session = '', body?: object): Promise<Answer> {
  const ask = request(`${server.url}/api${path}`, { method, agent, headers: { 'bs-session-id': session } });
  ask.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(ask, 'response')) as [IncomingMessage]; // what the event brings
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const parsed = JSON.parse(text) as { Response: { code: string } }; // every answer has an envelope
  const sid = response.headers['bs-session-id'];
  return {
    status: response.statusCode ?? 0,
    code: parsed.Response.code,
    session: String(sid ?? ''),
    body: { ...parsed },
  };
}

const login = async (): Promise<string> =>
  (await call('POST', '/login', '', { User: { login_id: 'sidecar', password: 'open sesame' } })).session;

test('without a session everything is 401 and code 10', async () => {
  await open();
  expect(await call('GET', '/devices')).toMatchObject({ status: 401, code: '10' });
});

test('another login displaces the first', async () => {
  const first = await open();
  await login();
  expect((await call('GET', '/devices', first)).code).toBe('10');
});

test('known codes: 201, 65717 and 103', async () => {
  const session = await open();
  const user = { user_id: '7', start_datetime: 'a', expiry_datetime: 'b', user_group_id: { id: '99' } };
  expect((await call('GET', '/users/404', session)).code).toBe('201');
  expect((await call('POST', '/users', session, { User: user })).code).toBe('65717');
  expect((await call('GET', '/nothing', session)).code).toBe('103');
  expect(server.directory.users.size).toBe(0);
});

test('a change replaces lists that are named and leaves the rest', async () => {
  const session = await open();
  server.directory.users.set('7', {
    user_id: '7',
    name: 'A',
    access_groups: [{ id: '3' }],
    fingerprint_templates: [{}],
  });
  await call('PUT', '/users/7', session, { User: { access_groups: [] } });
  expect(server.directory.users.get('7')).toMatchObject({ name: 'A', access_groups: [], fingerprint_templates: [{}] });
});

test('a search without a limit ends the session', async () => {
  const session = await open();
  await call('POST', '/events/search', session, { Query: {} });
  expect((await call('GET', '/devices', session)).code).toBe('10');
});

test.each([
  [true, 1],
  [false, 0],
])('events asked for after the socket was bound: %s; heard: %i', async (isOrderly, heard) => {
  const session = await open();
  if (!isOrderly) expect((await call('POST', '/events/start', session, {})).code).toBe('0');
  const socket = new WebSocket(`${server.url.replace('https', 'wss')}/wsapi`, tls);
  await once(socket, 'open');
  socket.send(`bs-session-id=${session}`);
  await once(socket, 'message');
  if (isOrderly) await call('POST', '/events/start', session, {});
  expect(server.listeners()).toBe(heard);
  socket.terminate();
});

test('row numbers begin again with a month, and server time is in the zone of the server', () => {
  let now = Date.UTC(2026, 0, 31, 23, 59, 0);
  server = new SimulatedBioStar({ certificate, now: () => now, switches: { serverZoneMinutes: 60 } });
  expect(server.report({ deviceId: '7', code: 4867 })).toMatchObject({
    id: '1',
    server_datetime: '2026-02-01T00:59:00.00Z',
  });
  now = Date.UTC(2026, 1, 28, 23, 30, 0);
  expect(server.report({ deviceId: '7', code: 4867 })).toMatchObject({
    id: '1',
    index: '2',
    datetime: '2026-02-28T23:30:00.00Z',
  });
});
