export * from './health.ts';
export * from './log.ts';
export * from './metrics.ts';
export type { Spread, Tally } from './tally.ts';
