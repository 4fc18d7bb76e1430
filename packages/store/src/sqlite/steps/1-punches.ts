/** Terminals, uploads and punches: the way in. */
export const punches = {
  id: 1,
  name: 'punches',
  sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('revision', 1), ('quarantine_bytes', 0);

CREATE TABLE terminals (
  id INTEGER PRIMARY KEY,
  serial_number TEXT NOT NULL UNIQUE,
  brand TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'blocked')),
  settings TEXT NOT NULL DEFAULT '{}',
  profile TEXT NOT NULL DEFAULT '{}',
  stamps TEXT NOT NULL DEFAULT '{}',
  first_seen_at INTEGER NOT NULL,
  last_contact_at INTEGER NOT NULL,
  last_address TEXT,
  clock_drift_seconds REAL,
  clock_measured_at INTEGER,
  -- Kept beside the rows that they count, in the same transaction: listings stay cheap with millions of punches.
  punches INTEGER NOT NULL DEFAULT 0,
  last_punch_at INTEGER
);
CREATE INDEX terminals_pending ON terminals (id) WHERE status = 'pending';

-- What the punches of one request have in common, once.
CREATE TABLE uploads (
  id INTEGER PRIMARY KEY,
  correlation_id TEXT NOT NULL,
  brand TEXT NOT NULL,
  operation TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  stored_at INTEGER NOT NULL
);

-- No foreign keys here: both parents are written by the same statement list, and the check costs a tenth of a long upload.
-- AUTOINCREMENT: a number is never given twice, so a target's cursor stays right even after the newest rows were erased.
CREATE TABLE punches (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  upload_id INTEGER NOT NULL,
  terminal_id INTEGER NOT NULL,
  brand TEXT, -- only where it differs from the upload's
  pin TEXT NOT NULL,
  instant INTEGER NOT NULL,
  wall_time TEXT NOT NULL,
  zone TEXT NOT NULL,
  certainty TEXT NOT NULL,
  state INTEGER,
  verify_mode TEXT,
  work_code TEXT,
  claimed_direction TEXT,
  flags TEXT NOT NULL, -- separated by blanks
  extra TEXT NOT NULL,
  raw BLOB NOT NULL,
  resends INTEGER NOT NULL DEFAULT 0
);

-- For listings. Filled behind the punches, when the writer is idle: three more indexes on the table above would make a
-- long upload half as slow again. What is not here yet is the tail beyond the highest seq; listings read both.
CREATE TABLE punch_times (
  seq INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL,
  pin TEXT NOT NULL,
  instant INTEGER NOT NULL
);
CREATE INDEX punch_times_by_terminal ON punch_times (terminal_id, instant);
CREATE INDEX punch_times_by_pin ON punch_times (pin, instant);
CREATE INDEX punch_times_by_instant ON punch_times (instant);

CREATE TABLE operations (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  source TEXT NOT NULL,
  code TEXT NOT NULL,
  wall_time TEXT,
  is_alert INTEGER NOT NULL,
  details TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (terminal_id, id)
);
CREATE INDEX operations_alerts ON operations (seq) WHERE is_alert = 1;

CREATE TABLE transfers (
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  key TEXT NOT NULL,
  last_block INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  memo TEXT NOT NULL,
  touched_at INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, key)
);`,
} as const;
