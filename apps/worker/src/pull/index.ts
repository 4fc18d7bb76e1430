export type { PullDeps } from './deps.ts';
export { pullSettingsOf } from './address.ts';
export type { KeeperStatus, PullState } from './keeper.ts';
export { PullProcess, type PullStatus } from './pull-process.ts';
