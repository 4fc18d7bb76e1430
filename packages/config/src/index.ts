export * from './errors.ts';
export * from './load.ts';
export * from './settings.ts';
export * from './show.ts';
export * from './run-time.ts';
