import { get, post, SERIAL, type Exchange } from './exchange.ts';

const handshake = { serialNumber: SERIAL, operation: 'cdata/handshake', isPoll: false };
const poll = { serialNumber: SERIAL, operation: 'getrequest' };

/** Handshakes, polls, results and the small questions. */
export const HANDSHAKE_CASES: readonly Exchange[] = [
  {
    file: 'synth2a-fw3.3.12-c01-handshake',
    story: 'C01: attendance handshake at first contact; the terminal offers to send its options.',
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1&language=69&DeviceType=att&PushOptionsFlag=1`),
    expected: {
      identity: handshake,
      decoded: {
        profile: { dialect: 'ATT', pushver: '2.4.1', language: 69, deviceType: 'att', offersOptions: true },
        stamps: {},
      },
      reply: {
        status: 200,
        bodyStartsWith: `GET OPTION FROM: ${SERIAL}\n`,
        bodyContains: [
          '\nStamp=0\nOpStamp=0\nPhotoStamp=0\nATTLOGStamp=0\nOPERLOGStamp=0\nATTPHOTOStamp=0\nBIODATAStamp=0\nIDCARDStamp=0\nERRORLOGStamp=0\n',
          '\nDelay=10\nTransTimes=00:00;14:05\nTransInterval=1\n',
          '\nTransFlag=TransData AttLog\tOpLog\tEnrollUser\tChgUser\tEnrollFP\tChgFP\tFACE\tUserPic\tBioPhoto\tAttPhoto\tWORKCODE\tFVEIN\n',
          '\nTimeZone=330\nRealtime=1\nEncrypt=0\nServerVer=2.4.1\nPushProtVer=2.4.1\n',
          '\nSupportPing=1\nMaxPostSize=1048576\nPushOptionsFlag=1\nPushOptions=~DeviceName,FWVersion,',
        ],
        bodyLacks: ['MultiBioDataSupport=0', 'ICLOCKSVRURL', 'ResLog', 'None', '9999'],
      },
    },
  },
  {
    file: 'synth1-fw7.1.2-c02-handshake-own-stamps',
    story: "C02: the terminal's own stamps come back verbatim; whole hours at UTC+7.",
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1`),
    expected: {
      given: { zone: 'Asia/Bangkok', stamps: { ATTLOG: '841759530', OPERLOG: '9999' } },
      identity: handshake,
      decoded: {},
      reply: {
        status: 200,
        bodyContains: [
          '\nStamp=841759530\nOpStamp=9999\n',
          '\nATTLOGStamp=841759530\nOPERLOGStamp=9999\n',
          '\nBIODATAStamp=0\n',
          '\nTimeZone=7\n',
        ],
        bodyLacks: ['PushOptions'],
      },
    },
  },
  {
    file: 'synthzem-fw6.39-c03-handshake-http10',
    story: 'C03: an old board: HTTP/1.0, no pushver; not an error.',
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all`, { version: '1.0', headers: ['Connection: close'] }),
    expected: {
      identity: handshake,
      decoded: { profile: { pushver: null } },
      reply: {
        status: 200,
        bodyContains: ['\nStamp=0\n', '\nOpStamp=0\n', '\nPhotoStamp=0\n', '\nPushProtVer=2.2.14\n'],
        isClosing: true,
      },
    },
  },
  {
    file: 'synthessl-fw2.1-c04-handshake-odd-path',
    story: 'C04: doubled prefix, .aspx, other capitals.',
    request: get(`/iclock/iclock/CDATA.aspx?sn=${SERIAL}&Options=all&PushVer=2.2.14`),
    expected: {
      identity: handshake,
      decoded: { profile: { pushver: '2.2.14' } },
      reply: { status: 200, bodyStartsWith: `GET OPTION FROM: ${SERIAL}\n`, bodyContains: ['\nPushProtVer=2.2.14\n'] },
    },
  },
  {
    file: 'synth1-fw2.0.33-c05-handshake-firmware-as-version',
    story: 'C05: pushver is a firmware string.',
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all&pushver=Ver%202.0.33S-20220623`),
    expected: {
      identity: handshake,
      decoded: { profile: { pushver: 'Ver 2.0.33S-20220623' } },
      reply: { status: 200, bodyContains: ['\nPushProtVer=2.2.14\n'] },
    },
  },
  {
    file: 'synth1-fw7.1.2-c07-handshake-unapproved',
    story: 'C07: nobody approved this serial number: no configuration, no acknowledgement.',
    request: get('/iclock/cdata?SN=NEW0000000009&options=all&pushver=2.4.1'),
    expected: {
      given: { status: 'pending' },
      identity: { serialNumber: 'NEW0000000009', operation: 'cdata/handshake' },
      reply: { status: 403, body: 'UNKNOWN DEVICE\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c07-punch-unapproved',
    story: 'C07: an upload of the same unapproved terminal gets the same answer.',
    request: post(
      '/iclock/cdata?SN=NEW0000000009&table=ATTLOG&Stamp=9999',
      '1001\t2026-03-09 08:00:05\t0\t15\t0\t0\t0\n',
    ),
    expected: {
      given: { status: 'pending' },
      identity: { serialNumber: 'NEW0000000009', operation: 'cdata/ATTLOG' },
      reply: { status: 403, body: 'UNKNOWN DEVICE\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c08-poll-with-info',
    story: 'C08: a poll that brings its counters; nothing is queued.',
    request: get(
      `/iclock/getrequest?SN=${SERIAL}&INFO=Ver%207.1.2.9-20230401,23,31,5120,192.0.2.40,10,7,15,0,11101`,
    ),
    expected: {
      identity: { ...poll, isPoll: false },
      decoded: {
        profile: {
          firmware: 'Ver 7.1.2.9-20230401',
          users: 23,
          fingerprints: 31,
          attendanceRecords: 5120,
          localAddress: '192.0.2.40',
          fingerprintVersion: '10',
          faceVersion: '7',
          facesPerUser: 15,
          faces: 0,
          supports: { fingerprint: true, face: true, userPicture: true, comparisonPhoto: false, visibleLight: true },
        },
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c09-poll-with-short-info',
    story: 'C09: INFO with an empty firmware and five values.',
    request: get(`/iclock/getrequest?SN=${SERIAL}&INFO=,4,6,88,192.0.2.41`),
    expected: {
      given: { profile: { firmware: 'Ver 7.1.2.9-20230401', dialect: 'ATT' } },
      identity: { ...poll, isPoll: false },
      decoded: { profile: { users: 4, fingerprints: 6, attendanceRecords: 88, localAddress: '192.0.2.41' } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c10-poll-two-commands',
    story: 'C10: a poll that is answered with two queued commands.',
    request: get(`/iclock/getrequest?SN=${SERIAL}`),
    expected: {
      given: {
        commands: [
          {
            id: '101',
            kind: 'user.update',
            parameters: { pin: '1001', name: 'Mira Oda', privilege: 0, card: '123456789' },
          },
          { id: '102', kind: 'check', parameters: {} },
        ],
      },
      identity: { ...poll, isPoll: true },
      decoded: {},
      reply: {
        status: 200,
        body: 'C:101:DATA UPDATE USERINFO PIN=1001\tName=Mira Oda\tPri=0\tCard=123456789\nC:102:CHECK\n',
      },
    },
  },
  {
    file: 'synth1-fw7.1.2-c10-poll-idle',
    story: 'C10: the poll after it: nothing is left.',
    request: get(`/iclock/getrequest?SN=${SERIAL}`),
    expected: { identity: { ...poll, isPoll: true }, decoded: {}, reply: { status: 200, body: 'OK' } },
  },
  {
    file: 'synth1-fw7.1.2-c43-two-results',
    story: 'C43: two command results in one body.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      'ID=101&Return=0&CMD=DATA\nID=102&Return=0&CMD=CHECK\n',
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [
          { id: '101', code: '0', verdict: 'done', info: { cmd: 'DATA' } },
          { id: '102', code: '0', verdict: 'done' },
        ],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c44-result-variants',
    story: 'C44: lower-case keys, CRLF, a missing capability, a record count, a failed enrolment.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      'id=110&return=-1004&cmd=DATA\r\nID=111&Return=37&CMD=DATA\nID=112&Return=4&CMD=ENROLL_FP\nID=113&Return=0&CMD=CLEAR_LOG',
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [
          { id: '110', code: '-1004', verdict: 'failed-for-good', info: { isCapabilityMissing: true } },
          { id: '111', code: '37', verdict: 'done' },
          { id: '112', code: '4', verdict: 'failed-for-good', info: { note: 'poor quality, or not the same finger' } },
          { id: '113', code: '0', verdict: 'done' },
        ],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c45-unknown-result',
    story: 'C45: a result of no command of ours, and one for a command that is done; the mailbox sorts them out.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      'ID=999999&Return=0&CMD=DATA\nID=101&Return=-3&CMD=DATA\n',
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: { results: [{ id: '999999', verdict: 'done' }, { id: '101', code: '-3', verdict: 'failed-for-now' }] },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c46-info-result',
    story: 'C46: an INFO result with six lines behind it.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      `ID=120&Return=0&CMD=INFO\n~DeviceName=Synth One\n~SerialNumber=${SERIAL}\nUserCount=3\n~OEMVendor=ACME CO., LTD.\nMultiBioVersion=\nFWVersion=Ver 7.1.2.9-20230401\n`,
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [
          {
            id: '120',
            code: '0',
            verdict: 'done',
            info: {
              cmd: 'INFO',
              options: {
                '~DeviceName': 'Synth One',
                '~SerialNumber': SERIAL,
                UserCount: '3',
                '~OEMVendor': 'ACME CO., LTD.',
                MultiBioVersion: '',
                FWVersion: 'Ver 7.1.2.9-20230401',
              },
            },
          },
        ],
        profile: { firmware: 'Ver 7.1.2.9-20230401', model: 'Synth One' },
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c47-block-result',
    story: 'C47: a file whose content looks like results; it is one result, and the content is kept out of sight.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      `ID=121\nSN=${SERIAL}\nFILENAME=options.cfg\nCMD=GetFile\nReturn=21\nContent=A=1&B=2\nID=9&Return=1`,
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [{ id: '121', code: '21', verdict: 'done', info: { fileName: 'options.cfg', contentBytes: 21 } }],
        parked: [{ reason: 'ZK_FILE_RECEIVED', isSensitive: true, raw: 'A=1&B=2\nID=9&Return=1' }],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c48-shell-result',
    story: 'C48: the answer to a shell command that we never send: an alert.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      `ID=122\nSN=${SERIAL}\nReturn=0\nCMD=Shell\nFILENAME=shellout.txt\nContent=x\n`,
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [{ id: '122', code: '0', info: { cmd: 'Shell' } }],
        operations: [{ source: 'security', code: 'shell-result', isAlert: true }],
        parked: [{ reason: 'ZK_FILE_RECEIVED', raw: 'x\n' }],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c49-verify-sum',
    story: 'C49: the two spellings of a record count.',
    request: post(
      `/iclock/devicecmd?SN=${SERIAL}`,
      'ID=130&Return=0&CMD=VERIFY SUM ATTLOG&StartTime=2026-03-01 00:00:00&EndTime=2026-03-08 23:59:59&AttlogCount=412\nID=131&Return=0&CMD=VERIFY SUM&StartTime=2026-03-01 00:00:00&EndTime=2026-03-08 23:59:59&AttlogSum=412\n',
    ),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'devicecmd' },
      decoded: {
        results: [
          { id: '130', verdict: 'done', info: { cmd: 'VERIFY SUM ATTLOG', count: 412 } },
          { id: '131', verdict: 'done', info: { cmd: 'VERIFY SUM', count: 412 } },
        ],
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c50-ping',
    story: 'C50: ping.',
    request: get(`/iclock/ping?SN=${SERIAL}`),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'ping', isPoll: true },
      decoded: {},
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c51-exchange',
    story: 'C51: the terminal wants to exchange keys; it is remembered.',
    request: post(`/iclock/exchange?SN=${SERIAL}&type=publickey`, 'PublicKey=AAAA'),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'exchange' },
      decoded: { profile: { encryptionRequested: true } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c51-handshake-after-exchange',
    story: 'C51: the next handshake offers a version without encryption.',
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.4.1`),
    expected: {
      given: { profile: { encryptionRequested: true } },
      identity: handshake,
      decoded: {},
      reply: { status: 200, bodyContains: ['\nPushProtVer=2.3.0\n', '\nEncrypt=0\n'] },
    },
  },
  {
    file: 'synth1-fw7.1.2-c52-remote-att',
    story: 'C52: an unknown person at the terminal; not a handshake.',
    request: get(`/iclock/cdata?SN=${SERIAL}&table=RemoteAtt&PIN=77`),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'cdata/RemoteAtt', isPoll: false },
      decoded: {},
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthus-fw3.2-c53-time',
    story: 'C53: a TFT terminal asks for the time at its wall.',
    request: get(`/iclock/cdata?SN=${SERIAL}&type=time`),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'cdata/time' },
      decoded: { profile: { dialect: 'TFT' } },
      reply: { status: 200, body: 'Time=2026-03-09T14:05:30+05:30\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c66-poll-http10',
    story: 'C66: HTTP/1.0 with Connection: close; few headers, and the connection ends.',
    request: get(`/iclock/getrequest?SN=${SERIAL}`, { version: '1.0', headers: ['Connection: close'] }),
    expected: {
      identity: { ...poll, isPoll: true },
      decoded: {},
      reply: { status: 200, body: 'OK', isClosing: true },
    },
  },
  {
    file: 'synth1-fw7.1.2-online-verification',
    story: 'Background verification by password: never a success on the word of a client that proves nothing.',
    request: post(`/iclock/cdata?SN=${SERIAL}&AuthType=PWD`, 'PIN=1001\tPasswd=1234\n'),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'cdata/AuthType' },
      decoded: { profile: { onlineVerification: true } },
      reply: { status: 200, body: 'AUTH=Failed\n' },
    },
  },
  {
    file: 'synthus-fw3.2-handshake-tft',
    story: 'A TFT handshake with a shared key, west of Greenwich: zone as ±hh:mm, no TransData keyword, the key is not kept.',
    request: get(`/iclock/cdata?SN=${SERIAL}&options=all&pushver=2.2.14&ComKey=88888888`),
    expected: {
      given: { zone: 'America/New_York' },
      identity: handshake,
      decoded: { profile: { dialect: 'TFT', hasCommKey: true } },
      reply: {
        status: 200,
        bodyContains: ['\nTimeZone=-04:00\n', '\nTransFlag=AttLog\tOpLog\t', '\nSyncTime=3600\n'],
        bodyLacks: ['88888888'],
      },
    },
  },
];
