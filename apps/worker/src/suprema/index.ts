import type { SupremaDeps } from './deps.ts';
import { SupremaPeer, type SupremaStatus } from './peer.ts';

export { BioStarApi } from './api.ts';
export { listDevices } from './calls.ts';
export type { SupremaDeps } from './deps.ts';
export type { SupremaStatus } from './peer.ts';
export { bodyOf } from './refused.ts';
export { PACE as SUPREMA_PACE, type SupremaPace, type SupremaServer } from './settings.ts';
export { normalPin, readCertificate, type SeenCertificate } from './tls.ts';

export interface RunningSuprema {
  stop(): Promise<void>;
  status(): SupremaStatus;
}

/** Starts talking to a BioStar server. Comes back at once, also while the server is away: it waits for it by itself. */
export function startSuprema(deps: SupremaDeps): RunningSuprema {
  const peer = new SupremaPeer(deps);
  peer.start();
  return peer;
}
