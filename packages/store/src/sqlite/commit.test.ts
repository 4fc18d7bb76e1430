import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { commitTogether, type Performer } from './commit.ts';
import { Database } from './database.ts';
import type { Call } from './protocol.ts';

let db: Database;
beforeEach(() => {
  db = new Database(new DatabaseSync(':memory:'));
  db.exec('CREATE TABLE deeds (name TEXT NOT NULL UNIQUE)');
});
afterEach(() => db.close());

const callOf = (id: number, name: string): Call => [id, 'probe', [name]];
const deeds = (): unknown[] => db.all('SELECT name FROM deeds ORDER BY name').map((row) => row['name']);

/** Remembers what it did, as the writer remembers terminals; `broken` fails after it wrote. */
function performerOf(events: string[]): Performer {
  return {
    begun: () => events.push('begun'),
    undone: () => events.push('undone'),
    perform: (on, [, , [name]]) => {
      events.push(String(name));
      on.run('INSERT INTO deeds VALUES (?)', String(name));
      if (name === 'broken') throw new Error('no');
      return name;
    },
  };
}

test('what succeeds is performed once, in one transaction', () => {
  const events: string[] = [];
  expect(commitTogether(db, [callOf(1, 'a'), callOf(2, 'b')], performerOf(events))).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
  expect(events).toEqual(['begun', 'a', 'b']);
  expect(deeds()).toEqual(['a', 'b']);
});

test('after a failure nothing is believed that was undone, before the others are performed again', () => {
  const events: string[] = [];
  const replies = commitTogether(db, [callOf(1, 'a'), callOf(2, 'broken'), callOf(3, 'c')], performerOf(events));
  expect(replies.map(([id, , failure]) => [id, failure === undefined])).toEqual([
    [1, true],
    [2, false],
    [3, true],
  ]);
  expect(events).toEqual(['begun', 'a', 'broken', 'undone', 'begun', 'a', 'broken', 'undone', 'c']);
  expect(deeds()).toEqual(['a', 'c']);
});

test('when the transaction cannot end, everything is undone', () => {
  const events: string[] = [];
  db.exec('PRAGMA foreign_keys = ON; CREATE TABLE parents (id INTEGER PRIMARY KEY)');
  db.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)');
  const performer: Performer = {
    ...performerOf(events),
    perform: (on) => on.run('INSERT INTO children VALUES (7)'),
  };
  const [reply] = commitTogether(db, [callOf(1, 'a')], performer);
  expect(reply?.[2]).toBeDefined();
  expect(events).toEqual(['begun', 'undone']);
  expect(db.all('SELECT * FROM children')).toEqual([]);
});
