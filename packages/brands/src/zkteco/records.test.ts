import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import { decodeOf, exchangeOf, inputOf, post, SERIAL, summaryOf, terminalOf } from './test-kit.ts';

const eventsOf = (table: string, body: string | Uint8Array, profile: JsonObject = {}): Record<string, unknown> =>
  summaryOf(decodeOf(post(table, body), terminalOf({ profile })));

describe('names', () => {
  test('a UTF-8 name that was cut in the middle of a character keeps the rest', () => {
    const cut = Buffer.from('王小明王小明王小明').subarray(0, 23);
    const body = Buffer.concat([Buffer.from('USER PIN=1\tName='), cut, Buffer.from('\tPri=0\n')]);
    expect(eventsOf('OPERLOG', body)['users']).toMatchObject([{ name: '王小明王小明王\uFFFD', privilege: 0 }]);
  });

  test('a name in neither UTF-8 nor GB18030 is read as Latin-1, no byte dropped', () => {
    expect(eventsOf('OPERLOG', 'USER PIN=1\tName=Jos\xe9\n')['users']).toMatchObject([
      { name: 'José', charset: 'latin1' },
    ]);
  });

  test('blank fields are left out and named, so that they erase nothing', () => {
    const [user] = eventsOf('OPERLOG', 'USER PIN=1\tName=\tPasswd=\tCard=0\tPri=0\n')['users'] as object[];
    expect(user).toEqual({ pin: '1', card: null, privilege: 0, extra: { blank: ['name', 'passwd', 'card'] } });
  });

  test('an absent field is not a blank one', () => {
    const [user] = eventsOf('OPERLOG', 'USER PIN=1\n')['users'] as object[];
    expect(user).toEqual({ pin: '1', card: null, extra: {} });
  });

  test('TABs that became blanks are undone at known keys', () => {
    const users = eventsOf('OPERLOG', 'USER PIN=1 Name=Ana Luz Pri=14 Card=5\n')['users'];
    expect(users).toMatchObject([{ pin: '1', name: 'Ana Luz', privilege: 14, card: '5' }]);
  });
});

describe('punches', () => {
  const punches = (body: string, profile: JsonObject = {}): unknown => eventsOf('ATTLOG', body, profile)['punches'];

  test.each([
    ['2026/03/09 08:00:05', '2026-03-09 08:00:05'],
    ['2026-03-09T08:00:05', '2026-03-09 08:00:05'],
    ['2026-3-9 8:00', '2026-03-09 08:00:00'],
    ['1773023405', '2026-03-09 08:00:05'],
  ])('the time %s reads as %s', (text, wallTime) => {
    expect(punches(`1\t${text}\t0\t1\n`)).toMatchObject([
      { wallTime, instant: '2026-03-09T02:30:05.000Z'.replace(/05(?=\.)/, wallTime.slice(-2)) },
    ]);
  });

  test.each([
    ['ATT', ['IN', 'OUT', 'OUT', 'IN', 'IN', 'OUT', null, null]],
    ['P1', ['IN', 'OUT', 'OUT', 'IN', 'IN', 'OUT', null, null]],
    ['TFT', ['IN', 'OUT', null, null, null, null, null, null]],
  ])('states 0 to 6 and 255 of %s claim their direction', (dialect, directions) => {
    const body = [0, 1, 2, 3, 4, 5, 6, 255].map((state) => `1\t2026-03-09 08:00:05\t${state}\t1\n`).join('');
    const found = punches(body, { dialect }) as { claimedDirection: string | null }[];
    expect(found.map((punch) => punch.claimedDirection)).toEqual(directions);
  });

  test('a state that is no number is kept beside, and makes no claim', () => {
    expect(punches('1\t2026-03-09 08:00:05\tIN\t1\n')).toMatchObject([
      { state: null, claimedDirection: null, extra: { stateText: 'IN' } },
    ]);
  });

  test('an offset that no place has is kept and not used', () => {
    const row = '1\t2026-03-09 10:10:00\t0\t15\t0\t0\t0\t0\t0.0\t0.0\t';
    expect(punches(`${row}+99999\t\n`)).toMatchObject([{ zone: 'Asia/Kolkata', extra: { offsetText: '+99999' } }]);
    expect(punches(`${row}-12600\t\n`)).toMatchObject([{ zone: 'UTC-03:30', instant: '2026-03-09T13:40:00.000Z' }]);
  });

  test('columns that nobody understands are kept', () => {
    expect(punches('1\t2026-03-09 10:10:00\t0\t15\t0\tA\t0\n')).toMatchObject([{ extra: { columns: ['A', '0'] } }]);
  });

  test('a repeated line is a repeated punch with one identity', () => {
    const [a, b] = punches('1\t2026-03-09 10:10:00\t0\t1\n1\t2026-03-09 10:10:00\t0\t1\n') as { id: string }[];
    expect(a?.id).toBe(b?.id);
  });

  test('a byte order mark is no part of the first PIN', () => {
    expect(punches('\xef\xbb\xbf1\t2026-03-09 10:10:00\t0\t1\n')).toMatchObject([{ pin: '1' }]);
  });

  test('a user line in the punch table is a user', () => {
    expect(eventsOf('ATTLOG', 'USER PIN=1\tName=A\n')['users']).toMatchObject([{ pin: '1', name: 'A' }]);
  });

  test('text in the table is decoded where it is not ASCII', () => {
    expect(punches('A\xc3\xa9\t2026-03-09 10:10:00\t0\t1\t\xc3\xa9\n')).toMatchObject([{ pin: 'Aé', workCode: 'é' }]);
  });
});

describe('operations', () => {
  test.each([
    ['13', true],
    ['21', true],
    ['23', true],
    ['82', true],
    ['4', false],
    ['30', false],
  ])('operation %s is an alert: %s', (code, isAlert) => {
    const body = `OPLOG ${code}\t0\t2026-03-09 11:00:00\t0\t0\t0\t0\n`;
    expect(eventsOf('OPERLOG', body)['operations']).toMatchObject([{ code, isAlert }]);
  });

  test('an alarm is an alert unless a door just moved or the alarm ended', () => {
    const alarm = (reason: number): string => `OPLOG 3\t0\t2026-03-09 11:00:00\t0\t${reason}\t0\t0\n`;
    const found = eventsOf('OPERLOG', alarm(55) + alarm(54) + alarm(51) + alarm(65535))['operations'];
    expect(found).toMatchObject([{ isAlert: true }, { isAlert: true }, { isAlert: false }, { isAlert: false }]);
  });
});

describe('templates and pictures', () => {
  test('an old fingerprint line takes its version from what the terminal reported', () => {
    const line = 'FP PIN=1\tFID=3\tSize=4\tValid=1\tTMP=AAAA\n';
    expect(eventsOf('OPERLOG', line, { fingerprintVersion: '10' })['templates']).toMatchObject([
      { version: '10', no: 3 },
    ]);
    expect(eventsOf('OPERLOG', line)['templates']).toMatchObject([{ version: '' }]);
  });

  test('a templatev10 line says duress by its finger number', () => {
    const line = 'templatev10 size=4\tuid=6\tpin=6\tfingerid=21\tvalid=1\ttemplate=AAAA\tresverd=\tendtag=\n';
    expect(eventsOf('templatev10', line)['templates']).toMatchObject([{ no: 5, isDuress: true, kind: 'fingerprint' }]);
  });

  test('a biometric type of the future keeps its number', () => {
    expect(eventsOf('BIODATA', 'Pin=1\tType=14\tMajorVer=1\tTmp=AAAA\n')['templates']).toMatchObject([
      { kind: 'generic', algorithm: 'zk-type-14', version: '1' },
    ]);
  });

  test('lines without template, picture or finger are parked, as secrets', () => {
    const body =
      'FP PIN=1\tFID=3\tTMP=\nFP PIN=1\tTMP=AAAA\nUSERPIC PIN=1\tContent=?!\nBIODATA Pin=\tType=1\tTmp=AAAA\n';
    expect(eventsOf('OPERLOG', body)['parked']).toMatchObject([
      { reason: 'ZK_TEMPLATE_UNREADABLE', isSensitive: true },
      { reason: 'ZK_FIELD_MISSING', isSensitive: true },
      { reason: 'ZK_PHOTO_UNREADABLE', isSensitive: true },
      { reason: 'ZK_PIN_MISSING', isSensitive: true },
    ]);
  });

  test('a photo without NUL is found by its first bytes; one without an image is parked', () => {
    const head = 'PIN=20260309080005-1001.jpg\nsize=5\nCMD=uploadphoto\n';
    expect(eventsOf('ATTPHOTO', `${head}\xff\xd8\xff\0\n`)['photos']).toMatchObject([{ pin: '1001', bytes: 5 }]);
    expect(eventsOf('ATTPHOTO', 'nothing')['parked']).toMatchObject([{ reason: 'ZK_PHOTO_UNREADABLE' }]);
    expect(exchangeOf(post('ATTPHOTO', 'nothing'))).toEqual({ status: 200, body: 'OK' });
  });

  test('P1 may name the photo in the query alone', () => {
    const input = inputOf('POST', `/iclock/fdata?SN=${SERIAL}&PIN=20260309080005-7.jpg`, '\xff\xd8\xff\xe0');
    expect(summaryOf(decodeOf(input))['photos']).toMatchObject([
      { pin: '7', wallTime: '2026-03-09 08:00:05', bytes: 4 },
    ]);
  });

  test('a picture of a fingerprint is not kept', () => {
    const decoded = decodeOf(post('FPImage', 'IMAGE', '&PIN=1&FID=2'));
    expect(summaryOf(decoded)['operations']).toMatchObject([{ source: 'fpimage', details: { pin: '1', bytes: 5 } }]);
    expect(JSON.stringify(decoded)).not.toContain('IMAGE');
  });
});

describe('what the terminal tells of itself', () => {
  test('secrets among options are never kept', () => {
    const text = JSON.stringify(decodeOf(post('options', 'ComPwd=12345,MAC=1,pushcommkey=abcdef')).facts);
    expect(text).not.toMatch(/12345|abcdef/);
    expect(text).toContain('(hidden)');
  });

  test('options of an earlier list stay', () => {
    const profile = { options: { A: '1', B: '2' } };
    expect(eventsOf('options', 'B=3', profile)['profile']).toMatchObject({ options: { A: '1', B: '3' } });
  });

  test('a terminal that reported unified templates is offered them', () => {
    const input = inputOf('GET', `/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1`);
    const terminal = terminalOf({ profile: { options: { MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1' } } });
    expect(exchangeOf(input, terminal).body).toContain(
      '\nMultiBioDataSupport=0:1:1:0:0:0:0:1:1:1\nMultiBioPhotoSupport=',
    );
    expect(exchangeOf(input).body).not.toContain('MultiBio');
  });

  test('a stamp that is no plain word is not kept', () => {
    expect(decodeOf(post('ATTLOG', '', '&Stamp=0%0aICLOCKSVRURL=x')).facts.stamps).toBeUndefined();
    expect(decodeOf(post('ATTLOG', '', '&Stamp=')).facts.stamps).toBeUndefined();
  });
});

describe('dialect', () => {
  const dialectAfter = (method: string, target: string, profile: JsonObject, options: JsonObject = {}): unknown => {
    const terminal = terminalOf({ profile, options });
    return (
      decodeOf(inputOf(method, `/iclock/${target}&SN=${SERIAL}`, 'x'), terminal).facts.profile?.['dialect'] ?? 'same'
    );
  };

  test.each([
    ['POST', 'cdata?table=ATTLOG&Stamp=1', {}, 'ATT'],
    ['POST', 'cdata?table=ATTLOG&Stamp=1', { dialect: 'TFT' }, 'same'],
    ['POST', 'cdata?table=OPERLOG&OpStamp=1', {}, 'P1'],
    ['POST', 'cdata?table=OPERLOG&OpStamp=1', { pushver: '2.4.1', dialect: 'ATT' }, 'same'],
    ['GET', 'cdata?options=all&pushver=2.2.14', { dialect: 'P1' }, 'ATT'],
    ['GET', 'cdata?options=all&DeviceType=acc&pushver=3.1.2', { dialect: 'ATT' }, 'SEC'],
    ['GET', 'cdata?options=all&DeviceType=att&pushver=3.1.2', { dialect: 'SEC' }, 'ATT'],
    ['GET', 'cdata?options=all&pushver=3.1.2', {}, 'ATT'],
    ['GET', 'cdata?options=all&ComKey=1', { dialect: 'ATT' }, 'TFT'],
  ])('%s %s of a terminal known as %j: %s', (method, target, profile: JsonObject, dialect) => {
    expect(dialectAfter(method, target, profile)).toBe(dialect);
  });

  test('an operator may fix it', () => {
    expect(dialectAfter('GET', 'cdata?options=all&ComKey=1', { dialect: 'ATT' }, { dialect: 'ATT' })).toBe('same');
  });

  test('a terminal in access mode is told OK and not configured', () => {
    const input = inputOf('GET', `/iclock/cdata?SN=${SERIAL}&options=all&pushver=3.1.2&DeviceType=acc`);
    expect(exchangeOf(input)).toEqual({ status: 200, body: 'OK' });
  });
});

describe('sending a table again', () => {
  const handshake = inputOf('GET', `/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1`);
  const stamps = { ATTLOG: '77', OPERLOG: '88' };

  test('a table that the settings name is offered 0, the others keep their stamp', () => {
    const { body } = exchangeOf(handshake, terminalOf({ stamps, options: { resend: ['ATTLOG'] } }));
    expect(body).toContain('\nStamp=0\nOpStamp=88\n');
    expect(body).toContain('\nATTLOGStamp=0\nOPERLOGStamp=88\n');
  });

  test('a table of the profile is offered 0 until an upload answers the offer', () => {
    const wanted = { resend: ['ATTLOG', 'OPERLOG'] };
    expect(exchangeOf(handshake, terminalOf({ stamps, profile: wanted })).body).toContain('\nATTLOGStamp=0\n');
    expect(decodeOf(post('ATTLOG', ''), terminalOf({ profile: wanted })).facts.profile).not.toHaveProperty('resend');
    const offered = { ...wanted, ...decodeOf(handshake, terminalOf({ profile: wanted })).facts.profile };
    expect(decodeOf(post('ATTLOG', ''), terminalOf({ profile: offered })).facts.profile).toMatchObject({
      resend: ['OPERLOG'],
    });
  });
});
