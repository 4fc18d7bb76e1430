import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createZktecoTerminal,
  everyFault,
  type FaultName,
  type SimulatedTerminal,
  type ZktecoOptions,
} from '@biolistener/simulator';
import { FakeZktecoServer, linesOf, zkReply } from './support/fake-zkteco-server.ts';

const servers: FakeZktecoServer[] = [];
const terminals: SimulatedTerminal[] = [];

async function setUp(options: Partial<ZktecoOptions> = {}) {
  const server = new FakeZktecoServer();
  servers.push(server);
  const target = await server.open();
  const terminal = createZktecoTerminal({
    serialNumber: 'TST9000000001',
    target,
    seed: 3,
    timeScale: 0.002,
    ...options,
  });
  terminals.push(terminal);
  return { server, terminal };
}

const results = (server: FakeZktecoServer): string =>
  server
    .seen('devicecmd')
    .map((each) => each.body.toString())
    .join('');

afterEach(async () => {
  await Promise.all(terminals.splice(0).map((each) => each.stop()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

describe('conformance cases of protocols/zkteco-push.md §7', () => {
  test('C67: a command without its line end is not executed', async () => {
    const { server, terminal } = await setUp({ profile: 'tft-sdk231' });
    let isGiven = false;
    server.script = (request, operation) => {
      if (operation !== 'getrequest' || isGiven) return undefined;
      isGiven = true;
      return zkReply(request, 'C:1:CHECK\nC:2:INFO');
    };
    terminal.start();
    await server.until(() => server.seen('handshake').length >= 2 && server.seen('getrequest').length >= 3);
    expect(results(server)).toBe('ID=1&Return=0&CMD=CHECK\n');
    expect(terminal.violations.map((each) => each.sentence)).toEqual([
      '§4.1: the last command has no line end and is never executed',
    ]);
  });

  test('C68: SET OPTIONS is dropped without a result, an unknown verb is answered with -22', async () => {
    const { server, terminal } = await setUp({ profile: 'tft-sdk231' });
    server.commands.push('C:3:SET OPTIONS DateTime=1', 'C:4:FOO');
    terminal.start();
    await server.until(() => server.seen('devicecmd').length >= 1 && server.seen('getrequest').length >= 3);
    expect(results(server)).toBe('ID=4&Return=-22&CMD=UNKNOWN CMD\n');
  });

  test.each([
    { reply: 'OK', handshakes: 1, name: 'OK lets the terminal poll on' },
    { reply: 'OK\n', handshakes: 1, name: 'OK with a line end makes it wait, but stay' },
    { reply: '', handshakes: 2, name: 'an empty body takes it offline' },
    { reply: 'UNKNOWN DEVICE', handshakes: 2, name: 'UNKNOWN DEVICE asks for a new handshake' },
  ])('C69: $name', async ({ reply, handshakes }) => {
    const { server, terminal } = await setUp({ profile: 'tft-sdk231' });
    server.script = (request, operation) => (operation === 'getrequest' ? zkReply(request, reply) : undefined);
    terminal.start();
    await server.until(() => server.seen('getrequest').length >= 2);
    expect(server.seen('handshake')).toHaveLength(handshakes);
  });

  test('C70: after a lost reply the same body comes again, then a handshake, then the same records', async () => {
    const { server, terminal } = await setUp({ profile: 'tft-sdk231' });
    let lost = 0;
    server.script = (request, operation) => {
      if (operation !== 'cdata/ATTLOG' || ++lost > 3) return undefined;
      server.commit(request);
      return 'drop';
    };
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    terminal.start();
    await terminal.waitUntilDrained();
    const bodies = server.seen('cdata/ATTLOG').map((each) => each.body.toString());
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies).size).toBe(1);
    expect(server.seen('handshake')).toHaveLength(2);
    expect([...server.rows]).toEqual([['1001\t2026-03-09 08:00:05\t0\t1', 4]]);
    expect(terminal.acked).toHaveLength(1);
  });

  test('C71: anything but OK makes the options come again', async () => {
    const { server, terminal } = await setUp({ profile: 'senseface-2a' });
    server.more = ['PushOptionsFlag=1', 'PushOptions=FWVersion'];
    let wrong = 2;
    server.script = (request, operation) =>
      operation === 'cdata/options' && wrong-- > 0 ? zkReply(request, 'OK: 1') : undefined;
    terminal.start();
    await server.until(() => server.seen('cdata/options').length >= 3);
    const polls = server.seen('getrequest').length;
    await server.until(() => server.seen('getrequest').length >= polls + 3);
    expect(server.seen('cdata/options')).toHaveLength(3);
  });
});

test('sends a backlog in batches that the profile limits, each punch once', async () => {
  const { server, terminal } = await setUp({ profile: 'mb10-vl' });
  for (let at = 0; at < 300; at++) terminal.punch({ pin: String(at), at: '2026-03-09 08:00:05' });
  terminal.start();
  await terminal.waitUntilDrained();
  expect(server.seen('cdata/ATTLOG').map((each) => linesOf(each).length)).toEqual([128, 128, 44]);
  expect(new Set(terminal.acked.map((each) => each.pin)).size).toBe(300);
  expect(terminal.violations).toEqual([]);
});

test('keeps punching while the server is away and delivers later', async () => {
  const { server, terminal } = await setUp();
  let isAway = true;
  server.script = () => (isAway ? 'drop' : undefined);
  terminal.start();
  for (let at = 0; at < 5; at++) terminal.punch({ pin: '7' });
  await server.until(() => server.requests.length > 3);
  expect(terminal.pending()).toBe(5);
  isAway = false;
  await terminal.waitUntilDrained();
  expect(new Set(terminal.acked.map((each) => each.wallTime)).size).toBe(5);
});

test('sets its clock by Date and TimeZone, and records in the time of its place', async () => {
  const { server, terminal } = await setUp({ utcOffsetMinutes: 0 });
  server.timeZone = '330';
  terminal.setClock(-86_400);
  terminal.start();
  await server.until(() => server.seen('getrequest').length >= 2);
  const at = new Date();
  const punch = terminal.punch({ pin: '1', at });
  const wall = Date.parse(`${punch.wallTime.replace(' ', 'T')}Z`);
  expect(Math.abs(wall - at.getTime() - 330 * 60_000)).toBeLessThan(3000);
});

test('stores a person and a template by command, and says what it cannot take', async () => {
  const { server, terminal } = await setUp({ profile: 'speedface-v5l' });
  const data = Buffer.from('synthetic').toString('base64');
  const bio = 'Index=0\tValid=1\tDuress=0\tType=9';
  server.commands.push(
    'C:1:DATA UPDATE USERINFO PIN=5\tName=Ana Luz\tPri=0\tCard=123',
    `C:2:DATA UPDATE BIODATA Pin=5\tNo=0\t${bio}\tMajorVer=58\tMinorVer=12\tFormat=0\tTmp=${data}`,
    `C:3:DATA UPDATE BIODATA Pin=5\tNo=0\t${bio}\tMajorVer=40\tMinorVer=1\tFormat=0\tTmp=${data}`,
    `C:4:DATA UPDATE BIODATA Pin=6\tNo=0\t${bio}\tMajorVer=58\tMinorVer=12\tFormat=0\tTmp=${data}`,
    'C:5:GET OPTION FROM FWVersion',
    'C:6:SHELL reboot',
  );
  terminal.start();
  await server.until(() => results(server).includes('ID=6'));
  expect(terminal.user('5')).toMatchObject({ name: 'Ana Luz', card: '123', templates: [{ kind: 'visible-face' }] });
  expect(results(server)).toBe(
    [
      'ID=1&Return=0&CMD=DATA',
      'ID=2&Return=0&CMD=DATA',
      'ID=3&Return=-30&CMD=DATA',
      'ID=4&Return=-10&CMD=DATA',
      'ID=5&Return=0&CMD=GET OPTION\nFWVersion=Ver 8.0.4 Sim-20230401',
      'ID=6&Return=-1002&CMD=Shell\n',
    ].join('\n'),
  );
  expect(terminal.violations.map((each) => each.sentence)).toEqual(['§4.4: SHELL must never be sent']);
});

test('posts the records of a query before its result', async () => {
  const { server, terminal } = await setUp({ profile: 'speedface-v5l' });
  terminal.enrol({ pin: '9', name: 'Bo' });
  terminal.start();
  await terminal.waitUntilDrained();
  const before = server.seen('cdata/OPERLOG').length;
  server.commands.push('C:8:DATA QUERY USERINFO PIN=9');
  await server.until(() => results(server).includes('ID=8'));
  expect(
    server
      .seen('cdata/OPERLOG')
      .slice(before)
      .map((each) => linesOf(each)[0]),
  ).toEqual([expect.stringContaining('USER PIN=9\tName=Bo')]);
  expect(results(server)).toBe('ID=8&Return=1&CMD=DATA\n');
});

test('posts a result that a restart came before, after it', async () => {
  const { server, terminal } = await setUp();
  server.commands.push('C:9:REBOOT');
  terminal.start();
  await server.until(() => results(server).includes('ID=9'));
  expect(server.seen('handshake')).toHaveLength(2);
});

test('enrols a finger at the keypad when a command asks for it, and reports the template', async () => {
  const { server, terminal } = await setUp();
  server.commands.push('C:11:ENROLL_FP PIN=5\tFID=3\tRETRY=3\tOVERWRITE=1');
  terminal.start();
  await server.until(() => results(server).includes('ID=11&Return=0') && server.seen('cdata/OPERLOG').length > 0);
  expect(server.seen('cdata/OPERLOG').at(-1)?.body.toString()).toMatch(/^OPLOG 6\t0\t[^\t]+\t5\t3\t/);
  expect(server.seen('cdata/OPERLOG').at(-1)?.body.toString()).toMatch(/\nFP PIN=5\tFID=3\t/);
});

test('a server that answers 200 with a page that says OK is told on', async () => {
  const { server, terminal } = await setUp();
  server.script = (request, operation) =>
    operation === 'cdata/ATTLOG' ? zkReply(request, '<html>LOOKS OK TO ME</html>') : undefined;
  terminal.punch({ pin: '1' });
  terminal.start();
  await terminal.waitUntilDrained(); // real firmware takes this as success, and the punch is lost
  expect(terminal.violations[0]?.sentence).toMatch(/must be "OK: 1"/);
});

test('a lower-case Content-Length and a missing Date are told on', async () => {
  const { server, terminal } = await setUp();
  const reply = {
    bytes: Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nContent-Type: text/plain\r\n\r\nOK'),
    close: true,
  };
  server.script = (_request, operation) => (operation === 'getrequest' ? reply : undefined);
  terminal.start();
  await server.until(() => server.seen('getrequest').length >= 2);
  expect(terminal.violations.map((each) => each.sentence).slice(0, 2)).toEqual([
    expect.stringContaining('T4: Date'),
    expect.stringContaining('T5: Content-Length must stand in exactly this case'),
  ]);
});

const uploadFaults: readonly FaultName[] = [
  ...(['lost-reply', 'lost-request', 'hang-up', 'reset-mid-body', 'slow-body', 'wrong-length'] as const),
  ...(['half-request', 'silent-connection', 'reordered-batches', 'power-cycle'] as const),
];

test.each(uploadFaults)('%s: every punch is still delivered, and counted once', async (fault) => {
  const { server, terminal } = await setUp({ faults: { [fault]: 0.4 }, seed: 5 });
  const happened = new Promise((resolve) => terminal.on('fault', resolve));
  terminal.start();
  for (let at = 0; at < 12; at++) {
    terminal.punch({ pin: String(at), at: '2026-03-09 08:00:05' });
    await terminal.waitUntilDrained();
  }
  await happened;
  expect(terminal.acked).toHaveLength(12);
  expect(server.rows.size).toBe(12);
  expect(terminal.violations).toEqual([]);
});

test('clock-reset: a restart starts the clock again in 2000, and the next poll mends it', async () => {
  const { server, terminal } = await setUp({ faults: { 'clock-reset': 1 } });
  terminal.start();
  await server.until(() => server.seen('getrequest').length >= 1);
  const punched = new Promise<string>((resolve) =>
    terminal.on('restart', () => queueMicrotask(() => resolve(terminal.punch({ pin: '1' }).wallTime))),
  );
  terminal.reboot();
  expect(await punched).toMatch(/^2000-01-01 00:00:0/);
  await server.until(() => server.seen('handshake').length >= 2 && terminal.pending() === 0);
  expect(terminal.punch({ pin: '1' }).wallTime.slice(0, 4)).toBe(String(new Date().getUTCFullYear()));
});

test('result-twice posts a result again, result-never loses it', async () => {
  const { server, terminal } = await setUp({ faults: { 'result-twice': 1 } });
  server.commands.push('C:1:INFO');
  terminal.start();
  await server.until(() => server.seen('devicecmd').length >= 2);
  expect(new Set(server.seen('devicecmd').map((each) => each.body.toString())).size).toBe(1);

  const second = await setUp({ faults: { 'result-never': 1 } });
  second.server.commands.push('C:1:INFO');
  second.terminal.start();
  await second.server.until(() => second.server.seen('getrequest').length >= 4);
  expect(second.server.seen('devicecmd')).toEqual([]);
});

test('mixed-charset, big-template and big-photo go up as they are', async () => {
  const { server, terminal } = await setUp({ faults: { 'mixed-charset': 1, 'big-template': 1, 'big-photo': 1 } });
  terminal.enrol({ pin: '5', name: 'Ana' });
  terminal.punch({ pin: '5' });
  terminal.start();
  await terminal.waitUntilDrained();
  const operlog = server.seen('cdata/OPERLOG')[0]?.body ?? Buffer.alloc(0);
  expect(operlog.length).toBeGreaterThan(900_000);
  expect(operlog.includes('Name=Ana')).toBe(false);
  expect(server.seen('cdata/ATTPHOTO')[0]?.body.length).toBeGreaterThan(2_000_000);
});

test('everything at once: the hostile profile ends with each punch delivered', async () => {
  const { server, terminal } = await setUp({ profile: 'hostile', faults: { ...everyFault(0.15), 'big-photo': 0 } });
  const faults: string[] = [];
  terminal.on('fault', (name) => faults.push(name));
  terminal.start();
  for (let at = 0; at < 25; at++) {
    terminal.punch({ pin: String(at) });
    await terminal.waitUntilDrained();
  }
  expect(new Set(faults).size).toBeGreaterThan(5);
  expect(terminal.acked).toHaveLength(25);
  const took = new Set([...server.rows.keys()].map((row) => row.split('\t').slice(0, 2).join('\t')));
  for (const punch of terminal.acked) expect(took).toContain(`${punch.pin}\t${punch.wallTime}`);
});

test('the same seed draws the same faults', async () => {
  const draw = async (): Promise<string[]> => {
    const { terminal } = await setUp({ faults: everyFault(0.3), seed: 11 });
    const faults: string[] = [];
    terminal.on('fault', (name) => faults.push(name));
    for (let at = 0; at < 30; at++) terminal.punch({ pin: '1', at: `2026-03-09 08:00:${String(at).padStart(2, '0')}` });
    return faults;
  };
  const first = await draw();
  expect(first.length).toBeGreaterThan(0);
  expect(await draw()).toEqual(first);
});
