export * from './commands.ts';
export type * from './deps.ts';
export * from './erase.ts';
export * from './find.ts';
export * from './masked.ts';
export * from './people.ts';
export * from './roster.ts';
