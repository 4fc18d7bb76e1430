/** Who had which PIN when, by target and id field; and which PINs people said something new about. */
export const owners = {
  id: 8,
  name: 'owners',
  sql: `
-- A change lies between the two: not before "after", not after "by". No start: since before the first look. No end: still.
CREATE TABLE pin_owners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  target_id TEXT NOT NULL,
  id_field TEXT NOT NULL,
  id_value TEXT NOT NULL,
  pin_key TEXT NOT NULL, -- without leading zeros where it is a number
  employee TEXT NOT NULL,
  from_after INTEGER,
  from_by INTEGER,
  until_after INTEGER,
  until_by INTEGER,
  left_on TEXT
);
CREATE INDEX pin_owners_by_pin ON pin_owners (target_id, id_field, pin_key);
CREATE INDEX pin_owners_by_employee ON pin_owners (target_id, employee);
CREATE INDEX employees_by_modified ON employees (target_id, modified);

CREATE INDEX persons_dated ON persons (ltrim(pin, '0'))
  WHERE employee IS NOT NULL AND (valid_from IS NOT NULL OR valid_to IS NOT NULL);

-- Employees whose place another took in a person with dates: what was said of them until then.
CREATE TABLE person_owners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES persons (id),
  pin TEXT NOT NULL,
  employee TEXT NOT NULL,
  valid_from TEXT,
  valid_to TEXT,
  ended_at INTEGER NOT NULL
);
CREATE INDEX person_owners_by_pin ON person_owners (ltrim(pin, '0'));
CREATE TRIGGER persons_replaced AFTER UPDATE OF employee ON persons
  WHEN OLD.employee IS NOT NEW.employee AND OLD.employee IS NOT NULL AND OLD.origin <> 'terminal'
    AND coalesce(OLD.valid_from, OLD.valid_to) IS NOT NULL
  BEGIN
    INSERT INTO person_owners (person_id, pin, employee, valid_from, valid_to, ended_at)
      VALUES (OLD.id, OLD.pin, OLD.employee, OLD.valid_from, OLD.valid_to, NEW.changed_at);
  END;

CREATE TABLE pin_news (id INTEGER PRIMARY KEY AUTOINCREMENT, pin TEXT NOT NULL);
CREATE TRIGGER persons_dated_anew AFTER UPDATE OF employee, valid_from, valid_to, state ON persons
  WHEN (OLD.employee IS NOT NEW.employee OR OLD.valid_from IS NOT NEW.valid_from OR OLD.valid_to IS NOT NEW.valid_to
      OR OLD.state <> NEW.state)
    AND (coalesce(OLD.valid_from, OLD.valid_to) IS NOT NULL OR coalesce(NEW.valid_from, NEW.valid_to) IS NOT NULL)
  BEGIN INSERT INTO pin_news (pin) VALUES (NEW.pin); END;`,
} as const;
