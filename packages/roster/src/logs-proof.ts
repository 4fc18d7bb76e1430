import type { Instant, JsonObject, SerialNumber } from '@biolistener/core';
import type {
  CommandStore,
  DeliveryStore,
  QueryStore,
  StoredCommand,
  TerminalListing,
  TerminalStore,
} from '@biolistener/store';

export type LogsProofStore = Pick<TerminalStore, 'findTerminal'> &
  Pick<DeliveryStore, 'listTargets' | 'deliveryCounts'> &
  Pick<QueryStore, 'listPunches' | 'listParked' | 'countPunchesSince'> &
  Pick<CommandStore, 'listCommands'>;

/** `missing`: one sentence for each thing that is not proven. */
export type LogsProof = { readonly isProven: true } | { readonly isProven: false; readonly missing: readonly string[] };

/** Where the brands keep how many records a terminal says that it has: of its profile, its options, its counters. */
const COUNT_KEYS = ['attendanceRecords', 'TransactionCount', 'logcount', 'totallogcount', 'log'];

const partsOf = (profile: JsonObject): JsonObject[] =>
  [profile, profile['options'], profile['counters'], profile['used']].filter(
    (part): part is JsonObject => typeof part === 'object' && part !== null && !Array.isArray(part),
  );

/** Undefined: the terminal did not tell. The highest of several: clearing too late harms nobody. */
export function recordCountOf(profile: JsonObject): number | undefined {
  const counts = partsOf(profile)
    .flatMap((part) => COUNT_KEYS.map((key) => Number(part[key] ?? Number.NaN)))
    .filter((count) => Number.isInteger(count) && count >= 0);
  return counts.length === 0 ? undefined : Math.max(...counts);
}

const MOST_CLEARINGS = 10_000;
/** Without an answer nobody knows when a terminal did what it was given. */
const UNANSWERED_MS = 3_600_000;

/** Only what the terminal surely did not do is left out: its codec refused it, or whoever carried it out says so. */
function mayHaveCleared({
  attempts,
  state,
  parameters,
  reason,
  sentAt,
  answeredAt,
  resultInfo,
}: StoredCommand): boolean {
  if (attempts === 0 || parameters['what'] === 'photos' || resultInfo['isUntouched'] === true) return false;
  const isUnwritten = state === 'failed' && reason !== 'silent' && sentAt === undefined && answeredAt === undefined;
  return !isUnwritten;
}

/** Until when it may have been carried out. A refusal counts as well: some terminals clear and say no. */
function mayHaveClearedUntil({ answeredAt, closedAt, resultInfo }: StoredCommand): Instant {
  if (closedAt === undefined) return answeredAt ?? Infinity;
  const { at: late = 0 } = (resultInfo['late'] ?? {}) as { readonly at?: Instant }; // the store writes it
  return Math.max(closedAt, late, answeredAt ?? closedAt + UNANSWERED_MS);
}

/** What was here before the log may have been cleared says nothing about what it holds now. Undefined: never cleared from here. */
async function lastClearedAt(
  store: LogsProofStore,
  serialNumber: SerialNumber,
  except: readonly string[],
): Promise<Instant | undefined> {
  const asked = await store.listCommands({ serialNumber, kind: 'logs.clear', limit: MOST_CLEARINGS });
  const times = asked
    .filter((command) => !except.includes(command.id) && mayHaveCleared(command))
    .map(mayHaveClearedUntil);
  return times.length === 0 ? undefined : Math.max(...times);
}

async function hereSinceCleared(
  store: LogsProofStore,
  { serialNumber, punches }: TerminalListing,
  except: readonly string[],
): Promise<number> {
  const clearedAt = await lastClearedAt(store, serialNumber, except);
  if (clearedAt === undefined) return punches;
  return clearedAt === Infinity ? 0 : store.countPunchesSince(serialNumber, clearedAt);
}

export interface ProofOptions {
  /** What the terminal says of itself, where that is newer than what the store has. */
  readonly profile?: JsonObject;
  /** Clearings that are about to leave, and wait for this proof. */
  readonly except?: readonly string[];
}

const UNDONE = ['waiting', 'queued', 'parked'];

/**
 * Whether every log of a terminal surely is where it belongs, so that the terminal may forget it: each punch delivered to each
 * active site, nothing of it parked or in quarantine, and not fewer punches here since the last clearing than the terminal counts.
 * A terminal that does not tell its count proves nothing.
 */
export async function logsProvenDelivered(
  store: LogsProofStore,
  serialNumber: SerialNumber,
  { profile, except = [] }: ProofOptions = {},
): Promise<LogsProof> {
  const terminal = await store.findTerminal(serialNumber);
  if (!terminal) return { isProven: false, missing: [`The terminal ${serialNumber} is not known.`] };
  const missing: string[] = [];
  if (terminal.quarantined > 0) missing.push(`${terminal.quarantined} of its requests are in quarantine.`);
  const unread = await Promise.all(
    (['parked', 'retry'] as const).map((state) => store.listParked({ serialNumber, state, limit: 1 })),
  );
  if (unread.some((pieces) => pieces.length > 0)) missing.push('Pieces that it sent could not be read and are parked.');
  missing.push(...(await undelivered(store, serialNumber)));
  const counted = recordCountOf(profile ?? terminal.profile);
  const here = await hereSinceCleared(store, terminal, except);
  if (counted === undefined)
    missing.push('The terminal has not told how many records it holds; `biolistener command send … info` asks it.');
  else if (counted > here) missing.push(`The terminal counts ${counted} records, ${here} of them are here.`);
  return missing.length === 0 ? { isProven: true } : { isProven: false, missing };
}

async function undelivered(store: LogsProofStore, serialNumber: SerialNumber): Promise<string[]> {
  const targets = (await store.listTargets()).filter((target) => target.isActive);
  if (targets.length === 0) return ['No ERPNext site is set, so nothing is delivered.'];
  const missing: string[] = [];
  for (const { id, label } of targets) {
    const undone = await store.listPunches({ serialNumber, targetId: id, states: UNDONE, limit: 1 });
    if (undone.length > 0) missing.push(`Some of its punches are not delivered to ${label}, or are parked.`);
    // of all terminals, but a punch that no site was thought of yet is soon over, and clearing can wait for that
    const { notFannedOut } = await store.deliveryCounts(id);
    if (notFannedOut > 0) missing.push(`Punches are just being made ready for ${label}; ask again in a moment.`);
  }
  return missing;
}
