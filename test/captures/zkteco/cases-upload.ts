import { gzipSync } from 'node:zlib';
import { get, post, SERIAL, type Exchange } from './exchange.ts';

const upload = (table: string): { serialNumber: string; operation: string } => ({
  serialNumber: SERIAL,
  operation: `cdata/${table}`,
});
const attlog = (stamp = '9999'): string => `/iclock/cdata?SN=${SERIAL}&table=ATTLOG&Stamp=${stamp}`;
const operlog = `/iclock/cdata?SN=${SERIAL}&table=OPERLOG&Stamp=9999`;
const count = (n: number): { status: number; body: string } => ({ status: 200, body: `OK: ${n}` });

const TWO = '1001\t2026-03-09 08:00:05\t0\t15\t0\t0\t0\n1002\t2026-03-09 08:00:09\t1\t1\t7\t0\t0\n';
const TWO_PUNCHES = [
  {
    pin: '1001',
    wallTime: '2026-03-09 08:00:05',
    instant: '2026-03-09T02:30:05.000Z',
    state: 0,
    verifyMode: '15',
    workCode: '0',
    claimedDirection: 'IN',
    flags: [],
    zone: 'Asia/Kolkata',
  },
  {
    pin: '1002',
    wallTime: '2026-03-09 08:00:09',
    instant: '2026-03-09T02:30:09.000Z',
    state: 1,
    verifyMode: '1',
    workCode: '7',
    claimedDirection: 'OUT',
  },
];

const MIXED =
  'OPLOG 30\t0\t2026-03-09 11:00:00\t1003\t0\t0\t0\nUSER PIN=1003\tName=Ana = Luz\tPri=14\tPasswd=\tCard=[15CD5B07]\tGrp=1\tTZ=0000000100000000\tVerify=-1\tViceCard=\nFP PIN=1003\tFID=5\tSize=40\tValid=1\tTMP=TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT\nFACE PIN=1003\tFID=0\tSIZE=28\tVALID=1\tTMP=RkFDRS1URU1QTEFURS1TWU5USC0w\nUSERPIC PIN=1003\tFileName=1003.jpg\tSize=28\tContent=/9j/4EpGSUZzeW50aGV0aWP/2Q==\nBIOPHOTO PIN=1003\tFileName=1003.jpg\tType=9\tSize=28\tContent=/9j/4EpGSUZzeW50aGV0aWP/2Q==\n';
const MIXED_DECODED = {
  operations: [{ source: 'oplog', code: '30', wallTime: '2026-03-09 11:00:00', isAlert: false }],
  users: [{ pin: '1003', name: 'Ana = Luz', privilege: 14, card: '123456789', group: '1' }],
  templates: [
    { pin: '1003', kind: 'fingerprint', no: 5, index: 0, isValid: true, isDuress: false, declaredSize: 40 },
    { pin: '1003', kind: 'face', no: 0, index: 0, data: 'RkFDRS1URU1QTEFURS1TWU5USC0w' },
  ],
  photos: [
    { kind: 'user', pin: '1003', fileName: '1003.jpg', bytes: 19 },
    { kind: 'comparison', pin: '1003', bytes: 19 },
  ],
} as const;

const PHOTO = '\xFF\xD8\xFF\xE0\0\x10JFIF\0\n\rOK\0\xFF\xD9';
const PHOTO_BODY = `PIN=20260309080005-1001.jpg\nSN=${SERIAL}\nsize=18\nCMD=uploadphoto\0${PHOTO}`;
const PHOTO_DECODED = {
  kind: 'attendance',
  pin: '1001',
  wallTime: '2026-03-09 08:00:05',
  fileName: '20260309080005-1001.jpg',
  bytes: 18,
  sha256Start: '4600ce8ba6aacc2f',
};

/** A tar of one file, by hand: header, content, padding, two empty blocks. */
function tar(content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write('data.txt', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('15200000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** Uploads of every kind. */
export const UPLOAD_CASES: readonly Exchange[] = [
  {
    file: 'synth1-fw7.1.2-c13-two-punches',
    story: 'C13: two punches.',
    request: post(attlog(), TWO),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: TWO_PUNCHES, stamps: { ATTLOG: '9999' } },
      reply: count(2),
    },
  },
  {
    file: 'synth1-fw7.1.2-c14-no-content-type',
    story: 'C14: no Content-Type, empty work code, a TAB at the end of the line, a PIN with leading zeros.',
    request: post(attlog(), '00042\t2026-03-09 09:55:55\t255\t1\t\t0\t0\t\n', { headers: ['Connection: close'] }),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ pin: '00042', state: 255, verifyMode: '1', workCode: '', extra: {} }] },
      reply: { ...count(1), isClosing: true },
    },
  },
  {
    file: 'synth1-fw7.1.2-c15-crlf-blank-lines',
    story: 'C15: CRLF, blank lines, no last line end.',
    request: post(
      attlog(),
      '1001\t2026-03-09 10:00:00\t0\t1\t0\t0\t0\r\n\r\n\n1002\t2026-03-09 10:00:01\t0\t1\t0\t0\t0',
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [
          { pin: '1001', raw: '1001\t2026-03-09 10:00:00\t0\t1\t0\t0\t0' },
          { pin: '1002', wallTime: '2026-03-09 10:00:01' },
        ],
      },
      reply: count(2),
    },
  },
  {
    file: 'synthv5l-fw3.0-c16-temperature',
    story: 'C16: mask and temperature columns.',
    request: post(attlog(), '1001\t2026-03-09 10:10:00\t0\t15\t0\t0\t0\t1\t36.4\t36.4\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ pin: '1001', extra: { mask: 1, temperature: 36.4, convTemperature: 36.4 } }] },
      reply: count(1),
    },
  },
  {
    file: 'synthgps-fw5.8-c17-offset',
    story: "C17: the row's own offset wins over the zone of the site; coordinates.",
    request: post(
      attlog(),
      '1001\t2026-03-09 10:10:00\t0\t15\t0\t0\t0\t0\t0.0\t0.0\t+28800\teyJHUFNJbmZvIjp7ImxvbmdpdHVkZSI6Ijc3LjU5NDYiLCJsYXRpdHVkZSI6IjEyLjk3MTYifX0=\n',
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [
          {
            zone: 'UTC+08:00',
            instant: '2026-03-09T02:10:00.000Z',
            extra: { offsetSec: 28800, ext: { GPSInfo: { latitude: '12.9716' } }, latitude: 12.9716, longitude: 77.5946 },
          },
        ],
      },
      reply: count(1),
    },
  },
  {
    file: 'synthmb10-fw6.60-c18-record-number',
    story: 'C18: an ever-increasing record number in column 10; no offset.',
    request: post(attlog('841745400'), '1001\t2026-03-09 10:10:00\t255\t1\t0\t0\t0\t0\t0\t0\t40017\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [{ zone: 'Asia/Kolkata', state: 255, extra: { recordNumber: 40017 } }],
        stamps: { ATTLOG: '841745400' },
      },
      reply: count(1),
    },
  },
  {
    file: 'synthpid-fw2.4-c19-identity-check',
    story: 'C19: a person-ID terminal reports an identity check, which is no attendance.',
    request: post(attlog(), '77\t2026-03-09 10:11:00\t0\t1\t0\t0\t0\t990101199001011234\t1\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [
          { pin: '77', flags: ['verification-only'], extra: { idNum: '990101199001011234', idType: 1 } },
        ],
      },
      reply: count(1),
    },
  },
  {
    file: 'synthus-fw3.2-c20-job-costing',
    story: 'C20: TFT job and tip codes, an ISO stamp.',
    request: post(
      attlog('2026-03-09T10:12:00'),
      '77\t2026-03-09 10:12:00\t0\t1\t0\t0\t0\tJ1\tJ2\t\t\t\t\t5\t\t\n',
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [{ pin: '77', extra: { jobCodes: ['J1', 'J2'], tipCodes: ['5'] } }],
        profile: { dialect: 'TFT' },
        stamps: { ATTLOG: '2026-03-09T10:12:00' },
      },
      reply: count(1),
    },
  },
  {
    file: 'synthzem-fw6.39-c21-two-columns',
    story: 'C21: PIN and time alone.',
    request: post(attlog(), '9\t2026-03-09 10:13:00\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ pin: '9', state: null, verifyMode: null, workCode: null, claimedDirection: null }] },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-c22-broken-lines',
    story: 'C22: broken lines are parked and counted; the good one goes on.',
    request: post(
      attlog(),
      '1001\t2026-03-09 10:14:00\t0\t1\t0\t0\t0\nnot a record\n\t2026-03-09 10:14:01\t0\t1\n1002\t2026-02-30 10:14:02\t0\t1\t0\t0\t0\n',
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [{ pin: '1001' }],
        parked: [
          { reason: 'ZK_LINE_SHAPELESS', table: 'ATTLOG', raw: 'not a record' },
          { reason: 'ZK_PIN_MISSING', raw: '\t2026-03-09 10:14:01\t0\t1', isSensitive: false },
          { reason: 'ZK_TIME_IMPOSSIBLE', raw: '1002\t2026-02-30 10:14:02\t0\t1\t0\t0\t0' },
        ],
      },
      reply: count(4),
    },
  },
  {
    file: 'synth1-fw7.1.2-c23-resent-batch',
    story: 'C23: the bytes of C13 again: the same reply and, in the store, no new row.',
    request: post(attlog(), TWO),
    expected: { identity: upload('ATTLOG'), decoded: { punches: TWO_PUNCHES }, reply: count(2) },
  },
  {
    file: 'synth1-fw7.1.2-c24-store-down',
    story: 'C24: the store refuses: nothing is acknowledged.',
    request: post(attlog(), TWO),
    expected: {
      given: { isStoreDown: true },
      identity: upload('ATTLOG'),
      reply: { status: 503, body: 'RETRY LATER\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c25-odd-lines',
    story: 'C25: a type word, an extra id, key=value, blanks instead of TABs.',
    request: post(
      attlog(),
      'ATTLOG\t1001\t2026-03-09 10:20:00\t0\t1\t0\n55\t1002\t2026-03-09 10:20:01\t0\t1\t0\nTime=2026-03-09 10:20:02\tPIN=1003\tStatus=0\n1004 2026-03-09 10:20:03 0 1 0\n',
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [
          { pin: '1001', wallTime: '2026-03-09 10:20:00', state: 0 },
          { pin: '1002', wallTime: '2026-03-09 10:20:01', verifyMode: '1' },
          { pin: '1003', wallTime: '2026-03-09 10:20:02', state: 0 },
          { pin: '1004', wallTime: '2026-03-09 10:20:03', workCode: '0' },
        ],
      },
      reply: count(4),
    },
  },
  {
    file: 'synthold-fw5-c26-unregistered-card',
    story: 'C26: an unknown card arrives as a punch whose PIN is the card number.',
    request: post(attlog(), '8712345\t2026-03-09 10:21:00\t0\t3\t8712345\t255\t0\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ pin: '8712345', flags: ['unregistered-card'] }] },
      reply: count(1),
    },
  },
  {
    file: 'synthessl-fw2.1-c27-edata',
    story: 'C27: edata.aspx is cdata; without a stamp no pointer moves.',
    request: post(`/iclock/edata.aspx?SN=${SERIAL}&table=ATTLOG`, '1001\t2026-03-09 10:22:00\t0\t1\t0\t0\t0\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ pin: '1001' }], stamps: {} },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-c28-mixed-operlog',
    story: 'C28: an enrolment: operation, user, finger, face, two pictures in one body.',
    request: post(operlog, MIXED),
    expected: {
      identity: upload('OPERLOG'),
      decoded: { ...MIXED_DECODED, stamps: { OPERLOG: '9999' } },
      reply: count(6),
    },
  },
  {
    file: 'synth1-fw7.1.2-c29-words-in-values',
    story: 'C29: type words inside values mean nothing.',
    request: post(
      operlog,
      'USERPIC PIN=7\tFileName=FP USER.jpg\tSize=20\tContent=VVNFUiBGUCBPUExPRw==\nUSER PIN=8\tName=FP OPLOG 9\tPri=0\n',
    ),
    expected: {
      identity: upload('OPERLOG'),
      decoded: {
        photos: [{ kind: 'user', pin: '7', fileName: 'FP USER.jpg' }],
        users: [{ pin: '8', name: 'FP OPLOG 9', privilege: 0 }],
      },
      reply: count(2),
    },
  },
  {
    file: 'synthcn-fw6.60-c30-gb18030-name',
    story: 'C30: a name in GB18030.',
    request: post(operlog, 'USER PIN=9\tName=\xD5\xC5\xCE\xB0\tPri=0\n'),
    expected: {
      identity: upload('OPERLOG'),
      decoded: { users: [{ pin: '9', name: '张伟', charset: 'gb18030' }], profile: { nameCharset: 'gb18030' } },
      reply: count(1),
    },
  },
  {
    file: 'synthcn-fw6.60-c30-utf8-name',
    story: 'C30: the same name in UTF-8.',
    request: post(operlog, Buffer.from('USER PIN=9\tName=张伟\tPri=0\n')),
    expected: {
      identity: upload('OPERLOG'),
      decoded: { users: [{ pin: '9', name: '张伟' }], profile: { nameCharset: 'utf-8' } },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-c31-duress-finger',
    story: 'C31: a duress finger, lower-case keys, Size of the decoded bytes.',
    request: post(
      operlog,
      'fp pin=1003\tfid=2\tsize=30\tvalid=3\ttmp=TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT\n',
    ),
    expected: {
      identity: upload('OPERLOG'),
      decoded: {
        templates: [
          {
            pin: '1003',
            kind: 'fingerprint',
            no: 2,
            isDuress: true,
            declaredSize: 30,
            encoding: 'base64',
            data: 'TB9TUzIxAAAAHAABAgMEBQYHCAkKCwwNDg8QERIT',
          },
        ],
      },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-c32-empty-operlog',
    story: 'C32: an empty upload.',
    request: post(operlog, ''),
    expected: { identity: upload('OPERLOG'), decoded: {}, reply: count(0) },
  },
  {
    file: 'synth1-fw7.1.2-c33-short-operations',
    story: 'C33: missing operands, an unknown operation.',
    request: post(operlog, 'OPLOG 4\t0\t2026-03-09 11:05:00\nOPLOG 999\t1\t2026-03-09 11:05:01\t1\t2\t3\t4\n'),
    expected: {
      identity: upload('OPERLOG'),
      decoded: {
        operations: [
          { code: '4', details: { admin: '0', operands: ['', '', '', ''] } },
          { code: '999', details: { admin: '1', operands: ['1', '2', '3', '4'] } },
        ],
      },
      reply: count(2),
    },
  },
  {
    file: 'synth2a-fw3.3.12-c34-biodata',
    story: 'C34: a visible-light face in two parts.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=BIODATA&Stamp=9999`,
      [0, 1]
        .map(
          (i) =>
            `BIODATA Pin=1003\tNo=0\tIndex=${i}\tValid=1\tDuress=0\tType=9\tMajorVer=40\tMinorVer=1\tFormat=0\tTmp=VklTSUJMRS1GQUNFLVNZTlRILVRFTVBMQVRF\n`,
        )
        .join(''),
    ),
    expected: {
      identity: upload('BIODATA'),
      decoded: {
        templates: [
          { pin: '1003', kind: 'visible-face', no: 0, index: 0, version: '40.1', algorithm: 'zk' },
          { pin: '1003', kind: 'visible-face', no: 0, index: 1, version: '40.1' },
        ],
        stamps: { BIODATA: '9999' },
      },
      reply: count(2),
    },
  },
  {
    file: 'synth1-fw7.1.2-c35-photo',
    story: 'C35: an attendance photo with NULs and line ends in its bytes.',
    request: post(`/iclock/cdata?SN=${SERIAL}&table=ATTPHOTO&Stamp=9999`, PHOTO_BODY),
    expected: {
      identity: upload('ATTPHOTO'),
      decoded: { photos: [PHOTO_DECODED], stamps: { ATTPHOTO: '9999' } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-c36-photo-serial-in-body',
    story: 'C36: the photo of a failed attempt; the serial number stands in the body alone.',
    request: post(
      '/iclock/cdata?table=ATTPHOTO',
      `PIN=20260309080105.jpg\nSN=${SERIAL}\nsize=18\nCMD=realupload\0${PHOTO}`,
    ),
    expected: {
      identity: upload('ATTPHOTO'),
      decoded: { photos: [{ kind: 'attendance', pin: null, wallTime: '2026-03-09 08:01:05', bytes: 18 }], stamps: {} },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synthzem-fw6.39-c37-fdata',
    story: 'C37: the old photo path, with its own stamp.',
    request: post(`/iclock/fdata?SN=${SERIAL}&table=ATTPHOTO&PhotoStamp=841720000`, PHOTO_BODY),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'fdata' },
      decoded: { photos: [PHOTO_DECODED], profile: { dialect: 'P1' }, stamps: { ATTPHOTO: '841720000' } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth2a-fw3.3.12-c38-options',
    story: 'C38: the option list; a comma inside a value, capabilities by lists.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=options`,
      '~DeviceName=Synth 2A,MAC=02:00:00:00:00:01,UserCount=17,~MaxUserCount=30,FPVersion=13,BioDataFun=,~OEMVendor=ACME CO., LTD.,FWVersion=ZX1-Ver3.3.12,MultiBioDataSupport=0:1:0:0:0:0:0:0:0:1,MultiBioVersion=0:13.0:0:0:0:0:0:0:0:40.1',
    ),
    expected: {
      identity: upload('options'),
      decoded: {
        profile: {
          options: { '~DeviceName': 'Synth 2A', '~OEMVendor': 'ACME CO., LTD.', BioDataFun: '', UserCount: '17' },
          bioData: true,
          algorithms: { fingerprint: '13.0', 'visible-face': '40.1' },
          firmware: 'ZX1-Ver3.3.12',
        },
        stamps: {},
      },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth2a-fw3.3.12-c39-errorlog',
    story: 'C39: why command 205 failed: a blurred photo.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=ERRORLOG&Stamp=9999`,
      'ERRORLOG ErrCode=D01E0003\tErrMsg=blurred\tDataOrigin=cmd\tCmdId=205\tAdditional=eyJwaW4iOiIxMDAzIn0=\n',
    ),
    expected: {
      identity: upload('ERRORLOG'),
      decoded: {
        operations: [
          {
            source: 'errorlog',
            code: 'D01E0003',
            details: { message: 'blurred', origin: 'cmd', commandId: '205', additional: { pin: '1003' } },
          },
        ],
        stamps: { ERRORLOG: '9999' },
      },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-c40-query-result',
    story: 'C40: a query result in a table of its own, with and without type word; its stamp is no pointer.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=USERINFO&Stamp=0`,
      'PIN=1\tName=Ada L\tPrivilege=14\tCardNo=0\nUSER PIN=2\tName=Bo\tPri=0\n',
    ),
    expected: {
      identity: upload('USERINFO'),
      decoded: {
        users: [
          { pin: '1', name: 'Ada L', privilege: 14, card: null },
          { pin: '2', name: 'Bo', privilege: 0 },
        ],
        stamps: {},
      },
      reply: count(2),
    },
  },
  {
    file: 'synth1-fw7.1.2-c41-unknown-table',
    story: 'C41: a table that nobody knows is kept whole.',
    request: post(`/iclock/cdata?SN=${SERIAL}&table=NEWTHING&Stamp=1`, 'A=1\tB=2\nA=3\tB=4\n'),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'cdata/unknown:NEWTHING' },
      decoded: {
        parked: [{ reason: 'ZK_TABLE_UNKNOWN', table: 'NEWTHING', raw: 'A=1\tB=2\nA=3\tB=4\n', isSensitive: true }],
        stamps: {},
      },
      reply: count(2),
    },
  },
  {
    file: 'synth2a-fw3.3.12-c42-tgz',
    story: 'C42: the body of C28 as gzip of tar.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=OPERLOG&ContentType=tgz`,
      gzipSync(tar(Buffer.from(MIXED, 'latin1')), { level: 9 }),
    ),
    expected: { identity: upload('OPERLOG'), decoded: { ...MIXED_DECODED, stamps: {} }, reply: count(6) },
  },
  {
    file: 'synth2a-fw3.3.12-c42-broken-tgz',
    story: 'C42: a package that cannot be unpacked is kept and acknowledged as one record.',
    request: post(`/iclock/cdata?SN=${SERIAL}&table=OPERLOG&ContentType=tgz`, 'this is no package'),
    expected: {
      identity: upload('OPERLOG'),
      decoded: { parked: [{ reason: 'ZK_PACKAGE_UNREADABLE', raw: 'this is no package' }] },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-no-table',
    story: 'An upload that does not name its table: its lines tell.',
    request: post(`/iclock/cdata?SN=${SERIAL}`, '1001\t2026-03-09 10:30:00\t0\t1\t0\t0\t0\n'),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'cdata/sniff' },
      decoded: { punches: [{ pin: '1001' }] },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-idcard',
    story: 'An identity card: kept unread, never shown.',
    request: post(
      `/iclock/cdata?SN=${SERIAL}&table=IDCARD&Stamp=5`,
      'IDCARD PIN=7\tSNNum=1\tIDNum=990101199001011234\tName=Invented\n',
    ),
    expected: {
      identity: upload('IDCARD'),
      decoded: { parked: [{ reason: 'ZK_IDCARD_KEPT', isSensitive: true }], stamps: { IDCARD: '5' } },
      reply: count(1),
    },
  },
  {
    file: 'synth1-fw7.1.2-impossible-pins',
    story: 'PINs that no person can have are parked and counted; blanks and letters are kept.',
    request: post(
      attlog(),
      `${'7'.repeat(200)}\t2026-03-09 10:31:00\t0\t1\n10\x0001\t2026-03-09 10:31:01\t0\t1\n A 7 \t2026-03-09 10:31:02\t0\t1\n`,
    ),
    expected: {
      identity: upload('ATTLOG'),
      decoded: {
        punches: [{ pin: ' A 7 ' }],
        parked: [{ reason: 'ZK_PIN_IMPOSSIBLE' }, { reason: 'ZK_PIN_IMPOSSIBLE' }],
      },
      reply: count(3),
    },
  },
  {
    file: 'synth1-fw7.1.2-dead-battery',
    story: 'A clock at 2000-01-01: kept as it is, and flagged.',
    request: post(attlog(), '1001\t2000-01-01 00:03:00\t0\t1\t0\t0\t0\n'),
    expected: {
      identity: upload('ATTLOG'),
      decoded: { punches: [{ wallTime: '2000-01-01 00:03:00', flags: ['clock-implausible'] }] },
      reply: count(1),
    },
  },
];

const unknownPath = '/iclock/xyz';

/** What is not understood, and the dialect that is not served yet: nothing is acknowledged that is not kept. */
export const STRANGE_CASES: readonly Exchange[] = [
  {
    file: 'synth1-fw7.1.2-unknown-path-write',
    story: 'A write to an unknown path: kept, not acknowledged.',
    request: post(`${unknownPath}?SN=${SERIAL}`, 'something'),
    expected: {
      identity: { serialNumber: SERIAL, operation: `unknown:${unknownPath}` },
      decoded: { parked: [{ reason: 'ZK_PATH_UNKNOWN', table: `path:${unknownPath}`, raw: 'something' }] },
      reply: { status: 404, body: 'NOT FOUND\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-unknown-path-read',
    story: 'A question at an unknown path: answered, and noted once.',
    request: get(`${unknownPath}?SN=${SERIAL}`),
    expected: {
      identity: { serialNumber: SERIAL, operation: `unknown:${unknownPath}` },
      decoded: { parked: [{ reason: 'ZK_PATH_UNKNOWN' }], profile: { unknownPaths: [`path:${unknownPath}`] } },
      reply: { status: 200, body: 'OK' },
    },
  },
  {
    file: 'synth1-fw7.1.2-no-serial-number',
    story: 'Nobody says who speaks.',
    request: post('/iclock/cdata?table=ATTLOG', '1001\t2026-03-09 08:00:05\t0\t15\n'),
    expected: {
      identity: { serialNumber: null, operation: 'cdata/ATTLOG', problem: 'missing' },
      reply: { status: 400, body: 'SERIAL NUMBER MISSING\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-two-serial-numbers',
    story: 'Two serial numbers in one query: nobody is believed.',
    request: get(`/iclock/getrequest?SN=${SERIAL}&sn=TST9000000002`),
    expected: {
      identity: { serialNumber: null, operation: 'getrequest', problem: 'contradictory' },
      reply: { status: 400, body: 'SERIAL NUMBER CONTRADICTORY\n' },
    },
  },
  {
    file: 'synth1-fw7.1.2-firmware-download',
    story: 'A question for a file is never answered OK: the terminal would take that for the file.',
    request: get(`/iclock/file?SN=${SERIAL}&url=fw.bin`),
    expected: {
      identity: { serialNumber: SERIAL, operation: 'file' },
      decoded: {},
      reply: { status: 404, body: 'NOT FOUND\n' },
    },
  },
];
