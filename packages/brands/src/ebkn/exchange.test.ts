import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CommandResult } from '@biolistener/core';
import type { Outcome } from '@biolistener/wire';
import { cipherKeyOf, decodeCipher } from './cipher.ts';
import { EBKN_ERRORS } from './errors.ts';
import { encodeFrame } from './frame.ts';
import { ebkn } from './index.ts';
import {
  contextOf,
  headerIn,
  hex,
  MemoryListener,
  NOW,
  parseHttp,
  request,
  terminalView,
  toHex,
  writeHttp,
} from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

let listener: MemoryListener;
beforeEach(() => {
  listener = new MemoryListener();
});

const SET_TIME = { kind: 'encoded', id: '100001', word: 'SET_TIME', bytes: hex(VECTORS.E01) } as const;
const exchange = (requestHex: string): string => toHex(writeHttp(listener.reply(parseHttp(hex(requestHex)))));

describe('HTTP exchanges, by the conformance cases', () => {
  test('H01: an idle poll, byte for byte, from memory and from the store', () => {
    expect(exchange(VECTORS.H01)).toBe(VECTORS.H01_REPLY);
    const input = parseHttp(hex(VECTORS.H01));
    const identity = ebkn.identify(input);
    expect(identity).toEqual({ serialNumber: 'TEST0001', operation: 'receive_cmd', isPoll: true, sharedKey: '' });
    const idle = ebkn.answer({ kind: 'idle' }, { input, identity, now: NOW, terminal: terminalView() });
    expect(toHex(writeHttp(idle))).toBe(VECTORS.H01_REPLY);
  });

  test('H02: a poll that fetches SET_TIME, byte for byte', () => {
    listener.queue.push(SET_TIME);
    expect(exchange(VECTORS.H01)).toBe(VECTORS.H02_REPLY);
  });

  test('H03: the result of that command, byte for byte; the command is done', () => {
    expect(exchange(VECTORS.H03)).toBe(VECTORS.H03_REPLY);
    expect(listener.events).toEqual([
      { kind: 'command-result', result: { id: '100001', code: 'OK', verdict: 'done', info: {} } },
    ]);
  });

  test('B13: a terminal that says cmd_id hears cmd_id', () => {
    const reply = listener.reply(request({ code: 'receive_cmd', headers: ['cmd_id', 'ReceiveCommandAction'] }));
    expect(reply.headers.slice(0, 6)).toEqual(['response_code', 'ERROR_NO_CMD', 'cmd_id', '', 'cmd_code', '']);
    expect(listener.profile['headerTransName']).toBe('cmd_id');
  });

  test('a terminal that says neither hears both', () => {
    const { headers } = listener.reply(request({ code: 'send_cmd_result' }));
    expect(headers.slice(0, 8)).toEqual(['response_code', 'OK', 'trans_id', '', 'cmd_id', '', 'cmd_code', '']);
  });

  test('B14: any target, and no space after the colon', () => {
    const text = Buffer.from(hex(VECTORS.H01))
      .toString('latin1')
      .replace('POST /', 'POST //')
      .replace('code: rec', 'code:rec');
    const input = parseHttp(Buffer.from(text, 'latin1'));
    expect([input.target, ebkn.claims(input)]).toEqual(['//', true]);
    expect(toHex(writeHttp(listener.reply(input)))).toBe(VECTORS.H01_REPLY);
  });

  test('B15: a result for a command that nobody knows is an event all the same', () => {
    const headers = ['trans_id', '987654', 'cmd_return_code', 'OK'];
    expect(listener.receive(request({ code: 'send_cmd_result', headers }))).toBe('OK');
    expect(listener.events).toMatchObject([{ kind: 'command-result', result: { id: '987654' } }]);
  });

  const verdict = (code: string): CommandResult['verdict'] | undefined => {
    const headers = ['trans_id', '7', 'cmd_return_code', code];
    expect(listener.receive(request({ code: 'send_cmd_result', headers }))).toBe('OK');
    const event = listener.events.at(-1);
    return event?.kind === 'command-result' ? event.result.verdict : undefined;
  };

  test('B16: a verb that the terminal does not know has failed for good', () => {
    expect([verdict('ERROR_NOT_SUPPORTED'), verdict(' error_invalid_paramter ')]).toEqual([
      'failed-for-good',
      'failed-for-good',
    ]);
  });

  test('B17: a plain error leaves the effect unclear', () => {
    expect([verdict('Error'), verdict('ERROR_UNKNOWN'), verdict('')]).toEqual(['unclear', 'unclear', 'unclear']);
  });

  test('data without a return code are a result all the same', () => {
    const body = encodeFrame('{"user_count":"3"}');
    listener.receive(request({ code: 'send_cmd_result', body, headers: ['trans_id', '7'] }));
    expect(listener.events).toMatchObject([{ result: { id: '7', code: '', verdict: 'done' } }]);
  });

  test('B18: an empty poll is a poll', () => {
    expect(listener.receive(request({ code: 'receive_cmd' }))).toBe('ERROR_NO_CMD');
    expect(listener.parked).toEqual([]);
  });
});

describe('encryption and envelope, by the conformance cases', () => {
  const FRAME = '110000007b22757365725f6964223a2237227d0a00';
  const key = cipherKeyOf(undefined);

  test('X01: base64 of a whole frame, with trailing NULs', () => {
    expect(toHex(decodeCipher(hex(VECTORS.X01), 'base64only', key))).toBe(FRAME);
  });

  test('X02: AES of that base64', () => {
    expect(toHex(decodeCipher(hex(VECTORS.X02), 'yes', key))).toBe(FRAME);
  });

  const envelope = (fields: object) => ({
    method: 'POST',
    target: '/',
    httpVersion: '1.1',
    headers: ['content-type', 'Application/JSON; Charset=UTF-8'],
    remoteAddress: '10.0.0.7',
    body: Buffer.from(JSON.stringify(fields)),
  });
  const X03 = {
    dev_id: 'TEST0001',
    request_code: 'realtime_glog',
    trans_id: 'RTLogSendAction',
    blk_no: 0,
    blk_len: 21,
    block: 'EQAAAHsidXNlcl9pZCI6IjcifQoA',
  };

  test('X03: identity, operation and block come out of the envelope', () => {
    const input = envelope(X03);
    expect(ebkn.claims(input)).toBe(true);
    expect(ebkn.identify(input)).toMatchObject({ serialNumber: 'TEST0001', operation: 'realtime_glog' });
    const { parked } = ebkn.decode(input, contextOf());
    expect(parked.map(({ reason, raw }) => [reason, toHex(raw)])).toEqual([['EB_RECORD_TIME', FRAME]]);
  });

  test('a punch in an envelope is the same punch', () => {
    const block = Buffer.from(hex(VECTORS.A01)).toString('base64');
    const send = () => listener.receive(envelope({ ...X03, blk_len: VECTORS.A01.length / 2, block }));
    expect([send(), listener.receive(request({ body: hex(VECTORS.A01) })), listener.punches.size]).toEqual([
      'OK',
      'OK',
      1,
    ]);
  });

  test('an envelope that contradicts its headers is not believed', () => {
    const input = { ...envelope(X03), headers: [...envelope(X03).headers, 'dev_id', 'OTHER1'] };
    expect(ebkn.identify(input)).toMatchObject({ serialNumber: undefined, problem: 'contradictory' });
  });

  test('X04: plain JSON with the picture inside, which is no part of the evidence', () => {
    const input = request({ body: hex(VECTORS.X04), headers: ['dev_model', 'V536', 'blk_len', '9'] });
    const { events, facts } = ebkn.decode(input, contextOf());
    expect(events).toMatchObject([
      { punch: { pin: '42', extra: { verify: 'FACE' } } },
      { photo: { data: hex('ffd8ffd9') } },
    ]);
    expect(events[0]?.kind === 'punch' && Buffer.from(events[0].punch.raw).toString()).not.toContain('log_image');
    expect(facts.profile).toMatchObject({ plainJson: true, devModel: 'V536' });
    expect(ebkn.identify(input).transferKey).toBeUndefined();
  });

  const encrypted = (value: string): string => {
    listener.queue.push(SET_TIME);
    const { headers, body } = listener.reply(request({ code: 'receive_cmd', headers: ['encrypt', value] }));
    expect([headerIn(headers, 'encrypt'), headerIn(headers, 'Content-Length')]).toEqual([value, String(body.length)]);
    return toHex(body);
  };

  test('E05: a base64only poll fetches base64 sections', () => {
    expect(encrypted('base64only')).toBe(VECTORS.E05);
  });

  test('E06: an encrypted poll fetches encrypted sections', () => {
    expect(encrypted('yes')).toBe(VECTORS.E06);
  });

  test('a plain JSON poll fetches bare JSON, binaries inline', () => {
    const bytes = encodeFrame('{"user_name":"BIN_1","enroll_data":"BIN_1"}', [hex('ffd8')]);
    listener.queue.push({ kind: 'encoded', id: '1', word: 'SET_ENROLL_DATA', bytes });
    const { body } = listener.reply(request({ code: 'receive_cmd', headers: ['dev_model', 'V536'] }));
    expect(Buffer.from(body).toString()).toBe('{"user_name":"BIN_1","enroll_data":"/9g="}');
  });

  test('blk_len may count the clear or the encrypted bytes', () => {
    const headers = (length: string) => ['encrypt', 'yes', 'blk_len', length];
    const send = (length: string) => listener.receive(request({ body: hex(VECTORS.X02), headers: headers(length) }));
    expect([send('32'), send('21'), send('20')]).toEqual(['OK', 'OK', 'ERROR_ADD_BLOCK_DATA']);
  });

  test('a wrong key gives an unreadable body that is kept', () => {
    const headers = ['encrypt', 'yes'];
    listener.options = { encryptKeyHex: 'ab'.repeat(32) };
    expect(listener.receive(request({ body: hex(VECTORS.X02), headers }))).toBe('OK');
    expect(listener.parked.map(({ reason }) => reason)).toEqual(['EB_BODY_INVALID']);
  });
});

describe('who speaks', () => {
  const named = (headers: string[]) =>
    ebkn.identify({ ...request({}), headers: ['request_code', 'receive_cmd', ...headers] });

  test.each([
    [['dev_id', 'A1', 'dev_id', 'A1'], 'A1', undefined],
    [['dev-id', 'B2'], 'B2', undefined],
    [['X-Dev-Id', 'C3'], 'C3', undefined],
    [['x-dev-id', 'C3', 'dev-id', 'B2', 'DEV_ID', 'A1'], 'A1', undefined],
    [['dev_id', 'A1', 'dev_id', 'B2'], undefined, 'contradictory'],
    [[], undefined, 'missing'],
    [['dev_id', ''], undefined, 'missing'],
    [['dev_id', 'A'.repeat(19)], undefined, 'malformed'],
    [['dev_id', '../../etc'], undefined, 'malformed'],
  ])('%j is %s', (headers, serialNumber, problem) => {
    const identity = named(headers);
    expect([identity.serialNumber, identity.problem]).toEqual([serialNumber, problem]);
  });

  test('an operation is a word of the protocol or the word missing: never free text', () => {
    expect(ebkn.identify(request({ code: 'a b\nc' })).operation).toBe('missing');
  });

  test('a body without a request code is kept, and answered with an error', () => {
    expect(listener.receive(request({ code: '', body: hex(VECTORS.A01) }))).toBe('ERROR');
    expect(listener.parked.map(({ reason }) => reason)).toEqual(['EB_REQUEST_CODE_MISSING']);
  });

  test('other brands are not claimed', () => {
    const head = { ...request({}), headers: ['Content-Type', 'text/plain'] };
    expect([ebkn.claims(head), ebkn.claims({ ...head, headers: ['dev_id', 'x'] })]).toEqual([false, true]);
  });
});

describe('the shared key of a terminal', () => {
  const shown = (...headers: string[]) => {
    const input = { ...parseHttp(hex(VECTORS.H01)) };
    return ebkn.identify({ ...input, headers: [...input.headers, ...headers] }).sharedKey;
  };
  test.each([
    ['none', [], ''],
    ['token_id', ['token_id', ' s3cret '], 's3cret'],
    ['a spelling of a proxy', ['X-Token-Id', 's3cret'], 's3cret'],
    ['the same twice', ['token_id', 'a', 'token_id', 'a'], 'a'],
    ['two different ones', ['token_id', 'a', 'token_id', 'b'], ''],
  ])('%s', (_, headers, key) => {
    expect(shown(...headers)).toBe(key);
  });
});

describe('words for every end of a request', () => {
  const input = request({ code: 'receive_cmd' });
  const say = (outcome: Outcome, options = {}) =>
    ebkn.answer(outcome, { input, identity: ebkn.identify(input), now: NOW, terminal: terminalView({ options }) });

  test.each([
    [{ kind: 'idle' }, 'ERROR_NO_CMD'],
    [{ kind: 'pending' }, 'ERROR_DB_ACCESS'],
    [{ kind: 'blocked' }, 'ERROR_DB_ACCESS'],
    [{ kind: 'unavailable' }, 'ERROR_DB_ACCESS'],
    [{ kind: 'unidentified', problem: 'missing' }, 'ERROR'],
    [{ kind: 'limited', limit: 'rate' }, 'ERROR_DB_ACCESS'],
    [{ kind: 'limited', limit: 'size' }, 'ERROR_ADD_BLOCK_DATA'],
  ] as const)('%j is answered %s with status 200', (outcome, code) => {
    const reply = say(outcome);
    expect([reply.status, headerIn(reply.headers, 'response_code'), headerIn(reply.headers, 'Content-Length')]).toEqual(
      [200, code, '0'],
    );
  });

  test('idleReply ok says OK without a command', () => {
    expect(headerIn(say({ kind: 'idle' }, { idleReply: 'ok' }).headers, 'response_code')).toBe('OK');
  });

  test('ackProfile m82 answers 204 to events and a framed result to polls', () => {
    listener.options = { ackProfile: 'm82' };
    const event = listener.reply(request({ body: hex(VECTORS.A01) }));
    expect([event.status, headerIn(event.headers, 'response_code')]).toEqual([204, 'OK']);
    const poll = listener.reply(input);
    expect([poll.status, toHex(poll.body)]).toEqual([200, toHex(encodeFrame('{"result":0}'))]);
  });

  test('an intermediate block is answered with its transaction id, an event without one', () => {
    const block = listener.reply(request({ code: 'realtime_enroll_data', block: 1, body: hex(VECTORS.b1) }));
    expect(block.headers.slice(0, 6)).toEqual([
      'response_code',
      'OK',
      'trans_id',
      'RTEnrollDataAction',
      'Content-Type',
      'application/octet-stream',
    ]);
    const event = listener.reply(request({ body: hex(VECTORS.A01) }));
    expect(headerIn(event.headers, 'trans_id')).toBe('(absent)');
  });

  test('nothing that a terminal sent can break the reply', () => {
    const reply = listener.reply(request({ code: 'send_cmd_result', headers: ['trans_id', '1\r\nSet-Cookie: a'] }));
    expect(headerIn(reply.headers, 'trans_id')).toBe('');
  });

  test('restartBy response_code restarts in the way of the vendor', () => {
    listener.options = { restartBy: 'response_code' };
    listener.queue.push({ kind: 'encoded', id: '5', word: 'RESET_FK', bytes: hex('') });
    expect(listener.reply(input).headers.slice(0, 6)).toEqual(
      ['response_code', 'RESET_FK', 'trans_id', '', 'cmd_id', ''].map((word, i) => (i === 4 ? 'cmd_code' : word)),
    );
  });
});

describe('facts', () => {
  const INFO = {
    firmware: 'FW 2.1',
    fk_bin_data_lib: 'FKDataHS103',
    fp_data_ver: 5,
    face_data_ver: '40',
    supported_enroll_data: ['FP', 'FACE'],
    ip: '192.168.001.020',
  };
  const poll = (fields: object) =>
    listener.receive(request({ code: 'receive_cmd', body: encodeFrame(JSON.stringify(fields)) }));

  test.each([
    ['nested', { fk_info: INFO }],
    ['flat', INFO],
  ])('a poll teaches the profile, %s', (_form, fields) => {
    poll({ fk_name: 'Gate', fk_time: '260102030405', ...fields });
    expect(listener.decoded[0]?.facts).toEqual({
      wallClock: '2026-01-02 03:04:05',
      profile: {
        terminalName: 'Gate',
        firmware: 'FW 2.1',
        dataLib: 'FKDataHS103',
        ip: '192.168.001.020',
        fpDataVer: 5,
        faceDataVer: 40,
        supportedEnrollData: ['FP', 'FACE'],
        headerTransName: 'trans_id',
      },
    });
  });

  test('a poll that says nothing new changes nothing', () => {
    poll({ fk_info: INFO });
    poll({ fk_info: INFO });
    expect(listener.decoded[1]?.facts).toEqual({});
  });

  test('an unreadable poll is a fact about the terminal that a good one forgets', () => {
    listener.receive(request({ code: 'receive_cmd', body: hex(VECTORS.D12) }));
    expect([listener.profile['pollBody'], listener.parked]).toEqual(['invalid', []]);
    poll({});
    expect(listener.profile['pollBody']).toBeNull();
  });

  test('counters of a status are told under one spelling', () => {
    const body = encodeFrame('{"total_user_count":"6","UserCount":3,"DoorStatus":"1"}');
    listener.receive(request({ code: 'send_cmd_result', body, headers: ['trans_id', '3', 'cmd_return_code', 'OK'] }));
    expect(listener.profile['counters']).toEqual({ totalusercount: 6, usercount: 3 });
  });

  test('the same door state a minute later is another event, within the minute a resend', () => {
    const send = () =>
      listener.receive(request({ code: 'realtime_door_status', body: encodeFrame('{"door_status":"open"}') }));
    send();
    send();
    listener.now += 60_000;
    send();
    const keys = listener.events.map((event) => event.kind === 'operation' && event.operation.key.join());
    expect(new Set(keys).size).toBe(2);
  });

  test('a barcode and an administration event are operations', () => {
    const barcode = encodeFrame('{"scantime":"20260102030405","barcode":"BIN_1"}', [Buffer.from('QR-7')]);
    listener.receive(request({ code: 'realtime_barcode', body: barcode }));
    const operation = encodeFrame('{"user_id":"1","oper_code":8,"oper_time":"20260102030405"}');
    listener.receive(request({ code: 'realtime_operation', body: operation }));
    expect(listener.events).toMatchObject([
      { operation: { source: 'barcode', details: { barcode: 'QR-7' } } },
      { operation: { source: 'oplog', code: '8', isAlert: true, wallTime: '2026-01-02 03:04:05' } },
    ]);
  });
});

describe('anything at all', () => {
  const codes = [
    'receive_cmd',
    'realtime_glog',
    'realtime_enroll_data',
    'send_cmd_result',
    'send_glog_data',
    'realtime_barcode',
    'x',
    '',
  ];
  const vectors = Object.values(VECTORS).map(hex);
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.constantFrom(...vectors), fc.nat(400), fc.uint8Array({ maxLength: 6 })).map(([vector, at, noise]) => {
      const cut = at % (vector.length + 1);
      return Buffer.concat([vector.subarray(0, cut), noise, vector.subarray(cut + noise.length)]);
    }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .tuple(
        fc.dictionary(
          fc.constantFrom(
            'user_id',
            'io_time',
            'log_array',
            'Glog',
            'log_count',
            'one_log_size',
            'enroll_data_array',
            'user_id_array',
            'one_user_id_size',
            'log_image',
            'fk_info',
            'verify_mode',
            'io_mode',
          ),
          fc.oneof(fc.jsonValue(), fc.constantFrom('BIN_1', 'BIN_9', '12', 16, 8)),
          { noNullPrototype: true },
        ),
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 2 }),
      )
      .map(([json, binaries]) => encodeFrame(JSON.stringify(json), binaries)),
  );
  const extra = fc.array(
    fc.tuple(
      fc.constantFrom('dev_model', 'encrypt', 'blk_len', 'cmd_return_code', 'trans_id', 'dev_id', 'content-type'),
      fc.oneof(fc.string(), fc.constantFrom('yes', 'base64only', 'application/json')),
    ),
    { maxLength: 3 },
  );

  test('neither identify, decode nor answer throws, and every parked reason is in the catalog', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.integer({ min: -1, max: 3 }),
        bodies,
        extra,
        (code, block, body, headers) => {
          const input = request({ code, block, body, headers: headers.flat() });
          ebkn.claims(input);
          const identity = ebkn.identify(input);
          const open = { key: 'x', lastBlock: 1, bytes: body, memo: { requestCode: code }, touchedAt: NOW };
          const decoded = ebkn.decode(input, { ...contextOf({ profile: { dataLib: 'FKDataHS101' } }), transfer: open });
          for (const { reason } of decoded.parked) expect(EBKN_ERRORS).toHaveProperty(reason);
          const reply = ebkn.answer(
            { kind: 'committed', decoded, commands: [] },
            { input, identity, now: NOW, terminal: undefined },
          );
          for (const text of reply.headers) expect(text).not.toMatch(/[\r\n]/);
        },
      ),
      { interruptAfterTimeLimit: 2000, numRuns: 3000 },
    );
  });

  test('JSON nested a hundred thousand deep does no harm', () => {
    const deep = `{"Glog":[{"user_id":"1","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`;
    const decoded = ebkn.decode(request({ code: 'send_glog_data', body: Buffer.from(deep) }), contextOf());
    expect(decoded.parked).toHaveLength(1);
  });
});
