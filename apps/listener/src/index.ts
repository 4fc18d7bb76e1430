export * from './errors.ts';
export { openQuarantined, unpackRequest } from './quarantine.ts';
export { startListener, type ListenerOptions, type RunningListener } from './start.ts';
