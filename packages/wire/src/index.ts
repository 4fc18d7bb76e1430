export type * from './brand.ts';
export * from './http.ts';
export * from './text.ts';
