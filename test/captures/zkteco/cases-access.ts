import { get, post, type Exchange, type Given } from './exchange.ts';

// Terminals in access control mode: cases 56 to 64 of the protocol notes, and what real ones make of them.

const DOOR = 'TST9000000020';
const PUSH_TYPE = 'application/push;charset=UTF-8';
/** The code and session of the document's cases; by themselves they follow from the serial number. */
const given: Given = {
  serialNumber: DOOR,
  profile: { dialect: 'SEC', token: 'fits', options: { PushVersion: 'Ver 3.1.2S', LockCount: '1' } },
  options: { registryCode: 'R7kQ2mZx9Lp4', sessionId: 'S0001A2B' },
};
const TOKEN = 'Cookie: token=fb78cda9ae30b4a1ed7d812b221beaf5';
const identityOf = (operation: string) => ({ serialNumber: DOOR, operation });
const template = 'TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT';

export const ACCESS_CASES: readonly Exchange[] = [
  {
    file: 'synthdoor-fw5.7.8-c56-handshake',
    story: 'The first question of a terminal in access mode is answered OK; it registers next.',
    request: get(`/iclock/cdata?SN=${DOOR}&options=all&pushver=3.1.2&DeviceType=acc&PushOptionsFlag=1`),
    expected: {
      given: { serialNumber: DOOR },
      identity: identityOf('cdata/handshake'),
      decoded: { profile: { dialect: 'SEC', pushver: '3.1.2', deviceType: 'acc' } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c56-registry',
    story: 'C56: registration of an approved terminal; what it has is kept, and it gets its code.',
    request: post(
      `/iclock/registry?SN=${DOOR}`,
      'DeviceType=acc,~DeviceName=Synth Door,FirmVer=Ver 5.7.8,PushVersion=Ver 3.1.2S,LockCount=1,ReaderCount=2,AccSupportFunList=0101010',
      { headers: ['Connection: starting', `Content-Type: ${PUSH_TYPE}`] },
    ),
    expected: {
      given: { serialNumber: DOOR, options: { registryCode: 'R7kQ2mZx9Lp4' } },
      identity: identityOf('registry'),
      decoded: {
        profile: {
          dialect: 'SEC',
          deviceType: 'acc',
          model: 'Synth Door',
          firmware: 'Ver 5.7.8',
          options: { LockCount: '1', ReaderCount: '2', AccSupportFunList: '0101010' },
        },
      },
      reply: { status: 200, body: 'RegistryCode=R7kQ2mZx9Lp4', contentType: PUSH_TYPE },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c57-push',
    story: 'C57: configuration of a registered terminal.',
    request: post(`/iclock/push?SN=${DOOR}`, ''),
    expected: {
      given,
      identity: identityOf('push'),
      decoded: {},
      reply: {
        status: 200,
        bodyStartsWith: 'ServerVersion=3.1.2\nServerName=ADMS\n',
        bodyContains: [
          ...['\nPushVersion=3.1.2\n', '\nPushProtVer=3.1.2\n', '\nErrorDelay=60\n', '\nRequestDelay=10\n'],
          ...['\nTransTimes=00:00;14:05\n', '\nTransInterval=2\n', '\nTransTables=User Transaction\n', '\nRealtime=1\n'],
          ...['\nSessionID=S0001A2B\n', '\nTimeoutSec=10\n'],
        ],
      },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c58-registry-unapproved',
    story: 'C58: registration of an unapproved terminal.',
    request: post('/iclock/registry?SN=NEW0000000010', 'DeviceType=acc'),
    expected: {
      given: { status: 'pending' },
      identity: { serialNumber: 'NEW0000000010', operation: 'registry' },
      reply: { status: 406, body: '406' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c59-event',
    story: 'C59: a person passes a door, with face and password and card.',
    request: post(
      `/iclock/cdata?SN=${DOOR}&table=rtlog`,
      'time=2026-03-09 11:30:00\tpin=1003\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=0000101000000011\tindex=2101\n',
      { headers: [TOKEN] },
    ),
    expected: {
      given,
      identity: identityOf('cdata/rtlog'),
      decoded: {
        punches: [
          {
            pin: '1003',
            wallTime: '2026-03-09 11:30:00',
            instant: '2026-03-09T06:00:00.000Z',
            state: 0,
            claimedDirection: 'IN',
            verifyMode: '0000101000000011',
            extra: {
              event: 0,
              meaning: 'normal open',
              door: 1,
              index: '2101',
              methods: ['face', 'password', 'card'],
              areAllNeeded: true,
            },
          },
        ],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-mixed-events',
    story: 'Live events in one upload: an exit without a person, an alarm, somebody refused, an unknown code, a line that is none.',
    request: post(
      `/iclock/cdata?SN=${DOOR}&table=rtlog`,
      [
        'time=2026-03-09 11:31:00\tpin=0\tcardno=0\teventaddr=1\tevent=202\tinoutstatus=2\tverifytype=200\tindex=2102',
        'time=2026-03-09 11:31:05\tpin=0\tcardno=0\teventaddr=1\tevent=102\tinoutstatus=2\tverifytype=200\tindex=2103',
        'time=2026-03-09 11:31:09\tpin=1004\tcardno=99\teventaddr=1\tevent=23\tinoutstatus=0\tverifytype=4\tindex=2104',
        'time=2026-03-09 11:31:10\tpin=1004\tcardno=99\teventaddr=1\tevent=4015\tinoutstatus=0\tverifytype=4\tindex=2105',
        'time=2026-02-30 11:31:11\tpin=1004\tcardno=99\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4\tindex=2106',
        'not an event',
        '',
      ].join('\n'),
      { headers: [TOKEN] },
    ),
    expected: {
      given,
      identity: identityOf('cdata/rtlog'),
      decoded: {
        operations: [
          { source: 'event', code: '202', isAlert: false, details: { meaning: 'exit button' } },
          { source: 'event', code: '102', isAlert: true, details: { meaning: 'forced open', door: 1 } },
          { source: 'event', code: '23', isAlert: false, details: { meaning: 'no access right', pin: '1004' } },
          { source: 'event', code: '4015', isAlert: false, details: { event: 4015 } },
        ],
        parked: [{ reason: 'ZK_TIME_IMPOSSIBLE' }, { reason: 'ZK_LINE_SHAPELESS', raw: 'not an event' }],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c60-state',
    story: 'C60: the door stands open and was tampered with.',
    request: post(
      `/iclock/cdata?SN=${DOOR}&table=rtstate`,
      'time=2026-03-09 11:30:05\tsensor=02\trelay=00\talarm=0200000000000000\n',
    ),
    expected: {
      given,
      identity: identityOf('cdata/rtstate'),
      decoded: {
        operations: [{ source: 'door', code: 'tamper', isAlert: true, details: { door: 1 } }],
        profile: { doors: { '1': { leaf: 'open', isReleased: false, alarms: ['tamper'] } }, token: 'absent' },
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c61-users',
    story: 'C61: two users; the empty name of the first erases nothing.',
    request: post(
      `/iclock/cdata?SN=${DOOR}&table=tabledata&tablename=user&count=2`,
      'user uid=5\tcardno=\tpin=4\tpassword=\tgroup=1\tstarttime=0\tendtime=0\tname=\tprivilege=0\tdisable=0\tverify=0\n' +
        'user uid=6\tcardno=99\tpin=6\tpassword=\tgroup=1\tstarttime=0\tendtime=0\tname=Kim Do\tprivilege=14\tdisable=0\tverify=0\n',
    ),
    expected: {
      given,
      identity: identityOf('cdata/tabledata'),
      decoded: {
        users: [
          { pin: '4', card: null, privilege: 0, isEnabled: true, extra: { uid: '5', blank: ['name', 'passwd', 'card'] } },
          { pin: '6', card: '99', name: 'Kim Do', privilege: 14, extra: { uid: '6', blank: ['passwd'] } },
        ],
      },
      reply: { status: 200, body: 'user=2' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-transactions',
    story: 'A log that was not sent while the line was down: the punch of case 59 comes again, out of the table.',
    request: post(
      `/iclock/cdata?SN=${DOOR}&table=tabledata&tablename=transaction&count=1`,
      'transaction cardno=0\tpin=1003\tverified=4\tdoorid=1\teventtype=0\tinoutstate=0\ttime_second=841750200\tindex=2101\n',
    ),
    expected: {
      given,
      identity: identityOf('cdata/tabledata'),
      decoded: { punches: [{ pin: '1003', wallTime: '2026-03-09 11:30:00', state: 0 }] },
      reply: { status: 200, body: 'transaction=1' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-unknown-table',
    story: 'A table that nobody knows is kept whole, and all its lines are acknowledged by its name.',
    request: post(`/iclock/cdata?SN=${DOOR}&table=tabledata&tablename=liftrights&count=2`, 'liftrights a=1\nliftrights a=2\n'),
    expected: {
      given,
      identity: identityOf('cdata/tabledata'),
      decoded: { parked: [{ reason: 'ZK_TABLE_UNKNOWN', table: 'liftrights', isSensitive: true }] },
      reply: { status: 200, body: 'liftrights=2' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c62-query-pack',
    story: 'C62: the pack that answers a query holds a duress finger.',
    request: post(
      `/iclock/querydata?SN=${DOOR}&type=tabledata&cmdid=140&tablename=templatev10&count=1&packcnt=1&packidx=1&datafmt=1`,
      `templatev10 size=40\tuid=6\tpin=6\tfingerid=21\tvalid=1\ttemplate=${template}\tresverd=\tendtag=\n`,
    ),
    expected: {
      given,
      identity: identityOf('querydata'),
      decoded: {
        templates: [{ pin: '6', kind: 'fingerprint', no: 5, isDuress: true, version: '10', data: template }],
        results: [{ id: '140', verdict: 'uncertain', info: { table: 'templatev10', records: 1, pack: 1, packs: 1 } }],
      },
      reply: { status: 200, body: 'templatev10=1' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c63-count',
    story: 'C63: how many users there are.',
    request: post(`/iclock/querydata?SN=${DOOR}&type=count&cmdid=141&tablename=user&count=5`, 'user=5'),
    expected: {
      given,
      identity: identityOf('querydata'),
      decoded: { results: [{ id: '141', verdict: 'uncertain', info: { table: 'user', count: 5 } }] },
      reply: { status: 200, body: 'user=5' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-options',
    story: 'The options that a terminal was asked for.',
    request: post(`/iclock/querydata?SN=${DOOR}&type=options&cmdid=142`, '~ZKFPVersion=10,LockCount=4'),
    expected: {
      given,
      identity: identityOf('querydata'),
      decoded: {
        results: [{ id: '142', verdict: 'uncertain' }],
        profile: { options: { LockCount: '4', '~ZKFPVersion': '10' }, algorithms: { fingerprint: '10' } },
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-c64-time',
    story: 'C64: the time of the server, in UTC, and the offset of the wall.',
    request: get(`/iclock/rtdata?SN=${DOOR}&type=time`),
    expected: {
      given,
      identity: identityOf('rtdata'),
      decoded: {},
      reply: { status: 200, body: 'DateTime=841739730,ServerTZ=+0530' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-poll-user',
    story: 'A user goes with what they may open; the line before carries the id of the command with a letter.',
    request: get(`/iclock/getrequest?SN=${DOOR}`, { headers: [TOKEN] }),
    expected: {
      given: { ...given, commands: [{ id: '150', kind: 'user.update', parameters: { pin: '7', name: 'Mira Oda', card: '99' } }] },
      identity: { ...identityOf('getrequest'), isPoll: true },
      decoded: {},
      reply: {
        status: 200,
        body: 'C:150A:DATA UPDATE user CardNo=99\tPin=7\tName=Mira Oda\nC:150:DATA UPDATE userauthorize Pin=7\tAuthorizeTimezoneId=1\tAuthorizeDoorId=1\n',
      },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-results',
    story: 'A user for whom there is no room: the first line of the command failed, whatever the last one says.',
    request: post(
      `/iclock/devicecmd?SN=${DOOR}`,
      'ID=150A&Return=-18&CMD=DATA UPDATE\nID=150&Return=0&CMD=DATA UPDATE\nID=151A&Return=0&CMD=DATA DELETE\n',
      { headers: [TOKEN] },
    ),
    expected: {
      given,
      identity: identityOf('devicecmd'),
      decoded: {
        results: [
          { id: '150', code: '-18', verdict: 'failed-for-good', info: { note: 'no space left on the terminal', isPart: true } },
          { id: '150', code: '0', verdict: 'done' },
        ],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-token-required',
    story: 'The settings insist on a token, and another one came: nothing is taken, the terminal must register again.',
    request: post(`/iclock/cdata?SN=${DOOR}&table=rtlog`, 'time=2026-03-09 11:30:00\tpin=1003\tevent=0\n', {
      headers: ['Cookie: token=00000000000000000000000000000000'],
    }),
    expected: {
      given: { ...given, options: { ...given.options, requireToken: true } },
      identity: identityOf('cdata/rtlog'),
      decoded: { profile: { token: 'differs' } },
      reply: { status: 401, body: 'REGISTER AGAIN\n' },
    },
  },
  {
    file: 'synthdoor-fw5.7.8-background-verification',
    story: 'The terminal asks whether to open: never on the word of a client that proves nothing.',
    request: post(`/iclock/cdata?SN=${DOOR}&AuthType=device`, 'time=2026-03-09 11:30:00\tpin=1003\tevent=0\n'),
    expected: {
      given,
      identity: identityOf('cdata/AuthType'),
      decoded: { profile: { onlineVerification: true } },
      reply: { status: 200, body: 'AUTH=FAILED\r\ntime=2026-03-09 11:30:00\tpin=1003\tevent=0\r\n' },
    },
  },
];
