/** Command and reply codes of the standalone protocol. Source: protocols/zk-tcp.md §3.1. */
export const CODE = {
  userWrite: 8,
  templateRead: 9,
  optionRead: 11,
  optionWrite: 12,
  attendanceRead: 13,
  clearAttendance: 15,
  deleteUser: 18,
  deleteTemplate: 19,
  unlock: 31,
  freeSizes: 50,
  cancelCapture: 62,
  startVerify: 60,
  startEnrol: 61,
  state: 64,
  templateWrite: 87,
  bulkSave: 110,
  checksumBuffer: 119,
  deleteTemplateOfUser: 134,
  getTime: 201,
  setTime: 202,
  event: 500,
  connect: 1000,
  exit: 1001,
  enable: 1002,
  disable: 1003,
  restart: 1004,
  refreshData: 1013,
  refreshOptions: 1014,
  voice: 1017,
  firmware: 1100,
  auth: 1102,
  prepareData: 1500,
  data: 1501,
  freeData: 1502,
  prepareBuffer: 1503,
  readBuffer: 1504,
  ok: 2000,
  error: 2001,
  unauthorized: 2005,
  /** Of new firmware in access control mode: the log is not told (§8.4). */
  readRefused: 4989,
  /** Of new firmware: that finger is not there (§4.5). */
  fingerAbsent: 4993,
  unknown: 65535,
} as const;

/** Tables that a buffered read names by command and data type (§5.2). */
export const TABLE = {
  users: { command: 9, type: 5 },
  attendance: { command: 13, type: 0 },
  fingerprints: { command: 7, type: 2 },
  operations: { command: 34, type: 0 },
} as const;
export type TableName = keyof typeof TABLE;

/** Bits of the mask that registers for live events (§6). */
export const EVENT = { attendance: 1, finger: 2, userEnrolled: 4, fingerEnrolled: 8, alarm: 512 } as const;
