export * from './errors.ts';
export { OPS_ROUTES, type OpsOptions, type RunningServer } from './ops-server.ts';
export { startApi, startOps, type ApiOptions } from './start.ts';
