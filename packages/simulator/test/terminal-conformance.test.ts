import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTerminal, everyFault, profilesOf, punchKey, type SimulatedTerminal } from '@biolistener/simulator';
import { FakeEbknServer } from './support/fake-ebkn-server.ts';
import { FakeZktecoServer } from './support/fake-zkteco-server.ts';

/** 0.002: a poll interval of ten seconds lasts 20 ms. */
const TIME_SCALE = 0.002;

const makers = {
  zkteco: () => {
    const server = new FakeZktecoServer();
    const isPoll = (target: string): boolean => target.includes('getrequest');
    return {
      server,
      polls: () => server.requests.filter((each) => isPoll(each.target)).length,
      uploads: ['cdata/ATTLOG', 'cdata/rtlog', 'cdata/tabledata'],
    };
  },
  ebkn: () => {
    const server = new FakeEbknServer();
    return { server, polls: () => server.seen('receive_cmd').length, uploads: ['realtime_glog'] };
  },
} as const;

const cases = (['zkteco', 'ebkn'] as const).flatMap((brand) =>
  profilesOf(brand).map((profile) => ({ brand, profile })),
);

describe.each(cases)('a $brand terminal with profile $profile', ({ brand, profile }) => {
  let made: ReturnType<(typeof makers)['zkteco']> | ReturnType<(typeof makers)['ebkn']>;
  let terminal: SimulatedTerminal;
  let violations: string[];

  beforeEach(async () => {
    made = makers[brand]();
    const target = await made.server.open();
    // the hostile profile brings faults of its own; its firmware is what is looked at here
    const faults = profile === 'hostile' ? everyFault(0) : {};
    terminal = createTerminal(brand, {
      serialNumber: 'TST9000000001',
      profile,
      target,
      seed: 7,
      timeScale: TIME_SCALE,
      faults,
    });
    violations = [];
    terminal.on('violation', (each) => violations.push(`${each.operation}: ${each.sentence}`));
  });

  afterEach(async () => {
    await terminal.stop();
    await made.server.close();
  });

  test('goes online and polls', async () => {
    terminal.start();
    await made.server.until(() => made.polls() >= 3);
    expect(terminal.isOnline).toBe(true);
    expect(violations).toEqual([]);
  });

  test('delivers a punch, as it was made, and counts it as acknowledged once', async () => {
    const punch = terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    expect(terminal.pending()).toBe(1);
    terminal.start();
    await terminal.waitUntilDrained();
    expect(terminal.acked.map(punchKey)).toEqual([punchKey(punch)]);
    expect(rowsOf(made)).toEqual([[expect.stringContaining('1001'), 1]]);
    expect(rowsOf(made)[0]?.[0]).toMatch(brand === 'zkteco' ? /2026-03-09 08:00:05/ : /20260309080005/);
    expect(violations).toEqual([]);
  });

  test('keeps what the server refuses, sends it again, and acknowledges nothing before', async () => {
    let isDown = true;
    made.server.script = () => (isDown ? 'drop' : undefined);
    terminal.start();
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    terminal.punch({ pin: '1002', at: '2026-03-09 08:00:06' });
    await made.server.until(() => made.server.requests.length >= 3);
    expect(terminal.acked).toEqual([]);
    isDown = false;
    await terminal.waitUntilDrained();
    expect(terminal.acked.map((each) => each.pin.replace(/^0+/, ''))).toEqual(['1001', '1002']);
  });

  test('sends again what was taken when the reply was lost', async () => {
    let isLost = false;
    made.server.script = (request: Parameters<typeof made.server.usual>[0], operation: string) => {
      if (isLost || !made.uploads.some((each) => each === operation)) return undefined;
      isLost = true;
      made.server.usual(request); // taken, and the connection drops before the reply
      return 'drop';
    };
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    terminal.start();
    await terminal.waitUntilDrained();
    expect(rowsOf(made)).toEqual([[expect.any(String), 2]]);
    expect(terminal.acked).toHaveLength(1);
  });

  test('keeps its records over a restart', async () => {
    terminal.start();
    await made.server.until(() => made.polls() >= 1);
    const restarted = new Promise((resolve) => terminal.on('restart', () => resolve(true)));
    terminal.punch({ pin: '1001', at: '2026-03-09 08:00:05' });
    terminal.reboot();
    expect(terminal.pending()).toBe(1);
    await restarted;
    await terminal.waitUntilDrained();
    expect(terminal.acked).toHaveLength(1);
    expect(violations).toEqual([]);
  });

  test('reports a person who enrols at its keypad', async () => {
    const isReport = (): boolean =>
      brand === 'ebkn'
        ? (made as ReturnType<(typeof makers)['ebkn']>).server.seen('realtime_enroll_data').length > 0
        : made.server.requests.some((each) => /^(?:USER PIN=77|user .*\tpin=77)\t/m.test(each.body.toString()));
    terminal.enrol({
      pin: '77',
      name: 'Ana Luz',
      templates: [{ kind: 'fingerprint', no: 5, data: Buffer.from('tpl') }],
    });
    terminal.start();
    await made.server.until(isReport);
    await terminal.waitUntilDrained();
    expect(terminal.user('77')?.name).toBe('Ana Luz');
    expect(violations).toEqual([]);
  });
});

function rowsOf(made: { server: FakeZktecoServer | FakeEbknServer }): [string, number][] {
  return [...('rows' in made.server ? made.server.rows : made.server.logs).entries()];
}
