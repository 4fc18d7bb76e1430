import type { QuarantinedRequest } from '../contract/index.ts';
import { queueCommand, takeCommands } from './commands-write.ts';
import type { Database } from './database.ts';
import * as deliveries from './deliveries-write.ts';
import { keepOnlyEmployees, putEmployees, setCursor } from './employees.ts';
import { claimLease, releaseLease } from './leases.ts';
import type { Refusal } from './failures.ts';
import { uploadOfText, type PackedUpload } from './pack.ts';
import type { ParkedLimits } from './parked-room.ts';
import { setParkedState } from './parked-write.ts';
import { probe } from './probe.ts';
import { quarantine, releaseQuarantine, type QuarantineLimits } from './quarantine-write.ts';
import { setSetting } from './settings.ts';
import { fanOut, upsertTarget } from './targets-write.ts';
import { changeTerminal, noteContacts, noteTerminal } from './terminals-write.ts';
import { commitUpload, dropStaleTransfers } from './uploads-write.ts';

/** What a store takes in at most of things that wait for a person. */
export interface Limits {
  readonly quarantine: QuarantineLimits;
  readonly parked: ParkedLimits;
}

/** Everything that writes, by name. Each runs in the writer thread, inside a transaction that it shares with others. */
export function operationsOf(limits: Limits) {
  return {
    commitUpload: (db: Database, upload: PackedUpload) => commitUpload(db, upload, limits.parked),
    commitUploadText: (db: Database, text: string) => commitUpload(db, uploadOfText(text), limits.parked),
    dropStaleTransfers,
    quarantine: (db: Database, request: QuarantinedRequest) => quarantine(db, request, limits.quarantine),
    releaseQuarantine,
    noteTerminal,
    noteContacts,
    changeTerminal,
    setParkedState,
    upsertTarget,
    fanOut,
    markQueued: deliveries.markQueued,
    requeueAll: deliveries.requeueAll,
    decide: deliveries.decide,
    finishDelivery: deliveries.finishDelivery,
    parkDelivery: deliveries.parkDelivery,
    postponeDelivery: deliveries.postponeDelivery,
    unpark: deliveries.unpark,
    discardDelivery: deliveries.discardDelivery,
    replay: deliveries.replay,
    putEmployees,
    keepOnlyEmployees,
    setCursor,
    setSetting,
    queueCommand,
    takeCommands,
    claimLease,
    releaseLease,
    probe,
  };
}

export type Operations = ReturnType<typeof operationsOf>;
export type OperationName = keyof Operations;

type Rest<F> = F extends (db: Database, ...args: infer A) => unknown ? A : never;
export type ArgumentsOf<K extends OperationName> = Rest<Operations[K]>;
export type ResultOf<K extends OperationName> = Exclude<ReturnType<Operations[K]>, Refusal>;
