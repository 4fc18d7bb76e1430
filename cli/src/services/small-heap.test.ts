import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** Keeps objects alive just long enough to be copied, which is what makes the space for new ones grow; tells its largest size. */
const CHURN = `
  import { getHeapSpaceStatistics } from 'node:v8';
  let [kept, most] = [[], 0];
  for (let turn = 0; turn < 30; turn += 1) {
    for (let i = 0; i < 50_000; i += 1) kept.push({ i, list: [i] });
    if (kept.length > 200_000) kept = kept.slice(100_000);
    most = Math.max(most, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
    await new Promise(setImmediate);
  }
  console.log(most / 2 ** 20);
`;

function largestNewSpaceMiB(first: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `${first}\n${CHURN}`], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  if (stdout === '') throw new Error(stderr);
  return Number(stdout);
}

test('the space for new objects grows far with V8 left alone, and not beyond a step over its limit with us', () => {
  expect(largestNewSpaceMiB('')).toBeGreaterThan(40);
  expect(largestNewSpaceMiB(`await import('./small-heap.ts');`)).toBeLessThanOrEqual(33);
});
