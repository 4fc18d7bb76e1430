import { afterEach, expect, test } from '@jest/globals';
import { createEbknTerminal, type EbknOptions, type FaultName, type SimulatedTerminal } from '@biolistener/simulator';
import { ebknReply, FakeEbknServer, frameOf, jsonOf } from './support/fake-ebkn-server.ts';

const servers: FakeEbknServer[] = [];
const terminals: SimulatedTerminal[] = [];

async function setUp(options: Partial<EbknOptions> = {}) {
  const server = new FakeEbknServer();
  servers.push(server);
  const target = await server.open();
  const terminal = createEbknTerminal({ serialNumber: 'TEST0001', target, seed: 3, timeScale: 0.002, ...options });
  terminals.push(terminal);
  return { server, terminal };
}

/** The results of commands: id, return code, JSON. */
const results = (server: FakeEbknServer) =>
  server.seen('send_cmd_result').map((each) => ({
    id: each.header('trans_id'),
    code: each.header('cmd_return_code'),
    json: each.header('blk_no') === '0' ? jsonOf(each) : 'in blocks',
  }));

afterEach(async () => {
  await Promise.all(terminals.splice(0).map((each) => each.stop()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

test('runs the commands that come with polls, one by one, and posts each result under its id', async () => {
  const { server, terminal } = await setUp();
  const user = { user_id: '42', user_name: 'Ana', user_privilege: 'USER' };
  const list = [{ backup_number: 0, enroll_data: 'BIN_1' }];
  server.commands.push(
    { id: '1', command: 'SET_USER_INFO', body: frameOf({ ...user, enroll_data_array: list }, Buffer.from('finger')) },
    { id: '2', command: 'SET_USER_NAME', body: frameOf({ user_id: '42', user_name: 'Zoë' }) },
    { id: '3', command: 'GET_USER_INFO', body: frameOf({ user_id: '42' }) },
    { id: '4', command: 'SET_TIME', body: frameOf({ time: '20260102030405' }) },
    { id: '5', command: 'SET_TIME', body: frameOf({ time: '20260230030405' }) },
    { id: '6', command: 'SET_FK_NAME', body: frameOf({ fk_name: 'DOOR' }) },
    { id: '7', command: 'GET_DEVICE_STATUS' },
    { id: '8', command: 'OPEN_DOOR' },
    { id: '9', command: 'DELETE_USER', body: frameOf({ user_id: '42' }) },
  );
  terminal.start();
  await server.until(() => results(server).length >= 9);
  expect(results(server)).toEqual([
    { id: '1', code: 'OK', json: {} },
    { id: '2', code: 'OK', json: {} },
    {
      id: '3',
      code: 'OK',
      json: { user_id: '42', user_name: 'Zoë', user_privilege: 'USER', enroll_data_array: list },
    },
    { id: '4', code: 'OK', json: {} },
    { id: '5', code: 'ERROR_INVALID_PARAM', json: {} },
    { id: '6', code: 'OK', json: {} },
    { id: '7', code: 'OK', json: expect.objectContaining({ total_user_count: '1', fp_count: '1' }) },
    { id: '8', code: 'ERROR_NOT_SUPPORTED', json: {} },
    { id: '9', code: 'OK', json: {} },
  ]);
  expect(terminal.user('42')).toBeUndefined();
  expect(terminal.punch({ pin: '1' }).wallTime).toMatch(/^2026-01-02 03:04/);
  await server.until(() => server.seen('receive_cmd').some((each) => jsonOf(each)['fk_name'] === 'DOOR'));
  expect(terminal.violations).toEqual([]);
});

test('gives its log in the records of its library', async () => {
  const { server, terminal } = await setUp();
  terminal.punch({ pin: '42', at: '2026-11-21 17:59:58', state: 2, verify: 21 });
  server.commands.push({ id: '1', command: 'GET_LOG_DATA' });
  terminal.start();
  await server.until(() => results(server).length >= 1);
  const body = server.seen('send_cmd_result')[0]!.body;
  expect(body.subarray(-12).toString('hex')).toBe('2a0000000102153af9b135ee'); // R01 of protocols/ebkn-fkweb.md §7.5
});

test('says nothing to a command that its firmware does not know, and polls on', async () => {
  const { server, terminal } = await setUp({ profile: 'wf206' });
  server.commands.push(
    { id: '1', command: 'OPEN_DOOR' },
    { id: '2', command: 'GET_USER_INFO', body: frameOf({ user_id: '99' }) },
  );
  terminal.start();
  await server.until(() => server.seen('receive_cmd').length >= 4);
  expect(results(server)).toEqual([]);
});

test('refuses raw JSON where a frame is needed, and tells on the server', async () => {
  const { server, terminal } = await setUp();
  server.commands.push({ id: '1', command: 'SET_TIME', body: Buffer.from('{"time":"20260102030405"}') });
  terminal.start();
  await server.until(() => results(server).length >= 1);
  expect(results(server)[0]?.code).toBe('ERROR_INVALID_PARAM');
  expect(terminal.violations[0]?.sentence).toMatch(/text length/);
});

test('RESET_FK restarts it without a result, and its records stay', async () => {
  const { server, terminal } = await setUp();
  server.commands.push({ id: '1', command: 'RESET_FK' });
  const restarted = new Promise((resolve) => terminal.on('restart', () => resolve(true)));
  terminal.start();
  await restarted;
  terminal.punch({ pin: '1' });
  await terminal.waitUntilDrained();
  expect(results(server)).toEqual([]);
  expect(terminal.acked).toHaveLength(1);
});

test('remote enrolment answers OK at once and pushes the person later', async () => {
  const { server, terminal } = await setUp();
  const parameters = { cmd: 'enter_enroll', param: { user_id: '2', backup_number: 0 } };
  server.commands.push({ id: '1', command: 'SET_COMMAND', body: frameOf(parameters) });
  terminal.start();
  await server.until(() => server.seen('realtime_enroll_data').length >= 1);
  expect(results(server)[0]?.code).toBe('OK');
  expect(jsonOf(server.seen('realtime_enroll_data')[0]!)).toMatchObject({
    user_id: '2',
    enroll_data_array: [{ backup_number: 0, enroll_data: 'BIN_1' }],
  });
});

test('splits a big message into blocks numbered 1, 2 … 0', async () => {
  const { server, terminal } = await setUp({ overrides: { blockBytes: 1024 } });
  terminal.enrol({ pin: '7', name: 'Bo', templates: [{ kind: 'face', no: 0, data: Buffer.alloc(2500, 7) }] });
  terminal.start();
  await terminal.waitUntilDrained();
  const blocks = server.seen('realtime_enroll_data');
  expect(blocks.map((each) => each.header('blk_no'))).toEqual(['1', '2', '0']);
  expect(blocks.map((each) => each.header('blk_len'))).toEqual(blocks.map((each) => String(each.body.length)));
  expect(server.assembled[0]?.body.subarray(-2500)).toEqual(Buffer.alloc(2500, 7));
});

test('a photo goes with its record as BIN_1', async () => {
  const { server, terminal } = await setUp({ overrides: { forcesBlocks: true } });
  terminal.punch({ pin: '7', photo: Buffer.from('ffd8ffd9', 'hex') });
  terminal.start();
  await terminal.waitUntilDrained();
  const { body } = server.assembled.find((each) => each.code === 'realtime_glog')!;
  expect(jsonOf(server.requests[0]!, body)['log_image']).toBe('BIN_1');
  expect(body.subarray(-8).toString('hex')).toBe('04000000ffd8ffd9');
});

test('a refused head keeps what is behind it waiting', async () => {
  const { server, terminal } = await setUp();
  let isRefusing = true;
  server.script = (request, code) =>
    code === 'realtime_glog' && isRefusing ? ebknReply(request, 'ERROR_DB_ACCESS') : undefined;
  terminal.punch({ pin: '1', at: '2026-03-09 08:00:05' });
  terminal.punch({ pin: '2', at: '2026-03-09 08:00:05' });
  terminal.start();
  await server.until(() => server.seen('realtime_glog').length >= 3);
  expect(new Set(server.seen('realtime_glog').map((each) => jsonOf(each)['user_id']))).toEqual(new Set(['1']));
  isRefusing = false;
  await terminal.waitUntilDrained();
  expect(terminal.acked.map((each) => each.pin)).toEqual(['1', '2']);
});

test('a reply without response_code is tried again at once, and told on', async () => {
  const { server, terminal } = await setUp();
  const bare = Buffer.from('HTTP/1.1 200 OK\r\nResponse_code: OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  let times = 4;
  server.script = (_request, code) =>
    code === 'realtime_glog' && times-- > 0 ? { bytes: bare, close: true } : undefined;
  terminal.punch({ pin: '1' });
  terminal.start();
  await terminal.waitUntilDrained();
  expect(server.requests.slice(0, 5).map((each) => each.header('request_code'))).toEqual(
    Array(5).fill('realtime_glog'),
  );
  expect(terminal.violations[0]?.sentence).toMatch(/response_code is absent or in another case/);
});

test('an error page with status 500 is no reply to it', async () => {
  const { server, terminal } = await setUp();
  const page = Buffer.from('HTTP/1.1 500 Oh\r\nresponse_code: OK\r\nContent-Length: 0\r\n\r\n');
  let times = 1;
  server.script = (_request, code) =>
    code === 'realtime_glog' && times-- > 0 ? { bytes: page, close: true } : undefined;
  terminal.punch({ pin: '1' });
  terminal.start();
  await terminal.waitUntilDrained();
  expect(server.seen('realtime_glog')).toHaveLength(2);
});

const faults: readonly FaultName[] = [
  ...(['lost-reply', 'lost-request', 'hang-up', 'reset-mid-body', 'slow-body', 'wrong-length'] as const),
  ...(['half-request', 'silent-connection', 'reordered-batches', 'power-cycle', 'record-storm'] as const),
];

test.each(faults)('%s: every punch is still delivered, and counted once', async (fault) => {
  const { server, terminal } = await setUp({ faults: { [fault]: 0.4 }, seed: 5 });
  const happened = new Promise((resolve) => terminal.on('fault', resolve));
  terminal.start();
  for (let round = 0; round < 6; round++) {
    terminal.punch({ pin: String(round), at: '2026-03-09 08:00:05' });
    terminal.punch({ pin: String(round), at: '2026-03-09 08:00:06' });
    await terminal.waitUntilDrained();
  }
  await happened;
  expect(terminal.acked).toHaveLength(12);
  expect(server.logs.size).toBe(12);
  expect(terminal.violations).toEqual([]);
});

test.each(['resend-last-block', 'power-cut-mid-transfer'] as const)(
  '%s: the message still arrives whole',
  async (fault) => {
    const { server, terminal } = await setUp({ faults: { [fault]: 0.5 }, overrides: { forcesBlocks: true }, seed: 9 });
    const happened = new Promise((resolve) => terminal.on('fault', resolve));
    terminal.start();
    for (let at = 0; at < 6; at++) {
      terminal.punch({ pin: String(at), at: '2026-03-09 08:00:05' });
      await terminal.waitUntilDrained();
    }
    await happened;
    const whole = server.assembled.filter((each) => each.code === 'realtime_glog' && each.body.length > 60);
    expect(whole.length).toBeGreaterThanOrEqual(6);
    expect(terminal.acked).toHaveLength(6);
  },
);
