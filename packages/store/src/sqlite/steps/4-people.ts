/** Users, templates and photos that terminals sent. Secrets stand here sealed only. */
export const people = {
  id: 4,
  name: 'people',
  sql: `
CREATE TABLE users (
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  pin TEXT NOT NULL,
  name TEXT,
  privilege INTEGER,
  user_group TEXT,
  card TEXT,
  is_enabled INTEGER,
  key_id TEXT,
  secrets BLOB,
  extra TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, pin)
);
CREATE INDEX users_by_pin ON users (pin);

CREATE TABLE templates (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  pin TEXT NOT NULL,
  kind TEXT NOT NULL,
  no INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  version TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  is_valid INTEGER NOT NULL,
  is_duress INTEGER NOT NULL,
  encoding TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (terminal_id, pin, kind, no, idx, version)
);
CREATE INDEX templates_by_pin ON templates (pin);

-- That a template was replaced, when and by what; never the old bytes: what was replaced can be erased at once.
CREATE TABLE template_history (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL,
  pin TEXT NOT NULL,
  kind TEXT NOT NULL,
  no INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  version TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  replaced_at INTEGER NOT NULL
);
CREATE INDEX template_history_by_pin ON template_history (pin);

CREATE TABLE photos (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL REFERENCES terminals (id),
  kind TEXT NOT NULL,
  pin TEXT NOT NULL, -- empty when unknown
  key TEXT NOT NULL,
  wall_time TEXT,
  file_name TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (terminal_id, kind, pin, key)
);
CREATE INDEX photos_by_pin ON photos (pin);`,
} as const;
