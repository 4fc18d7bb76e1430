/** Counters and marks that keep limits cheap: how much of a terminal is parked, and whether anything is kept of it. */
export const limits = {
  id: 6,
  name: 'limits',
  sql: `
ALTER TABLE parked ADD COLUMN charged INTEGER NOT NULL DEFAULT 0; -- bytes that count against the limits; 0 once it ended
UPDATE parked SET charged = max(size, length(sealed)) + 512 WHERE state IN ('parked', 'retry');
UPDATE parked SET sealed = x'' WHERE state IN ('resolved', 'discarded');

ALTER TABLE terminals ADD COLUMN parked_items INTEGER NOT NULL DEFAULT 0;
ALTER TABLE terminals ADD COLUMN parked_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE terminals ADD COLUMN quarantine_items INTEGER NOT NULL DEFAULT 0;
-- 1: it was seen, and nothing came of it but contacts and quarantined requests; no person ever changed it.
ALTER TABLE terminals ADD COLUMN is_bare INTEGER NOT NULL DEFAULT 0;
UPDATE terminals SET
  parked_items = (SELECT count(*) FROM parked k WHERE k.terminal_id = terminals.id AND k.state IN ('parked', 'retry')),
  parked_bytes = (SELECT coalesce(sum(charged), 0) FROM parked k WHERE k.terminal_id = terminals.id),
  quarantine_items = (SELECT count(*) FROM quarantine q WHERE q.terminal_id = terminals.id);
UPDATE terminals SET is_bare = 1
  WHERE status = 'pending' AND serial_number <> '-' AND settings = '{}' AND punches = 0 AND last_contact_at > 0
  AND id NOT IN (SELECT terminal_id FROM punch_times)
  AND id NOT IN (SELECT terminal_id FROM punches WHERE seq > (SELECT coalesce(max(seq), 0) FROM punch_times))
  AND id NOT IN (SELECT terminal_id FROM parked)
  AND id NOT IN (SELECT terminal_id FROM operations)
  AND id NOT IN (SELECT terminal_id FROM transfers)
  AND id NOT IN (SELECT terminal_id FROM users)
  AND id NOT IN (SELECT terminal_id FROM templates)
  AND id NOT IN (SELECT terminal_id FROM photos)
  AND id NOT IN (SELECT terminal_id FROM commands);

CREATE INDEX terminals_replaceable ON terminals (last_contact_at)
  WHERE status = 'pending' AND is_bare = 1 AND quarantine_items = 0;
CREATE INDEX terminals_to_take_in ON terminals (serial_number) WHERE status = 'approved' AND quarantine_items > 0;`,
} as const;
