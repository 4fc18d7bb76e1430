import { claimLane, type Redis } from '@biolistener/queue';
import type { Claim } from '@biolistener/roster';

const LANES = 'roster';

/**
 * One planner per PIN over all processes. With Redis away nobody can say; then two may plan the same, which the store and the
 * terminals bear: equal commands are one, and writing a record twice changes nothing.
 */
export const claimPins =
  (redis: Redis) =>
  async (pins: readonly string[]): Promise<Claim> => {
    const claims = await Promise.all(pins.map(async (pin) => ({ pin, claim: await claimLane(redis, LANES, pin) })));
    return {
      held: new Set(claims.filter(({ claim }) => claim.kind !== 'busy').map(({ pin }) => pin)),
      release: async () => {
        await Promise.all(claims.flatMap(({ claim }) => (claim.kind === 'held' ? [claim.release()] : [])));
      },
    };
  };
