import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pieceOf, punchesOf, punchOf, SN, T0, templateOf, uploadOf } from '../src/conformance/builders.ts';
import { openSqliteStore, type Store } from '../src/index.ts';
import { Database, openWriting } from '../src/sqlite/database.ts';
import { listPunches } from '../src/sqlite/punches-read.ts';
import { counts } from '../src/sqlite/kept-read.ts';
import { addSearchRows } from '../src/sqlite/search-rows.ts';
import { findTerminal } from '../src/sqlite/terminals-read.ts';
import { startWriter } from '../src/sqlite/channel.ts';
import type { WriterData } from '../src/sqlite/protocol.ts';
import { newPlace } from './sqlite-place.ts';

let place: Awaited<ReturnType<typeof newPlace>>;
beforeEach(async () => {
  place = await newPlace();
});
afterEach(() => place.remove());

/** Opens a store and keeps hold of its threads. */
async function openWatched(onWriterError?: (error: Error) => void): Promise<{ store: Store; threads: Worker[] }> {
  const threads: Worker[] = [];
  const startThread = (data: WriterData): Worker => {
    const thread = startWriter(data);
    threads.push(thread);
    return thread;
  };
  const store = await openSqliteStore({
    path: place.path,
    busyTimeoutMs: 100,
    startThread,
    ...(onWriterError && { onWriterError }),
  });
  return { store, threads };
}

describe('the writer thread', () => {
  test('when it dies, open writes fail as unavailable and the next write works', async () => {
    const errors: Error[] = [];
    const { store, threads } = await openWatched((error) => errors.push(error));
    await store.commitUpload(uploadOf([punchOf(1)]));
    const open = store.commitUpload(uploadOf(punchesOf(100, 20_000)));
    const outcome = expect(open).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', kind: 'transient' });
    await new Promise(setImmediate);
    await threads[0]!.terminate();
    await outcome;
    expect(errors).toMatchObject([{ code: 'STORE_UNAVAILABLE' }]);
    expect((await store.commitUpload(uploadOf([punchOf(2)]))).newPunches).toBe(1);
    expect((await store.counts()).punches).toBe(2);
    expect(threads.length).toBe(2);
    await store.close();
  });

  test('when no new one can be made, what was asked fails and a later write works', async () => {
    const errors: Error[] = [];
    const threads: Worker[] = [];
    let isRefused = false;
    const startThread = (data: WriterData): Worker => {
      if (isRefused) throw new Error('no more threads');
      const thread = startWriter(data);
      threads.push(thread);
      return thread;
    };
    const onWriterError = (error: Error) => errors.push(error);
    const store = await openSqliteStore({ path: place.path, startThread, onWriterError });
    await threads[0]!.terminate();
    isRefused = true;
    const writes = await Promise.allSettled([store.setCursor('a', '1'), store.commitUpload(uploadOf([punchOf(1)]))]);
    const unavailable = { reason: { code: 'STORE_UNAVAILABLE', kind: 'transient' } };
    expect(writes).toMatchObject([unavailable, unavailable]);
    expect(errors.at(-1)).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { message: 'no more threads' } });
    isRefused = false;
    expect((await store.commitUpload(uploadOf([punchOf(1)]))).newPunches).toBe(1);
    await store.close();
  });

  test('is gone after close, also when close is asked twice at once', async () => {
    const { store, threads } = await openWatched();
    const ended = once(threads[0]!, 'exit');
    await Promise.all([store.close(), store.close()]);
    await ended;
    expect(threads[0]!.threadId).toBe(-1);
    await expect(stat(`${place.path}-wal`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('closing after the thread died is quiet', async () => {
    const { store, threads } = await openWatched();
    await threads[0]!.terminate();
    await store.close();
    expect(threads.length).toBe(1);
  });

  test('what is no data is refused alone', async () => {
    const { store } = await openWatched();
    const results = await Promise.allSettled([
      store.commitUpload(uploadOf([punchOf(1)])),
      store.setCursor('a', (() => 'no data') as unknown as string),
      store.commitUpload(uploadOf([punchOf(2)])),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'STORE_REJECTED' } });
    await store.close();
  });

  test('waits for the lock of another process up to its time-out, then fails without storing', async () => {
    const { store } = await openWatched();
    await store.commitUpload(uploadOf([punchOf(1)]));
    const other = new DatabaseSync(place.path);
    other.exec('BEGIN IMMEDIATE');
    const writes = await Promise.allSettled([store.commitUpload(uploadOf([punchOf(2)])), store.probe()]);
    expect(writes).toMatchObject([
      { reason: { code: 'STORE_UNAVAILABLE' } },
      { reason: { code: 'STORE_UNAVAILABLE' } },
    ]);
    other.exec('COMMIT');
    other.close();
    expect((await store.commitUpload(uploadOf([punchOf(2)]))).newPunches).toBe(1);
    await store.close();
  });

  test('syncs every commit: the pragmas of the writing connection say so', async () => {
    await (await place.open()).close();
    const db = openWriting(place.path, 100, undefined);
    const pragma = (name: string) => Object.values(db.get(`PRAGMA ${name}`) ?? {})[0];
    expect([pragma('synchronous'), pragma('journal_mode'), pragma('secure_delete'), pragma('foreign_keys')]).toEqual([
      2,
      'wal',
      1,
      1,
    ]);
    db.close();
  });
});

describe('the tables behind', () => {
  test('a replaced template leaves its digest and no bytes, anywhere in the file', async () => {
    const store = await place.open();
    const secret = `first-sealed-bytes-${'x'.repeat(9000)}-end`;
    await store.commitUpload(uploadOf([], { templates: [templateOf(secret)] }));
    await store.commitUpload(uploadOf([], { receivedAt: T0 + 5, templates: [templateOf('second')] }));
    await store.commitUpload(
      uploadOf([], { receivedAt: T0 + 9, templates: [templateOf('second', { isValid: false })] }),
    );
    await store.close();
    const db = new DatabaseSync(place.path, { readOnly: true });
    expect(db.prepare('SELECT digest, received_at, is_valid FROM templates').all()).toMatchObject([
      { digest: templateOf('second').digest, received_at: T0 + 5, is_valid: 0 },
    ]);
    expect(db.prepare('SELECT digest, received_at, replaced_at FROM template_history').all()).toMatchObject([
      { digest: templateOf(secret).digest, received_at: T0, replaced_at: T0 + 5 },
    ]);
    db.close();
    const file = await readFile(place.path);
    expect(file.includes('second')).toBe(true);
    expect(file.includes('first-sealed-bytes')).toBe(false);
    expect(file.includes('xxxxxxxxxxxxxxxx')).toBe(false);
  });

  test('a user keeps what a terminal does not say again, and a name is not lost to an empty one', async () => {
    const store = await place.open();
    const send = (user: object) =>
      store.commitUpload(uploadOf([], { users: [{ pin: punchOf(1).pin, extra: {}, ...user }] }));
    await send({
      name: 'Someone',
      card: '77',
      privilege: 14,
      isEnabled: true,
      extra: { a: 1 },
      secrets: pieceOf('pw').sealed,
    });
    await send({ name: '', group: '2', extra: { b: 2 } });
    await send({ isEnabled: false });
    await store.close();
    const db = new DatabaseSync(place.path, { readOnly: true });
    const { secrets, ...row } = db.prepare('SELECT * FROM users').get()!;
    expect(row).toMatchObject({
      name: 'Someone',
      card: '77',
      privilege: 14,
      user_group: '2',
      is_enabled: 0,
      key_id: 'k1',
      extra: '{"a":1,"b":2}',
    });
    expect(Buffer.from(secrets as Uint8Array).toString()).toBe('pw');
    db.close();
  });

  test('the latest picture of a person wins, attendance pictures are all kept', async () => {
    const store = await place.open();
    const photo = (kind: 'user' | 'attendance', text: string) => ({
      kind,
      pin: punchOf(1).pin,
      wallTime: undefined,
      fileName: '1.jpg',
      size: 1,
      digest: pieceOf(text).digest,
      sealed: pieceOf(text).sealed,
    });
    await store.commitUpload(uploadOf([], { photos: [photo('user', 'a'), photo('attendance', 'a')] }));
    await store.commitUpload(uploadOf([], { photos: [photo('user', 'b'), photo('attendance', 'b')] }));
    await store.close();
    const db = new DatabaseSync(place.path, { readOnly: true });
    const kept = db.prepare('SELECT kind, sealed FROM photos ORDER BY kind, id').all();
    expect(kept.map((row) => `${String(row['kind'])} ${Buffer.from(row['sealed'] as Uint8Array).toString()}`)).toEqual([
      'attendance a',
      'attendance b',
      'user b',
    ]);
    db.close();
  });

  test('stamps and profile that are there already are not written again', async () => {
    const store = await place.open();
    const send = (stamp: string) =>
      store.commitUpload(uploadOf([], { stamps: { ATTLOG: stamp }, profile: { firmware: '8' } }));
    await send('7');
    const db = new DatabaseSync(place.path);
    db.exec(`CREATE TRIGGER watch BEFORE UPDATE OF stamps, profile ON terminals
      BEGIN SELECT RAISE(ABORT, 'written'); END`);
    await send('7');
    await expect(send('8')).rejects.toThrow('written');
    db.exec('DROP TRIGGER watch');
    db.close();
    await store.close();
  });

  test('a parked piece that ended leaves no bytes, anywhere in the file', async () => {
    const store = await place.open();
    const secret = `sealed-piece-${'y'.repeat(9000)}-end`;
    await store.commitUpload(uploadOf([], { parked: [pieceOf(secret), pieceOf('other-piece')] }));
    const [, item] = await store.listParked({ limit: 2 });
    await store.setParkedState(item!.id, 'discarded', 'cli:root');
    await store.close();
    const file = await readFile(place.path);
    expect(file.includes('other-piece')).toBe(true);
    expect(file.includes('sealed-piece')).toBe(false);
    expect(file.includes('yyyyyyyyyyyyyyyy')).toBe(false);
  });

  test('an upload of known punches only leaves no upload row, and its contact is noted', async () => {
    const store = await place.open();
    await store.commitUpload(uploadOf([punchOf(1)]));
    await store.commitUpload(uploadOf([punchOf(1)], { receivedAt: T0 + 60 }));
    expect((await store.findTerminal(SN))!.lastContactAt).toBe(T0 + 60);
    await store.close();
    const db = new DatabaseSync(place.path, { readOnly: true });
    expect(db.prepare('SELECT count(*) AS n FROM uploads').get()).toMatchObject({ n: 1 });
    db.close();
  });
});

describe('the search rows behind the punches', () => {
  test('do not change what a listing or a count answers, whether they are there, in part, or missing', async () => {
    const store = await place.open();
    const early = punchOf(50, { instant: Date.UTC(2099, 0, 1), flags: ['clock-implausible'] });
    await store.commitUpload(uploadOf([...punchesOf(0, 49), early]));
    await store.close();
    const list = (): string[] => {
      const reader = new Database(new DatabaseSync(place.path));
      const filters = [{}, { pin: punchOf(1).pin }, { serialNumber: SN, from: T0 + 10 }, { to: punchOf(30).instant }];
      const found = filters.map((filter) =>
        listPunches(reader, { limit: 7, ...filter })
          .map((punch) => punch.seq)
          .join(),
      );
      const { punches, lastPunchAt } = findTerminal(reader, SN)!;
      const counted = `${punches} ${lastPunchAt} ${counts(reader).punches}`;
      reader.close();
      return [...found, counted];
    };
    const results: string[][] = [];
    for (const limit of [0, 20, 20, 1000]) {
      const db = openWriting(place.path, 100, undefined);
      if (limit === 0) db.exec('DELETE FROM punch_times; UPDATE terminals SET punches = 0, last_punch_at = NULL');
      else addSearchRows(db, limit);
      results.push(list());
      db.close();
    }
    expect(results[0]![0]).toBe('50,49,48,47,46,45,44');
    expect(results[0]![1]).toBe('42,32,22,12,2');
    expect(results[0]![4]).toBe(`50 ${punchOf(48).instant} 50`);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('come by themselves after a while, also for punches that a killed process left', async () => {
    const store = await place.open();
    await store.commitUpload(uploadOf(punchesOf(0, 12_000)));
    const db = new DatabaseSync(place.path, { readOnly: true });
    const rows = () => Number(db.prepare('SELECT count(*) AS n FROM punch_times').get()!['n']);
    while (rows() < 12_000) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(rows()).toBe(12_000);
    db.close();
    await store.close();
  });
});

describe('the file', () => {
  test('can be copied with VACUUM INTO while it is open, and the copy is a store', async () => {
    const store = await place.open();
    await store.commitUpload(uploadOf(punchesOf(0, 30)));
    const db = new DatabaseSync(place.path);
    db.prepare('VACUUM INTO ?').run(`${place.path}.copy`);
    db.close();
    await store.commitUpload(uploadOf([punchOf(99)]));
    const copy = await openSqliteStore({ path: `${place.path}.copy` });
    expect((await copy.counts()).punches).toBe(30);
    await copy.close();
    await store.close();
  });

  test('held open by a process that has nothing else to do does not keep that process alive', async () => {
    const script = `
      const { openSqliteStore } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      const store = await openSqliteStore({ path: ${JSON.stringify(place.path)} });
      await store.setCursor('a', 'b');
      console.log('written');`;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = once(child, 'exit');
    const output = await text(child.stdout);
    await ended;
    expect([output, child.exitCode]).toEqual(['written\n', 0]);
    const store = await place.open();
    expect(await store.getCursor('a')).toBe('b');
    await store.close();
  });
});
