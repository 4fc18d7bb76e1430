export * from './contract/index.ts';
export * from './errors.ts';
export { pinFormOf, pinOwnerAt, type OwnedPunch, type OwnersAt, type PinOwner } from './pin-owner-at.ts';
export { copySqliteStore, type StoreCopy } from './sqlite/backup.ts';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open.ts';
