import type { SerialNumber } from '@biolistener/core';
import type { Arrival } from '@biolistener/intake';
import type { Metrics } from '@biolistener/telemetry';
import type { Brand, Identity, Outcome, WireInput, WireOutput } from '@biolistener/wire';
import { randomBytes } from 'node:crypto';
import type { ListenerDeps } from './deps.ts';
import type { Entry } from './registry.ts';
import { wordOf } from './sent-words.ts';

/** A request whose brand and terminal are known. */
export interface Request {
  readonly input: WireInput;
  readonly brand: Brand;
  readonly identity: Identity;
  readonly serialNumber: SerialNumber;
}

export function reply(request: Request, entry: Entry | undefined, outcome: Outcome, deps: ListenerDeps): WireOutput {
  const { input, brand, identity } = request;
  counterOf(deps.metrics, brand.name, identity.operation, outcome.kind).inc();
  return brand.answer(outcome, { input, identity, now: deps.now(), terminal: entry?.terminal });
}

/** More different operations than the documents know are somebody's inventions: they share one label. */
const MOST_LABELS = 400;
const counters = new WeakMap<Metrics, Map<string, { inc(): void }>>();

/** Finding a counter by its labels costs more than counting, and this runs for every poll. */
function counterOf(metrics: Metrics, brand: string, operation: string, outcome: string): { inc(): void } {
  const known = counters.get(metrics) ?? new Map<string, { inc(): void }>();
  if (known.size === 0) counters.set(metrics, known);
  const key = `${brand}|${operation}|${outcome}`;
  const found = known.get(key);
  if (found) return found;
  const label = known.size < MOST_LABELS ? labelOf(operation) : 'unknown';
  const counter = metrics.requests.labels({ brand, operation: label, outcome });
  if (known.size < MOST_LABELS) known.set(key, counter);
  return counter;
}

/** Words that a terminal made up stay out of metric labels. */
const labelOf = (operation: string): string =>
  /^[\w./-]{1,40}$/.test(operation) && !operation.startsWith('unknown') ? operation : 'unknown';

export function arrivalOf(
  request: Request,
  entry: Pick<Entry, 'terminal' | 'words'>,
  deps: Pick<ListenerDeps, 'now'>,
): Arrival {
  return {
    correlationId: newCorrelationId(),
    terminal: entry.terminal,
    identity: request.identity,
    head: request.input,
    receivedAt: deps.now(),
    ...(entry.words === undefined ? {} : { wordOf: wordOf(entry) }),
  };
}

let counter = 0;
const processTag = randomBytes(4).toString('hex');
/** Unique, short, and ordered within a process; ties log lines, punches and attempts together. */
const newCorrelationId = (): string => `${processTag}-${(++counter).toString(36)}`;

export const tags = (request: Request, arrival: Arrival): object => ({
  brand: request.brand.name,
  serialNumber: request.serialNumber,
  remoteAddress: request.input.remoteAddress,
  operation: request.identity.operation,
  correlationId: arrival.correlationId,
});
