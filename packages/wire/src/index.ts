export type * from './brand.ts';
export * from './command-draft.ts';
export * from './http.ts';
export * from './long-numbers.ts';
export * from './text.ts';
export type * from './roster.ts';
export * from './socket.ts';
