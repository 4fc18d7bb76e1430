import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { punchesOf, punchOf, uploadOf } from '../src/conformance/builders.ts';
import { openSqliteStore } from '../src/index.ts';

/** A file system of 4 MiB, where one may be mounted: that takes root on Linux. */
function mountSmall(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'biolistener-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder); // not root, or no such thing here: the test is skipped
    return undefined;
  }
}

describe('a real file system that is full', () => {
  let folder: string | undefined;
  beforeEach(() => {
    folder = mountSmall();
  });
  afterEach(() => {
    if (folder === undefined) return;
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });

  test('acknowledges nothing that is not kept, and works again once there is room', async () => {
    if (folder === undefined) {
      console.warn('skipped: no right to mount a small file system');
      return;
    }
    const path = join(folder, 'store.db');
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, new Uint8Array(2 ** 20));
    const store = await openSqliteStore({ path });
    const acknowledged: number[] = [];
    let failure: unknown;
    for (let n = 0; failure === undefined && n < 100_000; n += 50)
      await store
        .commitUpload(uploadOf(punchesOf(n, n + 50)))
        .then(() => acknowledged.push(n))
        .catch((error: unknown) => (failure = error));
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(acknowledged.length).toBeGreaterThan(5);
    expect((await store.counts()).punches).toBe(acknowledged.length * 50);

    rmSync(ballast);
    expect((await store.commitUpload(uploadOf([punchOf(-1)]))).newPunches).toBe(1);
    await store.close();
    const again = await openSqliteStore({ path });
    const last = acknowledged.at(-1)!;
    expect(await again.findPunch(punchOf(last + 49).id)).toBeDefined();
    expect((await again.counts()).punches).toBe(acknowledged.length * 50 + 1);
    await again.close();
  });
});
