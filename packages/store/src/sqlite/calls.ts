import type { Store } from '../contract/index.ts';
import type { Channel } from './channel.ts';
import * as commands from './commands-read.ts';
import type { Database } from './database.ts';
import * as deliveries from './deliveries-read.ts';
import * as employees from './employees.ts';
import * as kept from './kept-read.ts';
import { compact, fitsText, packUpload, textOfUpload } from './pack.ts';
import * as punches from './punches-read.ts';
import { listSettings } from './settings.ts';
import * as targets from './targets-read.ts';
import * as terminals from './terminals-read.ts';

/** Runs a read on the connection of this thread; what it throws becomes a rejection with one of our codes. */
export type Read = <T>(read: (db: Database) => T) => Promise<T>;

/** Writes go to the writer thread by name. */
const writes = (channel: Channel) =>
  ({
    commitUpload: (upload) =>
      fitsText(upload)
        ? channel.call('commitUploadText', textOfUpload(upload))
        : channel.call('commitUpload', packUpload(upload)),
    dropStaleTransfers: (before) => channel.call('dropStaleTransfers', before),
    quarantine: (request) => channel.call('quarantine', compact(request)),
    releaseQuarantine: (ids) => channel.call('releaseQuarantine', ids),
    noteTerminal: (seen) => channel.call('noteTerminal', seen),
    noteContacts: (contacts) => channel.call('noteContacts', contacts),
    changeTerminal: (...args) => channel.call('changeTerminal', ...args),
    setParkedState: (...args) => channel.call('setParkedState', ...args),
    upsertTarget: (target) => channel.call('upsertTarget', target),
    fanOut: (...args) => channel.call('fanOut', ...args),
    markQueued: (...args) => channel.call('markQueued', ...args),
    requeueAll: (targetId) => channel.call('requeueAll', targetId),
    decide: (...args) => channel.call('decide', ...args),
    finishDelivery: (...args) => channel.call('finishDelivery', ...args),
    parkDelivery: (...args) => channel.call('parkDelivery', ...args),
    postponeDelivery: (...args) => channel.call('postponeDelivery', ...args),
    unpark: (...args) => channel.call('unpark', ...args),
    discardDelivery: (...args) => channel.call('discardDelivery', ...args),
    replay: (...args) => channel.call('replay', ...args),
    putEmployees: (...args) => channel.call('putEmployees', ...args),
    keepOnlyEmployees: (...args) => channel.call('keepOnlyEmployees', ...args),
    setCursor: (...args) => channel.call('setCursor', ...args),
    setSetting: (...args) => channel.call('setSetting', ...args),
    queueCommand: (...args) => channel.call('queueCommand', ...args),
    takeCommands: (...args) => channel.call('takeCommands', ...args),
    claimLease: (...args) => channel.call('claimLease', ...args),
    releaseLease: (...args) => channel.call('releaseLease', ...args),
    probe: () => channel.call('probe'),
  }) satisfies Partial<Store>;

/** Reads run at once in the calling thread; they see every commit that was answered before. */
const reads = (read: Read) =>
  ({
    findTransfer: (serialNumber, key) => read((db) => kept.findTransfer(db, serialNumber, key)),
    listQuarantine: (serialNumber, limit) => read((db) => kept.listQuarantine(db, serialNumber, limit)),
    allTerminals: () => read(terminals.allTerminals),
    listTerminals: (filter) => read((db) => terminals.listTerminals(db, filter.status)),
    findTerminal: (serialNumber) => read((db) => terminals.findTerminal(db, serialNumber)),
    terminalsWithQuarantine: () => read(terminals.terminalsWithQuarantine),
    revision: () => read(terminals.revision),
    listAudit: (filter) => read((db) => terminals.listAudit(db, filter.subject, filter.limit)),
    listTargets: () => read(targets.listTargets),
    deliveryCounts: (targetId) => read((db) => targets.deliveryCounts(db, targetId)),
    dueDeliveries: (...args) => read((db) => deliveries.dueDeliveries(db, ...args)),
    staleQueued: (...args) => read((db) => deliveries.staleQueued(db, ...args)),
    loadDelivery: (...args) => read((db) => deliveries.loadDelivery(db, ...args)),
    lane: (...args) => read((db) => deliveries.lane(db, ...args)),
    lastDecision: (...args) => read((db) => deliveries.lastDecision(db, ...args)),
    listDeliveries: (punchId) => read((db) => deliveries.listDeliveries(db, punchId)),
    listAttempts: (...args) => read((db) => deliveries.listAttempts(db, ...args)),
    deliveredUpTo: (...args) => read((db) => deliveries.deliveredUpTo(db, ...args)),
    findEmployees: (...args) => read((db) => employees.findEmployees(db, ...args)),
    countEmployees: (targetId) => read((db) => employees.countEmployees(db, targetId)),
    getCursor: (name) => read((db) => employees.getCursor(db, name)),
    listSettings: () => read(listSettings),
    findPunch: (id) => read((db) => punches.findPunch(db, id)),
    findPunchesByPrefix: (...args) => read((db) => punches.findPunchesByPrefix(db, ...args)),
    listPunches: (filter) => read((db) => punches.listPunches(db, filter)),
    tracePunch: (id) =>
      read((db) =>
        deliveries
          .listDeliveries(db, id)
          .map((delivery) => ({ ...delivery, trail: deliveries.listAttempts(db, delivery.targetId, id) })),
      ),
    listParked: (filter) => read((db) => kept.listParked(db, filter)),
    findParked: (id) => read((db) => kept.findParked(db, id)),
    listOperations: (filter) => read((db) => kept.listOperations(db, filter)),
    counts: () => read(kept.counts),
    listCommands: (serialNumber) => read((db) => commands.listCommands(db, serialNumber)),
    terminalsWithCommands: () => read(commands.terminalsWithCommands),
  }) satisfies Partial<Store>;

export const callsOf = (channel: Channel, read: Read): Omit<Store, 'close'> => ({ ...writes(channel), ...reads(read) });
