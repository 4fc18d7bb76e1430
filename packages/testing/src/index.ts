export * from './redis-contents.ts';
export * from './secret-scan.ts';
