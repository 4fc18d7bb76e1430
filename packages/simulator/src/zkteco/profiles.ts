/** The firmware differences of protocols/zkteco-push.md §6.3. One row of that table is one profile. */
export interface ZktecoProfile {
  readonly name: string;
  readonly dialect: 'p1' | 'tft' | 'att' | 'sec';
  readonly httpVersion: '1.0' | '1.1';
  /** Value of the `Connection:` header; only `close` closes. */
  readonly connection: 'close' | 'keep-alive' | 'starting';
  readonly suffix: '' | '.aspx';
  /** Absent: the terminal never sends a Content-Type, as the SDK (§1.4). */
  readonly contentType?: string;
  readonly hasMacHeader?: boolean;
  /** What stands after `SN=` in the handshake, leading `&` included. */
  readonly handshakeQuery: string;
  /** How the upload pointer is written (§2.6). */
  readonly stamp: 'zk-seconds' | 'always-9999' | 'iso';
  /** `pointer`: a returned stamp re-opens what is newer. `flag`: only 0 has an effect. `always`: history on every handshake. */
  readonly stampMeaning: 'pointer' | 'flag' | 'always';
  /** Columns of an attendance row (§3.3). */
  readonly columns: 'five' | 'seven' | 'sixteen' | 'mask' | 'mask-serial' | 'offset';
  /** Adaptive from 200 between 30 and 140 (§3.1), or a fixed number. */
  readonly batch: 'adaptive' | number;
  /** Seconds between two batches of a backlog. */
  readonly batchPauseSeconds?: number;
  /** What an upload reply must be before the record counts as sent. */
  readonly accepts: 'contains-ok' | 'exact-count';
  /** Firmware that takes `OK\n` or an empty poll reply amiss (§4.1). */
  readonly isStrictPoll: boolean;
  readonly commands: 'sdk' | 'modern';
  /** `GET OPTION FROM` is known (§4.4). */
  readonly knowsGetOption: boolean;
  /** Which table query results of users go to (O11). */
  readonly queryTable: 'OPERLOG' | 'USERINFO';
  /** How templates travel: by kind in OPERLOG, or in one shape in BIODATA (§3.7). */
  readonly templates: 'by-kind' | 'biodata';
  readonly versions: { readonly fingerprint: string; readonly face: string; readonly visibleFace: string };
  /** Splits TransFlag at TABs only, as newer firmware does (§2.4). */
  readonly splitsTransFlagAtTab: boolean;
  /** Posts its option list when asked to (§2.8); `until-exact-ok` posts it again and again until the reply is `OK`. */
  readonly options: 'never' | 'once' | 'until-exact-ok';
  /** Seconds between polls whatever `Delay` says (SpeedFace, §2.3). */
  readonly ownPollSeconds?: readonly [number, number];
  readonly photosTo: 'cdata' | 'fdata';
  readonly punch: { readonly state: number; readonly verify: number };
  /** Numbers of the `INFO` vector that it sends (§2.7). */
  readonly infoFields: number;
  readonly firmware: string;
  readonly deviceName: string;
  /** Crashes on a header block of 2 KiB or an id over 19 characters (§1.5 T2, §4.1). */
  readonly isFragile?: boolean;
  /** Rate of every fault when none is given. */
  readonly faultRate?: number;
}

const SDK: ZktecoProfile = {
  name: 'tft-sdk231',
  dialect: 'att',
  httpVersion: '1.0',
  connection: 'close',
  suffix: '',
  handshakeQuery: '&options=all&pushver=2.31&language=69',
  stamp: 'zk-seconds',
  stampMeaning: 'pointer',
  columns: 'seven',
  batch: 'adaptive',
  accepts: 'contains-ok',
  isStrictPoll: true,
  commands: 'sdk',
  knowsGetOption: false,
  queryTable: 'USERINFO',
  templates: 'by-kind',
  versions: { fingerprint: '10.0', face: '7.0', visibleFace: '' },
  splitsTransFlagAtTab: false,
  options: 'never',
  photosTo: 'cdata',
  punch: { state: 0, verify: 1 },
  infoFields: 10,
  firmware: 'Ver 6.60 Sim 1',
  deviceName: 'Sim TFT',
};

const MODERN: ZktecoProfile = {
  ...SDK,
  httpVersion: '1.1',
  contentType: 'text/plain',
  stamp: 'always-9999',
  stampMeaning: 'flag',
  isStrictPoll: false,
  commands: 'modern',
  queryTable: 'OPERLOG',
  splitsTransFlagAtTab: true,
  firmware: 'Ver 8.0.4 Sim-20230401',
};

/** Access mode: of what stands above, only the ways of HTTP, templates and codes of a punch count here (see access-terminal.ts). */
const ACCESS: ZktecoProfile = {
  ...MODERN,
  name: 'inbio-sec312',
  dialect: 'sec',
  connection: 'starting',
  contentType: 'application/push;charset=UTF-8',
  handshakeQuery: '&options=all&pushver=3.1.2&DeviceType=acc&PushOptionsFlag=1',
  punch: { state: 0, verify: 1 },
  versions: { fingerprint: '10.0', face: '', visibleFace: '' },
  firmware: 'Ver 5.7.8 Sim',
  deviceName: 'Sim inBio',
};

const LIST: readonly ZktecoProfile[] = [
  SDK,
  {
    ...SDK,
    name: 'zem-p1',
    dialect: 'p1',
    handshakeQuery: '&options=all',
    columns: 'five',
    versions: { fingerprint: '9.0', face: '', visibleFace: '' },
    photosTo: 'fdata',
    infoFields: 5,
    deviceName: 'Sim ZEM',
  },
  {
    ...SDK,
    name: 'us-tft320',
    dialect: 'tft',
    handshakeQuery: '&options=all&pushver=3.2.0&language=69&ComKey=88888888',
    stamp: 'iso',
    stampMeaning: 'flag',
    columns: 'sixteen',
    isStrictPoll: false,
    commands: 'modern',
    infoFields: 5,
    deviceName: 'Sim TFT 320',
  },
  {
    ...MODERN,
    name: 'silkbio-essl',
    connection: 'close',
    suffix: '.aspx',
    handshakeQuery: '&options=all&pushver=2.2.14&language=69',
    isStrictPoll: true,
    infoFields: 8,
    deviceName: 'Sim Silk',
  },
  {
    ...MODERN,
    name: 'mb10-vl',
    connection: 'keep-alive',
    handshakeQuery: '&options=all&pushver=2.4.1&language=69&DeviceType=att',
    stampMeaning: 'always',
    columns: 'mask-serial',
    batch: 128,
    batchPauseSeconds: 8,
    accepts: 'exact-count',
    punch: { state: 255, verify: 15 },
    versions: { fingerprint: '10.0', face: '', visibleFace: '58.12' },
    deviceName: 'Sim MB10',
  },
  {
    ...MODERN,
    name: 'zlm60-biopro',
    handshakeQuery: '&options=all&pushver=2.4.1&language=69&DeviceType=middle%20east&PushOptionsFlag=1',
    hasMacHeader: true,
    options: 'once',
    deviceName: 'Sim Biopro',
  },
  {
    ...MODERN,
    name: 'speedface-v5l',
    connection: 'keep-alive',
    contentType: 'application/push;charset=UTF-8',
    handshakeQuery: '&options=all&pushver=2.4.1&language=69&DeviceType=att&PushOptionsFlag=1',
    columns: 'mask',
    knowsGetOption: true,
    templates: 'biodata',
    options: 'once',
    ownPollSeconds: [3, 8],
    punch: { state: 0, verify: 15 },
    versions: { fingerprint: '10.0', face: '', visibleFace: '58.12' },
    deviceName: 'Sim SpeedFace',
  },
  {
    ...MODERN,
    name: 'senseface-2a',
    connection: 'starting',
    contentType: 'application/push;charset=UTF-8',
    handshakeQuery: '&options=all&language=76&pushver=2.4.1&DeviceType=att&PushOptionsFlag=1',
    columns: 'mask',
    templates: 'biodata',
    options: 'until-exact-ok',
    punch: { state: 0, verify: 15 },
    versions: { fingerprint: '13.0', face: '', visibleFace: '40.1' },
    deviceName: 'Sim SenseFace 2A',
  },
  {
    ...MODERN,
    name: 'v58-gps',
    connection: 'keep-alive',
    contentType: 'application/push;charset=UTF-8',
    handshakeQuery: '&options=all&pushver=2.4.2&language=69&DeviceType=att&PushOptionsFlag=1',
    columns: 'offset',
    templates: 'biodata',
    options: 'once',
    punch: { state: 0, verify: 15 },
    versions: { fingerprint: '12.0', face: '', visibleFace: '58.12' },
    infoFields: 13,
    deviceName: 'Sim V58',
  },
  ACCESS,
  {
    ...ACCESS,
    name: 'speedface-sec312',
    connection: 'keep-alive',
    templates: 'biodata',
    punch: { state: 0, verify: 15 },
    versions: { fingerprint: '10.0', face: '', visibleFace: '58.12' },
    deviceName: 'Sim SpeedFace Access',
  },
  { ...SDK, name: 'hostile', isFragile: true, faultRate: 0.05, deviceName: 'Sim Hostile' },
];

export const ZKTECO_PROFILES: ReadonlyMap<string, ZktecoProfile> = new Map(LIST.map((each) => [each.name, each]));

/** Throws RangeError for a name that is no profile, with the list of those that are. */
export function getZktecoProfile(name: string): ZktecoProfile {
  const found = ZKTECO_PROFILES.get(name);
  if (!found) throw new RangeError(`no ZKTeco profile ${name}; there are ${[...ZKTECO_PROFILES.keys()].join(', ')}`);
  return found;
}
