import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asPin, decideLogType, DEFAULT_LOG_TYPE_POLICY, type CommandKind, type JsonObject } from '@biolistener/core';
import type { Encoded, PersonRecords, TemplateRecord, TerminalView } from '@biolistener/wire';
import { isAttendance, methodOf } from './codes.ts';
import { readWords } from './command-words.ts';
import { readBinding, readEnvelope, readEventFrame } from './envelope.ts';
import { suprema } from './index.ts';
import { inputOf } from './identify.ts';
import { halves, overlapAt, roundWindow, searchBody, type SearchWindow } from './search.ts';
import { context, decodeEvents, eventRow, GATE, NOW, terminalView } from './test-kit.ts';
import { planWrite } from './user-plan.ts';
import { parseJson } from './values.ts';

// Cases of the document by their numbers, as far as they need no socket; the others are in apps/worker/test/suprema.

const punchOf = (change: JsonObject, settings: Partial<TerminalView> = {}) => {
  const [event] = decodeEvents([eventRow(change)], settings).events;
  return event?.kind === 'punch' ? event.punch : undefined;
};

describe('events', () => {
  test('S7: socket and search tell the same punch by the same id', () => {
    const search = punchOf({ door_id: [{ id: '4', name: 'Main' }], temperature: '36.5' });
    const stream = punchOf({ door_id_list: [{ id: '4', name: 'Main' }], user_update_by_device: 'false' });
    expect(stream?.id).toBe(search?.id);
  });

  test('S9: the row number is no part of the identity, and the month may begin it again', () => {
    expect(punchOf({ id: '1' })?.id).toBe(punchOf({ id: '30418' })?.id);
    expect(punchOf({ datetime: '2025-04-04T08:15:28.00Z' })?.id).not.toBe(punchOf({})?.id);
  });

  test('S10: an id of 30 digits stays text, as text and as a bare number', () => {
    const id = '174107612805468325900000527101';
    expect(punchOf({ id })?.extra['rawId']).toBe(id);
    expect(parseJson(`{"id":${id},"n":12}`)).toEqual({ id, n: 12 });
  });

  test('S11: the time is that of the event, whatever the server wrote beside it', () => {
    const punch = punchOf({ datetime: '2025-03-04T01:38:00.00Z', server_datetime: '2025-03-04T10:38:00.00Z' });
    expect(punch).toMatchObject({
      instant: Date.UTC(2025, 2, 4, 1, 38),
      certainty: 'exact',
      wallTime: '2025-03-04 05:38:00',
      zone: 'Asia/Dubai',
    });
  });

  test('the zone of the device is no part of the identity', () => {
    expect(punchOf({}, { zone: 'Europe/Berlin' })?.id).toBe(punchOf({})?.id);
  });

  test.each([4102, 4865, 4867, 4609, 5377, 5633])('S13: %i is attendance', (code) => {
    expect(punchOf({ event_type_id: { code: String(code) } })).toMatchObject({ verifyMode: String(code), pin: '2041' });
  });

  test.each([4354, 5121, 6401, 20480])('S13: %i is none', (code) => {
    const { events, parked } = decodeEvents([eventRow({ event_type_id: { code: String(code) } })]);
    expect(parked).toEqual([]);
    expect(events).toMatchObject([{ kind: 'operation', operation: { code: String(code) } }]);
  });

  test('a code that nobody knows counts by its name, and a known one does not', () => {
    expect(isAttendance(0x0801, 'IDENTIFY_SUCCESS_IRIS')).toBe(true);
    expect(isAttendance(0x0801, 'SOMETHING')).toBe(false);
    expect(isAttendance(6401, 'VERIFY_SUCCESS_CARD')).toBe(false);
  });

  test.each([
    [4102, 'card'],
    [4865, 'finger'],
    [4867, 'face'],
    [4097, 'pin'],
    [4104, 'mixed'],
    [5633, 'mixed'],
  ])('%i was recognized by %s', (code, method) => expect(methodOf(code)).toBe(method));

  test('S14: a function key is a direction only where the site says so', () => {
    const { state, claimedDirection, instant } = punchOf({ tna_key: '2' }) ?? {};
    const policy = { ...DEFAULT_LOG_TYPE_POLICY, kind: 'state' } as const;
    const facts = { state, claimedDirection, instant: instant ?? 0, role: 'both', last: undefined } as const;
    expect(decideLogType(policy, { ...facts, stateMap: { '2': 'OUT' } }).logType).toBe('OUT');
    expect(decideLogType(policy, { ...facts, stateMap: {} }).logType).toBe('');
    expect(punchOf({ tna_key: '0' })?.state).toBeUndefined();
  });

  test('S15: an unknown card is no punch, and shown with device and time', () => {
    const row = eventRow({ event_type_id: { code: '4354', name: '' }, user_id: { name: '-' } });
    expect(decodeEvents([row]).events).toMatchObject([
      { kind: 'operation', operation: { source: 'unknown-credential', wallTime: '2025-03-04 12:15:28' } },
    ]);
  });

  test('S21: after a cleared log the same number with another time is another punch', () => {
    expect(punchOf({ index: '1' })?.id).not.toBe(punchOf({ index: '1', datetime: '2025-03-05T08:15:28.00Z' })?.id);
    expect(decodeEvents([eventRow({ event_type_id: { code: '16896' } })]).events).toMatchObject([
      { operation: { source: 'device', isAlert: true } },
    ]);
  });

  test('duress is a punch and an alarm', () => {
    const { events } = decodeEvents([eventRow({ event_type_id: { code: '4609' } })]);
    expect(events).toMatchObject([
      { kind: 'punch' },
      { kind: 'operation', operation: { source: 'duress', isAlert: true } },
    ]);
  });

  test('a clock that cannot be right is flagged and kept', () => {
    expect(punchOf({ datetime: '2000-01-01T00:00:05.00Z' })).toMatchObject({ flags: ['clock-implausible'] });
    expect(punchOf({ datetime: '2025-03-04T09:30:00.00Z' })).toMatchObject({ flags: ['clock-ahead'] });
  });

  test.each([
    ['SU_EVENT_INVALID', { index: '' }],
    ['SU_EVENT_INVALID', { event_type_id: null }],
    ['SU_EVENT_TIME', { datetime: '2025-02-30T08:15:28.00Z' }],
    ['SU_EVENT_WITHOUT_USER', { user_id: { name: '-' } }],
  ])('%s: what cannot be read is parked whole, and the rest goes on', (reason, change) => {
    const { events, parked } = decodeEvents([eventRow(change), eventRow({ index: '2' })]);
    expect(parked).toMatchObject([{ reason }]);
    expect(events).toHaveLength(1);
    const again = suprema.decode(
      { ...inputOf('events', GATE, '', {}), body: parked[0]?.raw ?? new Uint8Array(0) },
      context(),
    );
    expect(again.parked).toMatchObject([{ reason }]); // a replay reads the piece by itself
  });

  test('numbers and booleans as such read as well as texts', () => {
    const native = { index: 527101, event_type_id: { code: 4867 }, tna_key: 0, user_id: { user_id: 2041 }, id: 30418 };
    expect(punchOf(native)).toMatchObject({ id: punchOf({})?.id, pin: '2041' });
  });
});

describe('frames', () => {
  test('S6: without an event they are ignored', () => {
    expect(readEventFrame('{"Response":{"code":"0"}}')).toBeUndefined();
    expect(readEventFrame('not JSON')).toBeUndefined();
    expect(readEventFrame('{"Event":{"index":"7"},"id":"7"}')).toEqual({ index: '7' });
  });

  test('the answer to the first frame is told from everything else', () => {
    expect(readBinding('{"Response":{"code":"0"}}')).toEqual({ isBound: true, code: '0' });
    expect(readBinding('{"Response":{"code":10}}')).toEqual({ isBound: false, code: '10' });
    expect(readBinding('{"Event":{}}')).toBeUndefined();
  });

  test('S23: HTML is no envelope', () => expect(readEnvelope('<html>502</html>')).toBeUndefined());
});

const encode = (kind: CommandKind, parameters: JsonObject, options: JsonObject = { accessGroup: '3' }): Encoded =>
  suprema.encode({ id: '1', kind, parameters }, { now: NOW, terminal: terminalView({ options }) });

const wordsOf = (encoded: Encoded) => (encoded.kind === 'encoded' ? readWords(encoded.bytes) : undefined);
const base64 = (size: number): string => Buffer.alloc(size, 7).toString('base64');

describe('commands', () => {
  test('S16: what a user has is repeated, and what comes is added', () => {
    const words = wordsOf(encode('user.update', { pin: '7', card: '222' }));
    if (words?.word !== 'write-user') throw new Error('no words');
    const existing = { user_id: '7', user_title: 'biolistener', cards: [{ id: '70', card_id: '111' }] };
    expect(planWrite(words, existing, '71')).toMatchObject({
      calls: [{ method: 'PUT', path: '/users/7', body: { User: { cards: [{ id: '70' }, { id: '71' }] } } }],
    });
  });

  test.each([
    ['the end before the start', { pin: '7', start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' }, 'SU_DATES'],
    ['a name of 60 characters', { pin: '7', name: 'x'.repeat(60) }, 'SU_NAME_LONG'],
    ['id 0', { pin: '0' }, 'SU_PIN_UNFIT'],
    ['a blank in the id', { pin: '7 8' }, 'SU_PIN_UNFIT'],
    ['a number that is too large', { pin: '4294967296' }, 'SU_PIN_UNFIT'],
  ])('S19: %s is refused before anything is sent', (_, parameters, reason) => {
    expect(encode('user.update', parameters)).toMatchObject({ kind: 'refused', reason });
  });

  test('letters in an id pass where the server takes them', () => {
    expect(encode('user.update', { pin: 'E-07' }, { accessGroup: '3', alphanumericIds: true }).kind).toBe('encoded');
  });

  test('S20: a padded face template is cut, a short one is an error', () => {
    const face = (size: number) => ({
      pin: '7',
      templates: ['5', '9'].map((version) => ({ kind: 'visible-face', no: 0, version, data: base64(size) })),
    });
    const words = wordsOf(encode('user.update', face(600)));
    if (words?.word !== 'write-user') throw new Error('no words');
    expect(Object.values(words.face?.templates ?? {}).map((text) => Buffer.from(text, 'base64').length)).toEqual([
      544, 544,
    ]);
    const short = encode('user.update', face(500));
    expect(short).toMatchObject({ kind: 'refused', reason: 'SU_FACE_SIZE' });
    expect(JSON.stringify(short)).not.toContain(base64(30)); // S24
  });

  test('half a finger is not sent', () => {
    const part = { kind: 'fingerprint', no: 1, index: 0, data: base64(384) };
    expect(encode('template.update', { pin: '7', ...part })).toMatchObject({ reason: 'SU_FINGER_INCOMPLETE' });
  });

  test('without an access group nothing is written', () => {
    expect(encode('user.update', { pin: '7' }, {})).toMatchObject({ reason: 'SU_ACCESS_GROUP_UNSET' });
    expect(suprema.roster.abilities(terminalView()).commands).toEqual(['logs.query', 'info']);
  });

  test('every kind that is offered is written or refused by a code of ours', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...suprema.commands),
        fc.dictionary(
          fc.constantFrom('pin', 'name', 'templates', 'data', 'kind', 'no', 'from', 'to', 'card'),
          fc.jsonValue(),
        ),
        (kind, parameters) => {
          const encoded = encode(kind, parameters as JsonObject); // made of JSON values
          if (encoded.kind === 'refused') expect(Object.hasOwn(suprema.errors, encoded.reason)).toBe(true);
          else expect(readWords(encoded.bytes)).toBeDefined();
        },
      ),
    );
  });
});

const template = (change: Partial<TemplateRecord> = {}): TemplateRecord => ({
  id: '12',
  kind: 'fingerprint',
  no: 1,
  index: 0,
  version: '',
  algorithm: 'suprema-finger',
  encoding: 'binary',
  isDuress: false,
  size: 384,
  ...change,
});

const person = (change: Partial<PersonRecords> = {}): PersonRecords => ({
  personId: '3',
  pin: asPin('42'),
  name: 'Ana',
  card: undefined,
  isAdministrator: false,
  hasPassword: false,
  templates: [],
  photo: undefined,
  seenExtra: undefined,
  ...change,
});

test('templates of other makes are refused, and a person goes in one piece', () => {
  const terminal = terminalView({ options: { accessGroup: '3' } });
  const { roster } = suprema;
  const head = (change: Partial<TemplateRecord>) =>
    ({ what: 'template', pin: '42', template: template(change) }) as const;
  expect(roster.canTake(head({}), terminal)).toEqual({ canTake: true });
  expect(roster.canTake(head({ algorithm: 'zk', version: '10' }), terminal)).toMatchObject({
    reason: 'SU_TEMPLATE_FAMILY',
  });
  expect(roster.canTake(head({ kind: 'palm' }), terminal)).toMatchObject({ reason: 'SU_TEMPLATE_KIND' });
  const whole = person({ templates: [template(), template({ id: '13', index: 1 }), template({ id: '14', no: 2 })] });
  expect(roster.planWrite(whole, ['user'] as never, terminal)).toMatchObject([
    { kind: 'user.update', parameters: { templates: [{ data: { $template: '12' } }, { data: { $template: '13' } }] } },
  ]);
});

describe('search', () => {
  test('the members that the server wants are always there', () => {
    const window: SearchWindow = { column: 'server_datetime', from: NOW, to: NOW + 1000 };
    expect(searchBody(window, 0)).toMatchObject({
      Query: {
        limit: 200,
        offset: 0,
        conditions: [{ operator: 3, values: ['2025-03-04T08:59:59.999Z', '2025-03-04T09:00:01.999Z'] }],
      },
    });
  });

  test('S25: the halves of a window are all of it, down to one second', () => {
    const seconds = (window: SearchWindow): number[] => {
      const parts = halves(window);
      return parts ? parts.flatMap(seconds) : [window.from / 1000];
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (length) => {
        const found = seconds({ column: 'datetime', from: NOW, to: NOW + length * 1000 });
        expect(found).toEqual(Array.from({ length: length + 1 }, (_, i) => NOW / 1000 + i));
      }),
    );
  });

  test('S8: a round begins before the cursor, and further back around a change of the clocks', () => {
    expect(overlapAt(Date.UTC(2025, 2, 4), 'Europe/Berlin')).toBe(15 * 60_000);
    expect(overlapAt(Date.UTC(2025, 2, 30, 2), 'Europe/Berlin')).toBe(75 * 60_000);
    const { window } = roundWindow('2025-03-04T09:00:00', NOW, 'UTC', 30);
    expect(window.from).toBe(NOW - 15 * 60_000);
    expect(window.to).toBeGreaterThan(NOW);
  });

  test('a cursor in the future of the server reads a day again', () => {
    const { isClockBack, window } = roundWindow('2030-01-01T00:00:00', NOW, 'UTC', 30);
    expect([isClockBack, window.from]).toEqual([true, NOW - 86_400_000]);
  });
});

test('nobody outside can speak as this brand, and whatever is kept is read without a throw', () => {
  expect(
    suprema.claims({ method: 'POST', target: '/suprema/events/7', httpVersion: '1.1', headers: [], remoteAddress: '' }),
  ).toBe(false);
  const whole = inputOf('events', GATE, 'h', { rows: [eventRow()] });
  for (let cut = 0; cut <= whole.body.length; cut++)
    expect(() => suprema.decode({ ...whole, body: whole.body.subarray(0, cut) }, context())).not.toThrow();
  const operation = fc.constantFrom('events', 'user', 'result', 'device', 'nothing');
  fc.assert(
    fc.property(operation, fc.jsonValue(), (word, content) => {
      const body = Buffer.from(JSON.stringify(content));
      const input = { ...whole, target: `/suprema/${word}/${GATE}`, body };
      expect(() => [suprema.identify(input), suprema.decode(input, context())]).not.toThrow();
    }),
  );
});
