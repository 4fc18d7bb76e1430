import type { QuarantinedRequest } from '../contract/index.ts';
import * as assignments from './assignments-write.ts';
import * as ends from './commands-end.ts';
import { sweepCommands } from './commands-lapse.ts';
import { queueCommands, retryCommand } from './commands-queue.ts';
import * as takes from './commands-take.ts';
import type { Database } from './database.ts';
import * as deliveries from './deliveries-write.ts';
import { keepOnlyEmployees, putEmployees, setCursor } from './employees.ts';
import type { KnownTerminals } from './known-terminals.ts';
import { claimLease, releaseLease } from './leases.ts';
import type { Refusal } from './failures.ts';
import type { PackedUpload } from './pack.ts';
import { clearMarks, mark } from './marks.ts';
import type { ParkedLimits } from './parked-room.ts';
import { setParkedState } from './parked-write.ts';
import { probe } from './probe.ts';
import { rowsOfColumns } from './punch-rows.ts';
import { clearPinNews } from './owners-write.ts';
import { quarantine, releaseQuarantine, type QuarantineLimits } from './quarantine-write.ts';
import { endPerson, putPerson } from './persons-write.ts';
import { applyRoster } from './roster-write.ts';
import { erasePin, reseal } from './seals.ts';
import { setSetting } from './settings.ts';
import { fanOut, upsertTarget } from './targets-write.ts';
import { nameTemplates } from './templates-name.ts';
import { changeTerminal, noteContacts, noteTerminal } from './terminals-write.ts';
import { uploadOfRow, type UploadRow } from './upload-row.ts';
import { commitUpload, dropStaleTransfers } from './uploads-write.ts';

/** What a store takes in at most of things that wait for a person. */
export interface Limits {
  readonly quarantine: QuarantineLimits;
  readonly parked: ParkedLimits;
}

/** Uploads keep what is remembered of terminals true; see `KnownTerminals`. */
export const isUpload = (name: OperationName): boolean => name === 'commitSmallUpload' || name === 'commitUpload';

/** Everything that writes, by name. Each runs in the writer thread, inside a transaction that it shares with others. */
export function operationsOf(limits: Limits, terminals: KnownTerminals) {
  return {
    commitUpload: (db: Database, { punches, ...rest }: PackedUpload) =>
      commitUpload(db, { ...rest, ...(punches && { punches: rowsOfColumns(punches) }) }, limits.parked, terminals),
    commitSmallUpload: (db: Database, row: UploadRow) => commitUpload(db, uploadOfRow(row), limits.parked, terminals),
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
    clearPinNews,
    setCursor,
    setSetting,
    queueCommands,
    takeCommands: takes.takeCommands,
    markSent: takes.markSent,
    releaseCommands: takes.releaseCommands,
    resendCommands: takes.resendCommands,
    failCommands: ends.failCommands,
    verifyCommands: ends.verifyCommands,
    cancelCommands: ends.cancelCommands,
    handOverCommand: ends.handOverCommand,
    retryCommand,
    sweepCommands,
    putPerson,
    endPerson,
    assign: assignments.assign,
    unassign: assignments.unassign,
    setAssignments: assignments.setAssignments,
    applyRoster,
    nameTemplates,
    erasePin,
    reseal,
    clearMarks,
    mark,
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
