/** Words and numbers of the wire, as protocols/ebkn-fkweb.md lists them. Spelling mistakes are the vendor's. */

export const REQUEST = {
  poll: 'receive_cmd',
  result: 'send_cmd_result',
  punch: 'realtime_glog',
  enrolment: 'realtime_enroll_data',
  door: 'realtime_door_status',
  barcode: 'realtime_barcode',
  operation: 'realtime_operation',
  adminLog: 'realtime_slog',
  /** A whole log in one message, unasked: seen with one independent server that counted it and kept nothing. */
  logBatch: 'send_glog_data',
} as const;

/** §4.7. Terminals seem to tell apart only OK, RESET_FK, ERROR_NO_CMD and "anything else". */
export const RESPONSE = {
  ok: 'OK',
  error: 'ERROR',
  noCommand: 'ERROR_NO_CMD',
  reset: 'RESET_FK',
  notStored: 'ERROR_DB_ACCESS',
  badBlock: 'ERROR_ADD_BLOCK_DATA',
  badBlockNumber: 'ERROR_INVLAID_BLOCK_NO',
  badRequestCode: 'ERROR_INVLAID_REQUEST_CODE',
} as const;
export type ResponseCode = (typeof RESPONSE)[keyof typeof RESPONSE];

/** §4.2.2 rule 1: one nibble each. */
export const VERIFY_NIBBLES: readonly string[] = ['', 'FP', 'PASSWORD', 'IDCARD', 'FACE', 'VEIN', 'IRIS', 'PALM'];

const FIRST_SEVEN: readonly (readonly [number, readonly string[]])[] = [
  [1, ['FP']],
  [2, ['PASSWORD']],
  [3, ['IDCARD']],
  [4, ['FP', 'PASSWORD']],
  [5, ['FP', 'IDCARD']],
  [6, ['PASSWORD', 'FP']],
  [7, ['IDCARD', 'FP']],
];

/** §4.2.2 rule 2: library HS101. */
export const VERIFY_HS101: ReadonlyMap<number, readonly string[]> = new Map([
  ...FIRST_SEVEN,
  [20, ['FACE']],
  [21, ['FACE', 'IDCARD']],
  [22, ['FACE', 'PASSWORD']],
  [23, ['IDCARD', 'FACE']],
  [24, ['PASSWORD', 'FACE']],
  [40, ['PALM']],
]);

/** §4.2.2 rule 3: libraries HS100 and HS200. 137 does not fit the record field and comes only in real time. */
export const VERIFY_HS100: ReadonlyMap<number, readonly string[]> = new Map([
  ...FIRST_SEVEN,
  [8, ['JOBNUMBER']],
  [9, ['IDCARD', 'PASSWORD']],
  [137, ['PASSWORD', 'IDCARD']],
]);

/** §4.2.2 rule 4: other spellings of the same kinds. */
export const VERIFY_ALIASES: ReadonlyMap<string, string> = new Map([
  ['PASS', 'PASSWORD'],
  ['CARD', 'IDCARD'],
  ['FINGERPRINT', 'FP'],
  ['PV', 'PALM'],
]);

/** §4.2.1: bits 0–23 of `io_mode`. */
export const DOOR_EVENTS: ReadonlyMap<number, string> = new Map([
  [1, 'door closed'],
  [2, 'opened by hand'],
  [3, 'opened by program'],
  [4, 'closed by program'],
  [5, 'illegal open'],
  [6, 'illegal close'],
  [7, 'cover opened'],
  [8, 'cover closed'],
  [9, 'door opened'],
  [10, 'opened under threat'],
  [13, 'fire alarm'],
]);
/** Those that somebody must hear of. */
export const DOOR_ALERTS: ReadonlySet<number> = new Set([5, 6, 7, 10, 13]);

/** §5.3. */
export const ADMIN_KINDS: ReadonlyMap<number, string> = new Map([
  [3, 'user enrolled'],
  [4, 'manager enrolled'],
  [5, 'finger deleted'],
  [6, 'password deleted'],
  [7, 'card deleted'],
  [8, 'all logs deleted'],
  [9, 'system setup'],
  [10, 'time setup'],
  [11, 'log setup'],
  [12, 'communication setup'],
  [13, 'pass-time setup'],
  [14, 'door setup'],
  [15, 'face deleted'],
  [16, 'palm deleted'],
  [17, 'photo deleted'],
  [18, 'user modified'],
  [19, 'user deleted'],
]);
/** Data cleared, clock set, server changed. */
export const ADMIN_ALERTS: ReadonlySet<number> = new Set([8, 10, 12]);

/** §5.4: `user_privilege` as text. `REGISTOR` is a spelling of some units. */
export const PRIVILEGES: ReadonlyMap<string, number> = new Map([
  ['USER', 0],
  ['MANAGER', 1],
  ['OPERATOR', 2],
  ['REGISTER', 3],
  ['REGISTOR', 3],
]);
export const PRIVILEGE_WORDS: readonly string[] = ['USER', 'MANAGER', 'OPERATOR', 'REGISTER'];

/** §5.4: `backup_number`. */
export const BACKUP = {
  password: 10,
  card: 11,
  face: 12,
  firstPalm: 13,
  lastPalm: 16,
  fingerVein: 20,
  photo2019: 30,
  photo2023: 50,
} as const;

/** §2.5: fields whose `BIN_n` value is a reference; anywhere else it is text (a user may be named so). */
export const BINARY_FIELDS: readonly string[] = [
  'log_image',
  'user_photo',
  'enroll_data',
  'user_id_array',
  'log_array',
  'firmware_bin_data',
  'barcode',
];

/** §4.4: the terminal knows that it will never do it. Everything else that is not OK leaves the effect unknown (§6.4). */
export const FINAL_FAILURES: ReadonlySet<string> = new Set([
  'ERROR_NOT_SUPPORTED',
  'ERROR_INVALID_PARAM',
  'ERROR_INVALID_PARAMTER',
  'ERROR_INVALID_PARAMETER',
  'ERROR_NO_ID',
  'ERROR_NO_DATA',
]);

/** The first year in which a clock of this brand is believed (§4.2.3). */
export const OLDEST_YEAR = 2020;
