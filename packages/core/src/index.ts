export * from './command.ts';
export * from './enrolment.ts';
export * from './errors.ts';
export * from './ids.ts';
export type * from './json.ts';
export * from './log-type.ts';
export * from './punch.ts';
export type * from './terminal.ts';
export * from './time.ts';
