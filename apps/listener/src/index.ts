export * from './errors.ts';
export { startListener, type ListenerOptions, type RunningListener } from './start.ts';
