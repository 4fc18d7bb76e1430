export * from './errors.ts';
export * from './keyring.ts';
export * from './vault.ts';
