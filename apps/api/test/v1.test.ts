import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, digestOf, punchIdOf, type LocalTime, type Punch } from '@biolistener/core';
import type { EraseCertificate, ExtraPermission, TokenRole } from '@biolistener/security';
import { ROUTES } from '../src/index.ts';
import { Bench, cursorOf, NO_UPLOAD, OTHER, SECRET_BYTES, SECRET_CARD, SN } from './v1-bench.ts';

jest.setTimeout(60_000);

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  await bench.seed();
});
afterEach(() => bench.stop());

const as = (role: TokenRole, ...extra: ExtraPermission[]): Promise<string> =>
  bench.token({ name: `${role}${extra.length}`, role, extra });

/** One call for each route that changes or shows something, with a body that fits. */
const CALLS: readonly (readonly [id: string, method: string, path: string, body?: unknown])[] = [
  ['listTerminals', 'GET', '/terminals'],
  ['getTerminal', 'GET', `/terminals/${SN}`],
  ['approveTerminal', 'POST', `/terminals/${SN}/approve`, { name: 'Gate' }],
  ['blockTerminal', 'POST', `/terminals/${SN}/block`],
  ['changeTerminal', 'PATCH', `/terminals/${SN}`, { name: 'Gate' }],
  ['listUsers', 'GET', '/users'],
  ['getUser', 'GET', '/users/17'],
  ['addUser', 'POST', '/users', { pin: '42', serialNumbers: [SN] }],
  ['changeUser', 'PATCH', '/users/17', { name: 'Ann Miller' }],
  ['endUser', 'POST', '/users/17/leave'],
  ['assignUser', 'POST', '/users/17/assign', { place: 'Pune' }],
  ['unassignUser', 'POST', '/users/17/unassign', { serialNumbers: [SN] }],
  ['listTemplates', 'GET', '/users/17/templates'],
  ['eraseTemplates', 'DELETE', '/users/17/templates?confirm=17'],
  ['listCommands', 'GET', '/commands'],
  ['getCommand', 'GET', '/commands/1'],
  ['sendCommand', 'POST', '/commands', { serialNumber: SN, kind: 'info' }],
  ['retryCommand', 'POST', '/commands/1/retry'],
  ['cancelCommand', 'POST', '/commands/1/cancel'],
  ['getRosterStatus', 'GET', '/roster'],
  ['planRoster', 'GET', '/roster/plan?place=Pune'],
  ['applyRoster', 'POST', '/roster/apply', { device: SN }],
  ['listPunches', 'GET', '/punches'],
  ['tracePunch', 'GET', `/punches/${'0'.repeat(32)}`],
];

test('every route is called by a test of permissions', () => {
  expect(CALLS.map(([id]) => id).toSorted()).toEqual(ROUTES.map(({ id }) => id).toSorted());
});

describe('who may what', () => {
  const MANAGE = [
    'approveTerminal',
    'blockTerminal',
    'changeTerminal',
    'addUser',
    'changeUser',
    'endUser',
    'assignUser',
    'unassignUser',
  ];
  const OPERATE = ['sendCommand', 'retryCommand', 'cancelCommand', 'applyRoster'];
  const denied: Readonly<Record<TokenRole, readonly string[]>> = {
    viewer: [...MANAGE, ...OPERATE, 'eraseTemplates'],
    operator: [...MANAGE, 'eraseTemplates'],
    manager: ['eraseTemplates'],
  };

  test.each(['viewer', 'operator', 'manager'] as const)('a %s', async (role) => {
    const token = await as(role);
    await bench.ask(await as('manager'), 'POST', '/commands', { serialNumber: SN, kind: 'check' });
    const found: string[] = [];
    for (const [id, method, path, body] of CALLS)
      if ((await bench.ask(token, method, path, body)).status === 403) found.push(id);
    expect(found.toSorted()).toEqual(denied[role].toSorted());
  });

  test('nobody without a token, with a wrong one, or with one that was revoked or is over', async () => {
    const revoked = await as('manager');
    expect((await bench.ask(revoked, 'GET', '/users')).status).toBe(200);
    const [row] = (await bench.store.listSettings()).filter(({ key }) => key.startsWith('api.token.'));
    await bench.store.setSetting(row?.key ?? '', null, 'test');
    const over = await bench.token({ role: 'manager', expiresAt: 5 });
    for (const token of [undefined, 'x', `bl_00000000_${'A'.repeat(43)}`, revoked, over]) {
      for (const [, method, path, body] of CALLS) {
        const answer = await bench.ask(token, method, path, body);
        expect([answer.status, answer.body['error'], answer.headers.get('www-authenticate')]).toEqual([
          401,
          'API_UNAUTHORISED',
          'Bearer',
        ]);
      }
    }
    expect(await bench.store.listCommands({ limit: 10 })).toEqual([]);
  });

  test.each([
    ['door.open', {}, 'door.open'],
    ['logs.clear', { what: 'attendance' }, 'terminals'],
    ['raw', { text: 'CHECK' }, 'terminals'],
    ['user.delete', { pin: '5' }, 'people'],
  ])('an operator may not ask for %s', async (kind, parameters, permission) => {
    const answer = await bench.ask(await as('operator'), 'POST', '/commands', { serialNumber: SN, kind, parameters });
    expect([answer.status, answer.body['error']]).toEqual([403, 'API_FORBIDDEN']);
    expect(answer.body['message']).toContain(permission);
    expect(await bench.store.listCommands({ limit: 10 })).toEqual([]);
  });

  test('a door opens for whom that was given, and is not opened again by a retry of somebody else', async () => {
    const porter = await bench.token({ name: 'porter', role: 'viewer', extra: ['door.open'] });
    const opened = await bench.ask(porter, 'POST', '/commands', { serialNumber: SN, kind: 'door.open' });
    expect(opened).toMatchObject({ status: 202, body: { kind: 'door.open', askedBy: 'api:porter', state: 'queued' } });
    const id = String(opened.body['id']);
    const manager = await as('manager');
    expect((await bench.ask(manager, 'POST', `/commands/${id}/cancel`)).status).toBe(200);
    expect((await bench.ask(manager, 'POST', `/commands/${id}/retry`)).status).toBe(403);
    expect((await bench.ask(porter, 'POST', `/commands/${id}/retry`)).status).toBe(202);
    expect((await bench.ask(manager, 'POST', '/commands', { serialNumber: SN, kind: 'door.open' })).status).toBe(403);
  });

  test('a retry is judged as if it were asked now, and a door opens soon or never', async () => {
    const porter = await bench.token({ name: 'porter', role: 'manager', extra: ['door.open'] });
    const order = { serialNumber: SN, origin: 'cli', askedBy: 'cli:root', priority: 5, bytes: 40 } as const;
    const limits = { deadline: Date.now() + 1e9, maxAttempts: 1, parameters: { text: 'CHECK' } };
    const [raw, clear, door] = await bench.store.queueCommands(
      (['raw', 'logs.clear', 'door.open'] as const).map((kind) => ({ ...order, ...limits, kind })),
      Date.now(),
    );
    await bench.store.failCommands(
      [raw, clear, door].map((one) => ({ id: one?.id ?? '' })),
      Date.now(),
    );
    const retry = (id = '') => bench.ask(porter, 'POST', `/commands/${id}/retry`);
    expect((await retry(raw?.id)).body['error']).toBe('ROSTER_RAW_OFF');
    expect((await retry(clear?.id)).body['error']).toBe('ROSTER_LOGS_UNPROVEN');
    const again = await bench.store.findCommand(String((await retry(door?.id)).body['id']));
    expect(again?.deadline).toBeLessThan(Date.now() + 61_000);
  });

  test('pruning needs people as well', async () => {
    expect((await bench.ask(await as('operator'), 'POST', '/roster/apply', { prune: true })).status).toBe(403);
    expect((await bench.ask(await as('manager'), 'POST', '/roster/apply', { prune: true })).status).toBe(202);
  });
});

describe('bad input', () => {
  test.each([
    ['a field that is not known', 'PATCH', '/users/17', { nmae: 'x' }, 400],
    ['a field of another type', 'PATCH', '/users/17', { isEverywhere: 'yes' }, 400],
    ['a day that is none', 'PATCH', '/users/17', { validTo: '2026-02-30' }, 400],
    ['days in the wrong order', 'PATCH', '/users/17', { validFrom: '2026-02-03', validTo: '2026-02-02' }, 400],
    ['control characters', 'PATCH', '/users/17', { name: 'a\u001b[2J' }, 400],
    ['an array', 'PATCH', '/users/17', [], 400],
    ['no JSON', 'PATCH', '/users/17', '{', 400],
    ['a body that is too large', 'PATCH', '/users/17', { name: 'x'.repeat(300_000) }, 413],
    ['a query that is not known', 'GET', '/users?limt=5', undefined, 400],
    ['a limit that is too high', 'GET', '/users?limit=5000', undefined, 400],
    ['a cursor of somebody else', 'GET', '/punches?cursor=abc', undefined, 400],
    ['a time without a zone', 'GET', '/punches?from=2026-03-09', undefined, 400],
    ['nowhere to assign', 'POST', '/users/17/assign', {}, 400],
    ['a terminal that nobody knows', 'POST', '/users/17/assign', { serialNumbers: ['NOPE'] }, 404],
    ['a place without terminals', 'GET', '/roster?place=Atlantis', undefined, 404],
    ['a person that nobody knows', 'PATCH', '/users/99', { name: 'x' }, 404],
    ['a person twice', 'POST', '/users', { pin: '17' }, 409],
    ['two scopes', 'GET', '/roster?pin=17&device=x', undefined, 400],
    ['a zone that does not exist', 'PATCH', `/terminals/${SN}`, { zone: 'Mars/Base' }, 400],
    ['approving what never called', 'POST', '/terminals/NEW0001/approve', { zone: 'UTC' }, 404],
    ['a brand that nobody speaks', 'POST', '/terminals/NEW0001/approve', { zone: 'UTC', brand: 'nokia' }, 400],
    ['erasing without saying it twice', 'DELETE', '/users/17/templates?confirm=18', undefined, 400],
    ['a kind only the roster makes', 'POST', '/commands', { serialNumber: SN, kind: 'template.update' }, 400],
    [
      'a parameter that the brand refuses',
      'POST',
      '/commands',
      { serialNumber: SN, kind: 'enrol.start', parameters: { pin: '1', kind: 'nose' } },
      409,
    ],
    [
      'a secret by reference',
      'POST',
      '/commands',
      { serialNumber: SN, kind: 'info', parameters: { x: { $template: '1' } } },
      400,
    ],
    [
      'raw words while they are off',
      'POST',
      '/commands',
      { serialNumber: SN, kind: 'raw', parameters: { text: 'CHECK', confirmed: true } },
      409,
    ],
    ['a command that does not exist', 'POST', '/commands/77/cancel', undefined, 404],
    ['a route that does not exist', 'GET', '/nothing', undefined, 404],
    ['a method that does not exist', 'PUT', '/users', undefined, 404],
    ['a path that cannot be decoded', 'GET', '/users/%E0%A4%A', undefined, 400],
  ])('%s is told with a code and what to do', async (_, method, path, body, status) => {
    const token = await bench.token({ role: 'manager', extra: ['erase', 'door.open'] });
    const before = await bench.store.listAudit({ limit: 100 });
    const answer = await bench.ask(token, method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: expect.stringMatching(/^[A-Z]+_/), message: expect.any(String) });
    if (String(answer.body['error']).startsWith('API_')) expect(answer.body['advice']).toEqual(expect.any(String));
    expect(await bench.store.listAudit({ limit: 100 })).toEqual(before);
  });
});

describe('people', () => {
  test('are added, assigned, changed and let go, with who did it in the audit', async () => {
    const token = await bench.token({ name: 'hr-portal', role: 'manager' });
    const added = await bench.ask(token, 'POST', '/users', {
      pin: '0042',
      name: 'Bea',
      card: '5',
      serialNumbers: [OTHER],
    });
    expect(added).toMatchObject({
      status: 201,
      body: { pin: '0042', assignments: [OTHER], hasCard: true, origin: 'api' },
    });
    await bench.ask(token, 'PATCH', '/users/0042', { name: null, isEverywhere: true });
    const shown = await bench.ask(token, 'GET', '/users/0042');
    expect(shown.body).toMatchObject({ name: null, isEverywhere: true, hasCard: true });
    expect((await bench.ask(token, 'POST', '/users/0042/leave')).body).toMatchObject({ state: 'left' });
    const audit = await bench.store.listAudit({ limit: 20 });
    expect(audit.filter(({ actor }) => actor === 'api:hr-portal').length).toBeGreaterThanOrEqual(4);
  });

  test('what Desk decided stays and is named', async () => {
    await bench.store.putPerson({ pin: asPin('18'), name: 'Desk', origin: 'desk' }, 'desk:hr', 5);
    const answer = await bench.ask(await as('manager'), 'PATCH', '/users/18', { name: 'Other' });
    expect(answer.body).toMatchObject({ name: 'Desk', keptByDesk: ['name'] });
  });

  test('come in pages, each once', async () => {
    for (let i = 0; i < 7; i += 1) await bench.store.putPerson({ pin: asPin(`p${i}`), origin: 'cli' }, 'test', i);
    const token = await as('viewer');
    const pins: unknown[] = [];
    for (let more: string | undefined = ''; more !== undefined;) {
      const answer: Awaited<ReturnType<Bench['ask']>> = await bench.ask(token, 'GET', `/users?limit=3${more}`);
      expect(answer.body.items?.length).toBeLessThanOrEqual(3);
      pins.push(...(answer.body.items ?? []).map(({ pin }) => pin));
      more = cursorOf(answer);
    }
    expect(pins).toEqual(['17', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });
});

describe('rosters and commands', () => {
  test('plan changes nothing, apply queues, and an erasure leaves a certificate', async () => {
    const token = await bench.token({ name: 'all', role: 'manager', extra: ['erase'] });
    await bench.ask(token, 'POST', '/users/17/assign', { serialNumbers: [OTHER] });
    const plan = await bench.ask(token, 'GET', '/roster/plan?pin=17');
    expect(plan.body.items).toMatchObject([{ serialNumber: OTHER, pin: '17' }]);
    expect(await bench.store.listCommands({ limit: 10 })).toEqual([]);
    const applied = await bench.ask(token, 'POST', '/roster/apply', { pin: '17' });
    expect(Number(applied.body['commands'])).toBeGreaterThanOrEqual(2);
    const commands = (await bench.ask(token, 'GET', '/commands?pin=17')).body.items ?? [];
    expect(new Set(commands.map(({ origin }) => origin))).toEqual(new Set(['roster']));
    expect((await bench.ask(token, 'GET', `/roster?device=${OTHER}`)).body).toMatchObject({
      terminals: [{ serialNumber: OTHER, underWay: 2, stuck: 0 }],
    });
    const erased = await bench.ask(token, 'DELETE', '/users/17/templates?confirm=17');
    const certificate = erased.body as unknown as EraseCertificate;
    expect(certificate).toMatchObject({ erasedBy: 'api:all', keyIds: ['aabbccdd'], erased: { templates: 1 } });
    expect(certificate.digests).toContain(digestOf(Buffer.from(SECRET_BYTES)));
    expect((await bench.ask(token, 'GET', '/users/17/templates')).body.items).toEqual([]);
  });

  test('the same command that waits already is one', async () => {
    const token = await as('operator');
    const ask = () => bench.ask(token, 'POST', '/commands', { serialNumber: SN, kind: 'info' });
    const [first, second] = [await ask(), await ask()];
    expect([first.body['isMerged'], second.body['isMerged']]).toEqual([false, true]);
    expect(second.body['id']).toBe(first.body['id']);
  });
});

describe('punches', () => {
  const punchAt = (number: number, instant: number): Punch => ({
    id: punchIdOf(SN, [number]),
    serialNumber: SN,
    brand: 'zkteco',
    pin: asPin(String(number)),
    wallTime: '2026-03-09 08:30:00' as LocalTime,
    zone: 'Asia/Kolkata',
    instant,
    certainty: 'exact',
    state: 0,
    verifyMode: '1',
    workCode: undefined,
    claimedDirection: undefined,
    flags: [],
    extra: {},
    raw: Buffer.from('raw bytes of a punch'),
  });

  test('of one second come in pages, each once; one of them with its way', async () => {
    const at = Date.UTC(2026, 2, 9, 3);
    const punches = [1, 2, 3, 4, 5].map((number) => punchAt(number, number === 1 ? at + 5000 : at));
    await bench.store.commitUpload({ ...NO_UPLOAD, punches });
    const token = await as('viewer');
    const seen: unknown[] = [];
    for (let more: string | undefined = ''; more !== undefined;) {
      const answer: Awaited<ReturnType<Bench['ask']>> = await bench.ask(token, 'GET', `/punches?limit=2${more}`);
      seen.push(...(answer.body.items ?? []).map(({ pin }) => pin));
      more = cursorOf(answer);
    }
    expect(seen[0]).toBe('1');
    expect(seen.toSorted()).toEqual(['1', '2', '3', '4', '5']);
    const traced = await bench.ask(token, 'GET', `/punches/${punches[0]?.id ?? ''}`);
    expect(traced.body).toMatchObject({ pin: '1', correlationId: 'c-1', deliveries: [] });
    expect(traced.text).not.toContain('raw bytes');
  });
});

test('no reply holds biometrics, passwords, cards or keys', async () => {
  const token = await bench.token({ role: 'manager', extra: ['door.open', 'erase'] });
  await bench.ask(token, 'POST', '/users/17/assign', { place: 'Pune' });
  await bench.ask(token, 'POST', '/roster/apply', {});
  const replies = await Promise.all(
    CALLS.filter(([, method]) => method === 'GET').map(([, method, path]) => bench.ask(token, method, path)),
  );
  const text = replies.map((reply) => reply.text).join('\n');
  expect(text).toContain('fingerprint');
  for (const secret of [
    SECRET_BYTES,
    Buffer.from(SECRET_BYTES).toString('base64'),
    SECRET_CARD,
    '4711',
    'hush-hush',
    'sealed',
    'digest',
  ])
    expect(text).not.toContain(secret);
});

describe('floods', () => {
  test('of one token are told to wait, others are served', async () => {
    await bench.stop();
    const many = { burst: 1000, perSecond: 0 };
    bench = await Bench.open({ limits: { perToken: { burst: 2, perSecond: 0 }, perStranger: many } });
    const [loud, quiet] = [await bench.token({ name: 'loud' }), await bench.token({ name: 'quiet' })];
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await bench.ask(loud, 'GET', '/users')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await bench.ask(loud, 'GET', '/users')).headers.get('retry-after')).toBe('1');
    expect((await bench.ask(quiet, 'GET', '/users')).status).toBe(200);
  });

  test('of wrong tokens are told to wait, and a right one is served all the same', async () => {
    await bench.stop();
    const many = { burst: 1000, perSecond: 0 };
    bench = await Bench.open({ limits: { perToken: many, perStranger: { burst: 2, perSecond: 0 } } });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await bench.ask('guess', 'GET', '/users')).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await bench.ask(await bench.token(), 'GET', '/users')).status).toBe(200);
  });
});
