import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { asPin, type CommandKind } from '@biolistener/core';
import { storeError, type Store } from '@biolistener/store';
import { VECTORS } from '../../packages/brands/src/ebkn/vectors.ts';
import { serial } from '../support/captures.ts';
import { liveListener, liveNginx, vault, type LiveListener } from '../support/live-listener.ts';
import { ebknRequest, framed, responseCode } from '../support/ebkn-http.ts';
import { ask } from '../support/raw-http.ts';

// The sequences B01 to B20 of protocols/ebkn-fkweb.md §7.7 as conversations over real sockets. Each has a terminal of its own.

jest.setTimeout(120_000);

const NOW = Date.parse('2026-01-02T00:00:00Z');
let live: LiveListener;
let nginx: Awaited<ReturnType<typeof liveNginx>>;
let isDown = false;

const breakable = (store: Store): Store =>
  new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name === 'commitUpload' && isDown) return () => Promise.reject(storeError('STORE_UNAVAILABLE', 'down'));
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });

beforeAll(async () => {
  live = await liveListener({
    now: () => NOW,
    wrapStore: breakable,
    seed: async (store) => {
      for (const way of ['A', 'B'])
        for (let n = 1; n <= 20; n += 1)
          await store.changeTerminal(
            serial(`${way}TEST${String(n).padStart(2, '0')}`),
            { status: 'approved', settings: { zone: 'Asia/Kolkata' } },
            'test',
            'ebkn',
          );
    },
  });
  nginx = await liveNginx(live.port);
});
afterAll(async () => {
  await nginx.stop();
  await live.stop();
});

interface Sent {
  readonly code?: string;
  readonly block?: number;
  readonly body?: string;
  readonly target?: string;
  readonly trans?: string;
  readonly more?: readonly string[];
}

describe.each([
  ['straight to the listener', 'A', () => live.port],
  ['through nginx', 'B', () => nginx.port],
] as const)('%s', (_, way, port) => {
  /** A terminal of its own for each case: what it says, and what it hears. */
  function terminal(number: number) {
    const id = `${way}TEST${String(number).padStart(2, '0')}`;
    const send = async (said: Sent) => {
      const { code = 'realtime_enroll_data', body = '', trans, more = [], ...rest } = said;
      const headers = [trans ?? 'trans_id: RTEnrollDataAction', ...more];
      const reply = await ask(port(), ebknRequest({ id, code, body: Buffer.from(body, 'hex'), headers, ...rest }));
      expect(reply.status).toBe(200);
      return { said: responseCode(reply), headers: reply.headers, body: reply.body.toString('hex') };
    };
    const says = async (...all: readonly Sent[]): Promise<(string | undefined)[]> => {
      const heard = [];
      for (const each of all) heard.push((await send(each)).said);
      return heard;
    };
    const sn = serial(id);
    const photos = async (): Promise<string[]> => {
      const heads = (await live.store.photosOf(asPin('5'))).filter((photo) => photo.serialNumber === sn);
      const whole = await Promise.all(heads.map(({ id: photo }) => live.store.findPhoto(photo)));
      return whole.map((photo) => Buffer.from(vault.open('photo', photo!.sealed)).toString('hex'));
    };
    const parked = async () =>
      (await live.store.listParked({ serialNumber: sn, limit: 9 })).map(({ reason }) => reason);
    const punches = async () => (await live.store.findTerminal(sn))?.punches;
    const command = async (kind: CommandKind, parameters: Record<string, string> = {}): Promise<string> => {
      const draft = { serialNumber: sn, kind, parameters, origin: 'cli', askedBy: 'test', priority: 5 } as const;
      const all = { ...draft, deadline: NOW + 60_000, maxAttempts: 1, bytes: 100 };
      const [queued] = await live.store.queueCommands([all], NOW);
      await live.followed();
      return queued?.id ?? '';
    };
    return { sn, send, says, photos, parked, punches, command };
  }

  const [b1, b2, b0, M] = [VECTORS.b1, VECTORS.b2, VECTORS.b0, VECTORS.M];
  const PHOTO = '303132333435363738393a3b3c3d3e3f4041424344454647';
  const glog = (body: string): Sent => ({ code: 'realtime_glog', body, trans: 'trans_id: RTLogSendAction' });

  test.each<[string, number, Sent[], string[]]>([
    ['B01', 1, [{ block: 1, body: b1 }, { block: 2, body: b2 }, { body: b0 }], ['OK', 'OK', 'OK']],
    ['B02', 2, [{ body: M }], ['OK']],
    ['B03', 3, [{ block: 1, body: b1 }, { block: 2, body: b2 }, { block: 2, body: b2 }, { body: b0 }], Array(4).fill('OK') as string[]],
    ['B04', 4, [{ block: 1, body: b1 }, { block: 3, body: b0 }, { block: 2, body: b2 }, { body: b0 }], ['OK', 'ERROR_ADD_BLOCK_DATA', 'OK', 'OK']],
    ['B06', 6, [{ block: 1, body: b1 }, { block: 1, body: b1 }, { block: 2, body: b2 }, { body: b0 }], Array(4).fill('OK') as string[]],
    ['B07', 7, [{ block: 1, body: b1 }, glog(VECTORS.A01), { block: 2, body: b2 }, { body: b0 }], Array(4).fill('OK') as string[]],
    ['B08', 8, [{ block: 1, body: b1 }, { block: 2, body: b2 }, { body: b0 }, { body: b0 }], Array(4).fill('OK') as string[]],
  ])('%s: M is processed once', async (name, number, sent, heard) => {
    const { says, photos, punches, parked } = terminal(number);
    expect(await says(...sent)).toEqual(heard);
    expect(await photos()).toEqual([PHOTO]);
    expect([await punches(), await parked()]).toEqual([name === 'B07' ? 1 : 0, []]);
  }); // prettier-ignore

  test('B05, B09 and B10: what cannot be joined is refused, and nothing is buffered', async () => {
    const { says, photos, sn } = terminal(5);
    expect(await says({ block: 2, body: b2 }, { block: -1, body: b1 })).toEqual([
      'ERROR_ADD_BLOCK_DATA',
      'ERROR_INVLAID_BLOCK_NO',
    ]);
    expect(await says({ block: 1, body: b1, more: ['blk_len: 41'] })).toEqual(['ERROR_ADD_BLOCK_DATA']);
    expect(await photos()).toEqual([]);
    expect(await live.store.findTransfer(sn, 'realtime_enroll_data')).toBeUndefined();
  });

  test('B11, B12 and B19: unknown events, unknown codes and unreadable bodies are kept', async () => {
    const { says, parked } = terminal(11);
    const heard = await says(
      { code: 'realtime_newthing', body: VECTORS.D03 },
      { code: 'frobnicate', body: VECTORS.D03 },
      glog(VECTORS.D12),
    );
    expect(heard).toEqual(['OK', 'ERROR_INVLAID_REQUEST_CODE', 'OK']);
    expect((await parked()).sort()).toEqual(['EB_BODY_INVALID', 'EB_REALTIME_UNKNOWN', 'EB_REQUEST_CODE_UNKNOWN']);
  });

  test('B13, B14 and B18: polls in other spellings, at any target, with and without a body', async () => {
    const { send } = terminal(13);
    const cmdId = await send({ code: 'receive_cmd', trans: 'cmd_id: ReceiveCommandAction', body: VECTORS.D01 });
    expect(cmdId.headers.slice(cmdId.headers.indexOf('response_code'))).toEqual(
      expect.arrayContaining(['response_code', 'ERROR_NO_CMD', 'cmd_id', '', 'cmd_code', '']),
    );
    expect(cmdId.headers).not.toContain('trans_id');
    const odd = await send({
      target: '//',
      more: ['request_code:receive_cmd'],
      trans: 'trans_id:ReceiveCommandAction',
    });
    const empty = await send({ code: 'receive_cmd', trans: 'trans_id: ReceiveCommandAction' });
    expect([odd.said, empty.said, odd.body, empty.body]).toEqual(['ERROR_NO_CMD', 'ERROR_NO_CMD', '', '']);
  });

  test('B15, B16 and B17: results that nobody asked for, that refuse, and that may be wrong', async () => {
    const { sn, send, says, command } = terminal(15);
    const result = (id: string, code: string): Sent => ({
      code: 'send_cmd_result',
      trans: `trans_id: ${id}`,
      more: [`cmd_return_code: ${code}`],
    });
    const about = Buffer.from(framed({ fk_info: { fk_bin_data_lib: 'FKDataHS101' } })).toString('hex');
    const poll = () => send({ code: 'receive_cmd', trans: 'trans_id: ReceiveCommandAction', body: about });
    await poll(); // users are written only once the library is known
    expect(await says(result('999999', 'OK'))).toEqual(['OK']);
    const refused = await command('info');
    expect((await poll()).headers).toEqual(expect.arrayContaining(['GET_DEVICE_STATUS', refused]));
    expect(await says(result(refused, 'ERROR_NOT_SUPPORTED'))).toEqual(['OK']);
    expect(await live.store.findCommand(refused)).toMatchObject({ state: 'failed' });
    expect((await poll()).said).toBe('ERROR_NO_CMD');
    const deleted = await command('user.delete', { pin: '7' });
    expect((await poll()).headers).toEqual(expect.arrayContaining(['DELETE_USER', deleted]));
    expect(await says(result(deleted, 'Error'))).toEqual(['OK']);
    expect(await live.store.findCommand(deleted)).toMatchObject({ state: 'failed', reason: 'unclear' });
    expect(await live.store.listCommands({ serialNumber: sn, states: ['verified'], limit: 9 })).toEqual([]);
  });

  test('B20: while the store is down nothing is acknowledged, and the resend is stored once', async () => {
    const { says, punches } = terminal(20);
    isDown = true;
    const down = await says(glog(VECTORS.A01)).finally(() => (isDown = false));
    expect([down, await punches()]).toEqual([['ERROR_DB_ACCESS'], 0]);
    expect(await says(glog(VECTORS.A01), glog(VECTORS.A01))).toEqual(['OK', 'OK']);
    expect(await punches()).toBe(1);
  });

  test.each(['A01', 'A02', 'A03', 'A04'] as const)('%s is stored once, however often it comes', async (name) => {
    const { says, punches } = terminal(16 + Number(name.slice(1)) - 1);
    expect(await says(glog(VECTORS[name]), glog(VECTORS[name]))).toEqual(['OK', 'OK']);
    expect(await punches()).toBe(1);
  });
});
