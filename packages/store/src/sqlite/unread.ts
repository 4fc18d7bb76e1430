import { asSerialNumber, type Instant, type SerialNumber } from '@biolistener/core';
import type { Unread, UnreadKinds } from '../contract/index.ts';
import type { Database } from './database.ts';
import { int, intOr, text } from './rows.ts';

export const UNREAD = `SELECT serial_number, min(iif(at > ?1, at, NULL)) AS oldest, sum(at <= ?1) AS passed_over FROM (
  SELECT t.serial_number, k.first_at AS at FROM parked k INDEXED BY parked_by_state CROSS JOIN terminals t ON t.id = k.terminal_id
    WHERE k.state IN ('parked', 'retry') AND t.status = 'approved'
      AND (k.source_table IN (SELECT value FROM json_each(?2)) OR k.reason IN (SELECT value FROM json_each(?3)))
  UNION ALL
  SELECT t.serial_number, q.received_at FROM terminals t INDEXED BY terminals_to_take_in CROSS JOIN quarantine q ON q.terminal_id = t.id
    WHERE t.status = 'approved' AND t.quarantine_items > 0) GROUP BY serial_number`;

export const unreadOf = (db: Database, { tables, reasons }: UnreadKinds, since: Instant): Map<SerialNumber, Unread> =>
  new Map(
    db
      .all(UNREAD, since, JSON.stringify(tables), JSON.stringify(reasons))
      .map((row) => [
        asSerialNumber(text(row, 'serial_number')),
        { oldest: intOr(row, 'oldest'), passedOver: int(row, 'passed_over') },
      ]),
  );
