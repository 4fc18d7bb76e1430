import { describe, expect, test } from '@jest/globals';
import type { LocalTime } from '@biolistener/core';
import { attendanceLayoutOf, decodeAttendance, strideOf, type AttendanceRecord } from './attendance-record.ts';
import { decodeClock, encodeClock } from './clock.ts';
import { CODE } from './codes.ts';
import { scrambleCommKey } from './comm-key.ts';
import { decodeLivePunch } from './event.ts';
import { encodeFrame, FrameReader, nextReply, type Frame } from './frame.ts';
import { decodeOption, decodeSizes, encodeOption } from './options.ts';
import {
  BULK_SAVE_DATA,
  bufferSizeOf,
  clockData,
  numberData,
  prepareBufferData,
  readBufferData,
  slotData,
  templateWriteData,
  userFingerData,
} from './requests.ts';
import { decodeTemplates, encodeBulk } from './template-record.ts';
import { frameOf, hex } from './test-kit.ts';
import { decodeUser, encodeUser, userLayoutOf, type UserRecord } from './user-record.ts';
import { CASES } from './vectors.ts';

const SESSION = 0x1a2b;
const LATEST = '2026-11-23 08:05:30' as LocalTime;
const line = (name: string, at: number): string => CASES[name]?.[at]?.[1] ?? '';
const framed = (command: number, reply: number, data: Uint8Array = new Uint8Array(0), session = SESSION): string =>
  encodeFrame({ command, session, reply, data }).toString('hex');
const dataOf = (name: string, at: number): Uint8Array => frameOf(line(name, at)).data;
/** Records behind the four bytes of their total. */
const recordsOf = (name: string, at: number): Uint8Array => dataOf(name, at).subarray(4);

function attendanceOf(records: Uint8Array, count?: number): AttendanceRecord[] {
  const layout = attendanceLayoutOf(records, count, LATEST);
  if (!layout) return [];
  const stride = strideOf(layout);
  return Array.from({ length: records.length / stride }, (_, at) =>
    decodeAttendance(records.subarray(at * stride, (at + 1) * stride), layout),
  );
}

describe('every frame of the document', () => {
  const all = Object.entries(CASES).flatMap(([name, lines]) =>
    lines.map(([, text], at) => ({ name: `${name}.${at}`, text })),
  );

  test.each(all)('$name is read undamaged and written back byte for byte', ({ text }) => {
    const frame = frameOf(text);
    expect(frame.isDamaged).toBeUndefined();
    expect(encodeFrame(frame).toString('hex')).toBe(text);
  });
});

describe('requests', () => {
  const requests: readonly (readonly [string, number, string])[] = [
    ['C01', 0, framed(CODE.connect, 0, undefined, 0)],
    ['C02', 2, framed(CODE.auth, 1, scrambleCommKey(123_456, SESSION))],
    ['C03', 0, framed(CODE.auth, 1, scrambleCommKey(654_321, SESSION))],
    ['C05', 0, framed(CODE.optionRead, 1, encodeOption('~SerialNumber'))],
    ['C06', 0, framed(CODE.optionRead, 2, encodeOption('~ExtendFmt'))],
    ['C07', 0, framed(CODE.firmware, 3)],
    ['C08', 0, framed(CODE.freeSizes, 4)],
    ['C09', 0, framed(CODE.getTime, 5)],
    ['C09', 2, framed(CODE.setTime, 6, clockData('2026-11-21 08:05:30' as LocalTime))],
    ['C09', 4, framed(CODE.refreshData, 7)],
    ['C10', 0, framed(CODE.prepareBuffer, 8, prepareBufferData('users'))],
    ['C14', 0, framed(CODE.deleteUser, 11, slotData(14))],
    ['C15', 0, framed(CODE.prepareBuffer, 12, prepareBufferData('attendance'))],
    ['C19', 2, framed(CODE.readBuffer, 21, readBufferData(0, 84))],
    ['C19', 6, framed(CODE.freeData, 22)],
    ['C24', 0, framed(CODE.attendanceRead, 21)],
    ['C25', 0, framed(CODE.event, 30, numberData(1))],
    ['C25', 2, framed(CODE.event, 31, numberData(0xffff))],
    ['C27', 0, framed(CODE.prepareBuffer, 40, prepareBufferData('fingerprints'))],
    ['C25', 4, framed(CODE.event, 32, numberData(0))],
    ['C28', 0, framed(CODE.templateRead, 41, slotData(14, 4))],
    ['C28', 4, framed(CODE.templateRead, 42, slotData(14, 5))],
    ['C29', 6, framed(CODE.templateWrite, 46, templateWriteData(14, 4, 1, 16))],
    ['C30', 6, framed(CODE.bulkSave, 52, BULK_SAVE_DATA)],
    ['C31', 0, framed(CODE.deleteTemplate, 54, slotData(14, 4))],
    ['C31', 2, framed(CODE.deleteTemplateOfUser, 55, userFingerData('11224488', 4))],
    ['C32', 0, framed(CODE.disable, 60)],
    ['C32', 2, framed(CODE.disable, 61, numberData(30))],
    ['C32', 4, framed(CODE.enable, 62)],
    ['C32', 6, framed(CODE.unlock, 63, numberData(50))],
    ['C32', 8, framed(CODE.voice, 64, numberData(0))],
    ['C32', 10, framed(CODE.clearAttendance, 65)],
    ['C32', 12, framed(CODE.restart, 66)],
    ['C33', 0, framed(CODE.exit, 67)],
  ];

  test.each(requests)('%s, line %i', (name, at, bytes) => {
    expect(bytes).toBe(line(name, at));
  });
});

describe('comm keys', () => {
  test.each([
    [0, 0x0000, 0x32, '617d3279'],
    [1, 0x1a2b, 0x32, '61fd3263'],
    [123_456, 0x1a2b, 0x32, '267f32e3'],
    [123_456, 0x1a2b, 0x00, '144d00d1'],
    [131_071, 0xffff, 0x32, '617d3206'],
    [999_999, 0xffff, 0x32, '22813296'],
    [999_999, 0xffff, 0xff, 'ef4cff5b'],
  ])('C04: %i with session %i and tick %i', (key, session, tick, bytes) => {
    expect(scrambleCommKey(key, session, tick).toString('hex')).toBe(bytes);
  });
});

describe('what a terminal says of itself', () => {
  test('C05: its serial number, without what follows the NUL', () => {
    expect(decodeOption(dataOf('C05', 1))).toBe('AIOR192960031');
    expect(decodeOption(Buffer.from('~OS=1\0=junk'))).toBe('1');
    expect(decodeOption(Buffer.from('bare\0'))).toBe('bare');
  });

  test('C07: its firmware', () => {
    expect(decodeOption(dataOf('C07', 1))).toBe('Ver 6.60 Apr 26 2016');
  });

  test('C08: counters and capacities', () => {
    expect(decodeSizes(dataOf('C08', 1))).toEqual({
      users: 2,
      fingerprints: 3,
      records: 4,
      operations: 90,
      administrators: 1,
      passwords: 2,
      fingerprintCapacity: 3000,
      userCapacity: 5000,
      recordCapacity: 100_000,
      recordsFree: 99_996,
      faces: 0,
      faceCapacity: 0,
    });
  });

  test('a short answer leaves the rest unknown, which is not zero', () => {
    expect(decodeSizes(Buffer.alloc(4))).toEqual({});
    expect(decodeSizes(Buffer.alloc(80))).not.toHaveProperty('faces');
  });

  test.each([
    ['2000-01-01 00:00:00', 0],
    ['2000-01-31 23:59:59', 2_678_399],
    ['2000-02-01 00:00:00', 2_678_400],
    ['2024-02-29 12:00:00', 776_520_000],
    ['2026-11-21 08:05:30', 864_201_930],
    ['2026-12-31 23:59:59', 867_801_599],
    ['2099-12-31 23:59:59', 3_214_079_999],
  ])('its clock: %s is %i', (time, packed) => {
    expect(encodeClock(time as LocalTime)).toBe(packed);
    expect(decodeClock(packed)).toBe(time);
  });

  test('a date that does not exist is no time', () => {
    expect(decodeClock(encodeClock('2026-02-30 10:00:00' as LocalTime))).toBeUndefined();
  });
});

describe('users', () => {
  test('C10: 72 bytes', () => {
    const records = recordsOf('C10', 1);
    expect(userLayoutOf(records, 2)).toBe(72);
    expect(userLayoutOf(records, undefined)).toBe(72);
    expect(decodeUser(records.subarray(0, 72), 72)).toMatchObject({
      uid: 1,
      privilege: 7,
      isEnabled: true,
      password: '1234',
      name: 'Ana María',
      card: 4_294_967_295,
      userId: '1001',
    });
    expect(decodeUser(records.subarray(72), 72)).toMatchObject({
      uid: 2,
      name: 'Bob',
      card: 222,
      group: 2,
      userId: 'A-77',
    });
  });

  test('C11: 28 bytes, one of them disabled', () => {
    const records = recordsOf('C11', 1);
    expect(userLayoutOf(records, 2)).toBe(28);
    expect(userLayoutOf(records, 5)).toBe(28);
    expect(decodeUser(records.subarray(0, 28), 28)).toMatchObject({
      uid: 1,
      privilege: 7,
      card: 1_234_567_890,
      userId: '1001',
    });
    expect(decodeUser(records.subarray(28), 28)).toMatchObject({
      uid: 300,
      isEnabled: false,
      group: 2,
      userId: '70000',
    });
  });

  const nuevo: UserRecord = {
    uid: 14,
    userId: '11224488',
    isEnabled: true,
    privilege: 3,
    password: '123456',
    name: 'Nuevo',
    card: 6543,
    group: 1,
  };

  test('C12, C13: written', () => {
    expect(framed(CODE.userWrite, 9, encodeUser(nuevo, 72))).toBe(line('C12', 0));
    expect(framed(CODE.userWrite, 9, encodeUser({ ...nuevo, privilege: 0, password: '12345' }, 28))).toBe(
      line('C13', 0),
    );
  });

  test('what we do not read survives a change', () => {
    const before = recordsOf('C10', 1).subarray(72);
    const after = encodeUser({ ...decodeUser(before, 72), name: 'Bea' }, 72);
    expect(after.subarray(40, 48)).toEqual(Buffer.from(before.subarray(40, 48)));
    expect(decodeUser(after, 72)).toMatchObject({ name: 'Bea', userId: 'A-77' });
  });

  test('a name of another character set is read and written in it, and keeps its bytes where nobody changes it', () => {
    const chinese = encodeUser({ ...nuevo, name: '张伟' }, 72, 'gb18030');
    expect(chinese.subarray(11, 16).toString('hex')).toBe('d5c5ceb000');
    expect(decodeUser(chinese, 72, 'gb18030').name).toBe('张伟');
    // nobody said which set it is: the name cannot be read, and a new card must not turn it into something else
    const misread = decodeUser(chinese, 72);
    const after = encodeUser({ ...misread, card: 7 }, 72);
    expect(after.subarray(3, 35)).toEqual(chinese.subarray(3, 35));
    expect(decodeUser(after, 72, 'gb18030')).toMatchObject({ name: '张伟', card: 7 });
    const cyrillic = encodeUser({ ...nuevo, name: 'Иван 张' }, 72, 'windows-1251');
    expect(decodeUser(cyrillic, 72, 'windows-1251').name).toBe('Иван ?');
  });

  test('504 bytes are told apart by what is in them', () => {
    const seven = Buffer.concat(Array.from({ length: 7 }, (_, at) => encodeUser({ ...nuevo, uid: at + 1 }, 72)));
    const eighteen = Buffer.concat(Array.from({ length: 18 }, (_, at) => encodeUser({ ...nuevo, uid: at + 1 }, 28)));
    expect([seven.length, eighteen.length]).toEqual([504, 504]);
    expect([userLayoutOf(seven, undefined), userLayoutOf(eighteen, undefined)]).toEqual([72, 28]);
  });

  test('a name is cut at a character', () => {
    const long = encodeUser({ ...nuevo, name: 'ééééééééééééé' }, 72);
    expect(decodeUser(long, 72).name).toBe('ééééééééééé');
  });
});

describe('attendance', () => {
  const at = { first: '2026-11-21 08:05:30', second: '2026-11-21 17:00:01' };

  test('C15: 40 bytes', () => {
    const expected = [
      { userId: '1001', verify: 1, state: 0, wallTime: at.first },
      { userId: 'A-77', verify: 15, state: 1, wallTime: at.second },
    ];
    expect(attendanceOf(recordsOf('C15', 1), 2)).toMatchObject(expected);
    expect(attendanceOf(recordsOf('C15', 1))).toMatchObject(expected);
    expect(attendanceOf(recordsOf('C24', 2), 2)).toMatchObject(expected);
  });

  test('C16: 16 bytes', () => {
    expect(attendanceOf(recordsOf('C16', 0), 2)).toMatchObject([
      { userId: '1001', verify: 1, state: 0, workCode: 0, wallTime: at.first },
      { userId: '70000', verify: 4, state: 1, workCode: 7, wallTime: at.second },
    ]);
  });

  test('C17: 8 bytes, slots only', () => {
    expect(attendanceOf(recordsOf('C17', 0), 2)).toMatchObject([
      { userId: undefined, uid: 1, verify: 1, state: 0, wallTime: at.first },
      { userId: undefined, uid: 300, verify: 0, state: 1, wallTime: at.second },
    ]);
  });

  test('C18: 49 bytes', () => {
    expect(attendanceOf(recordsOf('C18', 0), 2)).toMatchObject([
      { userId: '1001', verify: 15, state: 0, workCode: undefined },
      { userId: 'A-77', verify: 1, state: 1, workCode: undefined },
    ]);
  });

  test('C40: a count that is wrong or absent makes no punches up', () => {
    const records = recordsOf('C18', 0);
    expect(attendanceOf(records)).toHaveLength(2);
    const ten = Buffer.concat(Array.from({ length: 5 }, () => Buffer.from(records)));
    expect(attendanceOf(ten, 12)).toHaveLength(10);
    expect(attendanceOf(Buffer.alloc(98, 0xee))).toEqual([]);
  });

  const forty = (count: number, time = encodeClock(at.first as LocalTime)): Buffer =>
    Buffer.concat(
      Array.from({ length: count }, (_, of) => {
        const record = Buffer.from(recordsOf('C15', 1).subarray(0, 40));
        record.write(String(1001 + of), 2);
        record.writeUInt32LE(time + of, 27);
        return record;
      }),
    );
  const sixteen = (count: number): Buffer =>
    Buffer.concat(Array.from({ length: count }, () => Buffer.from(recordsOf('C16', 0).subarray(0, 16))));

  test('a count from before more people punched skips nobody: twice the length is not taken for a longer record', () => {
    expect(attendanceOf(forty(10), 5)).toHaveLength(10);
    expect(attendanceOf(sixteen(5), 2)).toHaveLength(5);
    expect(attendanceOf(sixteen(10), 4)).toHaveLength(10);
  });

  test('a damaged record, or a clock of the far future, does not change what the others are', () => {
    const damaged = forty(10);
    damaged.writeUInt32LE(0xffff_ffff, 40 * 3 + 27);
    expect(attendanceOf(damaged, 10)).toHaveLength(10);
    expect(attendanceOf(damaged, 5)).toHaveLength(10);
    const ahead = forty(10, encodeClock('2055-01-01 00:00:00' as LocalTime));
    expect(attendanceOf(ahead, 10)).toHaveLength(10);
    expect(attendanceOf(ahead)).toHaveLength(10);
  });

  test('zeros are no punches of nobody', () => {
    expect(attendanceOf(Buffer.alloc(160))).toEqual([]);
  });

  test('a longer record than any known is read by its first 40 bytes', () => {
    const records = recordsOf('C15', 1);
    const longer = Buffer.concat([
      records.subarray(0, 40),
      Buffer.alloc(12, 9),
      records.subarray(40),
      Buffer.alloc(12, 9),
    ]);
    expect(attendanceLayoutOf(longer, 2, LATEST)).toBe('prefix40/52');
    expect(attendanceOf(longer, 2)).toMatchObject([{ userId: '1001' }, { userId: 'A-77' }]);
  });

  test('C19: the size of a chunked read', () => {
    expect(bufferSizeOf(dataOf('C19', 1))).toBe(84);
    expect(bufferSizeOf(new Uint8Array(4))).toBeUndefined();
  });
});

describe('events', () => {
  test('C26: every length', () => {
    const read = (CASES['C26'] ?? []).slice(0, 7).map(([, text]) => decodeLivePunch(frameOf(text).data));
    const time = '2026-11-21 08:05:30';
    expect(read[0]).toEqual({ userId: undefined, uid: 7, verify: 1, state: 0, wallTime: time });
    expect(read[1]).toEqual({ userId: '70000', uid: undefined, verify: 1, state: 1, wallTime: time });
    expect(read[2]).toEqual(read[0]);
    for (const punch of read.slice(3))
      expect(punch).toEqual({ userId: '1001', uid: undefined, verify: 15, state: 1, wallTime: time });
    expect(encodeFrame({ command: CODE.ok, session: SESSION, reply: 0, data: new Uint8Array(0) }).toString('hex')).toBe(
      line('C26', 7),
    );
  });

  test.each([0, 9, 11, 13, 15, 31])('%i bytes are no event that we know', (length) => {
    expect(decodeLivePunch(Buffer.alloc(length, 1))).toBeUndefined();
  });
});

describe('templates', () => {
  const features = hex('4dfd53533231 00010203040506070809');

  test('C27: a bulk read', () => {
    const { templates, isWhole } = decodeTemplates(recordsOf('C27', 1));
    expect(isWhole).toBe(true);
    expect(templates.map((one) => ({ ...one, data: Buffer.from(one.data) }))).toEqual([
      { uid: 14, finger: 4, flag: 1, data: features },
    ]);
  });

  test('an entry that overruns ends the list', () => {
    const cut = recordsOf('C27', 1).subarray(0, 20);
    expect(decodeTemplates(cut)).toEqual({ templates: [], isWhole: false });
  });

  test('C30: users and templates in one buffer', () => {
    const user: UserRecord = {
      uid: 14,
      userId: '11224488',
      isEnabled: true,
      privilege: 0,
      password: '',
      name: 'Nuevo',
      card: 0,
      group: 1,
    };
    const templates = [4, 5].map((finger) => ({ uid: 14, finger, flag: 1, data: features }));
    const bulk = encodeBulk([user], templates, 72);
    expect(framed(CODE.prepareData, 50, numberData(bulk.length))).toBe(line('C30', 2));
    expect(framed(CODE.data, 51, bulk)).toBe(line('C30', 4));
  });
});

describe('the stream', () => {
  const answer = ['C19', 'C21', 'C22'].flatMap((name) =>
    (CASES[name] ?? []).filter(([side]) => side === '<').map(([, text]) => text),
  );
  const stream = hex(answer.join(''));
  const whole: Frame[] = new FrameReader().push(stream);

  test('C20: cut at every offset it is the same', () => {
    expect(whole.length).toBe(answer.length);
    for (let cut = 1; cut < stream.length; cut += 1) {
      const reader = new FrameReader();
      expect([...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))]).toEqual(whole);
    }
  });

  test('C20: byte by byte it is the same', () => {
    const reader = new FrameReader();
    expect([...stream].flatMap((byte) => reader.push(Uint8Array.of(byte)))).toEqual(whole);
    expect(reader.waiting).toBe(0);
  });

  test('C01 to C36: every answer of the document cut at every offset, byte by byte, and glued to the next, is the same', () => {
    const texts = Object.values(CASES).flatMap((lines) => lines.map(([, text]) => text));
    const glued = hex(texts.join(''));
    const frames = texts.map(frameOf);
    expect(new FrameReader().push(glued)).toEqual(frames);
    for (const [at, text] of texts.entries()) {
      const pair = hex(text + (texts[at + 1] ?? ''));
      const expected = frames.slice(at, at + 2);
      for (let cut = 1; cut < pair.length; cut += 1) {
        const reader = new FrameReader();
        const found = [...reader.push(pair.subarray(0, cut)), ...reader.push(pair.subarray(cut))];
        if (found.length !== expected.length) throw new Error(`${text} cut at ${cut} gives ${found.length} frames`);
        expect(Buffer.concat(found.map((frame) => encodeFrame(frame))).equals(pair)).toBe(true);
      }
    }
  });

  test('C34: reply numbers wrap before 65535', () => {
    expect([nextReply(0), nextReply(65_533), nextReply(65_534)]).toEqual([1, 65_534, 0]);
  });

  test('C38: foreign bytes and impossible lengths end it, and nothing is kept', () => {
    const foreign = new FrameReader();
    expect(foreign.push(hex('aa010000000c5555'))).toEqual([]);
    expect(foreign.problem?.reason).toBe('ZKT_NOT_STANDALONE');
    const long = new FrameReader();
    expect(long.push(hex('5050827dffffffff'))).toEqual([]);
    expect(long.problem?.reason).toBe('ZKT_FRAME_INVALID');
    expect([foreign.waiting, long.waiting]).toEqual([0, 0]);
    expect(long.push(hex(line('C01', 1)))).toEqual([]);
  });

  test('C39: a wrong checksum is told, not refused', () => {
    const bytes = hex(line('C07', 1));
    bytes.writeUInt16LE(0, 10);
    expect(new FrameReader().push(bytes)[0]).toMatchObject({ isDamaged: true, command: CODE.ok });
  });

  test('UDP has no top', () => {
    expect(
      encodeFrame({ command: CODE.connect, session: 0, reply: 0, data: new Uint8Array(0) }, 'udp').toString('hex'),
    ).toBe('e80317fc00000000');
  });
});
