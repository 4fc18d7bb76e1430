import { afterEach, expect, jest, test } from '@jest/globals';
import { createZktecoTerminal, type SimulatedTerminal } from '@biolistener/simulator';
import { liveMailbox, serial, until, type LiveMailbox } from './live-mailbox.ts';

// A log is cleared on proof of the moment when the command leaves, not of when somebody asked for it.

jest.setTimeout(120_000);

const SN = serial('TEST0000001');
const MINUTE = 60_000;
/** A little longer than a command waits until it is looked at again. */
const STEP_SECONDS = 11;
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});

let ahead = 0;
async function live(): Promise<LiveMailbox> {
  ahead = 0;
  const mailbox = await liveMailbox({ now: () => Date.now() + ahead });
  running.push(mailbox);
  await mailbox.approve(SN, 'zkteco');
  await mailbox.store.upsertTarget({
    id: 'site',
    kind: 'erpnext',
    url: 'http://site.invalid',
    label: 'site',
    isActive: true,
  });
  return mailbox;
}

function terminalAt({ port }: LiveMailbox): SimulatedTerminal {
  const target = { host: '127.0.0.1', port };
  const terminal = createZktecoTerminal({ serialNumber: SN, target, timeScale: 0.005 });
  running.push(terminal);
  return terminal;
}

const punchAt = (terminal: SimulatedTerminal, minute: number): unknown =>
  terminal.punch({
    pin: '3',
    at: new Date(Date.UTC(2026, 2, 1) + minute * MINUTE).toISOString().slice(0, 19).replace('T', ' '),
  });

const clear = (mailbox: LiveMailbox): Promise<string> =>
  mailbox.queue({
    serialNumber: SN,
    kind: 'logs.clear',
    parameters: { what: 'attendance', confirmed: true },
    maxAttempts: 1,
  });

const detailOf = async ({ store }: LiveMailbox, id: string): Promise<string> =>
  (await store.findCommand(id))?.detail ?? '';
const saysWhy = (mailbox: LiveMailbox, id: string, words: string): Promise<unknown> =>
  until(async () => ((await detailOf(mailbox, id)).includes(words) ? true : undefined), words);

/** Every punch that is stored counts as delivered. */
async function deliverAll({ store }: LiveMailbox): Promise<void> {
  const now = Date.now() + ahead;
  await store.fanOut('site', 10_000, now);
  for (const id of await store.dueDeliveries('site', 10_000, now)) {
    const attempt = { at: now, ms: 1, outcome: 'created', status: 200, detail: '' } as const;
    await store.finishDelivery('site', id, attempt, `CHK-${id}`);
  }
}

const polls = async ({ metrics }: LiveMailbox): Promise<number> =>
  (await metrics.requests.get()).values
    .filter(({ labels }) => labels.operation === 'getrequest')
    .reduce((sum, { value }) => sum + value, 0);

/** Time in which the terminal goes on calling. */
async function pass(mailbox: LiveMailbox, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += STEP_SECONDS) {
    ahead += STEP_SECONDS * 1000;
    const before = await polls(mailbox);
    await until(async () => ((await polls(mailbox)) > before ? true : undefined), 'a poll');
  }
}

const stored = async ({ store }: LiveMailbox): Promise<number> => (await store.findTerminal(SN))?.punches ?? 0;

test('a terminal that was away is cleared only after all that it holds is delivered', async () => {
  const mailbox = await live();
  const id = await clear(mailbox); // proven when it was asked for, long ago
  const terminal = terminalAt(mailbox);
  for (let minute = 0; minute < 300; minute += 1) punchAt(terminal, minute);
  terminal.start();
  await saysWhy(mailbox, id, 'was away');
  await until(async () => ((await stored(mailbox)) === 300 ? true : undefined), '300 punches');
  await pass(mailbox, 400);
  await saysWhy(mailbox, id, 'are just being made ready');
  await deliverAll(mailbox);
  await pass(mailbox, STEP_SECONDS);
  await mailbox.reaches(id, 'verified');
  expect(await stored(mailbox)).toBe(300);
});

/** A poll with what the terminal says that it has; answers the reply. */
async function pollWith({ port }: LiveMailbox, records: number): Promise<string> {
  const info = encodeURIComponent(`Ver 8.0.1-20151229,0,0,${records},192.0.2.40,10,7,12,0,111`);
  return (await fetch(`http://127.0.0.1:${port}/iclock/getrequest?SN=${SN}&INFO=${info}`)).text();
}

test('a terminal that counts more than came here keeps its log', async () => {
  const mailbox = await live();
  const id = await clear(mailbox);
  const replies: string[] = [];
  const pollUntil = (words: string): Promise<unknown> =>
    until(async () => {
      replies.push(await pollWith(mailbox, 40));
      return (await detailOf(mailbox, id)).includes(words) ? true : undefined;
    }, words);
  await pollUntil('was away');
  for (let passed = 0; passed < 400; passed += STEP_SECONDS) {
    ahead += STEP_SECONDS * 1000;
    replies.push(await pollWith(mailbox, 40));
  }
  await pollUntil('The terminal counts 40 records, 0 of them are here.');
  ahead += STEP_SECONDS * 1000;
  expect(replies.join()).not.toContain('CLEAR LOG');
  expect(
    await until(async () => (await pollWith(mailbox, 0)).match(/CLEAR LOG/) ?? undefined, 'CLEAR LOG'),
  ).toBeDefined();
});
