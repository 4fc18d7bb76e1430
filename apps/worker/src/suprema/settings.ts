import type { ZoneName } from '@biolistener/core';

/** Where the BioStar server is and who we are there. */
export interface SupremaServer {
  /** `https://host[:port]`, without a path. */
  readonly url: string;
  readonly login: string;
  readonly password: string;
  /** SHA-256 of the certificate, hex: for servers that signed it themselves. */
  readonly pin?: string | undefined;
  /** PEM of the authority that signed it. */
  readonly ca?: string | undefined;
  /** The name in the certificate, where it is not the host of the URL. */
  readonly serverName?: string | undefined;
  /** The zone that the server is set to: its own times are written in it. */
  readonly zone: ZoneName;
  /** How far back the first reading goes. */
  readonly firstDays: number;
}

/** How often, in ms. Tests hurry. */
export interface SupremaPace {
  readonly requestMs: number;
  /** Calls that wait for somebody at a device. */
  readonly scanMs: number;
  readonly faceScanMs: number;
  readonly roundMs: number;
  readonly devicesMs: number;
  readonly commandsMs: number;
  readonly pingMs: number;
  /** How often events are asked for again on a session that may have ended in silence. */
  readonly restartMs: number;
  /** Each step until the socket is live. */
  readonly stepMs: number;
  /** Silence on the socket that is believed, while a search finds nothing new. */
  readonly muteMs: number;
  readonly reconnectMs: readonly number[];
  /** A refused login is not tried again for so long: accounts get locked. */
  readonly loginAgainMs: number;
  /** Everything of the last eight days is read once more. */
  readonly rereadMs: number;
  /** Where the server cannot search its own time: how often the last two days are read. */
  readonly wideMs: number;
  /** How often the right to talk to the server is renewed, or asked for by another process. */
  readonly leaseMs: number;
}

/** protocols/suprema.md §2, §5, §6.3, §7a, S2. */
export const PACE: SupremaPace = {
  requestMs: 20_000,
  scanMs: 30_000,
  faceScanMs: 70_000,
  roundMs: 60_000,
  devicesMs: 60_000,
  commandsMs: 1_000,
  pingMs: 10_000,
  restartMs: 60_000,
  stepMs: 10_000,
  muteMs: 600_000,
  reconnectMs: [1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  loginAgainMs: 60_000,
  rereadMs: 86_400_000,
  wideMs: 600_000,
  leaseMs: 10_000,
};
