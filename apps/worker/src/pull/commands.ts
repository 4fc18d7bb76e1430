import { converse, TerminalRefusal, zkTcp, type Conversed } from '@biolistener/brands/zk-tcp';
import type { Command, JsonObject } from '@biolistener/core';
import type { Connection } from '@biolistener/pull';
import { resolveSecrets } from '@biolistener/security';
import type { StoredCommand } from '@biolistener/store';
import { clearLog } from './clear-logs.ts';
import type { Enabled } from './enabled.ts';
import { takeEvents, type IntakeContext, type Range } from './intake.ts';
import type { LogsRead } from './read-logs.ts';
import type { PullSettings } from './address.ts';

export interface CommandWays {
  readonly ctx: IntakeContext;
  readonly settings: PullSettings;
  readonly enabled: Enabled;
  readonly connect: () => Promise<Connection>;
  /** Also while the service stops. */
  readonly reconnect: () => Promise<Connection>;
  readonly readWhole: (range: Range) => Promise<LogsRead>;
  /** A command brought to light what the next one has to know. */
  readonly onProfile: (profile: JsonObject) => void;
}

const LEASE_MS = 60_000;
const PORTION_BYTES = 1024 * 1024;
/** What writes much, and is better done while nobody stands at the terminal (§7). */
const QUIET: readonly string[] = ['template.update'];

/** Takes one command that waits and carries it out; false when none does. Errors: as the connection, and of the store. */
export async function runNextCommand(ways: CommandWays): Promise<boolean> {
  const { deps, terminal, holding } = ways.ctx;
  await holding.confirm();
  const now = deps.clock.now();
  const patience = deps.patience?.() ?? 1;
  const leaseMs = Math.ceil(LEASE_MS * patience);
  const options = { limit: 1, maxBytes: PORTION_BYTES, now, leaseMs, isOneOutstanding: true };
  const [command] = await deps.store.takeCommands(terminal.serialNumber, options);
  if (!command) return false;
  const ready = await prepare(command, ways);
  if (!ready) return true;
  await deps.store.markSent([command.id], deps.clock.now(), Math.ceil(zkTcp.answerWithinMs * patience));
  const { result, events, profile } = await carryOut(ready, ways);
  await takeEvents(`pull/${command.kind}`, { events, results: [result], ...(profile && { profile }) }, ways.ctx);
  if (profile) ways.onProfile(profile);
  const tags = { commandId: command.id, kind: command.kind }; // the log of a caller names its terminal
  deps.log.info({ ...tags, verdict: result.verdict, code: result.code }, 'a command was carried out');
  return true;
}

/** Secrets are put in, and what the terminal cannot have is refused; undefined then. */
async function prepare({ id, kind, parameters }: StoredCommand, { ctx }: CommandWays): Promise<Command | undefined> {
  const { store, vault, clock } = ctx.deps;
  const resolved = await resolveSecrets(parameters, store, vault);
  const command = { id, kind, parameters: resolved.kind === 'resolved' ? resolved.parameters : {} };
  const refusal =
    resolved.kind === 'refused' ? resolved : zkTcp.encode(command, { now: clock.now(), terminal: ctx.terminal });
  if (refusal.kind !== 'refused') return command;
  await store.failCommands([{ id, reason: refusal.reason, detail: refusal.detail }], clock.now());
  return undefined;
}

async function carryOut(command: Command, ways: CommandWays): Promise<Conversed> {
  if (command.kind === 'logs.query') return queryLogs(command, ways);
  if (command.kind === 'logs.clear') return clearLogs(command, ways);
  const { ctx, settings, enabled, connect, reconnect } = ways;
  const context = { now: ctx.deps.clock.now(), terminal: ctx.terminal, read: settings.read };
  const connection = await connect();
  const work = (): Promise<Conversed> => connection.run(converse(command, context));
  try {
    return await (QUIET.includes(command.kind) ? enabled.during(connection, reconnect, work) : work());
  } catch (error) {
    return outcomeOf(command, error);
  }
}

/** A restart that drops the line is one (§7). Anything else that broke the connection is not known to be done or not. */
function outcomeOf(command: Command, error: unknown): Conversed {
  if (!(error instanceof TerminalRefusal)) throw error;
  if (command.kind === 'restart' && error.code === 'ZKT_SILENT') return done(command, {});
  if (error.code === 'ZKT_SILENT' || error.code === 'ZKT_SESSION_LOST' || error.code === 'ZKT_FRAME_INVALID')
    throw error;
  return notDone(command, error);
}

const done = ({ id }: Command, info: JsonObject): Conversed => ({
  events: [],
  result: { id, code: 'OK', verdict: 'done', info },
});

/** That its log was left alone, the proof before the next clearing has to know. */
const infoOf = ({ code, message }: TerminalRefusal): JsonObject =>
  code === 'ZKT_NOT_PROVEN' ? { detail: message, isUntouched: true } : { detail: message };

const notDone = ({ id }: Command, error: TerminalRefusal): Conversed => ({
  events: [],
  result: { id, code: error.code, verdict: 'failed-for-good', info: infoOf(error) },
});

/** The protocol knows no range (§5.1): all is read, and what is inside is taken in. */
async function queryLogs(command: Command, { readWhole }: CommandWays): Promise<Conversed> {
  const [from, to] = [command.parameters['from'], command.parameters['to']];
  const range = { ...(typeof from === 'string' && { from }), ...(typeof to === 'string' && { to }) };
  const read = await readWhole(range);
  return done(command, { records: read.records, newPunches: read.newPunches, proof: read.proof });
}

/** Disabled, read, committed, counted, cleared, enabled; refused at the first doubt. */
async function clearLogs(command: Command, ways: CommandWays): Promise<Conversed> {
  const { enabled, connect, reconnect, readWhole, ctx } = ways;
  try {
    const read = await enabled.during(await connect(), reconnect, async () => {
      const whole = await readWhole({});
      if (!(await enabled.isOwed()))
        // the line broke, and it was enabled with the new one
        throw new TerminalRefusal('ZKT_NOT_PROVEN', 'people could punch while it was read');
      await clearLog(whole, await connect(), () => ctx.holding.confirm());
      return whole;
    });
    const operation = {
      source: 'pull',
      code: 'logs.clear',
      wallTime: undefined,
      isAlert: true,
      details: { records: read.records, commandId: command.id },
      key: [command.id],
    } as const;
    ctx.deps.log.warn({ records: read.records }, 'the log was cleared');
    return { ...done(command, { records: read.records }), events: [{ kind: 'operation', operation }] };
  } catch (error) {
    return outcomeOf(command, error);
  }
}
