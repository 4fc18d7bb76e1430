export * from './attendance-read.ts';
export * from './connection.ts';
export * from './diagnose.ts';
export type { Address } from './link.ts';
export * from './names.ts';
