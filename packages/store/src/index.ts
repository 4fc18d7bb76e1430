export type * from './contract/index.ts';
export * from './errors.ts';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open.ts';
