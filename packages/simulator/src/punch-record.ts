import type { WallMs } from './wall-clock.ts';

/** One punch in the memory of a terminal. */
export interface PunchRecord {
  readonly serialNumber: string;
  readonly pin: string;
  readonly wallTime: string;
  readonly wall: WallMs;
  readonly state: number;
  readonly verify: number;
  readonly photo: Uint8Array | undefined;
  /** Set once the server has taken it; a full re-upload does not clear it. */
  isAcked: boolean;
}
