export * from './attendance-record.ts';
export { CODE, EVENT, TABLE, type TableName } from './codes.ts';
export { ask, TerminalRefusal, WITHIN, type Dialog, type Step } from './dialog.ts';
export { zkTcpErrors, type ZkTcpReason } from './errors.ts';
export { decodeLivePunch, type LivePunch } from './event.ts';
export { decodeBody, encodeFrame, FrameReader, MAX_FRAME, nextReply, type Frame, type Transport } from './frame.ts';
export type { FreeSizes } from './options.ts';
export * from './people.ts';
export * from './read-table.ts';
export * from './session.ts';
export { slotFor, slotNews } from './slots.ts';
export type { TemplateRecord } from './template-record.ts';
export type { UserLayout, UserRecord } from './user-record.ts';
export { zkTcp } from './brand.ts';
export { converse, tellPeople, type Conversed, type ConverseContext } from './converse.ts';
export { ownerlessId } from './decode.ts';
export { userLayoutFor } from './fitness.ts';
export { profileOf } from './profile.ts';
export {
  highestSlotOf,
  isSlotLayout,
  resolveSlots,
  RESOLVED_BYTES,
  tableInput,
  type ResolvedLayout,
} from './table-input.ts';
