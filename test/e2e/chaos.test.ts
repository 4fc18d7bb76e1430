import { expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

// The kill test itself stands in test/chaos; docs/chaos.md says what its numbers mean.

// as long as a machine may take that does much besides: nothing here is about speed
const TIMEOUT_MS = 30 * 60_000;
jest.setTimeout(TIMEOUT_MS + 30_000);

const MAIN = resolve(import.meta.dirname, '../chaos/main.ts');

interface Verdict {
  readonly code: number;
  readonly account: Readonly<Record<string, unknown>>;
}

/** People, rosters, commands and doors: nothing hangs, nothing is missing on a terminal, no door opened twice for one order. */
const PEOPLE = { arePeopleSettled: true, unsettled: 0, effectsLost: 0, effectsDoubled: 0, peopleExamples: [] };

/** Runs it as a process of its own and reads the last line that it prints. */
function chaos(...words: string[]): Promise<Verdict> {
  return new Promise((done, fail) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: 1 << 26 };
    execFile(process.execPath, [MAIN, '--json', ...words], options, (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? '';
      if (!last.startsWith('{')) return fail(new Error(`no account; it said:\n${stderr.slice(-4000)}`));
      if (error !== null) process.stderr.write(`${stderr.slice(-12_000)}\n`); // what was asked of the terminals that went wrong
      done({ code: error === null ? 0 : Number(error.code), account: JSON.parse(last) as Verdict['account'] });
    });
  });
}

test('fifty kills among terminals of every brand lose nothing, double nothing, and leave nothing unsettled', async () => {
  const { code, account } = await chaos('--kills', '50', '--rate', '15', '--seed', '20261');
  expect(account).toMatchObject({ lost: 0, doubled: 0, isDrained: true, isSettled: true, field: true, examples: [] });
  expect(account['acked']).toBeGreaterThan(100);
  expect(account['parked']).toBeGreaterThan(0);
  expect(account).toMatchObject(PEOPLE);
  for (const brand of ['zkteco', 'ebkn', 'aiface', 'zk-tcp', 'suprema']) {
    expect([brand, (account['ackedOf'] as Record<string, number>)[brand]]).toEqual([brand, expect.any(Number)]);
    expect([brand, (account['confirmed'] as Record<string, number>)[brand]]).toEqual([brand, expect.any(Number)]);
  }
  const victims = account['byVictim'] as Record<string, number>;
  expect(Object.values(victims).reduce((sum, count) => sum + count, 0)).toBe(50);
  expect(Object.keys(victims).sort()).toEqual(['listener', 'redis', 'sandbox', 'worker']);
  expect(code).toBe(0);
});

test('the same holds where the site may not be given the punch id field', async () => {
  const { code, account } = await chaos('--without-people', '--without-field', '--kills', '10', '--seed', '20262');
  expect(account).toMatchObject({ lost: 0, doubled: 0, isDrained: true, isSettled: true, field: false });
  expect(account).toMatchObject(PEOPLE);
  expect(account['acked']).toBeGreaterThan(0);
  expect(code).toBe(0);
});
