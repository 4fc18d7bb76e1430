import { describe, expect, test } from '@jest/globals';
import { decode } from './decode.ts';
import { encodeFrame } from './frame.ts';
import { contextOf, hex, request, toHex } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

const enrol = (fields: object, binaries: Uint8Array[] = [], settings = {}) =>
  decode(
    request({ code: 'realtime_enroll_data', body: encodeFrame(JSON.stringify(fields), binaries) }),
    contextOf({ profile: { dataLib: 'FKDataHS103', fpDataVer: 5 }, ...settings }),
  );

const slots = (...numbers: (number | string)[]) =>
  numbers.map((backup_number, i) => ({ backup_number, enroll_data: `BIN_${i + 1}` }));
const bytes = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => Uint8Array.of(i + 1, 0xff));

describe('enrolments', () => {
  test('each credential finds its place', () => {
    const fields = { user_id: '00000042', enroll_data_array: slots(0, '9', 12, 13, 16, 20, 30, 50) };
    const { events } = enrol(fields, bytes(8));
    const seen = events.map((event) =>
      event.kind === 'template' ? [event.template.kind, event.template.no, toHex(event.template.data)] : [event.kind],
    );
    expect(seen).toEqual([
      ['fingerprint', 0, '01ff'],
      ['fingerprint', 9, '02ff'],
      ['face', 0, '03ff'],
      ['palm', 0, '04ff'],
      ['palm', 3, '05ff'],
      ['finger-vein', 0, '06ff'],
      ['photo'],
      ['photo'],
      ['user'],
    ]);
    expect(events[0]).toMatchObject({
      template: { pin: '42', algorithm: 'FKDataHS103', version: '5', encoding: 'binary' },
    });
  });

  test('password and card belong to the user', () => {
    const fields = { user_id: '42', user_name: 'Ana', user_privilege: 'MANAGER', enroll_data_array: slots(10, 11) };
    const { events } = enrol(fields, [Buffer.from('1234'), Buffer.from('0012345678')]);
    expect(events).toMatchObject([
      { kind: 'user', user: { pin: '42', name: 'Ana', privilege: 1, password: '1234', card: '0012345678' } },
    ]);
  });

  test.each([[null], [[]], [undefined]])('no credentials (%j) say nothing about templates', (enroll_data_array) => {
    const { events, parked } = enrol({ user_id: '42', user_privilege: 2, enable_flag: 'OFF', enroll_data_array });
    expect(parked).toEqual([]);
    expect(events).toEqual([
      { kind: 'user', user: { pin: '42', privilege: 2, isEnabled: false, extra: { deviceUserId: '42' } } },
    ]);
  });

  test('a user named like a reference keeps that name', () => {
    expect(enrol({ user_id: '42', user_name: 'BIN_1' }).events).toMatchObject([{ user: { name: 'BIN_1' } }]);
  });

  test('a privilege that nobody knows stays a word', () => {
    const [event] = enrol({ user_id: '42', user_privilege: 'BACKUP' }).events;
    expect(event).toMatchObject({ user: { extra: { privilegeWord: 'BACKUP' } } });
    expect(event?.kind === 'user' && event.user).not.toHaveProperty('privilege');
  });

  test('a credential of an unknown kind is kept as a secret', () => {
    const { parked } = enrol({ user_id: '42', enroll_data_array: slots(77) }, bytes(1));
    expect(parked).toMatchObject([{ reason: 'EB_BACKUP_NUMBER_UNKNOWN', isSensitive: true }]);
  });

  test('D06 and D07: the vectors give a card and a fingerprint', () => {
    const read = (body: string, code: string) => decode(request({ code, body: hex(body) }), contextOf()).events;
    expect(read(VECTORS.D06, 'realtime_enroll_data')).toMatchObject([{ kind: 'user', user: { card: '0012345678' } }]);
  });

  test('a result of GET_USER_INFO brings the user and hides secrets from the result', () => {
    const fields = { user_id: '42', user_name: 'Ana', user_pass: '9876', enroll_data_array: slots(0) };
    const body = encodeFrame(JSON.stringify(fields), bytes(1));
    const headers = ['trans_id', '5', 'cmd_return_code', 'OK'];
    const { events } = decode(request({ code: 'send_cmd_result', body, headers }), contextOf());
    expect(events.map(({ kind }) => kind)).toEqual(['template', 'user', 'command-result']);
    expect(JSON.stringify(events.at(-1))).not.toContain('9876');
  });

  test('a result of GET_ENROLL_DATA that names its owner is a template; another is kept', () => {
    const headers = ['trans_id', '5', 'cmd_return_code', 'OK'];
    const read = (fields: object) =>
      decode(
        request({ code: 'send_cmd_result', body: encodeFrame(JSON.stringify(fields), bytes(1)), headers }),
        contextOf(),
      );
    expect(read({ user_id: '7', backup_number: '12', enroll_data: 'BIN_1' }).events[0]).toMatchObject({
      template: { pin: '7', kind: 'face' },
    });
    expect(read({ enroll_data: 'BIN_1' }).parked).toMatchObject([{ reason: 'EB_ENROL_DATA_WITHOUT_OWNER' }]);
  });
});
