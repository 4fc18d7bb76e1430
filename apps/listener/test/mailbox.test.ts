import { connect } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { sealPassword } from '@biolistener/security';
import { createEbknTerminal, createZktecoTerminal, type SimulatedTerminal } from '@biolistener/simulator';
import type { Store } from '@biolistener/store';
import { secretScan } from '@biolistener/testing';
import {
  liveMailbox,
  pollFor,
  serial,
  until,
  zkAsk,
  type LiveMailbox,
  type LiveMailboxOptions,
} from './live-mailbox.ts';
import { vault } from './kit.ts';

// Commands over real sockets and a real store, to terminals that were written from the protocol documents.

jest.setTimeout(60_000);

const SN = serial('TEST0000001');
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

async function live(options: LiveMailboxOptions = {}): Promise<LiveMailbox> {
  const mailbox = await liveMailbox(options);
  running.push(mailbox);
  return mailbox;
}

function started<T extends SimulatedTerminal>(terminal: T): T {
  running.push(terminal);
  terminal.start();
  return terminal;
}

const zk = (mailbox: LiveMailbox, name = SN as string): SimulatedTerminal =>
  started(
    createZktecoTerminal({ serialNumber: name, target: { host: '127.0.0.1', port: mailbox.port }, timeScale: 0.005 }),
  );
const ATT = { dialect: 'ATT', pushver: '2.31' };

describe('a ZKTeco terminal', () => {
  test('gets people, templates and passwords of another, and no secret is seen on the way', async () => {
    const mailbox = await live();
    const [from, to] = [serial('TEST0000011'), serial('TEST0000012')];
    await mailbox.approve(from, 'zkteco');
    await mailbox.approve(to, 'zkteco');
    const [giver, taker] = [zk(mailbox, from), zk(mailbox, to)];
    const data = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 37 + 11) % 251));
    giver.enrol({ pin: '7', name: 'Test Person', templates: [{ kind: 'fingerprint', no: 5, data }] });
    const template = await until(async () => (await mailbox.store.templatesOf(asPin('7')))[0], 'the template');
    const person = await mailbox.store.putPerson(
      { pin: asPin('7'), origin: 'cli', password: sealPassword(vault, '48150') },
      'cli:test',
      Date.now(),
    );
    const pin = asPin('7');
    const user = { pin, name: 'Test Person', password: { $password: person.id } };
    const { kind, no, version } = template;
    const finger = { pin, kind, no, version: version || '10', data: { $template: template.id } };
    const first = await mailbox.queue({ serialNumber: to, kind: 'user.update', parameters: user, pin });
    const second = await mailbox.queue({ serialNumber: to, kind: 'template.update', parameters: finger, pin });
    await mailbox.reaches(first, 'verified');
    await mailbox.reaches(second, 'verified');
    expect(taker.user('7')).toMatchObject({ name: 'Test Person', password: '48150' });
    expect(Buffer.from(taker.user('7')?.templates?.[0]?.data ?? [])).toEqual(data);
    expect(await mailbox.store.findCommand(second)).toMatchObject({ attempts: 1, proof: 'answer', resultCode: '0' });
    expect([giver.violations, taker.violations]).toEqual([[], []]);
    const scan = secretScan([
      { name: 'template', value: data },
      { name: 'password', value: '48150' },
      { name: 'key', value: Buffer.from('5c'.repeat(32), 'hex') },
    ]);
    expect(scan.scan('log', mailbox.log.lines.join('\n'))).toEqual([]);
    const stored = await mailbox.store.listCommands({ limit: 10 });
    expect(scan.scan('commands', JSON.stringify(stored))).toEqual([]);
  });

  test('that is restarted by command proves it, and what needs proof waits for it', async () => {
    const mailbox = await live();
    await mailbox.approve(SN, 'zkteco');
    const terminal = zk(mailbox);
    const proof = await mailbox.queue({ serialNumber: SN, kind: 'info', needsProof: true });
    await mailbox.reaches(proof, 'answered');
    const restarts = new Promise((done) => terminal.on('restart', () => done(undefined)));
    const restart = await mailbox.queue({ serialNumber: SN, kind: 'restart', maxAttempts: 1 });
    await restarts;
    await mailbox.reaches(restart, 'verified');
    expect(await mailbox.store.findCommand(restart)).toMatchObject({ attempts: 1, proof: 'event' });
    expect(terminal.violations).toEqual([]);
  });

  test('that refuses for good is told so once', async () => {
    const mailbox = await live();
    await mailbox.approve(SN, 'zkteco');
    zk(mailbox);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'raw', parameters: { text: 'NO SUCH COMMAND' } });
    await mailbox.reaches(id, 'failed');
    expect(await mailbox.store.findCommand(id)).toMatchObject({ attempts: 1, reason: 'refused' });
  });
});

test('an EBKN terminal takes one after the other, each as soon as the one before is answered', async () => {
  const mailbox = await live();
  await mailbox.approve(SN, 'ebkn');
  const terminal = started(
    createEbknTerminal({ serialNumber: SN, target: { host: '127.0.0.1', port: mailbox.port }, timeScale: 0.02 }),
  );
  const order: string[] = [];
  terminal.on('command', ({ id }) => order.push(id));
  const ids = [
    await mailbox.queue({ serialNumber: SN, kind: 'info' }),
    await mailbox.queue({ serialNumber: SN, kind: 'clock.set' }),
    await mailbox.queue({ serialNumber: SN, kind: 'user.query' }),
  ];
  for (const id of ids) await mailbox.reaches(id, 'verified');
  expect(order).toEqual(ids);
  expect(terminal.violations).toEqual([]);
});

describe('answers', () => {
  const queueThree = async (mailbox: LiveMailbox): Promise<string[]> => {
    const texts = ['INFO', 'LOG', 'CHECK'];
    const ids: string[] = [];
    for (const text of texts)
      ids.push(await mailbox.queue({ serialNumber: SN, kind: 'raw', parameters: { text }, maxAttempts: 2 }));
    return ids;
  };

  test('to several in one body each find their own', async () => {
    const mailbox = await live();
    await mailbox.approve(SN, 'zkteco', ATT);
    const [a = '', b = '', c = ''] = await queueThree(mailbox);
    expect(await pollFor(mailbox.port, SN)).toBe(`C:${a}:INFO\nC:${b}:LOG\nC:${c}:CHECK\n`);
    const results = `ID=${b}&Return=0&CMD=LOG\nID=${c}&Return=-1002&CMD=CHECK\nID=${a}&Return=-1005&CMD=INFO\n`;
    expect(await zkAsk(mailbox.port, `devicecmd?SN=${SN}`, results)).toBe('OK');
    const states = await Promise.all([a, b, c].map((id) => mailbox.store.findCommand(id)));
    expect(states.map((each) => [each?.state, each?.resultCode])).toEqual([
      ['queued', '-1005'],
      ['verified', '0'],
      ['failed', '-1002'],
    ]);
    expect(states[0]?.notBefore).toBeGreaterThan(Date.now());
  });

  test('that nobody asked for, of another terminal, late, or twice change nothing and hear OK', async () => {
    const mailbox = await live();
    const other = serial('TEST0000002');
    await mailbox.approve(SN, 'zkteco', ATT);
    await mailbox.approve(other, 'zkteco', ATT);
    const [id = ''] = await queueThree(mailbox);
    await pollFor(mailbox.port, SN);
    const answer = (sn: string, line: string): Promise<string> =>
      zkAsk(mailbox.port, `devicecmd?SN=${sn}`, `${line}\n`);
    expect(await answer(SN, 'ID=999999&Return=0&CMD=INFO')).toBe('OK');
    expect(await answer(SN, 'ID=abc&Return=0&CMD=INFO')).toBe('OK');
    expect(await answer(other, `ID=${id}&Return=-1&CMD=INFO`)).toBe('OK');
    expect((await mailbox.store.findCommand(id))?.state).toBe('sent');
    expect(await answer(SN, `ID=${id}&Return=0&CMD=INFO`)).toBe('OK');
    expect(await answer(SN, `ID=${id}&Return=-1&CMD=INFO`)).toBe('OK');
    expect(await mailbox.store.findCommand(id)).toMatchObject({ state: 'verified', resultCode: '0' });
  });

  test('that come while the command is not marked sent yet are taken', async () => {
    const holds: (() => void)[] = [];
    const held = (store: Store): Store =>
      new Proxy(store, {
        get: (target, name, receiver) => {
          if (name !== 'markSent') return Reflect.get(target, name, receiver) as unknown;
          return async (...given: Parameters<Store['markSent']>) => {
            await new Promise<void>((go) => holds.push(go));
            return target.markSent(...given);
          };
        },
      });
    const mailbox = await live({ wrapStore: held });
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    await pollFor(mailbox.port, SN);
    expect((await mailbox.store.findCommand(id))?.state).toBe('leased');
    await zkAsk(mailbox.port, `devicecmd?SN=${SN}`, `ID=${id}&Return=0&CMD=INFO\n`);
    for (const go of holds) go();
    await mailbox.reaches(id, 'verified');
  });
});

describe('without anybody touching it', () => {
  const T = Date.UTC(2026, 2, 9, 8, 0, 0);

  test('a command of a process that died before it took note goes again when its lease is over', async () => {
    let now = T;
    const dying = (store: Store): Store =>
      new Proxy(store, {
        get: (target, name, receiver) =>
          name === 'markSent'
            ? () => Promise.reject(new Error('the process died here'))
            : (Reflect.get(target, name, receiver) as unknown),
      });
    const mailbox = await live({ now: () => now, wrapStore: dying });
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    const line = await pollFor(mailbox.port, SN);
    now += 59_999;
    expect(await zkAsk(mailbox.port, `getrequest?SN=${SN}`)).toBe('OK');
    now += 1;
    expect(await pollFor(mailbox.port, SN)).toBe(line);
    expect(await mailbox.store.findCommand(id)).toMatchObject({ attempts: 2 });
  });

  test('a command that the terminal could not do for the moment goes again after its pause', async () => {
    let now = T;
    const mailbox = await live({ now: () => now });
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    const line = await pollFor(mailbox.port, SN);
    await zkAsk(mailbox.port, `devicecmd?SN=${SN}`, `ID=${id}&Return=-1005&CMD=INFO\n`);
    const again = (await mailbox.store.findCommand(id))?.notBefore ?? 0;
    expect(again).toBeGreaterThan(T);
    expect(await zkAsk(mailbox.port, `getrequest?SN=${SN}`)).toBe('OK');
    now = again;
    expect(await pollFor(mailbox.port, SN)).toBe(line);
  });
});

describe('a terminal that', () => {
  test('starts anew before it answers gets the command again at once, and an answer to the first one counts', async () => {
    const mailbox = await live();
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    const line = await pollFor(mailbox.port, SN);
    await zkAsk(mailbox.port, `cdata?SN=${SN}&options=all&pushver=2.31`);
    expect(await zkAsk(mailbox.port, `getrequest?SN=${SN}`)).toBe(line);
    expect((await mailbox.store.findCommand(id))?.attempts).toBe(2);
    await zkAsk(mailbox.port, `cdata?SN=${SN}&options=all&pushver=2.31`);
    expect((await mailbox.store.findCommand(id))?.state).toBe('queued');
    await zkAsk(mailbox.port, `devicecmd?SN=${SN}`, `ID=${id}&Return=0&CMD=INFO\n`);
    expect((await mailbox.store.findCommand(id))?.state).toBe('verified');
    expect(await zkAsk(mailbox.port, `getrequest?SN=${SN}`)).toBe('OK');
  });

  test('never answers gets it as often as it may, then it failed; one whose time is over has expired', async () => {
    let now = Date.UTC(2026, 2, 9, 8, 0, 0);
    const mailbox = await live({ now: () => now });
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info', maxAttempts: 2 });
    const late = await mailbox.queue({
      serialNumber: SN,
      kind: 'check',
      notBefore: now + 50_000,
      deadline: now + 60_000,
    });
    const line = await pollFor(mailbox.port, SN);
    expect(line).toBe(`C:${id}:INFO\n`);
    await mailbox.reaches(id, 'sent');
    now += 120_001;
    expect(await pollFor(mailbox.port, SN)).toBe(line);
    await mailbox.reaches(id, 'sent');
    now += 120_001;
    await mailbox.store.sweepCommands(now);
    expect(await mailbox.store.findCommand(id)).toMatchObject({ state: 'failed', reason: 'silent', attempts: 2 });
    expect(await mailbox.store.findCommand(late)).toMatchObject({ state: 'expired', attempts: 0 });
    expect(await zkAsk(mailbox.port, `getrequest?SN=${SN}`)).toBe('OK');
  });

  test('hangs up before its reply has not got the command: it waits on, and no attempt is lost', async () => {
    let isAway = false;
    const state: { hangUp?: () => Promise<void> } = {};
    const hangingUp = (store: Store): Store =>
      new Proxy(store, {
        get: (target, name, receiver) => {
          if (name !== 'takeCommands') return Reflect.get(target, name, receiver) as unknown;
          return async (...given: Parameters<Store['takeCommands']>) => {
            const taken = await target.takeCommands(...given);
            if (taken.length > 0 && !isAway) {
              isAway = true;
              await state.hangUp?.();
            }
            return taken;
          };
        },
      });
    const mailbox = await live({ wrapStore: hangingUp });
    await mailbox.approve(SN, 'zkteco', ATT);
    const id = await mailbox.queue({ serialNumber: SN, kind: 'info' });
    const open = async (): Promise<number> => {
      const [line = ''] = /^biolistener_sockets .*$/m.exec(await mailbox.metrics.registry.metrics()) ?? [];
      return Number(line.split(' ')[1]);
    };
    await until(async () => {
      const socket = connect({ host: '127.0.0.1', port: mailbox.port });
      const closed = new Promise((done) => socket.once('close', done));
      state.hangUp = async () => {
        socket.destroy();
        await until(async () => ((await open()) === 0 ? true : undefined), 'the listener to see it');
      };
      socket.on('error', () => undefined);
      socket.on('data', () => socket.destroy());
      socket.write(`GET /iclock/getrequest?SN=${SN} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await closed;
      return isAway ? true : undefined;
    }, 'a poll that takes the command');
    await mailbox.reaches(id, 'queued');
    expect((await mailbox.store.findCommand(id))?.attempts).toBe(0);
    expect(await pollFor(mailbox.port, SN)).toBe(`C:${id}:INFO\n`);
    await mailbox.reaches(id, 'sent');
    expect((await mailbox.store.findCommand(id))?.attempts).toBe(1);
  });
});

test('what does not fit into one reply goes with the next, and is not called sent before', async () => {
  const mailbox = await live();
  await mailbox.approve(SN, 'zkteco', ATT);
  const name = (sign: string) => ({ pin: asPin('5'), name: sign.repeat(40_000) });
  const first = await mailbox.queue({ serialNumber: SN, kind: 'user.update', parameters: name('a') });
  const second = await mailbox.queue({ serialNumber: SN, kind: 'user.update', parameters: name('b') });
  expect(await pollFor(mailbox.port, SN)).toContain(`C:${first}:`);
  await mailbox.reaches(first, 'sent');
  expect(await mailbox.store.findCommand(second)).toMatchObject({ state: 'queued', attempts: 0 });
  expect(await pollFor(mailbox.port, SN)).toContain(`C:${second}:`);
});
