import type { SerialNumber } from '@biolistener/core';
import type { Brand, Identity, Outcome, WireInput, WireOutput } from '@biolistener/wire';
import { randomBytes } from 'node:crypto';
import type { ListenerDeps } from './deps.ts';
import type { Entry } from './registry.ts';
import type { Arrival } from './upload.ts';

/** A request whose brand and terminal are known. */
export interface Request {
  readonly input: WireInput;
  readonly brand: Brand;
  readonly identity: Identity;
  readonly serialNumber: SerialNumber;
}

export function reply(request: Request, entry: Entry | undefined, outcome: Outcome, deps: ListenerDeps): WireOutput {
  const { input, brand, identity } = request;
  deps.metrics.requests.inc({ brand: brand.name, operation: labelOf(identity.operation), outcome: outcome.kind });
  return brand.answer(outcome, { input, identity, now: deps.now(), terminal: entry?.terminal });
}

/** Unknown operations carry the terminal's own words: one label for all, or a flood of names would fill the registry. */
const labelOf = (operation: string): string =>
  /^[\w./-]{1,40}$/.test(operation) && !operation.startsWith('unknown') ? operation : 'unknown';

export function arrivalOf(request: Request, entry: Pick<Entry, 'terminal'>, deps: Pick<ListenerDeps, 'now'>): Arrival {
  return {
    correlationId: newCorrelationId(),
    terminal: entry.terminal,
    identity: request.identity,
    head: request.input,
    receivedAt: deps.now(),
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
