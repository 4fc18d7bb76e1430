import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMMAND_KINDS } from '@biolistener/core';
import { aiface } from './index.ts';
import { answerOf, Bench, bytesOf, decodeOf, eventsOf, inputOf, NOW, viewOf } from './test-kit.ts';

// Whatever a terminal sends, nothing escapes and nothing grows; what is written is read back as it was.

const word = fc.constantFrom(
  'reg',
  'sendlog',
  'senduser',
  'sendqrcode',
  'getuserlist',
  'getuserinfo',
  'getalllog',
  'frobnicate',
  'otaget',
);
const field = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.string(), fc.constant('2025-03-04 08:15:28'));
const row = fc.dictionary(
  fc.constantFrom('enrollid', 'time', 'mode', 'inout', 'event', 'image', 'temp', 'backupnum', '__proto__'),
  field,
);
const message = fc
  .tuple(
    fc.constantFrom('cmd', 'ret', ' CMD'),
    word,
    fc.dictionary(
      fc.constantFrom(
        'sn',
        'count',
        'logindex',
        'enrollid',
        'backupnum',
        'record',
        'result',
        'devinfo',
        'admin',
        'name',
        'msg',
        'reason',
      ),
      fc.oneof(field, fc.array(row, { maxLength: 4 })),
    ),
  )
  .map(([key, name, fields]) => ({ ...fields, [key]: name }));

test('no bytes make decode, identify or answer throw, and what cannot be read is kept', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        message.map(bytesOf),
      ),
      (body) => {
        const input = { ...inputOf(''), body };
        const decoded = aiface.decode(input, { now: NOW, terminal: viewOf() });
        aiface.answer(
          { kind: 'committed', decoded, commands: [] },
          { input, identity: aiface.identify(input), now: NOW, terminal: viewOf() },
        );
        expect(decoded.events.length + decoded.parked.length).toBeLessThanOrEqual(20);
      },
    ),
    { numRuns: 600 },
  );
});

test('every message cut at every byte throws nothing and is never half a punch', () => {
  const whole = bytesOf({
    cmd: 'sendlog',
    count: 1,
    logindex: 3,
    record: [{ enrollid: 17, time: '2025-03-04 08:15:28', mode: 8, inout: 0, event: 0 }],
  });
  for (let end = 0; end < whole.length; end += 1) {
    const text = whole.subarray(0, end).toString();
    expect(eventsOf(decodeOf(text), 'punch')).toEqual([]);
    expect(answerOf(text, 'committed')).toBeUndefined();
  }
  expect(eventsOf(decodeOf(`${whole.toString()}${whole.toString()}`), 'punch')).toEqual([]); // glued is no message either
});

test('a session survives any answers to any commands, asks one thing at a time, and ends', () => {
  const parameters = {
    pin: '17',
    kind: 'fingerprint',
    no: 0,
    card: '5',
    confirmed: true,
    what: 'new',
    text: '{"cmd":"getdevlock"}',
  };
  fc.assert(
    fc.property(fc.constantFrom(...COMMAND_KINDS), fc.array(message, { maxLength: 30 }), (kind, answers) => {
      const bench = new Bench();
      bench.register();
      try {
        bench.command(kind, parameters);
      } catch {
        return; // refused by the codec: there is no conversation
      }
      for (const answer of answers) bench.hears({ ...answer, ret: bench.last?.['cmd'] });
      for (let steps = 0; steps < 2000 && !bench.session.isFree; steps += 1) bench.wait();
      expect(bench.session.isFree).toBe(true);
      expect(bench.results).toHaveLength(1);
    }),
    { numRuns: 400 },
  );
});

test('what is written to a person is what is read of one', () => {
  const digits = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }).map(String);
  const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text.trim() === text);
  const features = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() === text);
  fc.assert(
    fc.property(digits, name, digits, features, (pin, said, card, record) => {
      const bench = new Bench();
      bench.register();
      const template = {
        kind: 'fingerprint',
        no: 3,
        algorithm: 'thbio',
        version: 'thbio3.0',
        data: Buffer.from(record).toString('base64'),
      };
      bench.command('user.update', { pin, name: said, card, templates: [template] });
      bench.hears({ ret: 'setuserinfo', result: true });
      const events = bench.sent.flatMap((sent) => decodeOf({ ...sent, cmd: 'senduser' }).events);
      expect(events).toMatchObject([
        { kind: 'user', user: { pin, name: said, card } },
        { kind: 'user', user: { pin, name: said } },
        {
          kind: 'template',
          template: { pin, kind: 'fingerprint', no: 3, version: 'thbio3.0', data: Buffer.from(record) },
        },
      ]);
    }),
  );
});
