/** How this server differs from the others of its kind: versions, settings, and what goes wrong (document §8). */
export interface BioStarSwitches {
  /** Another login of an account ends its session, and with it the events on the socket, silently. */
  singleSessionPerAccount: boolean;
  /** How long a session lives without a call, ms; 0: for ever. */
  sessionTtlMs: number;
  /** Frames are cut into three. */
  fragmentFrames: boolean;
  binaryFrames: boolean;
  /** Ids of BioStar X: seconds, device and index in 30 digits. */
  longIds: boolean;
  /** Minutes that the server's zone is ahead of UTC; its own times are written so, and end in Z all the same. */
  serverZoneMinutes: number;
  /** A search without `limit` logs the session out, as one release did. */
  searchLogsOutOnMissingLimit: boolean;
  /** `orders` is not looked at: rows come as they happen to lie. */
  ordersUnsupported: boolean;
  /** `server_datetime` is no column here. */
  serverTimeUnsearchable: boolean;
  /** Rows of one answer at most, whatever is asked. */
  mostRows: number;
  /** A page of a proxy instead of JSON. */
  htmlErrors: boolean;
  scalarTypes: 'string' | 'native';
  /** So many users at once can be deleted. */
  deleteLimit: number;
  /** How long the answer to the first frame of a socket takes, ms. */
  bindDelayMs: number;
  /** Frames that carry no event go before each event. */
  strayFrames: boolean;
}

export const DEFAULT_SWITCHES: BioStarSwitches = {
  singleSessionPerAccount: true,
  sessionTtlMs: 0,
  fragmentFrames: false,
  binaryFrames: false,
  longIds: false,
  serverZoneMinutes: 0,
  searchLogsOutOnMissingLimit: true,
  ordersUnsupported: false,
  serverTimeUnsearchable: false,
  mostRows: 1000,
  htmlErrors: false,
  scalarTypes: 'string',
  deleteLimit: 1000,
  bindDelayMs: 0,
  strayFrames: false,
};
