import type { JsonObject, Terminal } from '@biolistener/core';
import { LARGEST_CHUNK, TCP_READ, UDP_READ, type ReadOptions, type Transport } from '@biolistener/brands/zk-tcp';
import { STANDARD_PORT } from '@biolistener/pull';

/** Where a terminal is called, and how often; what a person says in its options (docs/pull.md#options). */
export interface PullSettings {
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  readonly read: ReadOptions;
  /** Between two periodic reads. */
  readonly everyMs: number;
  /** After so long the whole log is read, whatever the counters say. */
  readonly wholeEveryMs: number;
  /** Keeps the connection, to hear of punches at once and to carry commands without waiting. */
  readonly isLive: boolean;
  /** All limits of time are multiplied by it. */
  readonly patience: number;
}

/** Brands whose terminals can be called: one that pushes may be read as well, to find what it did not push. */
const CALLED_BRANDS: readonly string[] = ['zk-tcp', 'zkteco'];

const numberIn = (options: JsonObject, name: string, standard: number, least: number): number => {
  const value = options[name];
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(least, value) : standard;
};

/** Undefined: it is not called: nobody approved it, it has no zone or no address. */
export function pullSettingsOf({ brand, status, zone, options = {} }: Terminal): PullSettings | undefined {
  const host = options['address'];
  const isMine = status === 'approved' && zone !== undefined && CALLED_BRANDS.includes(brand);
  if (!isMine || typeof host !== 'string' || host === '') return undefined;
  const transport = options['transport'] === 'udp' ? 'udp' : 'tcp';
  const standard = transport === 'udp' ? UDP_READ : TCP_READ;
  return {
    host,
    port: numberIn(options, 'port', STANDARD_PORT, 1),
    transport,
    read: {
      ...standard,
      chunkBytes: Math.min(LARGEST_CHUNK, Math.floor(numberIn(options, 'chunkBytes', standard.chunkBytes, 1024))),
    },
    everyMs: numberIn(options, 'pullEverySeconds', 300, 1) * 1000,
    wholeEveryMs: numberIn(options, 'pullWholeEveryHours', 6, 0) * 3_600_000,
    isLive: options['live'] !== false,
    patience: Math.min(20, numberIn(options, 'patience', 1, 0.01)),
  };
}
