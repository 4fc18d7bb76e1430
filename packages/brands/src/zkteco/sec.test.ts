import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMMAND_KINDS, type JsonObject } from '@biolistener/core';
import { fitsBatch } from './command-batch.ts';
import { zkteco } from './index.ts';
import { answerOf, decodeOf, encodeOf, exchangeOf, inputOf, NOW, SERIAL, terminalOf } from './test-kit.ts';

// The security (access control) dialect; cases 56 to 64 of the document are captures (synthdoor-…), case 65 is here.

const ACCESS = { dialect: 'SEC', token: 'absent', options: { LockCount: '4', '~ZKFPVersion': '10' } };
const door = (profile: JsonObject = {}, options: JsonObject = {}) =>
  terminalOf({ profile: { ...ACCESS, ...profile }, options });
const post = (rest: string, body: string, headers: readonly string[] = []) =>
  inputOf('POST', `/iclock/${rest}&SN=${SERIAL}`, body, { headers: [...headers] });
const rtlog = (line: string) => post('cdata?table=rtlog', `${line}\n`);
const operationsOf = (body: string, profile: JsonObject = {}) =>
  decodeOf(post('cdata?table=rtstate', body), door(profile)).events.flatMap((each) =>
    each.kind === 'operation' ? [[each.operation.code, each.operation.details['door'], each.operation.isAlert]] : [],
  );

describe('registration', () => {
  const code = (options: JsonObject = {}): string => exchangeOf(post('registry?a=b', ''), door({}, options)).body;

  test('every listener gives a terminal the same code, and each terminal another', () => {
    expect(code()).toMatch(/^RegistryCode=[A-Za-z0-9]{20}$/);
    expect(code()).toBe(code());
    const other = { ...door(), serialNumber: 'TST9000000021' as never };
    expect(exchangeOf(inputOf('POST', '/iclock/registry?SN=TST9000000021'), other).body).not.toBe(code());
    expect(code({ registryCode: 'not a code' })).toBe(code());
  });

  test('it begins anew: commands that it did not answer go again; a question does not say so', () => {
    expect(decodeOf(post('registry?a=b', 'LockCount=1'), door()).facts.isRestart).toBe(true);
    expect(decodeOf(inputOf('GET', `/iclock/registry?SN=${SERIAL}`), door()).facts.isRestart).toBeUndefined();
  });

  test('new firmware is asked again for what the old one lacked', () => {
    const before = { options: { FirmVer: 'Ver 1' }, unsupported: ['DATA QUERY user'] };
    expect(decodeOf(post('registry?a=b', 'FirmVer=Ver 2'), door(before)).facts.profile).toMatchObject({
      firmware: 'Ver 2',
      unsupported: null,
    });
  });

  test.each([
    [{}, '3.0.1'],
    [{ pushver: '3.1.1' }, '3.1.1'],
    [{ pushver: '3.9.0' }, '3.1.2'],
    [{ options: { PushVersion: 'Ver 3.1.2S-20210720' } }, '3.1.2'],
    [{ pushver: '3.1.2', encryptionRequested: true }, '3.0.1'],
  ])('a terminal known as %j is configured for %s', (profile, version) => {
    const { body } = exchangeOf(post('push?a=b', ''), door({ options: {}, ...profile }));
    expect(body).toContain(`\nPushVersion=${version}\nPushProtVer=${version}\n`);
  });

  test('tables of templates are asked for where the terminal keeps them so', () => {
    expect(exchangeOf(post('push?a=b', ''), door()).body).toContain('\nTransTables=User Transaction templatev10\n');
  });

  test.each(['push?a=b', 'rtdata?type=time'])('without a zone %s is refused: no time is guessed', (path) => {
    const { zone: _zone, ...rest } = door();
    expect(exchangeOf(post(path, ''), rest).status).toBe(403);
  });
});

describe('tokens', () => {
  const options = { registryCode: 'R7kQ2mZx9Lp4', sessionId: 'S0001A2B' };
  const terminal = (more: JsonObject = {}) => ({
    ...door({ token: 'nothing' }, { ...options, ...more }),
    serialNumber: 'TST9000000020' as never,
  });
  const poll = (cookie: string) =>
    inputOf('GET', '/iclock/getrequest?SN=TST9000000020', '', { headers: cookie === '' ? [] : ['Cookie', cookie] });
  const cookies = [
    ['token=fb78cda9ae30b4a1ed7d812b221beaf5', 'fits'],
    ['token=FB78CDA9AE30B4A1ED7D812B221BEAF5', 'fits'],
    ['a=b; token=fb78cda9ae30b4a1ed7d812b221beaf5', 'fits'],
    ['token=0', 'differs'],
    ['', 'absent'],
  ] as const;

  test.each(cookies)('%s: %s, which is noted', (cookie, found) => {
    expect(decodeOf(poll(cookie), terminal()).facts.profile).toMatchObject({ token: found });
    expect(exchangeOf(poll(cookie), terminal()).status).toBe(200);
  });

  test.each(cookies)('%s where one is required: %s decides, for polls out of memory too', (cookie, found) => {
    const strict = terminal({ requireToken: true });
    const status = found === 'fits' ? 200 : 401;
    expect(exchangeOf(poll(cookie), strict).status).toBe(status);
    expect(answerOf({ kind: 'idle' }, poll(cookie), strict).status).toBe(status);
  });

  test('where one is required a terminal can still come to it', () => {
    const strict = terminal({ requireToken: true });
    expect(exchangeOf(inputOf('POST', '/iclock/registry?SN=TST9000000020'), strict).status).toBe(200);
    expect(exchangeOf(inputOf('GET', '/iclock/cdata?SN=TST9000000020&options=all'), strict).status).toBe(200);
  });
});

describe('events', () => {
  const punchOf = (line: string, terminal = door()) => {
    const [event] = decodeOf(rtlog(line), terminal).events;
    return event?.kind === 'punch' ? event.punch : undefined;
  };
  const live =
    'time=2026-03-09 11:30:00\tpin=1003\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4\tindex=2101';

  test('the same passage has one identity, live and out of the log, however it is spelt', () => {
    const logged =
      'transaction Cardno=\tPin=1003\tVerified=15\tDoorID=01\tEventType=0\tInOutState=0\tTime_second=841750200\tIndex=2101';
    const [event] = decodeOf(post('cdata?table=tabledata&tablename=transaction', logged), door()).events;
    expect(event).toMatchObject({ kind: 'punch', punch: { id: punchOf(live)?.id, pin: '1003' } });
  });

  test.each([
    'pin=1004',
    'index=2102',
    'cardno=7',
    'eventaddr=2',
    'event=1',
    'inoutstatus=1',
    'time=2026-03-09 11:30:01',
  ])('another %s is another punch', (field) => {
    const [key = ''] = field.split('=');
    const other = live.replace(new RegExp(`(^|\t)${key}=[^\t]*`), `$1${field}`);
    expect(punchOf(other)?.id).not.toBe(punchOf(live)?.id);
  });

  test.each([0, 5, 14, 19, 203, 207, 208, 215, 216, 218, 222, 232])('event %s with a PIN is a punch', (code) => {
    expect(punchOf(live.replace('event=0', `event=${code}`))?.extra['event']).toBe(code);
  });

  test.each([6, 8, 20, 23, 27, 101, 202, 255, 4000])('event %s is none', (code) => {
    expect(decodeOf(rtlog(live.replace('event=0', `event=${code}`)), door()).events).toMatchObject([
      { kind: 'operation', operation: { code: String(code), isAlert: code === 101, details: { pin: '1003' } } },
    ]);
  });

  test.each(['0', '', '00'])('PIN "%s" is nobody', (pin) => {
    expect(punchOf(live.replace('pin=1003', `pin=${pin}`))).toBeUndefined();
  });

  test('which way: as claimed, else as the settings say of the door', () => {
    const way = (inOut: number, options: JsonObject = {}) =>
      punchOf(live.replace('inoutstatus=0', `inoutstatus=${inOut}`), door({}, options))?.claimedDirection;
    expect([way(0), way(1), way(2)]).toEqual(['IN', 'OUT', undefined]);
    const options = { doorDirections: { '1': 'OUT' } };
    expect([way(0, options), way(2, options)]).toEqual(['IN', 'OUT']);
  });

  test('what was measured and what is not known stay with the punch', () => {
    expect(punchOf(`${live}\tmaskflag=1\ttemperature=36.5\tsitecode=12\tlinkid=`)?.extra).toMatchObject({
      mask: 1,
      temperature: 36.5,
      sitecode: '12',
    });
  });

  test('a clock that cannot be right is flagged', () => {
    expect(punchOf(live.replace('2026', '2000'))?.flags).toEqual(['clock-implausible']);
  });
});

describe('state of the doors', () => {
  const state = (sensor: string, alarm: string): string =>
    `time=2026-03-09 14:05:00\tsensor=${sensor}\trelay=01\talarm=${alarm}\n`;

  test('only changes are told: an alarm once, a door when it moves', () => {
    expect(operationsOf(state('09', '0000000000000000'))).toEqual([]);
    const doors = {
      '1': { leaf: 'closed', isReleased: true, alarms: [] },
      '2': { leaf: 'open', isReleased: false, alarms: ['tamper'] },
    };
    expect(operationsOf(state('0a', '0112000000000000'), { doors })).toEqual([
      ['forced-open', 1, true],
      ['open', 1, false],
      ['held-open', 2, true],
    ]);
    expect(
      decodeOf(post('cdata?table=rtstate', state('0a', '0112')), door({ doors })).facts.profile?.['doors'],
    ).toEqual({
      '1': { leaf: 'open', isReleased: true, alarms: ['forced-open'] },
      '2': { leaf: 'open', isReleased: false, alarms: ['tamper', 'held-open'] },
    });
  });

  test('it shows the clock of the terminal', () => {
    expect(decodeOf(post('cdata?table=rtstate', state('01', '00')), door()).facts.wallClock).toBe(
      '2026-03-09 14:05:00',
    );
  });

  test('what is no hex is kept', () => {
    expect(decodeOf(post('cdata?table=rtstate', state('xyz', '0')), door()).parked).toMatchObject([
      { reason: 'ZK_FIELD_MISSING' },
    ]);
  });
});

describe('tables', () => {
  const table = (name: string, body: string) => post(`cdata?table=tabledata&tablename=${name}&count=1`, body);

  test.each([
    [
      'facev7',
      'facev7 size=4\tuid=1\tpin=7\tfaceid=3\tvalid=1\ttemplate=AAAA',
      { kind: 'template', template: { kind: 'face', index: 3, version: '7' } },
    ],
    [
      'biodata',
      'biodata pin=7\tno=0\tindex=1\tvalid=1\tduress=0\ttype=9\tmajorver=58\tminorver=12\tformat=0\ttmp=AAAA',
      { kind: 'template', template: { kind: 'visible-face', version: '58.12' } },
    ],
    [
      'biophoto',
      'biophoto pin=7\tfilename=7.jpg\ttype=9\tsize=4\tcontent=/9j/',
      { kind: 'photo', photo: { kind: 'comparison', pin: '7' } },
    ],
    [
      'ATTPHOTO',
      'ATTPHOTO pin=20260309080005-7.jpg\tsn=X\tsize=3\tphoto=/9j/',
      { kind: 'photo', photo: { kind: 'attendance', pin: '7' } },
    ],
    [
      'userauthorize',
      'userauthorize pin=7\tauthorizetimezoneid=1\tauthorizedoorid=3',
      { kind: 'operation', operation: { source: 'userauthorize', code: '7' } },
    ],
    [
      'errorlog',
      'errorlog ErrCode=D01E0001\tCmdId=5',
      { kind: 'operation', operation: { source: 'errorlog', code: 'D01E0001' } },
    ],
  ])('%s', (name, line, expected) => {
    const input = table(name, `${line}\n`);
    expect(decodeOf(input, door()).events).toMatchObject([expected]);
    expect(exchangeOf(input, door()).body).toBe(`${name}=1`);
  });

  test('identity cards are kept unread', () => {
    expect(decodeOf(table('identitycard', 'identitycard pin=1\tID_Num=2\n'), door()).parked).toMatchObject([
      { reason: 'ZK_IDCARD_KEPT', isSensitive: true },
    ]);
  });

  test('a long upload is cut behind line ends, and answered as one', () => {
    const line =
      'transaction cardno=0\tpin=7\tverified=4\tdoorid=1\teventtype=0\tinoutstate=0\ttime_second=841750200\tindex=';
    const body = Array.from({ length: 3000 }, (_, i) => `${line}${i}\n`).join('');
    const parts = zkteco.split?.(table('transaction', body)) ?? [];
    expect(parts.length).toBeGreaterThan(2);
    const decoded = parts.map((part) => decodeOf(part, door()));
    expect(
      new Set(decoded.flatMap(({ events }) => events.map((each) => each.kind === 'punch' && each.punch.id))).size,
    ).toBe(3000);
    expect(zkteco.join?.(decoded.map(({ reply }) => reply))).toMatchObject({
      form: 'table',
      name: 'transaction',
      n: 3000,
    });
    const live = zkteco.split?.(rtlog(body)) ?? [];
    expect(zkteco.join?.(live.map((part) => decodeOf(part, door()).reply))).toMatchObject({ body: 'OK' });
  });

  test('the name of a table that is no word does not go back', () => {
    expect(exchangeOf(table('a%0Ab', 'x=1\n'), door()).body).toBe('OK: 1');
  });
});

describe('commands', () => {
  const encode = (kind: (typeof COMMAND_KINDS)[number], parameters: JsonObject, profile: JsonObject = {}): string =>
    encodeOf(kind, parameters, { ...ACCESS, ...profile });

  test.each([
    ['C65 door 1 for 5 s', { door: 1, seconds: 5 }, '0101010500'],
    ['C65 all doors, kept open', { door: 0, keepOpen: true }, '010001FF00'],
    ['as Desk asks', {}, '0101010500'],
  ])('%s', (_, parameters, hex) => {
    expect(encode('door.open', parameters)).toBe(`C:103:CONTROL DEVICE ${hex}\n`);
  });

  test('a user and what they may open, an administrator as such', () => {
    expect(encode('user.update', { pin: '7', name: 'A\nB', privilege: 14, validTo: '2026-12-31' })).toBe(
      'C:103A:DATA UPDATE user Pin=7\tEndTime=20261231\tName=A B\tPrivilege=14\nC:103:DATA UPDATE userauthorize Pin=7\tAuthorizeTimezoneId=1\tAuthorizeDoorId=15\n',
    );
    const seconds = { options: { ...ACCESS.options, DateFmtFunOn: '1' } };
    expect(encode('user.update', { pin: '7', validTo: '2026-12-31 23:59:59' }, seconds)).toContain(
      'EndTime=867801599\n',
    );
  });

  test('the settings say which doors, when, and at which sub-controller', () => {
    const options = { authorizeDoors: 5, authorizeTimezone: 2, authorizeDevice: 1 };
    const terminal = door({}, options);
    const encoded = zkteco.encode({ id: '9', kind: 'user.update', parameters: { pin: '7' } }, { now: NOW, terminal });
    expect(encoded.kind === 'encoded' && Buffer.from(encoded.bytes).toString()).toContain(
      'C:9:DATA UPDATE userauthorize Pin=7\tAuthorizeTimezoneId=2\tAuthorizeDoorId=5\tDevID=1\n',
    );
  });

  test('rights and templates go before the user', () => {
    expect(encode('user.delete', { pin: '7' }).split('\n')).toEqual([
      'C:103A:DATA DELETE userauthorize Pin=7',
      'C:103B:DATA DELETE templatev10 Pin=7',
      'C:103:DATA DELETE user Pin=7',
      '',
    ]);
  });

  test('a duress finger is written as one, and goes with the finger', () => {
    const finger = { pin: '7', kind: 'fingerprint', no: 5, version: '10', data: 'AAAA', isDuress: true };
    expect(encode('template.update', finger)).toBe(
      'C:103:DATA UPDATE templatev10 Size=4\tUID=0\tPin=7\tFingerID=21\tValid=1\tTemplate=AAAA\tResverd=\tEndTag=\n',
    );
    expect(encode('template.delete', finger)).toBe(
      'C:103A:DATA DELETE templatev10 Pin=7\tFingerID=21\nC:103:DATA DELETE templatev10 Pin=7\tFingerID=5\n',
    );
  });

  test('the clock: zone and UTC, or the time at the wall where the settings say so', () => {
    const of = (options: JsonObject): string => {
      const encoded = zkteco.encode(
        { id: '9', kind: 'clock.set', parameters: {} },
        { now: NOW, terminal: door({}, options) },
      );
      return encoded.kind === 'encoded' ? Buffer.from(encoded.bytes).toString() : encoded.reason;
    };
    expect(of({})).toBe('C:9:SET OPTIONS MachineTZ=+0530,DateTime=841739730\n');
    expect(of({ clockBase: 'local' })).toBe('C:9:SET OPTIONS DateTime=841759530\n');
  });

  test.each(['DATA DELETE user *', 'DATA DELETE user', 'SHELL ls', 'Upgrade url=x'])('raw "%s" is refused', (text) => {
    expect(encode('raw', { text })).toMatch(/^ZK_(?:KEYLESS_DELETE|COMMAND_FORBIDDEN)/);
  });

  test('a query is not widened by what it asks for', () => {
    expect(encode('user.query', { pin: '7,filter=*' })).toMatch(/^ZK_PARAMETER_WRONG/);
    expect(encode('user.query', { pin: '*' })).toMatch(/^ZK_PARAMETER_WRONG/);
    expect(encode('user.query', { pin: '7' })).toBe('C:103:DATA QUERY tablename=user,fielddesc=*,filter=Pin=7\n');
  });

  test('what the brand says that access terminals cannot be asked is what is refused', () => {
    const refused = COMMAND_KINDS.filter((kind) => encode(kind, {}).startsWith('ZK_COMMAND_UNSUPPORTED'));
    expect(zkteco.families).toEqual([{ name: 'access control', cannot: refused.toSorted() }]);
  });

  test('one command until it has answered any, then as many as others', () => {
    expect(fitsBatch([9, 9, 9], door())).toBe(1);
    expect(fitsBatch([9, 9, 9], door({ hasAnswered: true }))).toBe(3);
    expect(fitsBatch([9, 9, 9], terminalOf())).toBe(3);
    const answered = decodeOf(post('devicecmd?a=b', 'ID=1&Return=0&CMD=DATA UPDATE'), door());
    expect(answered.facts.profile).toMatchObject({ hasAnswered: true });
  });
});

describe('results', () => {
  const resultsOf = (body: string, word?: string) => {
    const input = post('devicecmd?a=b', body);
    const decoded = zkteco.decode(input, { now: NOW, terminal: door(), wordOf: () => word });
    return decoded.events.map(
      (each) => each.kind === 'command-result' && [each.result.id, each.result.code, each.result.verdict],
    );
  };

  test.each([
    ['0', 'DATA UPDATE user', 'done'],
    ['5', 'DATA QUERY user', 'done'],
    ['-18', 'DATA UPDATE user', 'failed-for-good'],
    ['-27', 'DATA UPDATE templatev10', 'failed-for-now'],
    ['-27', 'DATA DELETE user', 'done'],
    ['-100', 'DATA DELETE user', 'failed-for-good'],
    ['-629', 'DATA DELETE user', 'failed-for-good'],
    ['-629', 'DATA DELETE templatev10', 'failed-for-good'],
    ['-725', 'GET OPTIONS', 'failed-for-now'],
    ['-708', 'ENROLL_BIO', 'failed-for-good'],
    ['-5000', 'DATA UPDATE user', 'uncertain'],
    ['5000', 'DATA UPDATE user', 'uncertain'],
    ['5000', 'DATA QUERY transaction', 'done'],
  ])('%s to %s: %s', (code, word, verdict) => {
    expect(resultsOf(`ID=7&Return=${code}&CMD=X`, word)).toEqual([['7', code, verdict]]);
  });

  test.each([
    ['ID=7A&Return=0&CMD=DATA UPDATE', []],
    ['ID=7A&Return=-725&CMD=DATA UPDATE', [['7', '-725', 'failed-for-good']]],
    ['ID=7A&Return=-100&CMD=DATA DELETE', []],
    ['ID=7A&Return=-629&CMD=DATA DELETE', []],
    ['ID=7A&Return=-27&CMD=DATA DELETE', []],
    ['ID=7A&Return=-12&CMD=DATA DELETE', [['7', '-12', 'failed-for-good']]],
  ])('a line before the last: %s', (body, expected) => {
    expect(resultsOf(body)).toEqual(expected);
  });

  test('a table that is not there is asked no more; −22 is something else here', () => {
    const learnt = (code: string): unknown => {
      const input = post('devicecmd?a=b', `ID=7&Return=${code}&CMD=X`);
      return zkteco.decode(input, { now: NOW, terminal: door(), wordOf: () => 'DATA QUERY biodata' }).facts.profile?.[
        'unsupported'
      ];
    };
    expect([learnt('-100'), learnt('-708'), learnt('-22')]).toEqual([
      ['DATA QUERY biodata'],
      ['DATA QUERY biodata'],
      undefined,
    ]);
  });
});

describe('bytes that are not as they should be', () => {
  const live =
    'time=2026-03-09 11:30:00\tpin=1003\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4\tindex=2101\n';
  const user = 'user uid=6\tcardno=99\tpin=6\tpassword=\tgroup=1\tname=Kim Do\tprivilege=14\tdisable=0\tverify=0\n';

  test.each([
    ['cdata?table=rtlog', live],
    ['cdata?table=rtstate', 'time=2026-03-09 11:30:05\tsensor=02\trelay=00\talarm=0200000000000000\n'],
    ['cdata?table=tabledata&tablename=user', user],
    ['querydata?type=tabledata&cmdid=1&tablename=user', user],
    ['querydata?type=count&cmdid=1', 'user=5'],
    ['registry?a=b', 'DeviceType=acc,LockCount=1'],
  ])('%s cut at every byte, and glued to its neighbour', (path, body) => {
    for (let end = 0; end <= body.length; end++) {
      const decoded = decodeOf(post(path, body.slice(0, end)), door());
      JSON.stringify(decoded.facts);
      expect(exchangeOf(post(path, body.slice(0, end)), door()).status).toBe(200);
    }
    const glued = decodeOf(post(path, body + body), door());
    expect(glued.events.length + glued.parked.length).toBeGreaterThanOrEqual(path.startsWith('registry') ? 0 : 1);
  });

  const pieces = ['time=', 'pin=', 'event=', '0', '202', '102', '\t', '\t', '\n', ' ', 'user ', 'transaction ', 'time_second=', '4294967295', 'sensor=', 'ff', 'alarm=', 'verifytype=', '1111111111111111', 'cardno=', '[15CD5B07]', 'index=', '=', ',', '\0', '\xff', 'tmp=', 'type=9', '2026-03-09 11:30:00']; // prettier-ignore
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));
  const paths = fc.constantFrom(
    ...[
      'registry?',
      'push?',
      'rtdata?type=time',
      'querydata?type=tabledata&tablename=user&cmdid=1',
      'querydata?type=x',
    ],
    ...['cdata?table=rtlog', 'cdata?table=rtstate', 'cdata?table=tabledata&tablename=', 'cdata?AuthType=device'],
    ...['user', 'transaction', 'biodata', 'userauthorize', 'OK'].map(
      (name) => `cdata?table=tabledata&tablename=${name}`,
    ),
  );
  const anything = fc.jsonValue() as fc.Arbitrary<JsonObject[string]>;

  test('nothing throws, nothing is taken for success that was refused, and each line is an event or parked', () => {
    fc.assert(
      fc.property(paths, soup, anything, anything, (path, body, doors, options) => {
        const input = post(path, body, ['Cookie', 'token=x']);
        const terminal = terminalOf({ profile: { dialect: 'SEC', doors, options } });
        const decoded = decodeOf(input, terminal);
        JSON.stringify(decoded);
        const { status } = exchangeOf(input, terminal);
        expect(status === 200).toBe(decoded.refused !== true);
        if (!/rtlog|tablename=(?:user|transaction|biodata|userauthorize)$/.test(path)) return;
        const lines = body.split('\n').filter((line) => /[^\t\r ]/.test(line)).length;
        expect(decoded.events.length + decoded.parked.length).toBe(lines);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever the parameters, a command is whole lines of its own id or a refusal', () => {
    const value = fc.oneof(fc.constantFrom('1', '', '*', 'fingerprint', 'user', 'AAAA', '10', 'x\ny', 'a,b'), fc.integer({ min: -2, max: 300 }), fc.boolean()); // prettier-ignore
    const names = fc.constantFrom(
      'pin',
      'name',
      'kind',
      'no',
      'data',
      'version',
      'text',
      'door',
      'seconds',
      'validTo',
      'privilege',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...COMMAND_KINDS),
        fc.dictionary(names, value, { maxKeys: 8 }),
        (kind, parameters) => {
          const text = encodeOf(kind, parameters, ACCESS);
          if (!text.startsWith('ZK_'))
            expect(text).toMatch(/^(?:C:103[A-Z]:[^\n\r\0]+\n)*C:103:(?!shell)[^\n\r\0]+\n$/i);
        },
      ),
      { numRuns: 500 },
    );
  });
});
