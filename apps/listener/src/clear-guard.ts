import type { StoredCommand } from '@biolistener/store';
import { logsProvenDelivered } from '@biolistener/roster/logs-proof';
import type { MailboxDeps } from './mailbox.ts';
import type { Entry } from './registry.ts';
import type { Request } from './request.ts';

/** So long counts what a terminal told of its number of records. */
const COUNT_HOLDS_MS = 120_000;
/** Terminals send what they hold within a minute (TransInterval of the handshake), and this is far more. */
const SETTLED_AFTER_MS = 300_000;
const LOOK_AGAIN_MS = 10_000;
/** Some never tell their count, however often they are asked. */
const ASK_FOR_MS = 600_000;
const INFO_BYTES = 60;
/** Before what it is asked for. */
const INFO_PRIORITY = 4;

const UNPROVEN = 'ROSTER_LOGS_UNPROVEN';

/**
 * The log of a terminal that pushes is cleared on proof of the moment: it was proven when somebody asked, and then the command
 * waited, perhaps for days. Whatever is not proven now waits on and says why. Terminals that are read before (sockets) prove
 * it themselves. Answers the commands that may go.
 */
export async function withoutUnproven(
  taken: readonly StoredCommand[],
  request: Request,
  entry: Entry,
  deps: MailboxDeps,
): Promise<readonly StoredCommand[]> {
  const clearing = taken.filter(({ kind, parameters }) => kind === 'logs.clear' && parameters['what'] !== 'photos');
  if (clearing.length === 0 || request.brand.socket !== undefined) return taken;
  const ids = clearing.map(({ id }) => id);
  const missing = await missingProof(ids, request, entry, deps);
  if (missing === undefined) return taken;
  const wait = { notBefore: deps.now() + LOOK_AGAIN_MS, reason: UNPROVEN, detail: missing };
  await deps.store.releaseCommands(ids, deps.now(), wait);
  deps.log.info({ serialNumber: request.serialNumber, commands: ids, reason: missing }, 'clearing waits for proof');
  return taken.filter((command) => !clearing.includes(command));
}

/** A sentence on what is not proven; undefined: the log may go. */
async function missingProof(
  ids: readonly string[],
  request: Request,
  entry: Entry,
  deps: MailboxDeps,
): Promise<string | undefined> {
  const now = deps.now();
  if (now - entry.presentSince < SETTLED_AFTER_MS)
    return 'The terminal was away; it is given five minutes to send what it holds.';
  if (now - entry.countedAt > COUNT_HOLDS_MS) {
    await askForCount(request, entry, deps);
    return 'The terminal is asked how many records it has.';
  }
  const options = { profile: entry.terminal.profile, except: ids };
  const proof = await logsProvenDelivered(deps.store, request.serialNumber, options);
  return proof.isProven ? undefined : proof.missing.join(' ');
}

async function askForCount({ brand, serialNumber }: Request, entry: Entry, deps: MailboxDeps): Promise<void> {
  const now = deps.now();
  if (!brand.commands.includes('info') || now - entry.askedCountAt < ASK_FOR_MS) return;
  entry.askedCountAt = now;
  const order = { serialNumber, kind: 'info', parameters: {}, origin: 'service', askedBy: 'system' } as const;
  const limits = { priority: INFO_PRIORITY, deadline: now + ASK_FOR_MS, maxAttempts: 1, bytes: INFO_BYTES };
  await deps.store.queueCommands([{ ...order, ...limits, mergeKey: 'info' }], now);
}
