import { beforeEach, describe, expect, test } from '@jest/globals';
import { hex, MemoryListener, NOW, request, toHex } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

let listener: MemoryListener;
beforeEach(() => {
  listener = new MemoryListener();
});

const block = (number: number | string, body: keyof typeof VECTORS, headers: string[] = []): string =>
  listener.receive(request({ code: 'realtime_enroll_data', block: number, body: hex(VECTORS[body]), headers }));

const glog = (body: string, code = 'realtime_glog'): string => listener.receive(request({ code, body: hex(body) }));

/** M says: user 5 is called Bo and has a photo of 24 bytes. */
const M_EVENTS = [
  ['photo', '303132333435363738393a3b3c3d3e3f4041424344454647'],
  ['user', '5 Bo'],
];
const enrolments = () =>
  listener.events.flatMap((event) => {
    if (event.kind === 'photo') return [['photo', toHex(event.photo.data)]];
    return event.kind === 'user' ? [['user', `${event.user.pin} ${event.user.name ?? ''}`]] : [];
  });

describe('blocks, by the conformance cases', () => {
  test('B01: three blocks 1, 2, 0 make one message', () => {
    expect([block(1, 'b1'), block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B02: the same message in one request gives the same', () => {
    expect(block(0, 'M')).toBe('OK');
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B03: a repeated block is acknowledged and not appended', () => {
    expect([block(1, 'b1'), block(2, 'b2'), block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B04: a gap is refused and the buffer survives it', () => {
    expect([block(1, 'b1'), block(3, 'b0')]).toEqual(['OK', 'ERROR_ADD_BLOCK_DATA']);
    expect([block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B05: a continuation without a buffer is refused', () => {
    expect(block(2, 'b2')).toBe('ERROR_ADD_BLOCK_DATA');
    expect(listener.decoded[0]?.refused).toBe(true);
  });

  test('B06: block 1 again starts over', () => {
    expect([block(1, 'b1'), block(1, 'b1'), block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B07: a punch between blocks is stored, and the message completes', () => {
    expect([block(1, 'b1'), glog(VECTORS.A01), block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(listener.punches.size).toBe(1);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('B08: the last block again, after its reply was lost, is acknowledged and not processed again', () => {
    expect([block(1, 'b1'), block(2, 'b2'), block(0, 'b0'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
    expect(listener.parked).toEqual([]);
  });

  test('B09: a negative block number is refused in the words of the vendor', () => {
    expect([block(-1, 'b1'), block('x', 'b1'), block('1.5', 'b1')]).toEqual(Array(3).fill('ERROR_INVLAID_BLOCK_NO'));
  });

  test('B10: a block of another length than it says is not buffered', () => {
    expect(block(1, 'b1', ['blk_len', '41'])).toBe('ERROR_ADD_BLOCK_DATA');
    expect(listener.transfers.size).toBe(0);
  });

  test('B11: an unknown real-time event is kept and acknowledged', () => {
    expect(glog(VECTORS.D03, 'realtime_newthing')).toBe('OK');
    expect(listener.parked.map(({ reason, table }) => [reason, table])).toEqual([
      ['EB_REALTIME_UNKNOWN', 'realtime_newthing'],
    ]);
  });

  test('B12: an unknown request code is kept and refused in the words of the vendor', () => {
    expect(glog(VECTORS.D03, 'frobnicate')).toBe('ERROR_INVLAID_REQUEST_CODE');
    expect(listener.parked.map(({ reason }) => reason)).toEqual(['EB_REQUEST_CODE_UNKNOWN']);
  });

  test('B19: an unreadable body is kept and acknowledged', () => {
    expect(glog(VECTORS.D12)).toBe('OK');
    expect(listener.parked.map(({ reason, raw }) => [reason, toHex(raw)])).toEqual([
      ['EB_BODY_INVALID', 'deadbeef0102'],
    ]);
  });

  test('B20: while the store is down nothing is acknowledged; the resend is stored once', () => {
    listener.isStorageDown = true;
    expect(glog(VECTORS.A01)).toBe('ERROR_DB_ACCESS');
    listener.isStorageDown = false;
    expect([glog(VECTORS.A01), glog(VECTORS.A01)]).toEqual(['OK', 'OK']);
    expect(listener.punches.size).toBe(1);
  });
});

describe('transfers beyond the cases', () => {
  test('message M cut into blocks of every size arrives', () => {
    const whole = hex(VECTORS.M);
    for (let size = 1; size < whole.length; size += 1) {
      listener = new MemoryListener();
      const count = Math.ceil(whole.length / size);
      for (let i = 0; i < count; i += 1) {
        const body = whole.subarray(i * size, (i + 1) * size);
        const number = i === count - 1 ? 0 : i + 1;
        expect(listener.receive(request({ code: 'realtime_enroll_data', block: number, body }))).toBe('OK');
      }
      expect([size, enrolments()]).toEqual([size, M_EVENTS]);
    }
  });

  test('a buffer without progress for more than half an hour is not continued', () => {
    block(1, 'b1');
    listener.now = NOW + 31 * 60_000;
    expect(block(2, 'b2')).toBe('ERROR_ADD_BLOCK_DATA');
  });

  test('the tail of a buffer that went stale is asked for again instead of being taken as garbage', () => {
    block(1, 'b1');
    listener.now = NOW + 31 * 60_000;
    expect(block(0, 'b0')).toBe('ERROR_ADD_BLOCK_DATA');
    expect([block(1, 'b1'), block(2, 'b2'), block(0, 'b0')]).toEqual(['OK', 'OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('a complete message after an abandoned first block is taken for what it is', () => {
    expect([block(1, 'b1'), block(0, 'M')]).toEqual(['OK', 'OK']);
    expect(enrolments()).toEqual(M_EVENTS);
    expect(listener.transfers.size).toBe(0);
  });

  test('a last block that comes while the store is down is taken on the resend', () => {
    block(1, 'b1');
    block(2, 'b2');
    listener.isStorageDown = true;
    expect(block(0, 'b0')).toBe('ERROR_DB_ACCESS');
    listener.isStorageDown = false;
    expect(block(0, 'b0')).toBe('OK');
    expect(enrolments()).toEqual(M_EVENTS);
  });

  test('an empty block in the middle is refused', () => {
    block(1, 'b1');
    expect(listener.receive(request({ code: 'realtime_enroll_data', block: 2 }))).toBe('ERROR_ADD_BLOCK_DATA');
  });

  test('a buffer over 16 MiB is dropped', () => {
    const body = new Uint8Array(5 * 1024 * 1024);
    const send = (number: number) => listener.receive(request({ code: 'realtime_enroll_data', block: number, body }));
    expect([send(1), send(2), send(3), send(4)]).toEqual(['OK', 'OK', 'OK', 'ERROR_ADD_BLOCK_DATA']);
    expect(listener.transfers.size).toBe(0);
  });

  test('a message of more than 4096 blocks is dropped', () => {
    const send = (number: number) =>
      listener.receive(request({ code: 'realtime_enroll_data', block: number, body: hex('00') }));
    for (let number = 1; number <= 4096; number += 1) send(number);
    expect(listener.transfers.size).toBe(1);
    expect([send(4097), listener.transfers.size]).toEqual(['ERROR_ADD_BLOCK_DATA', 0]);
  });

  test('many kinds of events cannot hold more than four buffers open', () => {
    for (const code of ['realtime_glog', 'realtime_enroll_data', 'send_cmd_result', 'realtime_a', 'realtime_b', 'x']) {
      listener.receive(request({ code, block: 1, body: hex('aabb') }));
    }
    expect(listener.transfers.size).toBe(4);
  });

  test('the return code of the first block counts where the last has none', () => {
    const send = (number: number, body: string, headers: string[] = []) =>
      listener.receive(
        request({ code: 'send_cmd_result', block: number, body: hex(body), headers: ['trans_id', '7', ...headers] }),
      );
    expect([send(1, VECTORS.D03.slice(0, 16), ['cmd_return_code', 'OK']), send(0, VECTORS.D03.slice(16))]).toEqual([
      'OK',
      'OK',
    ]);
    expect(listener.events).toMatchObject([
      { kind: 'command-result', result: { id: '7', code: 'OK', verdict: 'done' } },
    ]);
  });

  test('blocks of two commands are never joined', () => {
    const send = (number: number, id: string) =>
      listener.receive(
        request({ code: 'send_cmd_result', block: number, body: hex('aabb'), headers: ['trans_id', id] }),
      );
    expect([send(1, '7'), send(2, '8'), send(2, '7')]).toEqual(['OK', 'ERROR_ADD_BLOCK_DATA', 'OK']);
  });
});

describe('bodies that lost bytes', () => {
  test('a cut punch is asked for twice, then its JSON is used and its bytes are kept', () => {
    const cut = VECTORS.A02.slice(0, -4);
    expect([glog(cut), glog(cut)]).toEqual(['ERROR_ADD_BLOCK_DATA', 'ERROR_ADD_BLOCK_DATA']);
    expect([listener.events.length, listener.parked.length]).toEqual([0, 0]);
    expect(glog(cut)).toBe('OK');
    expect(listener.events.map(({ kind }) => kind)).toEqual(['punch']);
    expect(listener.parked.map(({ reason }) => reason)).toEqual(['EB_BODY_TRUNCATED']);
  });

  test('a resend that is whole clears the count', () => {
    const cut = VECTORS.A02.slice(0, -4);
    expect([glog(cut), glog(cut), glog(VECTORS.A02)]).toEqual(['ERROR_ADD_BLOCK_DATA', 'ERROR_ADD_BLOCK_DATA', 'OK']);
    expect([glog(cut), glog(cut)]).toEqual(['ERROR_ADD_BLOCK_DATA', 'ERROR_ADD_BLOCK_DATA']);
    expect(listener.parked).toEqual([]);
  });

  test('a line that cuts elsewhere every time does not block the terminal for ever', () => {
    const replies = Array.from({ length: 9 }, (_, i) => glog(VECTORS.A02.slice(0, -2 * (i + 1))));
    expect(replies.slice(-2)).toEqual(['ERROR_ADD_BLOCK_DATA', 'OK']);
  });

  test('a cut template is never stored', () => {
    const cut = VECTORS.M.slice(0, -2);
    const send = () => glog(cut, 'realtime_enroll_data');
    expect([send(), send(), send()]).toEqual(['ERROR_ADD_BLOCK_DATA', 'ERROR_ADD_BLOCK_DATA', 'OK']);
    expect(listener.events.map(({ kind }) => kind)).toEqual(['user']);
  });

  test('a message in one request whose blk_len is wrong is asked for twice, then taken as it is', () => {
    const send = () => listener.receive(request({ body: hex(VECTORS.A01), headers: ['blk_len', '5'] }));
    expect([send(), send(), send()]).toEqual(['ERROR_ADD_BLOCK_DATA', 'ERROR_ADD_BLOCK_DATA', 'OK']);
    expect(listener.punches.size).toBe(1);
  });

  test('tries survive a message in blocks that is cut every time', () => {
    const send = () => [block(1, 'b1'), block(0, 'b0')];
    expect(send()).toEqual(['OK', 'ERROR_ADD_BLOCK_DATA']);
    expect(send()).toEqual(['OK', 'ERROR_ADD_BLOCK_DATA']);
    expect(send()).toEqual(['OK', 'OK']);
    expect(listener.parked.map(({ reason }) => reason)).toContain('EB_BODY_TRUNCATED');
  });

  test('a second message glued to a punch is kept, not lost', () => {
    expect(glog(VECTORS.A01 + VECTORS.A04)).toBe('OK');
    expect([listener.punches.size, listener.parked.map(({ reason }) => reason)]).toEqual([1, ['EB_BINARY_STRAY']]);
  });
});
