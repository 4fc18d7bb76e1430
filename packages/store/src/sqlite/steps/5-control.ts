/** What people and processes steer: settings, commands, leases, audit. */
export const control = {
  id: 5,
  name: 'control',
  sql: `
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  kind TEXT NOT NULL,
  parameters TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'done', 'failed', 'expired')),
  result_code TEXT,
  result_info TEXT,
  times_sent INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  answered_at INTEGER
);
CREATE INDEX commands_by_terminal ON commands (terminal_id, id);
CREATE INDEX commands_queued ON commands (terminal_id, id) WHERE state = 'queued';

CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, id);

-- Always empty: a health probe writes a row here and rolls it back.
CREATE TABLE probe (filler BLOB NOT NULL);`,
} as const;
