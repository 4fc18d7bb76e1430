export * from './delivery-queue.ts';
export * from './errors.ts';
export * from './jobs.ts';
export * from './lane-lock.ts';
export * from './nudge.ts';
export * from './redis.ts';
export * from './relay.ts';
