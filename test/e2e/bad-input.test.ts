import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { storeError, type Store } from '@biolistener/store';
import { liveListener, liveNginx, vault, type LiveListener } from '../support/live-listener.ts';
import { ask, exchange, parseReplies, zkGet, zkPost } from '../support/raw-http.ts';

jest.setTimeout(120_000); // a machine that is busy with other things

const STARTED_AT = Date.now();
/** A clock that stands in March and goes on: limits count by it. */
const now = (): number => Date.parse('2026-03-09T08:35:30Z') + Date.now() - STARTED_AT;
const SN = 'TST9000000001';
const serial = asSerialNumber;
const punch = (pin: string, time: string, rest = '0\t1\t0\t0\t0'): string => `${pin}\t${time}\t${rest}\n`;

let live: LiveListener;
let nginx: Awaited<ReturnType<typeof liveNginx>>;
let isBroken = false;

/** Fails every commit while `isBroken`, as a full disk does. */
const breakable = (store: Store): Store =>
  new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== 'commitUpload' || !isBroken)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      return () => Promise.reject(storeError('STORE_UNAVAILABLE', 'disk full'));
    },
  });

beforeAll(async () => {
  live = await liveListener({
    now,
    wrapStore: breakable,
    settings: {
      BIOLISTENER_MAX_BODY_MIB: '60',
      BIOLISTENER_REQUESTS_PER_SECOND: '100000',
    },
  });
  nginx = await liveNginx(live.port, { bodySize: '60m' });
  await live.approve(SN, 'zkteco');
  await live.approve('BLOCKED1', 'zkteco', { zone: 'Asia/Kolkata' }, 'blocked');
});
afterAll(async () => {
  await nginx.stop();
  await live.stop();
}, 60_000);

const punchesOf = (pin: string) => live.store.listPunches({ pin: pin as never, limit: 50 });
/** Names by PIN, as a terminal told them. */
const namesAt = async (serialNumber: string): Promise<Record<string, string | undefined>> =>
  Object.fromEntries((await live.store.strangersAt(serial(serialNumber), 100)).map(({ pin, name }) => [pin, name]));
const upload = (body: Uint8Array | string, table = 'ATTLOG') => ask(nginx.port, zkPost(SN, table, body));

describe('who speaks', () => {
  test('an nginx of a trusted network is believed on the address of the terminal, one of another is not', async () => {
    const heard: unknown[] = [];
    for (const network of ['127.0.0.0/8', '192.0.2.0/24']) {
      const other = await liveListener({ now, settings: { BIOLISTENER_TRUSTED_PROXIES: network } });
      const text = zkGet('/iclock/getrequest?SN=NEWONE0');
      await ask(other.port, Buffer.from(text.replace('\r\n', '\r\nX-Biolistener-Address: 198.51.100.7\r\n')));
      heard.push((await other.store.findTerminal(serial('NEWONE0')))?.lastAddress);
      await other.stop();
    }
    expect(heard).toEqual(['198.51.100.7', '127.0.0.1']);
  });

  test('an unknown serial number is quarantined, told nothing, and taken in once approved', async () => {
    const body = punch('31', '2026-03-09 10:00:00');
    const reply = await ask(nginx.port, zkPost('NEWONE1', 'ATTLOG', body));
    expect([reply.status, reply.body.toString()]).toEqual([403, 'UNKNOWN DEVICE\n']);
    expect(await live.store.findTerminal(serial('NEWONE1'))).toMatchObject({ status: 'pending', quarantined: 1 });
    expect(await punchesOf('31')).toEqual([]);
    await live.approve('NEWONE1', 'zkteco');
    await live.tookIn('NEWONE1');
    expect(await punchesOf('31')).toMatchObject([{ wallTime: '2026-03-09 10:00:00', serialNumber: 'NEWONE1' }]);
    expect((await ask(nginx.port, zkPost('NEWONE1', 'ATTLOG', body))).body.toString()).toBe('OK: 1');
    expect(await punchesOf('31')).toHaveLength(1);
  });

  test('a blocked serial number gets no OK and nothing of it is kept', async () => {
    const reply = await ask(nginx.port, zkPost('BLOCKED1', 'ATTLOG', punch('32', '2026-03-09 10:00:00')));
    expect(reply.status).toBe(403);
    expect(reply.body.toString()).not.toContain('OK');
    expect(await live.store.findTerminal(serial('BLOCKED1'))).toMatchObject({ quarantined: 0, punches: 0 });
  });

  test('a request without a serial number is kept whole and not acknowledged', async () => {
    const bytes = Buffer.from(
      'POST /iclock/cdata?table=ATTLOG HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1\tno-time',
    );
    const reply = await ask(nginx.port, bytes);
    expect(reply.status).toBe(400);
    expect(reply.body.toString()).not.toContain('OK');
    const parked = await live.store.listParked({ serialNumber: serial('-'), limit: 10 });
    expect(
      parked.some(
        (item) =>
          item.reason === 'LISTENER_NO_SERIAL' && Buffer.from(vault.open('parked', item.sealed)).includes('1\tno-time'),
      ),
    ).toBe(true);
  });

  test('two different serial numbers in one request are a contradiction', async () => {
    const reply = await ask(nginx.port, zkGet(`/iclock/getrequest?SN=${SN}&sn=OTHER`));
    expect(reply.status).toBe(400);
  });

  test('a request that no brand knows is kept, counted and named, and answered 404', async () => {
    const reply = await ask(nginx.port, 'POST /some/new/thing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello');
    expect(reply.status).toBe(404);
    const [item] = (await live.store.listParked({ serialNumber: serial('-'), limit: 20 })).filter(
      (each) => each.reason === 'LISTENER_UNCLAIMED',
    );
    expect(item?.table).toBe('path:/some/new/thing');
    expect(Buffer.from(vault.open('parked', item!.sealed)).toString()).toContain('hello');
  });
});

describe('what is said', () => {
  test('bad UTF-8 in a name is read as GB18030, and nothing of it is lost', async () => {
    const body = Buffer.concat([
      Buffer.from('USER PIN=9\tName='),
      Buffer.from('d5c5ceb0', 'hex'),
      Buffer.from('\tPri=0\n'),
    ]);
    expect((await upload(body, 'OPERLOG')).body.toString()).toBe('OK: 1');
    expect(await namesAt(SN)).toMatchObject({ 9: '张伟' });
  });

  test('impossible dates are parked with their bytes while the rest of the upload goes on', async () => {
    const reply = await upload(
      punch('41', '2026-02-30 10:00:00') + punch('42', '2026-03-09 10:00:00') + 'not a record\n',
    );
    expect(reply.body.toString()).toBe('OK: 3');
    expect(await punchesOf('42')).toHaveLength(1);
    const parked = await live.store.listParked({ serialNumber: serial(SN), limit: 20 });
    const raws = parked.map((item) => Buffer.from(vault.open('parked', item.sealed)).toString());
    expect(raws).toEqual(
      expect.arrayContaining([expect.stringContaining('2026-02-30'), expect.stringContaining('not a record')]),
    );
  });

  test('clocks of the year 2000 and of the far future are kept and flagged, never corrected', async () => {
    await upload(
      punch('43', '2000-01-01 00:00:07') + punch('43', '2031-01-01 00:00:00') + punch('43', '2026-03-09 14:20:00'),
    );
    const found = await punchesOf('43');
    const flags = Object.fromEntries(found.map((each) => [each.wallTime, each.flags]));
    expect(flags['2000-01-01 00:00:07']).toContain('clock-implausible');
    expect(flags['2031-01-01 00:00:00']).toContain('clock-implausible');
    expect(flags['2026-03-09 14:20:00']).toEqual(['clock-ahead']);
  });

  test('state 255 claims no direction; leading zeros and blanks of a PIN stay', async () => {
    await upload(punch('00042', '2026-03-09 09:55:55', '255\t1\t\t0\t0') + punch('4 2', '2026-03-09 09:55:56'));
    const [zeros] = await punchesOf('00042');
    expect([zeros?.state, zeros?.claimedDirection]).toEqual([255, undefined]);
    expect(await punchesOf('4 2')).toHaveLength(1);
  });

  test('a PIN of 200 characters and one with NULs are parked, and acknowledged because they are ours now', async () => {
    const reply = await upload(punch('7'.repeat(200), '2026-03-09 10:00:00') + punch('4\0 2', '2026-03-09 10:00:00'));
    expect(reply.body.toString()).toBe('OK: 2');
    expect(
      (await live.store.listParked({ serialNumber: serial(SN), limit: 50 })).filter((item) => item.table === 'ATTLOG')
        .length,
    ).toBeGreaterThanOrEqual(3);
  });

  test('SQL, HTML, formulas, escapes and newlines in names are stored as they are', async () => {
    const names = [
      "'; DROP TABLE punches; --",
      '<script>alert(1)</script>',
      '=HYPERLINK("http://x")',
      '\u001b[31mred\u001b[0m',
    ];
    const body = names.map((name, at) => `USER PIN=${500 + at}\tName=${name}\tPri=0\n`).join('');
    expect((await upload(body, 'OPERLOG')).body.toString()).toBe('OK: 4');
    expect(await namesAt(SN)).toMatchObject(Object.fromEntries(names.map((name, at) => [String(500 + at), name])));
  });
});

describe('how it is sent', () => {
  test('two requests on one connection are answered in order', async () => {
    const bytes = Buffer.concat([
      zkPost(SN, 'ATTLOG', punch('51', '2026-03-09 11:00:00')),
      Buffer.from(zkGet(`/iclock/getrequest?SN=${SN}`)),
    ]);
    const replies = parseReplies(await exchange(nginx.port, bytes, { replies: 2 }));
    expect(replies.map((reply) => reply.body.toString())).toEqual(['OK: 1', 'OK']);
  });

  test('a body that is shorter than announced is never acknowledged', async () => {
    const bytes = zkPost(SN, 'ATTLOG', punch('52', '2026-03-09 11:00:00')).subarray(0, -5);
    const raw = await exchange(nginx.port, bytes, { end: true }).catch(() => Buffer.alloc(0));
    expect(raw.toString()).not.toContain('OK');
    expect(await punchesOf('52')).toEqual([]);
  });

  test('a body that is longer than announced: what was announced counts, the rest is no request', async () => {
    const line = punch('53', '2026-03-09 11:00:00');
    const head = `POST /iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=1 HTTP/1.1\r\nHost: x\r\nContent-Length: ${line.length}\r\nConnection: close\r\n\r\n`;
    const [first] = parseReplies(await exchange(nginx.port, head + line + punch('54', '2026-03-09 11:00:00')));
    expect(first?.body.toString()).toBe('OK: 1');
    expect(await punchesOf('54')).toEqual([]);
  });

  test('contradicting lengths are refused', async () => {
    const raw = await exchange(
      nginx.port,
      `POST /iclock/cdata?SN=${SN}&table=ATTLOG HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`,
    );
    expect(raw.toString()).not.toMatch(/\bOK\b/);
    expect(raw.toString()).toMatch(/^HTTP\/1\.1 400/);
  });

  test.each([
    ['chunks beside a length', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['a length that is no number', 'Content-Length: +35\r\n', 'x'.repeat(35)],
    ['a NUL in a header', 'Content-Length: 35\r\nX-Y: a\0b\r\n', 'x'.repeat(35)],
    ['a header of 40 KB', `Content-Length: 35\r\nX-Y: ${'a'.repeat(40_000)}\r\n`, 'x'.repeat(35)],
    ['two hosts', 'Host: y\r\nContent-Length: 35\r\n', 'x'.repeat(35)],
  ])('%s is never acknowledged, straight or through nginx', async (_, headers, body) => {
    for (const port of [live.port, nginx.port]) {
      const head = `POST /iclock/cdata?SN=BLOCKED1&table=ATTLOG HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`;
      const raw = await exchange(port, head + body).catch(() => Buffer.alloc(0));
      expect(raw.toString('latin1')).not.toMatch(/ 200 |\bOK\b/);
    }
  });

  test('50 MB are taken when they are lines, and over the limit refused without OK', async () => {
    const line = punch('61', '2026-03-09 11:11:11');
    const large = Buffer.alloc(50_000_000, line);
    const whole = large.subarray(0, large.lastIndexOf('\n') + 1);
    const reply = await ask(nginx.port, zkPost(SN, 'ATTLOG', whole), 120_000);
    expect(reply.body.toString()).toBe(`OK: ${whole.length / line.length}`);
    expect(await punchesOf('61')).toHaveLength(1);
    const refused = await exchange(nginx.port, zkPost(SN, 'ATTLOG', Buffer.alloc(61 * 1024 * 1024, line)), {
      replies: 1,
      timeoutMs: 60_000,
    });
    expect(refused.toString('latin1').slice(0, 400)).not.toMatch(/\r\n\r\nOK/);
  }, 240_000);

  test('a million lines are taken, and other terminals are answered meanwhile', async () => {
    await live.approve('TST9000000002', 'zkteco');
    const start = Date.UTC(2026, 0, 1);
    const lines = Array.from(
      { length: 1_000_000 },
      (_, at) =>
        `${(at % 500) + 2000}\t${new Date(start + at * 1000).toISOString().slice(0, 19).replace('T', ' ')}\t0\t1\t0\t0\t0\n`,
    ).join('');
    const sent = ask(live.port, zkPost('TST9000000002', 'ATTLOG', lines), 240_000);
    let polls = 0;
    let isDone = false;
    const whenDone = sent.finally(() => (isDone = true));
    while (!isDone) {
      const reply = await ask(live.port, zkGet(`/iclock/getrequest?SN=${SN}`));
      expect(reply.body.toString()).toBe('OK');
      polls += 1;
    }
    expect((await whenDone).body.toString()).toBe('OK: 1000000');
    expect(polls).toBeGreaterThan(20);
    expect(await live.store.findTerminal(serial('TST9000000002'))).toMatchObject({ punches: 1_000_000 });
  }, 300_000);

  test('a body that comes too slowly is given up without an OK', async () => {
    const strict = await liveListener({ now, settings: { BIOLISTENER_BODY_TIMEOUT_SECONDS: '1' } });
    try {
      await strict.approve('SLOW1', 'zkteco');
      const head = `POST /iclock/cdata?SN=SLOW1&table=ATTLOG HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1\t2026`;
      const reply = await ask(strict.port, head);
      expect([reply.status, reply.body.toString()]).toEqual([503, 'RETRY LATER\n']);
    } finally {
      await strict.stop();
    }
  });

  test('connections that open and say nothing keep nobody out', async () => {
    const { connect } = await import('node:net');
    const silent = Array.from({ length: 200 }, () => connect({ host: '127.0.0.1', port: nginx.port }));
    try {
      expect((await ask(nginx.port, zkGet(`/iclock/getrequest?SN=${SN}`))).body.toString()).toBe('OK');
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  test.each(['http://[x/some/new/thing', 'http://x:y/some/new/thing'])(
    'a target that is no address is kept as well: %s',
    async (target) => {
      const reply = await ask(live.port, `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nstray!`);
      expect([reply.status, reply.body.toString()]).toEqual([404, expect.not.stringContaining('<')]);
      const kept = (await live.store.listParked({ serialNumber: serial('-'), limit: 50 })).map((item) =>
        Buffer.from(vault.open('parked', item.sealed)).toString(),
      );
      expect(kept).toContainEqual(expect.stringContaining('stray!'));
    },
  );

  test('what is no HTTP is answered 400 and kept', async () => {
    const raw = await exchange(live.port, 'HELLO\0\u0001\r\n\r\n');
    expect(raw.toString()).toMatch(/^HTTP\/1\.1 400/);
    expect(raw.toString()).not.toMatch(/\bOK\b/);
  });
});

describe('when storing fails', () => {
  test('no terminal hears OK, and the same upload is taken once it works again', async () => {
    const body = punch('71', '2026-03-09 12:00:00');
    isBroken = true;
    const reply = await upload(body).finally(() => (isBroken = false));
    expect([reply.status, reply.body.toString()]).toEqual([503, 'RETRY LATER\n']);
    expect(await punchesOf('71')).toEqual([]);
    expect((await upload(body)).body.toString()).toBe('OK: 1');
    expect(await punchesOf('71')).toHaveLength(1);
  });

  test('a full disk: every OK that was given is of a punch that is there', async () => {
    const full = await liveListener({ maxPages: 400, now });
    try {
      await full.approve('FULL1', 'zkteco');
      let given = 0;
      let refused = 0;
      for (let batch = 0; batch < 60 && refused < 3; batch += 1) {
        const rows = Array.from({ length: 200 }, (_, at) =>
          punch(
            String(at),
            `2026-03-08 ${String(Math.floor(batch / 60) + 8).padStart(2, '0')}:${String(batch % 60).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`,
            `${Math.floor(at / 60)}\t1\t0\t0\t0`,
          ),
        ).join('');
        const reply = await ask(full.port, zkPost('FULL1', 'ATTLOG', rows));
        if (reply.status === 200) given += 200;
        else refused += 1;
        expect(reply.status === 200 || !reply.body.toString().includes('OK')).toBe(true);
      }
      expect(refused).toBeGreaterThan(0);
      expect((await full.store.counts()).punches).toBe(given);
    } finally {
      await full.stop();
    }
  });
});

describe('over a limit of number', () => {
  const rough = { BIOLISTENER_REQUESTS_PER_SECOND: '1', BIOLISTENER_ADDRESS_REQUESTS_PER_SECOND: '100000' };

  test('a terminal that asks too often is told to come later, and others are answered', async () => {
    const strict = await liveListener({ now: () => STARTED_AT, settings: rough }); // its clock stands: nothing is refilled
    try {
      await strict.approve('BUSY1', 'zkteco');
      await strict.approve('CALM1', 'zkteco');
      const statuses = [];
      for (let n = 0; n < 30; n += 1)
        statuses.push((await ask(strict.port, zkPost('BUSY1', 'ATTLOG', punch('1', '2026-03-09 10:00:00')))).status);
      expect([statuses[0], statuses.at(-1)]).toEqual([200, 503]);
      expect((await ask(strict.port, zkGet('/iclock/getrequest?SN=CALM1'))).body.toString()).toBe('OK');
      expect(await strict.metrics.registry.metrics()).toMatch(/biolistener_limited_total\{limit="rate"\} [1-9]/);
    } finally {
      await strict.stop();
    }
  });
});
