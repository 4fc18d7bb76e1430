import type { Settings } from '@biolistener/config';
import type { Limits } from './deps.ts';
import { createGate, createRateLimiter } from './limits.ts';

const MiB = 1024 * 1024;
const BURST_SECONDS = 20;

export function limitsOf(settings: Settings): Limits {
  return {
    addressRate: createRateLimiter(
      settings.addressRequestsPerSecond,
      settings.addressRequestsPerSecond * BURST_SECONDS,
    ),
    terminalRate: createRateLimiter(settings.requestsPerSecond, settings.requestsPerSecond * BURST_SECONDS),
    terminalSlots: createGate(settings.concurrentPerTerminal, Number.POSITIVE_INFINITY),
    bodyBytes: createGate(addressShare(settings) * MiB, settings.inFlightMiB * MiB),
    maxBodyBytes: settings.maxBodyMiB * MiB,
    bodyTimeoutMs: settings.bodyTimeoutSeconds * 1000,
  };
}

/** One address must not use up the room of all, and must still be able to send the largest request that is allowed. */
const addressShare = ({ inFlightMiB, maxBodyMiB }: Settings): number => Math.max(inFlightMiB / 4, maxBodyMiB);
