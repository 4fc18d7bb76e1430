import { describe, expect, test } from '@jest/globals';
import type { PunchRecord } from '../punch-record.ts';
import { DeviceClock, parseWall } from '../wall-clock.ts';
import { BatchSize, bodyOf, takeOperations } from './batches.ts';
import { readPollReply } from './command-line.ts';
import { allowedUploads, readConfiguration, readZone } from './configuration.ts';
import { ZktecoDevice } from './device.ts';
import { executeCommand } from './execute.ts';
import { getZktecoProfile } from './profiles.ts';
import { attlogRow, biodataLine, photoBody, templateLine, userLine } from './rows.ts';

const punch = (more: Partial<PunchRecord> = {}): PunchRecord => ({
  serialNumber: 'TST9000000001',
  pin: '1001',
  wallTime: '2026-03-09 10:10:00',
  wall: parseWall('2026-03-09 10:10:00'),
  state: 0,
  verify: 15,
  photo: undefined,
  isAcked: false,
  ...more,
});

describe('rows of protocols/zkteco-push.md §3.3', () => {
  test.each([
    ['five', '1001\t2026-03-09 10:10:00\t0\t15\t0'],
    ['seven', '1001\t2026-03-09 10:10:00\t0\t15\t0\t0\t0'],
    ['mask', '1001\t2026-03-09 10:10:00\t0\t15\t0\t0\t0\t0\t0.0\t0.0'],
    ['mask-serial', '1001\t2026-03-09 10:10:00\t0\t15\t0\t0\t0\t0\t0\t0\t40017'],
  ] as const)('%s columns', (columns, row) => {
    expect(attlogRow(punch(), columns, 40_017, 0)).toBe(row);
  });

  test('the offset variant names its zone in seconds with a sign', () => {
    expect(attlogRow(punch(), 'offset', 1, 480).split('\t')[10]).toBe('+28800');
    expect(attlogRow(punch(), 'offset', 1, -300).split('\t')[10]).toBe('-18000');
    expect(attlogRow(punch(), 'sixteen', 1, 0).split('\t')).toHaveLength(16);
  });
});

test('a template line gives the length of its base64 text as size (C28)', () => {
  const data = Buffer.from('TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT', 'base64');
  expect(templateLine('1003', { kind: 'fingerprint', no: 5, data })).toBe(
    'FP PIN=1003\tFID=5\tSize=40\tValid=1\tTMP=TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT',
  );
});

test('a BIODATA line splits the version (C34)', () => {
  const data = Buffer.from('VklTSUJMRS1GQUNFLVNZTlRILVRFTVBMQVRF', 'base64');
  expect(biodataLine('1003', { kind: 'visible-face', no: 0, index: 1, data }, '40.1')).toBe(
    'BIODATA Pin=1003\tNo=0\tIndex=1\tValid=1\tDuress=0\tType=9\tMajorVer=40\tMinorVer=1\tFormat=0\t' +
      'Tmp=VklTSUJMRS1GQUNFLVNZTlRILVRFTVBMQVRF',
  );
});

test('a photo body is header lines, NUL and the picture (C35)', () => {
  const photo = Buffer.from('ffd8ffe000104a464946000a0d4f4b00ffd9', 'hex');
  const record = punch({ wallTime: '2026-03-09 08:00:05', wall: parseWall('2026-03-09 08:00:05') });
  const body = photoBody(record, photo);
  expect(body).toHaveLength(87);
  expect(body.toString('latin1')).toMatch(
    /^PIN=20260309080005-1001\.jpg\nSN=TST9000000001\nsize=18\nCMD=uploadphoto\0/,
  );
});

test('a name may be bytes that are no UTF-8 (C30)', () => {
  const line = userLine({ pin: '9' }, Buffer.from('d5c5ceb0', 'hex'));
  expect(line.subarray(0, 20).toString('hex')).toBe(Buffer.from('USER PIN=9\tName=').toString('hex') + 'd5c5ceb0');
});

describe('handshake replies', () => {
  test('a last line without its end is not seen', () => {
    const read = readConfiguration('GET OPTION FROM: X\nStamp=0\nDelay=10\nErrorDelay=5');
    expect(read).toMatchObject({ delaySeconds: 10, errorDelaySeconds: 30 });
  });

  test('keys count in exact case', () => {
    expect(readConfiguration('GET OPTION FROM: X\nStamp=0\ndelay=3\n')?.delaySeconds).toBe(30);
  });

  test.each(['UNKNOWN DEVICE\n', 'Stamp=0\nRETRY LATER\n', 'OK', 'GET OPTION FROM: X\nDelay=1\n'])(
    'is refused: %j',
    (body) => {
      expect(readConfiguration(body)).toBeUndefined();
    },
  );

  test.each([
    ['330', 330],
    ['7', 420],
    ['-5', -300],
    ['-05:00', -300],
    ['+05:30', 330],
    ['5.5', 300],
    ['Asia/Kolkata', undefined],
  ])('TimeZone=%s is %p minutes', (text, minutes) => {
    expect(readZone(text)).toBe(minutes);
  });

  test('blanks in TransFlag leave newer firmware with attendance only (§2.4)', () => {
    const blanks = allowedUploads('TransData AttLog OpLog AttPhoto', true);
    expect([blanks('AttLog'), blanks('OpLog'), blanks('AttPhoto')]).toEqual([true, false, false]);
    const tabs = allowedUploads('TransData AttLog\tOpLog', true);
    expect([tabs('AttLog'), tabs('OpLog'), tabs('AttPhoto')]).toEqual([true, true, false]);
    expect(allowedUploads('TransData AttLog OpLog', false)('OpLog')).toBe(true);
  });
});

describe('poll replies', () => {
  test('a partial last line is dropped (C67)', () => {
    expect(readPollReply('C:1:CHECK\nC:2:INFO', true)).toEqual({
      kind: 'commands',
      commands: [{ id: '1', text: 'CHECK' }],
    });
  });

  test.each([
    ['OK', 'idle'],
    ['OK\n', 'unreadable'],
    ['', 'empty'],
    ['UNKNOWN DEVICE\n', 'unknown-device'],
    ['Delay=10\n', 'unreadable'],
  ])('%j is %s to strict firmware', (body, kind) => {
    expect(readPollReply(body, true).kind).toBe(kind);
  });

  test('OK with a line end is idle to lenient firmware, CRLF is tolerated', () => {
    expect(readPollReply('OK\n', false).kind).toBe('idle');
    expect(readPollReply('C:7:INFO\r\n', true)).toMatchObject({ commands: [{ id: '7', text: 'INFO' }] });
  });
});

describe('commands', () => {
  const deviceOf = (profile: string): ZktecoDevice =>
    new ZktecoDevice(getZktecoProfile(profile), 'TST9000000001', new DeviceClock(0));
  const run = (device: ZktecoDevice, text: string, id = '1'): string | undefined =>
    executeCommand(device, { id, text }).outcome?.body.toString();

  test('a prefix match that goes on is dropped without a result (C68)', () => {
    expect(executeCommand(deviceOf('tft-sdk231'), { id: '3', text: 'SET OPTIONS DateTime=1' })).toEqual({});
    expect(run(deviceOf('tft-sdk231'), 'FOO', '4')).toBe('ID=4&Return=-22&CMD=UNKNOWN CMD\n');
  });

  test('verbs match in any case, the words after DATA do not', () => {
    expect(run(deviceOf('tft-sdk231'), 'check')).toBe('ID=1&Return=0&CMD=CHECK\n');
    expect(run(deviceOf('tft-sdk231'), 'DATA update USERINFO PIN=1')).toBe('ID=1&Return=-13&CMD=DATA\n');
  });

  test.each(['SHELL ls', 'shell ls', 'Shell  ls'])('%s is never executed', (text) => {
    expect(run(deviceOf('tft-sdk231'), text)).toBe('ID=1&Return=-1002&CMD=Shell\n');
  });

  test('the old dialect works on old units and is refused by new ones', () => {
    const old = deviceOf('zem-p1');
    expect(run(old, 'DATA USER PIN=5\tName=Ana = Luz')).toMatch(/Return=0/);
    expect(old.people.get('5')?.name).toBe('Ana = Luz');
    expect(run(deviceOf('speedface-v5l'), 'DATA USER PIN=5\tName=Ana')).toMatch(/Return=-1002/);
  });

  test('pictures are checked for size, use and length', () => {
    const old = deviceOf('tft-sdk231');
    run(old, 'DATA UPDATE USERINFO PIN=5');
    const picture = (table: string, bytes: Buffer, size = bytes.toString('base64').length): string =>
      `DATA UPDATE ${table} PIN=5\tType=9\tSize=${size}\tContent=${bytes.toString('base64')}`;
    const jpeg = Buffer.from('ffd8ffe0ffd9', 'hex');
    expect(run(old, picture('USERPIC', jpeg))).toMatch(/Return=0&/);
    expect(run(old, picture('USERPIC', jpeg, 5))).toMatch(/Return=-2&/);
    expect(run(old, picture('USERPIC', Buffer.alloc(30_000, jpeg)))).toMatch(/Return=-1006&/);
    expect(run(old, picture('BIOPHOTO', jpeg))).toMatch(/Return=-1004&/);
    const light = deviceOf('speedface-v5l');
    run(light, 'DATA UPDATE USERINFO PIN=5');
    expect(run(light, picture('BIOPHOTO', jpeg))).toMatch(/Return=0&/);
    expect(light.people.get('5')?.templates).toMatchObject([{ kind: 'visible-face' }]); // made of the picture
  });

  test("another maker's bytes are refused, by old tables too, and so is what finds no room", () => {
    const device = new ZktecoDevice(getZktecoProfile('tft-sdk231'), 'TST9000000001', new DeviceClock(0), undefined, {
      users: 1,
      fingerprints: 1,
    });
    const write = (no: number, data: Uint8Array): string | undefined => {
      const text = Buffer.from(data).toString('base64');
      return run(device, `DATA UPDATE FINGERTMP PIN=5\tFID=${no}\tSize=${text.length}\tValid=1\tTMP=${text}`);
    };
    run(device, 'DATA UPDATE USERINFO PIN=5');
    const foreign = deviceOf('senseface-2a').makeTemplate('fingerprint', 1).data;
    expect(write(1, foreign)).toMatch(/Return=-11&/);
    expect(write(1, deviceOf('silkbio-essl').makeTemplate('fingerprint', 1).data)).toMatch(/Return=0&/);
    expect(write(1, Buffer.from('anew'))).toMatch(/Return=0&/); // the same finger again needs no room
    expect(write(2, Buffer.from('more'))).toMatch(/Return=-1001&/);
    expect(run(device, 'DATA UPDATE USERINFO PIN=6')).toMatch(/Return=-1001&/);
  });

  test('templates are checked for person, base64 and size', () => {
    const device = deviceOf('tft-sdk231');
    const tmp = Buffer.from('finger').toString('base64');
    expect(run(device, `DATA UPDATE FINGERTMP PIN=5\tFID=1\tSize=8\tValid=1\tTMP=${tmp}`)).toMatch(/Return=-10&/);
    run(device, 'DATA UPDATE USERINFO PIN=5');
    expect(run(device, `DATA UPDATE FINGERTMP PIN=5\tFID=1\tSize=9\tValid=1\tTMP=${tmp}`)).toMatch(/Return=-9&/);
    expect(run(device, 'DATA UPDATE FINGERTMP PIN=5\tFID=1\tSize=8\tValid=1\tTMP=!!')).toMatch(/Return=-11&/);
    expect(run(device, `DATA UPDATE FINGERTMP PIN=5\tFID=1\tSize=8\tValid=3\tTMP=${tmp}`)).toMatch(/Return=0&/);
    expect(device.people.get('5')?.templates).toEqual([
      { kind: 'fingerprint', no: 1, index: 0, isDuress: true, data: Buffer.from('finger') },
    ]);
    expect(run(device, 'DATA DELETE FINGERTMP PIN=5\tFID=1')).toMatch(/Return=0&/);
    expect(device.people.get('5')?.templates).toEqual([]);
  });

  test('VERIFY SUM counts the records of a period', () => {
    const device = deviceOf('tft-sdk231');
    device.keep(punch());
    device.keep(punch({ wall: parseWall('2026-03-10 10:10:00') }));
    const period = 'StartTime=2026-03-09 00:00:00\tEndTime=2026-03-09 23:59:59';
    expect(run(device, `VERIFY SUM ATTLOG ${period}`)).toBe(
      'ID=1&Return=0&CMD=VERIFY SUM ATTLOG&StartTime=2026-03-09 00:00:00&EndTime=2026-03-09 23:59:59&AttlogCount=1\n',
    );
  });

  test('an id over 19 characters crashes fragile firmware', () => {
    const command = { id: '1'.repeat(20), text: 'INFO' };
    expect(executeCommand(deviceOf('hostile'), command).then).toBe('crash');
    expect(executeCommand(deviceOf('tft-sdk231'), command).then).toBeUndefined();
  });
});

describe('stamps', () => {
  const configurationOf = (stamp: string) =>
    readConfiguration(`GET OPTION FROM: X\nStamp=${stamp}\nATTLOGStamp=${stamp}\nOPERLOGStamp=9999\n`)!;

  function sentDevice(profile: string): ZktecoDevice {
    const device = new ZktecoDevice(getZktecoProfile(profile), 'X', new DeviceClock(0));
    device.keep(punch());
    device.keep(punch({ wall: parseWall('2026-03-09 14:05:31') }));
    device.attendance.markSent(device.attendance.take(9));
    return device;
  }

  test.each([
    ['tft-sdk231', '0', 2],
    ['tft-sdk231', '841759530', 1],
    ['tft-sdk231', 'None', 2],
    ['tft-sdk231', '9999999999', 0],
    ['speedface-v5l', '841759530', 0],
    ['speedface-v5l', '0', 2],
    ['mb10-vl', '9999999999', 2],
  ])('%s told %s sends %i records again', (profile, stamp, count) => {
    const device = sentDevice(profile);
    device.applyStamps(configurationOf(stamp));
    expect(device.attendance.unsent).toBe(count);
  });

  test('an operation stamp of 0 dumps every person in full, then the operations', () => {
    const device = new ZktecoDevice(getZktecoProfile('tft-sdk231'), 'X', new DeviceClock(0));
    device.enrol({ pin: '5', templates: [{ kind: 'fingerprint', no: 1, data: Buffer.from('x') }] });
    device.operations.markSent(device.operations.take(9));
    device.applyStamps(readConfiguration('GET OPTION FROM: X\nStamp=0\nOPERLOGStamp=0\n')!);
    const lines = device.operations.take(9).map((each) => [each.record.oplog?.slice(0, 8), each.record.lines.length]);
    expect(lines).toEqual([
      [undefined, 2],
      ['OPLOG 30', 0],
    ]);
  });
});

test('batches grow after success and shrink after failure, within their bounds', () => {
  const batch = new BatchSize('adaptive');
  expect(batch.size).toBe(200);
  for (let at = 0; at < 10; at++) batch.failed();
  expect(batch.size).toBe(30);
  for (let at = 0; at < 20; at++) batch.succeeded();
  expect(batch.size).toBe(140);
});

test('one post holds at most three fingerprints, and never splits an operation', () => {
  const device = new ZktecoDevice(getZktecoProfile('tft-sdk231'), 'X', new DeviceClock(0));
  const fingers = [0, 1].map((no) => ({ kind: 'fingerprint', no, data: Buffer.from('x') }) as const);
  for (const pin of ['1', '2', '3']) device.enrol({ pin, templates: fingers });
  expect(takeOperations(device.operations, 200)).toHaveLength(1);
  expect(bodyOf([Buffer.from('a'), Buffer.from('b')]).toString()).toBe('a\nb\n');
});
