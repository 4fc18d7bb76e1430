import { ALERT_OPERATIONS, QUIET_ALARMS } from './codes.ts';
import { emitOperation, park, type Collector } from './collector.ts';
import { textOf } from './field-text.ts';
import { readCount } from './numbers.ts';
import { readWallTime } from './wall-time.ts';

/** Operation 3 is an alarm unless its second operand says that a door moved or the alarm ended. */
const isAlertOf = (code: number, operands: readonly string[]): boolean =>
  ALERT_OPERATIONS.has(code) || (code === 3 && !QUIET_ALARMS.has(operands[1] ?? ''));

/**
 * Reads `<op> ␉ <admin> ␉ <time> ␉ <four operands>` behind the word OPLOG; trailing fields may be missing.
 * Unknown codes are kept. Identity: code, admin, time and the operands. Source: protocols/zkteco-push.md §3.5, §3.1.
 */
export function readOplog(into: Collector, text: string, raw: Uint8Array): void {
  const [code = '', admin = '', time = '', ...rest] = text.split('\t', 7).map((column) => textOf(column.slice(0, 200)));
  const number = readCount(code.trim());
  if (number === undefined) {
    park(into, 'ZK_FIELD_MISSING', 'an operation without a code', raw, false);
    return;
  }
  const operands = [0, 1, 2, 3].map((i) => rest[i] ?? '');
  const wallTime = readWallTime(time);
  emitOperation(into, {
    source: 'oplog',
    code: String(number),
    wallTime,
    isAlert: isAlertOf(number, operands),
    details: { admin, operands, ...(wallTime === undefined ? { timeText: time } : {}) },
    key: ['oplog', number, admin, wallTime ?? time, ...operands],
  });
}
