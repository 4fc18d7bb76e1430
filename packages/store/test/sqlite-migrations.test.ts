import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { orderOf, punchOf, SN, takeOf, uploadOf } from '../src/conformance/builders.ts';
import { asPin } from '@biolistener/core';
import { openSqliteStore } from '../src/index.ts';
import { Database } from '../src/sqlite/database.ts';
import { migrate, STEPS } from '../src/sqlite/migrate.ts';
import { newPlace } from './sqlite-place.ts';

let place: Awaited<ReturnType<typeof newPlace>>;
beforeEach(async () => {
  place = await newPlace();
  await mkdir(dirname(place.path));
});
afterEach(() => place.remove());

const withFile = <T>(run: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(place.path);
  try {
    return run(db);
  } finally {
    db.close();
  }
};
const appliedSteps = () =>
  withFile((db) =>
    db
      .prepare('SELECT id FROM migrations ORDER BY id')
      .all()
      .map((row) => row['id']),
  );
const tables = () =>
  withFile((db) =>
    db
      .prepare('SELECT name, sql FROM sqlite_schema ORDER BY name')
      .all()
      .map((row) => ({ ...row })),
  );

describe('migrations', () => {
  test('are numbered without gaps', () => {
    expect(STEPS.map((step) => step.id)).toEqual(STEPS.map((_, index) => index + 1));
  });

  test.each(STEPS.map((step) => step.id))(
    'bring a store that stopped after step %d to the newest tables',
    async (count) => {
      await (await place.open()).close();
      const newest = tables();
      await place.remove();
      await mkdir(dirname(place.path), { recursive: true });
      withFile((db) => migrate(new Database(db), 1000, STEPS.slice(0, count)));
      expect(appliedSteps().length).toBe(count);
      const store = await place.open();
      await store.commitUpload(uploadOf([punchOf(1)]));
      await store.close();
      expect(appliedSteps()).toEqual(STEPS.map((step) => step.id));
      expect(tables()).toEqual(newest);
    },
  );

  test('keep what an earlier version stored', async () => {
    withFile((db) => {
      migrate(new Database(db), 1000, STEPS.slice(0, 1));
      db.exec(
        `INSERT INTO terminals (serial_number, brand, status, first_seen_at, last_contact_at) VALUES ('OLD1', 'b', 'approved', 1, 2)`,
      );
    });
    const store = await place.open();
    expect((await store.allTerminals()).map((terminal) => terminal.serialNumber)).toEqual(['OLD1']);
    await store.close();
  });

  test('count what an earlier version kept aside, and erase what ended', async () => {
    const parkedRow = (digest: string, state: string) =>
      `INSERT INTO parked (terminal_id, brand, reason, detail, source_table, digest, size, is_sensitive, request, key_id,
         sealed, first_at, last_at, state) VALUES (1, 'b', 'r', 'd', 't', '${digest}', 3, 0, '{}', 'k', x'010203', 1, 1, '${state}')`;
    withFile((db) => {
      migrate(new Database(db), 1000, STEPS.slice(0, 5));
      const terminals = ['-', 'QUARANTINED', 'BARE', 'PUNCHED', 'NAMED', 'ADDED'].map(
        (name) =>
          `('${name}', 'b', 'pending', '${name === 'NAMED' ? '{"name":"x"}' : '{}'}', 1, ${name === 'ADDED' ? 0 : 2})`,
      );
      db.exec(
        `INSERT INTO terminals (serial_number, brand, status, settings, first_seen_at, last_contact_at) VALUES ${terminals.join()}`,
      );
      for (const state of ['parked', 'retry', 'resolved', 'discarded']) db.exec(parkedRow(state, state));
      db.exec(`INSERT INTO quarantine (terminal_id, brand, operation, remote_address, received_at, digest, size, charged,
        key_id, sealed) VALUES (2, 'b', 'o', 'a', 1, 'd', 1, 513, 'k', x'01')`);
      db.exec(`INSERT INTO punches (id, upload_id, terminal_id, pin, instant, wall_time, zone, certainty, flags, extra, raw)
        VALUES ('p', 1, 4, '1', 1, 'w', 'UTC', 'exact', '', '{}', x'')`);
    });
    await (await place.open()).close();
    const rows = withFile((db) =>
      db
        .prepare(
          'SELECT serial_number, parked_items, parked_bytes, quarantine_items, is_bare FROM terminals ORDER BY id',
        )
        .all(),
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['-', 2, 1030, 0, 0],
      ['QUARANTINED', 0, 0, 1, 1],
      ['BARE', 0, 0, 0, 1],
      ['PUNCHED', 0, 0, 0, 0],
      ['NAMED', 0, 0, 0, 0],
      ['ADDED', 0, 0, 0, 0],
    ]);
    const lengths = withFile((db) => db.prepare('SELECT length(sealed) AS n, charged FROM parked ORDER BY id').all());
    expect(lengths.map((row) => [row['n'], row['charged']])).toEqual([
      [3, 515],
      [3, 515],
      [0, 0],
      [0, 0],
    ]);
  });

  test('carry the mailboxes of an earlier version over: what waits still waits, what was out goes again', async () => {
    withFile((db) => {
      migrate(new Database(db), 1000, STEPS.slice(0, 6));
      db.exec(`INSERT INTO terminals (serial_number, brand, status, first_seen_at, last_contact_at)
        VALUES ('${SN}', 'b', 'approved', 1, 2)`);
      const row = (id: number, state: string, times: number, code: string | null, at: number | null) =>
        `(${id}, 1, 'restart', '{"a":${id}}', '${state}', ${code === null ? 'NULL, NULL' : `'${code}', '{"i":1}'`}, ${times}, 10, ${at}, ${at})`;
      db.exec(`INSERT INTO commands (id, terminal_id, kind, parameters, state, result_code, result_info, times_sent, created_at,
        sent_at, answered_at) VALUES ${[
          row(3, 'queued', 0, null, null),
          row(4, 'sent', 2, null, null),
          row(5, 'done', 1, '0', 20),
          row(6, 'failed', 3, '-1', 30),
          row(9, 'expired', 1, null, null),
        ].join()}`);
      db.exec(`INSERT INTO templates (terminal_id, pin, kind, no, idx, version, algorithm, is_valid, is_duress, encoding, size,
        digest, key_id, sealed, received_at) VALUES (1, '1', 'face', 0, 0, '7', 'zk', 1, 0, 'binary', 1, 'd', 'k', x'01', 77)`);
    });
    const store = await place.open();
    const rows = await store.listCommands({ limit: 9 });
    expect(
      rows.map(({ id, state, attempts, closedAt, reason, proof }) => [id, state, attempts, closedAt, reason, proof]),
    ).toEqual([
      ['9', 'expired', 1, 10, 'too-late', undefined],
      ['6', 'failed', 3, 30, 'refused', undefined],
      ['5', 'verified', 1, 20, undefined, 'answer'],
      ['4', 'sent', 2, undefined, undefined, undefined],
      ['3', 'queued', 0, undefined, undefined, undefined],
    ]);
    expect(rows[2]).toMatchObject({ parameters: { a: 5 }, resultCode: '0', resultInfo: { i: 1 }, origin: 'service' });
    const taken = await store.takeCommands(SN, takeOf({ now: Date.now() }));
    expect(taken.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['3', 1],
      ['4', 3],
    ]);
    expect((await store.queueCommands([orderOf()], 1))[0]?.id).toBe('10');
    expect(await store.templatesOf(asPin('1'))).toMatchObject([{ receivedAt: 77, seenAt: 77 }]);
    await store.close();
  });

  test('run once when several open a new store at the same time', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
    await Promise.all(stores.map((store, n) => store.commitUpload(uploadOf([punchOf(n)]))));
    expect((await stores[0]!.counts()).punches).toBe(4);
    await Promise.all(stores.map((store) => store.close()));
    expect(appliedSteps()).toEqual(STEPS.map((step) => step.id));
  });

  test('a step that fails leaves the store as it was', () => {
    withFile((db) => migrate(new Database(db), 1000));
    const before = tables();
    const bad = { id: STEPS.length + 1, name: 'bad', sql: 'CREATE TABLE half (a); CREATE TABLE half (a);' };
    expect(() => withFile((db) => migrate(new Database(db), 1000, [...STEPS, bad]))).toThrow('already exists');
    expect(tables()).toEqual(before);
    expect(appliedSteps().length).toBe(STEPS.length);
  });

  test('a store of a newer version is refused and not touched', async () => {
    const next = { id: STEPS.length + 1, name: 'next', sql: 'CREATE TABLE next (a);' };
    withFile((db) => migrate(new Database(db), 1000, [...STEPS, next]));
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_TOO_NEW', kind: 'ours' });
    expect(appliedSteps().length).toBe(STEPS.length + 1);
  });

  test('a store whose steps are not ours is refused', async () => {
    withFile((db) => {
      migrate(new Database(db), 1000);
      db.exec("UPDATE migrations SET digest = 'x' WHERE id = 2");
    });
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_BROKEN' });
  });

  test('a file that is no database, or of another program, is refused and not touched', async () => {
    const text = 'this is no database at all, but it is long enough to be read as one. '.repeat(20);
    await writeFile(place.path, text);
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_BROKEN' });
    expect((await stat(place.path)).size).toBe(text.length);
    await writeFile(place.path, '');
    withFile((db) => db.exec('CREATE TABLE theirs (a)'));
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_BROKEN' });
    expect(tables().map((row) => row['name'])).toEqual(['theirs']);
    expect(withFile((db) => db.prepare('PRAGMA journal_mode').get())).toMatchObject({ journal_mode: 'delete' });
  });

  test('a place that cannot be written is unavailable', async () => {
    await writeFile(place.path, '');
    await expect(openSqliteStore({ path: `${place.path}/below/a/file.db` })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });

  test('only the owner may read the file and its folder', async () => {
    await place.remove();
    const store = await place.open();
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await Promise.all([modeOf(dirname(place.path)), modeOf(place.path), modeOf(`${place.path}-wal`)])).toEqual([
      0o700, 0o600, 0o600,
    ]);
    await store.close();
    await chmod(place.path, 0o644);
    await (await place.open()).close();
    expect(await modeOf(place.path)).toBe(0o600);
  });
});
