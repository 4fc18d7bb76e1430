/** What waits for a person: requests of unapproved terminals, and pieces that could not be read. */
export const keptAside = {
  id: 2,
  name: 'kept-aside',
  sql: `
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  brand TEXT NOT NULL,
  operation TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  charged INTEGER NOT NULL, -- bytes that count against the limits
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  UNIQUE (terminal_id, digest)
);
CREATE INDEX quarantine_usage ON quarantine (terminal_id, charged);

CREATE TABLE parked (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  brand TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  source_table TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  is_sensitive INTEGER NOT NULL,
  request TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'retry', 'resolved', 'discarded')),
  UNIQUE (terminal_id, digest)
);
CREATE INDEX parked_by_state ON parked (state, terminal_id);`,
} as const;
