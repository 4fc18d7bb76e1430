export * from './quarantine.ts';
export { openTransferOf } from './transfer.ts';
export * from './upload.ts';
