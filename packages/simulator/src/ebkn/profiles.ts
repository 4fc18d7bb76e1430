/** How records are laid out in `GET_LOG_DATA` and `GET_USER_ID_LIST` (protocols/ebkn-fkweb.md §5.1, §5.2). */
export type EbknLibrary = 'FKDataHS101' | 'FKDataHS102' | 'FKDataHS103' | 'FKDataHS105' | 'M50';

/** What differs between EBKN firmware: the models of §6.4 and the switches of §4.10. */
export interface EbknProfile {
  readonly name: string;
  readonly library: EbknLibrary;
  /** The library as this unit spells it. */
  readonly librarySpelling: string;
  /** Bytes after the closing brace: A `0A 00`, B `00`, C none (§2.2). */
  readonly terminator: 'A' | 'B' | 'C';
  /** Request target; `absolute` is `http://host:port/`. */
  readonly requestTarget: string;
  readonly transHeader: 'trans_id' | 'cmd_id';
  readonly hasSpaceAfterColon: boolean;
  readonly repeatsContentType: boolean;
  /** Modes and counters as JSON numbers or as text. */
  readonly numbers: 'number' | 'text';
  /** `verify_mode` printed as a signed 32-bit number. */
  readonly isSigned: boolean;
  /** Ids are filled with zeros on the left up to this length; 0 leaves them. */
  readonly padTo: number;
  readonly pollSeconds: number;
  /** Wait after a request that got no reply at all (§4.6). */
  readonly noReplySeconds: number;
  readonly blockBytes: number;
  /** Splits every message, however small. */
  readonly forcesBlocks: boolean;
  readonly unknownCommand: 'silent' | 'not-supported';
  readonly unknownUser: 'silent' | 'invalid-param';
  readonly privileges: 'text' | 'number';
  /** Characters of a name that are kept. */
  readonly nameLimit: number;
  readonly hasInlineIdArray: boolean;
  /** `SET_USER_INFO` drops the credentials that it does not name (WF-206BNC, §5.4). */
  readonly setUserReplaces: boolean;
  /** `DELETE_USER` answers `Error` although the user is gone (WS535BW1, §5.5). */
  readonly deleteSaysError: boolean;
  /** The result of `GET_ENROLL_DATA` says whose it is and which (§5: optional). */
  readonly namesOwner: boolean;
  /** Verbs that this firmware refuses. */
  readonly refuses: readonly string[];
  readonly dialect: 'framed' | 'plain-json' | 'envelope';
  readonly encrypt: 'none' | 'base64only' | 'yes';
  readonly punch: { readonly state: number; readonly verify: number };
  /** Format versions that polls tell (§4.1). */
  readonly versions: { readonly fingerprint: number; readonly face: number };
  readonly deviceModel?: string;
}

const BASE: EbknProfile = {
  name: 'zfkl101',
  library: 'FKDataHS101',
  librarySpelling: 'FKDataHS101',
  terminator: 'A',
  requestTarget: '/',
  transHeader: 'trans_id',
  hasSpaceAfterColon: true,
  repeatsContentType: true,
  numbers: 'number',
  isSigned: false,
  padTo: 0,
  pollSeconds: 10,
  noReplySeconds: 20,
  blockBytes: 8192,
  forcesBlocks: false,
  unknownCommand: 'not-supported',
  unknownUser: 'silent',
  privileges: 'text',
  nameLimit: 24,
  hasInlineIdArray: false,
  setUserReplaces: false,
  deleteSaysError: false,
  namesOwner: true,
  refuses: [],
  dialect: 'framed',
  encrypt: 'none',
  punch: { state: 1, verify: 1 },
  versions: { fingerprint: 8, face: 3 },
};

const HS103 = {
  ...BASE,
  library: 'FKDataHS103',
  librarySpelling: 'FKDataHS103',
  punch: { state: 0x0100_0000, verify: 0x1000_0000 },
} as const satisfies EbknProfile;

const LIST: readonly EbknProfile[] = [
  BASE,
  {
    ...HS103,
    name: 'bm70w',
    library: 'FKDataHS102',
    librarySpelling: 'FKDataHS102',
    transHeader: 'cmd_id',
    requestTarget: '/hdata.aspx',
  },
  {
    ...HS103,
    name: 'wf206',
    namesOwner: false,
    unknownCommand: 'silent',
    nameLimit: 15,
    pollSeconds: 20,
    setUserReplaces: true,
  },
  { ...HS103, name: 'hs105', library: 'FKDataHS105', librarySpelling: 'FKDataHS105' },
  {
    ...BASE,
    name: 'ws535',
    librarySpelling: 'FKDATAHS101',
    requestTarget: '//',
    hasSpaceAfterColon: false,
    terminator: 'B',
    numbers: 'text',
    pollSeconds: 11,
    noReplySeconds: 180,
    nameLimit: 8,
    deleteSaysError: true,
    punch: { state: 0, verify: 33 },
  },
  {
    ...BASE,
    name: 'm50',
    library: 'M50',
    librarySpelling: 'M50',
    terminator: 'C',
    requestTarget: 'absolute',
    padTo: 8,
    pollSeconds: 3,
    privileges: 'number',
    hasInlineIdArray: true,
    unknownUser: 'invalid-param',
    refuses: ['GET_LOG_DATA', 'RESET_FK', 'OPEN_DOOR', 'SET_DOOR_STATUS'],
    punch: { state: 1, verify: 10 },
  },
  { ...BASE, name: 'v536', dialect: 'plain-json', deviceModel: 'V536', numbers: 'text' },
  { ...BASE, name: 'm68-envelope', dialect: 'envelope' },
  { ...BASE, name: 'm68-base64', encrypt: 'base64only' },
  { ...BASE, name: 'm68-encrypted', encrypt: 'yes' },
];

export const EBKN_PROFILES: ReadonlyMap<string, EbknProfile> = new Map(LIST.map((each) => [each.name, each]));

/** Throws RangeError for a name that is no profile, with the list of those that are. */
export function getEbknProfile(name: string): EbknProfile {
  const found = EBKN_PROFILES.get(name);
  if (!found) throw new RangeError(`no EBKN profile ${name}; there are ${[...EBKN_PROFILES.keys()].join(', ')}`);
  return found;
}
