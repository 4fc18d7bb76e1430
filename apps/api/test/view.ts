import { asPin, asSerialNumber, punchIdOf, type LocalTime } from '@biolistener/core';
import type { Store, StoredPunch, Target, TerminalListing, TracedDelivery } from '@biolistener/store';
import type { StatusView } from '../src/status-page.ts';

export const NOW = Date.UTC(2026, 2, 9, 8, 35, 30);

/** Every way out of an element, an attribute, a script and a terminal's line that a name may try. */
export const HOSTILE = `<img src=x onerror="alert(1)">'"><script>alert(2)</script>&amp;`;

export const terminalOf = (with_: Partial<TerminalListing> = {}): TerminalListing => ({
  serialNumber: asSerialNumber('TEST0000001'),
  brand: 'zkteco',
  status: 'approved',
  zone: 'Asia/Kolkata',
  name: 'Gate 1',
  profile: {},
  stamps: {},
  firstSeenAt: NOW - 1000,
  lastContactAt: NOW,
  lastAddress: '192.0.2.10',
  clockDriftSeconds: 3,
  clockMeasuredAt: NOW,
  punches: 7,
  lastPunchAt: NOW,
  quarantined: 2,
  parked: 0,
  ...with_,
});

export const punchOf = (with_: Partial<StoredPunch> = {}): StoredPunch => ({
  id: punchIdOf('TEST0000001', ['4', 1]),
  serialNumber: asSerialNumber('TEST0000001'),
  brand: 'zkteco',
  pin: asPin('4711'),
  wallTime: '2026-03-09 14:05:00' as LocalTime,
  zone: 'Asia/Kolkata',
  instant: NOW,
  certainty: 'exact',
  state: 0,
  verifyMode: '1',
  workCode: undefined,
  claimedDirection: undefined,
  flags: [],
  extra: {},
  raw: Buffer.from('4711'),
  seq: 1,
  correlationId: 'c-1',
  remoteAddress: '192.0.2.10',
  operation: 'cdata/ATTLOG',
  receivedAt: NOW,
  storedAt: NOW,
  resends: 0,
  ...with_,
});

export const deliveryOf = (with_: Partial<TracedDelivery> = {}): TracedDelivery => ({
  targetId: 'site',
  punchId: punchOf().id,
  state: 'done',
  reason: undefined,
  detail: undefined,
  employee: 'HR-EMP-00004',
  logType: 'IN',
  logTypeSource: 'state',
  checkin: 'CHK-0001',
  attempts: 1,
  createdAt: NOW,
  queuedAt: NOW,
  nextAt: NOW,
  doneAt: NOW,
  trail: [],
  ...with_,
});

export const targetOf = (with_: Partial<Target> = {}): Target => ({
  id: 'site',
  kind: 'sandbox',
  url: 'http://127.0.0.1:8997',
  label: 'sandbox',
  capabilities: {},
  isActive: true,
  ...with_,
});

export const COUNTS = {
  punches: 0,
  terminals: { pending: 0, approved: 0, blocked: 0 },
  parkedPieces: 0,
  quarantined: 0,
  templates: 0,
  photos: 0,
  users: 0,
};

export const DELIVERIES = { waiting: 0, queued: 0, done: 0, parked: 0, skipped: 0 };

export const viewOf = (with_: Partial<StatusView> = {}): StatusView => ({
  now: NOW,
  health: { status: 'ok', isReady: true, parts: [] },
  counts: COUNTS,
  target: undefined,
  terminals: [],
  punches: [],
  ...with_,
});

/** A store that holds nothing, as far as the status page asks it. */
export const emptyStore = (own: Partial<Store> = {}): Store =>
  ({
    counts: () => Promise.resolve(COUNTS),
    listTargets: () => Promise.resolve([]),
    listTerminals: () => Promise.resolve([]),
    listPunches: () => Promise.resolve([]),
    tracePunch: () => Promise.resolve([]),
    deliveryCounts: () => Promise.resolve({ ...DELIVERIES, oldestUndoneAt: undefined, notFannedOut: 0 }),
    ...own,
  }) as Partial<Store> as Store; // the page asks for nothing else, and a test that did would fail loudly

/** The words that a person sees, without tags. */
export const wordsOf = (page: string): string =>
  page
    .replace(/<style>[^]*?<\/style>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
