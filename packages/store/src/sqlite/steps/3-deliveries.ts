/** Which target has which punch. */
export const deliveries = {
  id: 3,
  name: 'deliveries',
  sql: `
CREATE TABLE targets (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  label TEXT NOT NULL,
  capabilities TEXT NOT NULL DEFAULT '{}',
  is_active INTEGER NOT NULL,
  cursor INTEGER NOT NULL DEFAULT 0, -- the last punch (seq) that got its delivery
  deliveries INTEGER NOT NULL DEFAULT 0
);

-- pin and instant stand here once more, so that lanes and due lists are index scans.
CREATE TABLE deliveries (
  target INTEGER NOT NULL REFERENCES targets (key),
  punch_seq INTEGER NOT NULL,
  pin TEXT NOT NULL,
  instant INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'done', 'parked', 'skipped')),
  reason TEXT,
  detail TEXT,
  employee TEXT,
  log_type TEXT,
  log_type_source TEXT,
  checkin TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  queued_at INTEGER,
  next_at INTEGER NOT NULL,
  done_at INTEGER,
  PRIMARY KEY (target, punch_seq)
) WITHOUT ROWID;
CREATE INDEX deliveries_open ON deliveries (target, state, instant, next_at, created_at) WHERE state <> 'done';
CREATE INDEX deliveries_lane ON deliveries (target, pin, instant) WHERE state IN ('waiting', 'queued');
CREATE INDEX deliveries_queued ON deliveries (target, queued_at) WHERE state = 'queued';
CREATE INDEX deliveries_decided ON deliveries (target, employee, instant, log_type) WHERE log_type IN ('IN', 'OUT');

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL,
  punch_seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  detail TEXT NOT NULL
);
CREATE INDEX attempts_by_delivery ON attempts (target, punch_seq, id);

CREATE TABLE employees (
  target_id TEXT NOT NULL,
  name TEXT NOT NULL,
  employee_name TEXT NOT NULL,
  id_value TEXT,
  status TEXT NOT NULL,
  modified TEXT NOT NULL,
  PRIMARY KEY (target_id, name)
) WITHOUT ROWID;
CREATE INDEX employees_by_id_value ON employees (target_id, id_value);

CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
} as const;
