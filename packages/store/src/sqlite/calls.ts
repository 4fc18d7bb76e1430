import type { Store } from '../contract/index.ts';
import type { Channel } from './channel.ts';
import * as commands from './commands-read.ts';
import type { Database } from './database.ts';
import * as deliveries from './deliveries-read.ts';
import * as employees from './employees.ts';
import * as kept from './kept-read.ts';
import { listMarks } from './marks.ts';
import { compact, packUpload } from './pack.ts';
import * as owners from './owners-read.ts';
import * as persons from './persons-read.ts';
import * as punches from './punches-read.ts';
import * as roster from './roster-read.ts';
import * as seals from './seals.ts';
import { listSettings } from './settings.ts';
import * as targets from './targets-read.ts';
import * as templates from './templates-read.ts';
import * as terminals from './terminals-read.ts';
import { unreadOf } from './unread.ts';
import { fitsRow, rowOfUpload } from './upload-row.ts';

/** Runs a read on the connection of this thread; what it throws becomes a rejection with one of our codes. */
export type Read = <T>(read: (db: Database) => T) => Promise<T>;

/** Writes go to the writer thread by name. */
const writes = (channel: Channel) =>
  ({
    commitUpload: (upload) =>
      fitsRow(upload)
        ? channel.call('commitSmallUpload', rowOfUpload(upload))
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
    clearPinNews: (upToId) => channel.call('clearPinNews', upToId),
    setCursor: (...args) => channel.call('setCursor', ...args),
    setSetting: (...args) => channel.call('setSetting', ...args),
    queueCommands: (...args) => channel.call('queueCommands', ...args),
    takeCommands: (...args) => channel.call('takeCommands', ...args),
    markSent: (...args) => channel.call('markSent', ...args),
    releaseCommands: (ids, _now, wait) => channel.call('releaseCommands', ids, wait),
    resendCommands: (ids) => channel.call('resendCommands', ids),
    failCommands: (...args) => channel.call('failCommands', ...args),
    verifyCommands: (...args) => channel.call('verifyCommands', ...args),
    cancelCommands: (...args) => channel.call('cancelCommands', ...args),
    handOverCommand: (...args) => channel.call('handOverCommand', ...args),
    retryCommand: (...args) => channel.call('retryCommand', ...args),
    sweepCommands: (now) => channel.call('sweepCommands', now),
    putPerson: (change, ...rest) => channel.call('putPerson', compact(change), ...rest),
    endPerson: (...args) => channel.call('endPerson', ...args),
    assign: (personId, serialNumbers, actor) => channel.call('assign', personId, serialNumbers, actor),
    unassign: (personId, serialNumbers, actor) => channel.call('unassign', personId, serialNumbers, actor),
    setAssignments: (personId, serialNumbers, actor) => channel.call('setAssignments', personId, serialNumbers, actor),
    applyRoster: (...args) => channel.call('applyRoster', ...args),
    nameTemplates: (...args) => channel.call('nameTemplates', ...args),
    erasePin: (pin, actor) => channel.call('erasePin', pin, actor),
    reseal: (rows) => channel.call('reseal', compact(rows)),
    clearMarks: (marks) => channel.call('clearMarks', marks),
    mark: (subjects) => channel.call('mark', subjects),
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
    parkedPins: (targetId, reason, limit) => read((db) => deliveries.parkedPins(db, targetId, reason, limit)),
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
    ownersOf: (...args) => read((db) => owners.ownersOf(db, ...args)),
    pinsOf: (...args) => read((db) => owners.pinsOf(db, ...args)),
    findPinTerminal: (serialNumber) => read((db) => owners.findPinTerminal(db, serialNumber)),
    listPinNews: (limit) => read((db) => owners.listPinNews(db, limit)),
    listSettings: () => read(listSettings),
    findPunch: (id) => read((db) => punches.findPunch(db, id)),
    findPunchesByPrefix: (...args) => read((db) => punches.findPunchesByPrefix(db, ...args)),
    listPunches: (filter) => read((db) => punches.listPunches(db, filter)),
    countPunchesSince: (...args) => read((db) => punches.countPunchesSince(db, ...args)),
    lastArrivalOf: (...args) => read((db) => punches.lastArrivalOf(db, ...args)),
    unreadOf: (...args) => read((db) => unreadOf(db, ...args)),
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
    findCommand: (id) => read((db) => commands.findCommand(db, id)),
    listCommands: (filter) => read((db) => commands.listCommands(db, filter)),
    terminalsWithCommands: (now) => read((db) => commands.terminalsWithCommands(db, now)),
    nextCommandAt: (now) => read((db) => commands.nextCommandAt(db, now)),
    countCommands: (serialNumber) => read((db) => commands.countCommands(db, serialNumber)),
    findPerson: (pin) => read((db) => persons.findPerson(db, pin)),
    getPerson: (id) => read((db) => persons.getPerson(db, id)),
    listPersons: (filter) => read((db) => persons.listPersons(db, filter)),
    findPassword: (personId) => read((db) => persons.findPassword(db, personId)),
    assignmentsOf: (personId) => read((db) => persons.assignmentsOf(db, personId)),
    templatesOf: (pin) => read((db) => templates.templatesOf(db, pin)),
    findTemplate: (id) => read((db) => templates.findTemplate(db, id)),
    photosOf: (pin) => read((db) => templates.photosOf(db, pin)),
    findPhoto: (id) => read((db) => templates.findPhoto(db, id)),
    listSealed: (...args) => read((db) => seals.listSealed(db, ...args)),
    sealCounts: () => read(seals.sealCounts),
    cellsOfPerson: (personId) => read((db) => roster.cellsOfPerson(db, personId)),
    cellsOfTerminal: (...args) => read((db) => roster.cellsOfTerminal(db, ...args)),
    findCell: (...args) => read((db) => roster.findCell(db, ...args)),
    strangersAt: (...args) => read((db) => roster.strangersAt(db, ...args)),
    rosterSummary: (filter) => read((db) => roster.rosterSummary(db, filter)),
    openRisks: (limit) => read((db) => roster.openRisks(db, limit)),
    listMarks: (limit) => read((db) => listMarks(db, limit)),
  }) satisfies Partial<Store>;

export const callsOf = (channel: Channel, read: Read): Omit<Store, 'close'> => ({ ...writes(channel), ...reads(read) });
