import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/**
 * Keeps objects alive just long enough to be copied, which is what makes the space for new ones grow; tells its largest size.
 * As with requests, no turn makes so much that it is collected twice: a collection is told only behind the turn.
 */
const CHURN = `
  import { getHeapSpaceStatistics } from 'node:v8';
  let [kept, most] = [[], 0];
  for (let turn = 0; turn < 750; turn += 1) {
    for (let i = 0; i < 2_000; i += 1) kept.push({ i, list: [i] });
    if (kept.length > 200_000) kept = kept.slice(100_000);
    most = Math.max(most, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
    await new Promise(setImmediate);
  }
  console.log(most / 2 ** 20);
`;

/** What a thread has left for new objects after much that died at once. */
const THREAD = `
  import { Worker } from 'node:worker_threads';
  const text = \`
    import { getHeapSpaceStatistics } from 'node:v8';
    import { parentPort } from 'node:worker_threads';
    let kept = [];
    for (let i = 0; i < 1_000_000; i += 1) {
      kept.push({ i, list: [i] });
      if (kept.length > 1000) kept = [];
    }
    parentPort.postMessage(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
  \`;
  const resourceLimits = { maxYoungGenerationSizeMb: 16 };
  new Worker(text, { eval: true, resourceLimits }).on('message', (size) => console.log(size / 2 ** 20));
`;

function newSpaceMiB(first: string, script: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `${first}\n${script}`], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  if (stdout === '') throw new Error(stderr);
  return Number(stdout);
}

/** Of three processes: pages that are just handed on to the old space still count, now and then a few MiB of them. */
const leastNewSpaceMiB = (first: string): number =>
  Math.min(...Array.from({ length: 3 }, () => newSpaceMiB(first, CHURN)));

const OURS = `await import('./small-heap.ts');`;

test('the space for new objects grows far with V8 left alone, and not beyond a step over its limit with us', () => {
  expect(leastNewSpaceMiB('')).toBeGreaterThan(40);
  expect(leastNewSpaceMiB(OURS)).toBeLessThanOrEqual(33);
});

test('a thread keeps four MiB for new objects, which V8 has twice; where growing is forbidden it would shrink to one', () => {
  const noGrowth = `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--semi-space-growth-factor=1');`;
  expect(newSpaceMiB(noGrowth, THREAD)).toBe(2);
  expect(newSpaceMiB(OURS, THREAD)).toBeGreaterThanOrEqual(8);
});
