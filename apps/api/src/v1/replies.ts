import type { Terminal } from '@biolistener/core';
import type {
  Person,
  PhotoHead,
  RosterCell,
  StoredCommand,
  StoredPunch,
  Target,
  TemplateHead,
  TerminalListing,
  TracedDelivery,
} from '@biolistener/store';
import { masked } from './work/masked.ts';

/** What leaves the service, field by field: nothing is passed on because it happens to be there. */
export const iso = (at: number): string => new Date(at).toISOString();
export const maybeIso = (at: number | undefined): string | null => (at === undefined || at === 0 ? null : iso(at));

export const terminalReply = (one: Terminal & Partial<TerminalListing>) => ({
  serialNumber: one.serialNumber,
  name: one.name ?? null,
  brand: one.brand,
  status: one.status,
  place: one.place ?? null,
  zone: one.zone ?? null,
  role: one.role ?? null,
  deviceId: one.deviceId ?? null,
  isSyncOff: one.isSyncOff === true,
  firstSeenAt: maybeIso(one.firstSeenAt),
  lastContactAt: maybeIso(one.lastContactAt),
  clockDriftSeconds: one.clockDriftSeconds ?? null,
  punches: one.punches ?? 0,
  lastPunchAt: maybeIso(one.lastPunchAt),
  quarantined: one.quarantined ?? 0,
  unread: one.parked ?? 0,
});

export const terminalDetailsReply = (one: TerminalListing, commands: readonly string[]) => ({
  ...terminalReply(one),
  stateMap: one.stateMap ?? null,
  options: masked(one.options ?? {}),
  profile: masked(one.profile),
  commands,
});

export const userReply = (one: Person) => ({
  id: one.id,
  pin: one.pin,
  name: one.name ?? null,
  employee: one.employee ?? null,
  hasCard: one.card !== undefined,
  hasPassword: one.hasPassword,
  isAdministrator: one.isAdministrator,
  isEverywhere: one.isEverywhere,
  validFrom: one.validFrom ?? null,
  validTo: one.validTo ?? null,
  state: one.state,
  origin: one.origin,
  changedAt: iso(one.changedAt),
});

export const cellReply = ({ terminal, person, isWanted, items, seen }: RosterCell) => ({
  serialNumber: terminal.serialNumber,
  pin: person.pin,
  personId: person.id,
  isWanted,
  records: items.map(({ key, state, attempts, reason, detail, readBackAt }) => ({
    key,
    state,
    attempts,
    reason: reason ?? null,
    detail: detail ?? null,
    readBackAt: maybeIso(readBackAt),
  })),
  seenAt: maybeIso(seen?.seenAt),
});

export const templateReply = (one: TemplateHead) => ({
  id: one.id,
  what: one.kind,
  no: one.no,
  index: one.index,
  algorithm: one.algorithm,
  version: one.version,
  size: one.size,
  serialNumber: one.serialNumber,
  enrolledAt: iso(one.receivedAt),
  seenAt: iso(one.seenAt),
});

export const photoReply = (one: PhotoHead) => ({
  id: one.id,
  what: 'picture',
  no: null,
  index: null,
  algorithm: null,
  version: null,
  size: one.size,
  serialNumber: one.serialNumber,
  enrolledAt: iso(one.receivedAt),
  seenAt: iso(one.seenAt),
});

export const commandReply = (one: StoredCommand) => ({
  id: one.id,
  serialNumber: one.serialNumber,
  kind: one.kind,
  // nobody here understands the words of a raw command, so nobody can tell what in them is a secret
  parameters: one.kind === 'raw' ? {} : masked(one.parameters),
  pin: one.pin ?? null,
  state: one.state,
  origin: one.origin,
  askedBy: one.askedBy,
  attempts: one.attempts,
  maxAttempts: one.maxAttempts,
  reason: one.reason ?? null,
  detail: one.detail ?? null,
  resultCode: one.resultCode ?? null,
  resultInfo: masked(one.resultInfo),
  proof: one.proof ?? null,
  createdAt: iso(one.createdAt),
  deadline: iso(one.deadline),
  sentAt: maybeIso(one.sentAt),
  answeredAt: maybeIso(one.answeredAt),
  closedAt: maybeIso(one.closedAt),
});

export const punchReply = (one: StoredPunch) => ({
  id: one.id,
  pin: one.pin,
  serialNumber: one.serialNumber,
  wallTime: one.wallTime,
  zone: one.zone,
  at: iso(one.instant),
  state: one.state ?? null,
  verifyMode: one.verifyMode ?? null,
  flags: one.flags,
  receivedAt: iso(one.receivedAt),
  resends: one.resends,
});

export const punchTraceReply = (
  one: StoredPunch,
  deliveries: readonly TracedDelivery[],
  targets: readonly Target[],
) => ({
  ...punchReply(one),
  storedAt: iso(one.storedAt),
  correlationId: one.correlationId,
  deliveries: deliveries.map((delivery) => ({
    target: targets.find(({ id }) => id === delivery.targetId)?.url ?? delivery.targetId,
    state: delivery.state,
    reason: delivery.reason ?? null,
    detail: delivery.detail ?? null,
    employee: delivery.employee ?? null,
    logType: delivery.logType ?? null,
    checkin: delivery.checkin ?? null,
    doneAt: maybeIso(delivery.doneAt),
    trail: delivery.trail.map(({ at, ms, outcome, status, detail }) => ({
      at: iso(at),
      ms,
      outcome,
      status: status ?? null,
      detail,
    })),
  })),
});
