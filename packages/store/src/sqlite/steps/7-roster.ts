/** Mailboxes with leases, deadlines and proof; persons, their terminals, and what is wanted and put there. */
export const roster = {
  id: 7,
  name: 'roster',
  sql: `
CREATE TABLE new_commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  kind TEXT NOT NULL,
  parameters TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'leased', 'sent', 'answered', 'verified', 'failed', 'expired', 'cancelled')),
  origin TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  desk_name TEXT,
  pin TEXT,
  merge_key TEXT,
  priority INTEGER NOT NULL,
  not_before INTEGER, -- null: at once
  deadline INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  needs_proof INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER, -- only while leased or sent
  result_code TEXT,
  result_info TEXT NOT NULL DEFAULT '{}',
  reason TEXT,
  detail TEXT,
  proof TEXT,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  answered_at INTEGER,
  closed_at INTEGER
);
-- What was sent waits for nobody any more: its lease ran out, so it goes again. A week is left for what is open.
INSERT INTO new_commands (id, terminal_id, kind, parameters, state, origin, asked_by, priority, deadline, attempts,
    max_attempts, bytes, lease_until, result_code, result_info, reason, proof, created_at, sent_at, answered_at, closed_at)
  SELECT id, terminal_id, kind, parameters, iif(state = 'done', 'verified', state), 'service', 'system', 5,
    iif(state IN ('queued', 'sent'), unixepoch() * 1000 + 604800000, created_at + 604800000), times_sent,
    max(3, times_sent + 1), 0, iif(state = 'sent', 0, NULL), result_code, coalesce(result_info, '{}'),
    CASE state WHEN 'failed' THEN 'refused' WHEN 'expired' THEN 'too-late' END, iif(state = 'done', 'answer', NULL),
    created_at, sent_at, answered_at,
    iif(state IN ('queued', 'sent'), NULL, coalesce(answered_at, sent_at, created_at))
  FROM commands ORDER BY id;
DROP TABLE commands;
ALTER TABLE new_commands RENAME TO commands;
CREATE INDEX commands_by_terminal ON commands (terminal_id, id);
CREATE INDEX commands_by_state ON commands (state);
CREATE INDEX commands_by_pin ON commands (pin) WHERE pin IS NOT NULL;
CREATE INDEX commands_by_desk_name ON commands (desk_name) WHERE desk_name IS NOT NULL;
CREATE INDEX commands_queued ON commands (terminal_id, priority, id) WHERE state = 'queued';
CREATE INDEX commands_delayed ON commands (terminal_id, not_before) WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX commands_due ON commands (not_before) WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX commands_out ON commands (terminal_id, lease_until) WHERE state IN ('leased', 'sent');
CREATE INDEX commands_lost ON commands (lease_until) WHERE state IN ('leased', 'sent');
CREATE INDEX commands_ending ON commands (deadline) WHERE state IN ('queued', 'leased', 'sent', 'answered');
CREATE INDEX commands_merging ON commands (terminal_id, merge_key) WHERE state = 'queued' AND merge_key IS NOT NULL;

CREATE TABLE persons (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pin TEXT NOT NULL,
  employee TEXT,
  name TEXT,
  card TEXT,
  is_administrator INTEGER NOT NULL DEFAULT 0,
  key_id TEXT,
  password BLOB,
  is_everywhere INTEGER NOT NULL DEFAULT 0,
  valid_from TEXT,
  valid_to TEXT,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'left')),
  origin TEXT NOT NULL,
  desk_name TEXT,
  search TEXT NOT NULL, -- name, PIN and employee in small letters
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX persons_active ON persons (pin) WHERE state = 'active';
CREATE INDEX persons_by_pin ON persons (pin);
CREATE INDEX persons_by_employee ON persons (employee) WHERE employee IS NOT NULL;
CREATE INDEX persons_everywhere ON persons (id) WHERE is_everywhere = 1 AND state = 'active';
CREATE INDEX persons_left ON persons (id) WHERE state = 'left';
CREATE INDEX persons_by_key ON persons (key_id) WHERE key_id IS NOT NULL;

-- Of active persons only.
CREATE TABLE assignments (
  person_id INTEGER NOT NULL REFERENCES persons (id),
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  PRIMARY KEY (person_id, terminal_id)
) WITHOUT ROWID;
CREATE INDEX assignments_by_terminal ON assignments (terminal_id, person_id);

CREATE TABLE roster_items (
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  person_id INTEGER NOT NULL REFERENCES persons (id),
  key TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('wanted', 'queued', 'accepted', 'confirmed', 'failed', 'impossible', 'removing')),
  wanted_digest TEXT,
  put_digest TEXT,
  command_id INTEGER,
  attempts INTEGER NOT NULL,
  reason TEXT,
  detail TEXT,
  read_back_at INTEGER,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, person_id, key)
) WITHOUT ROWID;
CREATE INDEX roster_items_by_person ON roster_items (person_id, terminal_id);
CREATE INDEX roster_items_by_state ON roster_items (terminal_id, person_id, state);
CREATE INDEX roster_items_by_command ON roster_items (command_id) WHERE command_id IS NOT NULL;

-- The order is that of the first mark; the version is that of the last, from a counter that never gives one twice.
CREATE TABLE roster_marks (position INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
INSERT INTO meta VALUES ('mark_version', 0);

-- When a terminal last said it, and since when it is known to be no longer there. The row stays: it may be the only copy.
ALTER TABLE users ADD COLUMN gone_at INTEGER;
ALTER TABLE templates ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE templates ADD COLUMN gone_at INTEGER;
ALTER TABLE photos ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE photos ADD COLUMN gone_at INTEGER;
UPDATE templates SET seen_at = received_at;
UPDATE photos SET seen_at = received_at;

CREATE INDEX users_by_key ON users (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX templates_by_key ON templates (key_id);
CREATE INDEX photos_by_key ON photos (key_id);
CREATE INDEX parked_by_key ON parked (key_id) WHERE length(sealed) > 0;
CREATE INDEX quarantine_by_key ON quarantine (key_id);`,
} as const;
