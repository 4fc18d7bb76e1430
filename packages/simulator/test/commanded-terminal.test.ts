import { afterEach, describe, expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';
import {
  createTerminal,
  type SimulatedBrand,
  type SimulatedTerminal,
  type TerminalOptions,
} from '@biolistener/simulator';
import { MiniListener } from './support/mini-listener.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function setUp(name: SimulatedBrand, more: Partial<TerminalOptions> = {}) {
  const brand = brands.find((each) => each.name === name);
  if (!brand) throw new RangeError(`no brand ${name}`);
  const listener = new MiniListener(brand);
  const target = await listener.open();
  const terminal = createTerminal(name, { serialNumber: 'TST9000000001', target, seed: 5, timeScale: 0.002, ...more });
  open.push({
    stop: async () => {
      await terminal.stop();
      await listener.close();
    },
  });
  return { listener, terminal };
}

const polls = (listener: MiniListener): number =>
  listener.requests.filter(
    (each) => each.target.includes('getrequest') || each.header('request_code') === 'receive_cmd',
  ).length;

const happened = (terminal: SimulatedTerminal): Promise<string> =>
  new Promise((resolve) => terminal.on('fault', (name) => resolve(name)));

describe.each(['zkteco', 'ebkn'] as const)('a commanded %s terminal', (name) => {
  test('command-dropped: nothing is done and nothing is answered; the next command is', async () => {
    const { listener, terminal } = await setUp(name, { faults: { 'command-dropped': 1 } });
    const dropped = listener.queue('logs.clear', { what: 'attendance', confirmed: true });
    const fault = happened(terminal);
    terminal.start();
    expect(await fault).toBe('command-dropped');
    terminal.setFaults({});
    await listener.answered([listener.queue('info')]);
    expect(listener.resultOf(dropped)).toBeUndefined();
  });

  test('result-late: the answer comes three polls later, once', async () => {
    const { listener, terminal } = await setUp(name, { faults: { 'result-late': 1 } });
    terminal.start();
    await listener.until(() => polls(listener) >= 1);
    const before = polls(listener);
    const id = listener.queue('info');
    await listener.answered([id]);
    expect(polls(listener) - before).toBeGreaterThanOrEqual(4);
    expect(listener.results.filter((each) => each.id === id)).toHaveLength(1);
  });

  test('reboot-mid-command: the command is forgotten, and done when it comes again', async () => {
    const people = [{ pin: '7', name: 'Ana' }];
    const { listener, terminal } = await setUp(name, { people });
    terminal.start();
    await listener.answered([listener.queue('info')]);
    terminal.setFaults({ 'reboot-mid-command': 1 });
    const restarted = new Promise<void>((resolve) => terminal.on('restart', () => resolve()));
    const forgotten = listener.queue('user.delete', { pin: '7' });
    await restarted;
    expect(terminal.people().map(({ pin }) => pin)).toEqual(['7']);
    terminal.setFaults({});
    await listener.answered([listener.queue('user.delete', { pin: '7' })]);
    expect(terminal.people()).toEqual([]);
    expect(listener.resultOf(forgotten)).toBeUndefined();
  });

  test('people who were there before are in its memory, and told when somebody asks', async () => {
    const people = [{ pin: '1', name: 'Boss', privilege: name === 'ebkn' ? 1 : 14, password: '99' }];
    const { listener, terminal } = await setUp(name, { people });
    terminal.start();
    await listener.answered([listener.queue('info')]);
    listener.users.length = 0; // a ZKTeco terminal tells everybody at its first handshake, by the stamp 0
    await listener.answered([listener.queue('user.query', { pin: '1' })]);
    expect(listener.users).toMatchObject([{ pin: '1', name: 'Boss', privilege: people[0]?.privilege }]);
    expect(terminal.people()).toMatchObject([{ pin: '1', name: 'Boss', card: '', templates: [] }]);
  });

  test('a finger at the sensor makes a template that is reported byte for byte, the same for the same seed', async () => {
    const { listener, terminal } = await setUp(name);
    terminal.start();
    await listener.answered([listener.queue('info')]);
    const { data } = terminal.enrolTemplate('7', 'fingerprint', 3);
    await listener.until(() => listener.templates.length > 0);
    const [sent] = listener.templates;
    const bytes = Buffer.from(sent?.data ?? []);
    expect(sent).toMatchObject({ pin: '7', kind: 'fingerprint', no: 3 });
    expect(sent?.encoding === 'base64' ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes).toEqual(
      Buffer.from(data),
    );
    const twin = await setUp(name);
    expect(Buffer.from(twin.terminal.enrolTemplate('7', 'fingerprint', 3).data)).toEqual(Buffer.from(data));
  });

  test('a full terminal refuses a new person and still takes changes of those it has', async () => {
    const { listener, terminal } = await setUp(name, { capacity: { users: 1 } });
    terminal.start();
    await listener.answered([listener.queue('info')]);
    const write = (pin: string): string => listener.queue('user.update', { pin, name: `N ${pin}`, isComplete: true });
    const ids = [write('1'), write('2'), write('1')];
    await listener.answered(ids);
    expect(ids.map((id) => listener.resultOf(id)?.verdict === 'done')).toEqual([true, false, true]);
    expect(terminal.people().map(({ pin }) => pin)).toEqual(['1']);
  });

  test('inspected people are copies', async () => {
    const { terminal } = await setUp(name, {
      people: [{ pin: '7', templates: [{ kind: 'fingerprint', no: 1, data: Buffer.from('a') }] }],
    });
    terminal.people()[0]?.templates[0]?.data.fill(0);
    expect(Buffer.from(terminal.people()[0]?.templates[0]?.data ?? []).toString()).toBe('a');
  });
});

test('several results go in one body, and each is heard', async () => {
  const { listener, terminal } = await setUp('zkteco');
  const ids = [listener.queue('info'), listener.queue('door.open'), listener.queue('user.delete', { pin: '9' })];
  terminal.start();
  await listener.answered(ids);
  const posts = listener.requests.filter((each) => each.target.includes('devicecmd'));
  expect(posts).toHaveLength(1);
  expect(listener.results.map(({ id, code }) => [id, code])).toEqual([['1', '0'], ['2', '0'], ['3', '-10']]); // prettier-ignore
});

test('a terminal that lacks a query teaches it, and is asked no more', async () => {
  const { listener, terminal } = await setUp('ebkn', { profile: 'm50' });
  terminal.start();
  const id = listener.queue('logs.query');
  await listener.answered([id]);
  expect(listener.resultOf(id)?.code).toBe('ERROR_NOT_SUPPORTED');
  await listener.answered([listener.queue('logs.query')]);
  expect(listener.refused).toMatchObject([{ reason: 'EB_VERB_UNSUPPORTED' }]);
});

test('a comparison photo without a face is answered well, and the error tells of it later', async () => {
  const { listener, terminal } = await setUp('zkteco', { profile: 'speedface-v5l', people: [{ pin: '7' }] });
  terminal.start();
  await listener.answered([listener.queue('info')]);
  const id = listener.queue('photo.update', { pin: '7', kind: 'comparison', data: 'bm8gZmFjZQ==' });
  const errorOf = () =>
    listener.decoded
      .flatMap(({ events }) => events)
      .find((each) => each.kind === 'operation' && each.operation.source === 'errorlog');
  await listener.until(() => errorOf() !== undefined);
  expect(listener.resultOf(id)?.verdict).toBe('done');
  expect(errorOf()).toMatchObject({ operation: { code: 'D01E0001', details: { commandId: id } } });
});
