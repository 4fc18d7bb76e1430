import type { Instant, SerialNumber } from '@biolistener/core';
import type { Arrival } from '@biolistener/intake';
import type { Metrics, Tally } from '@biolistener/telemetry';
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
const UNKNOWN = 'unknown';

/** The tallies of a process, by operation as the terminal named it, then by brand and outcome. */
interface Counters {
  readonly byOperation: Map<string, Map<string, Map<string, Tally>>>;
  size: number;
}
const counters = new WeakMap<Metrics, Counters>();
const noCounters = (): Counters => ({ byOperation: new Map(), size: 0 });

/** No text is put together here: it would have to be hashed for every poll. */
function counterOf(metrics: Metrics, brand: string, operation: string, outcome: string): Tally {
  const known = within(counters, metrics, noCounters);
  const found = known.byOperation.get(operation)?.get(brand)?.get(outcome);
  if (found) return found;
  if (known.size >= MOST_LABELS && operation !== UNKNOWN) return counterOf(metrics, brand, UNKNOWN, outcome);
  const tally = metrics.requests.tally({ brand, operation: labelOf(operation), outcome });
  const ofOperation = within(known.byOperation, operation, () => new Map<string, Map<string, Tally>>());
  within(ofOperation, brand, () => new Map<string, Tally>()).set(outcome, tally);
  known.size += 1;
  return tally;
}

function within<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** Words that a terminal made up stay out of metric labels. */
const labelOf = (operation: string): string =>
  /^[\w./-]{1,40}$/.test(operation) && !operation.startsWith(UNKNOWN) ? operation : UNKNOWN;

/** `isContactTold`: whoever sent it was touched in the registry, which tells all contacts together. What comes by a socket tells its own. */
export function arrivalOf(
  request: Request,
  entry: Pick<Entry, 'terminal' | 'words'>,
  receivedAt: Instant,
  isContactTold = false,
): Arrival {
  const arrival = {
    correlationId: newCorrelationId(),
    terminal: entry.terminal,
    identity: request.identity,
    head: request.input,
    receivedAt,
    isContactTold,
  };
  return entry.words === undefined ? arrival : { ...arrival, wordOf: wordOf(entry) };
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
