import { ask, CODE, readSizes, refresh, TerminalRefusal } from '@biolistener/brands/zk-tcp';
import type { Connection } from '@biolistener/pull';
import type { LogsRead } from './read-logs.ts';

/** Why a log may not be cleared; undefined: every record of it is stored. */
export function objectionTo(read: LogsRead): string | undefined {
  if (!read.isWhole) return 'the log was not read from its beginning';
  if (read.proof === 'uncounted') return 'the terminal does not say how many records it has';
  if (read.proof === 'differs') return 'the counter of the terminal is not what was read';
  return undefined;
}

/**
 * The last questions and the deed: the counter must still say what was read and committed (§5.6), and `confirm` that nobody else
 * speaks with the terminal by now; it throws otherwise.
 */
export async function clearLog(read: LogsRead, connection: Connection, confirm: () => Promise<void>): Promise<void> {
  const { records } = await connection.run(readSizes());
  const objection = objectionTo(read) ?? (records === read.records ? undefined : 'somebody punched meanwhile');
  if (objection !== undefined) throw new TerminalRefusal('ZKT_NOT_PROVEN', objection);
  await confirm();
  const reply = await connection.run(ask(CODE.clearAttendance));
  if (reply.command !== CODE.ok) throw new TerminalRefusal('ZKT_REFUSED', 'it does not clear its log', reply.command);
  await connection.run(refresh());
}
