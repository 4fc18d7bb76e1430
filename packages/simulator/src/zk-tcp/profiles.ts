import type { EventSize, LogShape } from './records.ts';

/** What a family of units does (§10). */
export interface ZkTcpProfile {
  readonly users: 72 | 28;
  readonly log: LogShape;
  /** Bytes of the answer to GET_FREE_SIZES. */
  readonly sizes: 80 | 92 | 112 | 4;
  readonly event: EventSize;
  readonly hasBufferedRead: boolean;
  /** `udp-only`: TCP is accepted and stays mute. */
  readonly speaks: 'both' | 'udp-only';
  /** What a read of the log is answered with instead. */
  readonly logRefusal?: number;
  readonly capacity: { readonly users: number; readonly fingerprints: number; readonly records: number };
  readonly firmware: string;
  readonly options: Readonly<Record<string, string>>;
}

const capacity = { users: 3000, fingerprints: 5000, records: 100_000 };
const colour = { '~ZKFPVersion': '10', '~PIN2Width': '9', '~UserExtFmt': '1' };
const grey = { '~ZKFPVersion': '9', '~PIN2Width': '5', '~Platform': 'ZEM560' };

export const ZK_TCP_PROFILES = {
  tft: {
    users: 72,
    log: '40',
    sizes: 92,
    event: 32,
    hasBufferedRead: true,
    speaks: 'both',
    capacity: { ...capacity, records: 200_000 },
    firmware: 'Ver 6.60 Apr 26 2016',
    options: { ...colour, '~Platform': 'ZMM220_TFT', '~DeviceName': 'SIM-TFT' },
  },
  bw: {
    users: 28,
    log: '16',
    sizes: 80,
    event: 12,
    hasBufferedRead: true,
    speaks: 'both',
    capacity,
    firmware: 'Ver 6.21 Nov 15 2012',
    options: { ...grey, '~DeviceName': 'SIM-BW' },
  },
  'bw-short': {
    users: 28,
    log: '8',
    sizes: 80,
    event: 10,
    hasBufferedRead: false,
    speaks: 'both',
    capacity,
    firmware: 'Ver 5.10 Jan 4 2010',
    options: { ...grey, '~DeviceName': 'SIM-BW-SHORT' },
  },
  ma300: {
    users: 28,
    log: '8b',
    sizes: 80,
    event: 10,
    hasBufferedRead: true,
    speaks: 'udp-only',
    capacity,
    firmware: 'Ver 6.37 Mar 1 2013',
    options: { ...grey, '~DeviceName': 'SIM-MA' },
  },
  speedface: {
    users: 72,
    log: '49',
    sizes: 112,
    event: 52,
    hasBufferedRead: true,
    speaks: 'both',
    capacity,
    firmware: 'Ver 8.0.4.2',
    options: { ...colour, '~PIN2Width': '14', '~Platform': 'ZAM170_TFT', '~DeviceName': 'SIM-FACE' },
  },
  'speedface-acc': {
    users: 72,
    log: 'none',
    sizes: 112,
    event: 52,
    hasBufferedRead: true,
    speaks: 'both',
    logRefusal: 4989,
    capacity,
    firmware: 'Ver 8.0.4.2',
    options: { ...colour, '~Platform': 'ZAM170_TFT', '~DeviceName': 'SIM-FACE-ACC' },
  },
  wl20: {
    users: 72,
    log: '40',
    sizes: 4,
    event: 32,
    hasBufferedRead: true,
    speaks: 'both',
    capacity,
    firmware: 'Ver 6.60 Jul 2 2018',
    options: { ...colour, '~Platform': 'JZ4725_TFT', '~DeviceName': 'SIM-WL' },
  },
} as const satisfies Readonly<Record<string, ZkTcpProfile>>;

export type ZkTcpProfileName = keyof typeof ZK_TCP_PROFILES;
