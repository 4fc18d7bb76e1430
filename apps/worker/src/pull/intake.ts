import { ownerlessId, RESOLVED_BYTES, tableInput, zkTcp } from '@biolistener/brands/zk-tcp';
import type { CommandResult, JsonObject, LocalTime, Terminal } from '@biolistener/core';
import { uploadOf, type Arrival } from '@biolistener/intake';
import type { Portion } from '@biolistener/pull';
import type { CommitReceipt } from '@biolistener/store';
import type { Decoded, WireEvent } from '@biolistener/wire';
import type { PullDeps } from './deps.ts';
import type { Holding } from './holding.ts';

export interface IntakeContext {
  readonly deps: PullDeps;
  readonly terminal: Terminal;
  readonly host: string;
  readonly holding: Holding;
}

export interface Range {
  readonly from?: string;
  readonly to?: string;
}

const isInside = (wallTime: LocalTime, { from, to }: Range): boolean =>
  (from === undefined || wallTime >= from) && (to === undefined || wallTime <= to);

/** Records of a read, by the way of everything that arrives: decoded, sealed, committed under the lease. */
export async function takePortion(portion: Portion, range: Range, ctx: IntakeContext): Promise<CommitReceipt> {
  const { deps, terminal, host } = ctx;
  const records = await withoutStored(portion, ctx);
  const input = tableInput(terminal.serialNumber, portion.layout, records, host);
  const decoded = zkTcp.decode(input, { now: deps.clock.now(), terminal });
  const events = decoded.events.filter((event) => event.kind !== 'punch' || isInside(event.punch.wallTime, range));
  const receipt = await commit({ ...decoded, events }, arrivalOf(input, 'pull/attendance', ctx), ctx);
  if (receipt.newPunches > 0) deps.nudge();
  return receipt;
}

/**
 * Of records whose slot nobody has any more, those that are not stored: of the others it is known whose they are, so they are nothing
 * that a person would have to look at.
 */
async function withoutStored({ layout, records }: Portion, { deps, terminal }: IntakeContext): Promise<Uint8Array> {
  if (layout !== '8+id' && layout !== '8b+id') return records;
  const kept: Uint8Array[] = [];
  for (let at = 0; at < records.length; at += RESOLVED_BYTES) {
    const record = records.subarray(at, at + RESOLVED_BYTES);
    const id = ownerlessId(record, layout, terminal.serialNumber);
    if (id === undefined || !(await deps.store.findPunch(id))) kept.push(record);
  }
  return Buffer.concat(kept);
}

/** What is no record of the log: people, results, what the terminal says of itself. */
export async function takeEvents(
  operation: string,
  told: {
    readonly events: readonly WireEvent[];
    readonly results?: readonly CommandResult[];
    readonly profile?: JsonObject;
  },
  ctx: IntakeContext,
): Promise<void> {
  const input = {
    ...tableInput(ctx.terminal.serialNumber, '40', new Uint8Array(0), ctx.host),
    target: `/${operation}`,
  };
  const results = (told.results ?? []).map((result): WireEvent => ({ kind: 'command-result', result }));
  const facts = told.profile === undefined ? {} : { profile: told.profile };
  const decoded: Decoded = { events: [...told.events, ...results], parked: [], facts, reply: {} };
  await commit(decoded, arrivalOf(input, operation, ctx), ctx);
}

let counter = 0;

const arrivalOf = (head: Arrival['head'], operation: string, { deps, terminal }: IntakeContext): Arrival => ({
  correlationId: `pull-${process.pid.toString(36)}-${(++counter).toString(36)}`,
  terminal,
  identity: { serialNumber: terminal.serialNumber, operation, isPoll: false },
  head,
  receivedAt: deps.clock.now(),
});

function commit(decoded: Decoded, arrival: Arrival, { deps, holding }: IntakeContext): Promise<CommitReceipt> {
  holding.check();
  return deps.store.commitUpload({ ...uploadOf(arrival, decoded, deps.vault), lease: holding.lease });
}
