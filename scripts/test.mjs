// The whole of `npm test`: checks, then every suite, then one line that says how many tests passed and failed.
//   --only unit,medium,e2e   some suites alone, without the checks
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1].split(',') : undefined;
const folder = mkdtempSync(join(tmpdir(), 'biolistener-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

function run(title, words) {
  console.log(`\n── ${title}`);
  return spawnSync(process.execPath, words, { stdio: 'inherit', cwd: root }).status === 0;
}

/**
 * Files whose process died by a signal of the runtime (nothing of ours is native; one cause is known, see jest.mjs): never seen
 * twice for the same file. They run once more, by themselves, and that is said.
 */
function crashedIn(report) {
  const died = /jest worker process .* was terminated by another process: signal=SIG(?:SEGV|TRAP|ILL|BUS)/;
  return report.testResults.filter(({ message }) => died.test(message)).map(({ name }) => name);
}

/** One suite after the other: the larger ones start real servers and would otherwise take each other's cores. */
function suite(name, workers) {
  const report = runSuite(name, workers, []);
  const crashed = report === undefined ? [] : crashedIn(report);
  if (crashed.length > 0) console.log(`\nThe process of these files crashed; they run again: ${crashed.join(', ')}`);
  const again = crashed.length > 0 ? runSuite(name, 1, crashed) : undefined;
  if (report === undefined || (crashed.length > 0 && again === undefined)) totals.failed += 1; // Jest itself did not come through
  for (const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } of [report, again].filter(
    Boolean,
  )) {
    totals.passed += numPassedTests;
    totals.failed += numFailedTests + numRuntimeErrorTestSuites;
    totals.skipped += numPendingTests;
  }
  totals.failed -= crashed.length;
}

/** What Jest reports of a suite, or of some files of it. */
function runSuite(name, workers, files) {
  const report = join(folder, `${name}-${files.length}.json`);
  const words = [
    'scripts/jest.mjs',
    '--selectProjects',
    name,
    `--maxWorkers=${workers}`,
    // a fresh process for each file: one crashed once (SIGSEGV) in a process that had ended SQLite threads for another file
    '--workerIdleMemoryLimit=1MB',
    '--json',
    `--outputFile=${report}`,
    ...(files.length > 0 ? ['--runTestsByPath', ...files] : []),
  ];
  run(files.length > 0 ? `${name} tests, once more` : `${name} tests`, words);
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

const isChecked = only !== undefined || run('format, types, lint, dependency direction', ['scripts/check.mjs']);
if (!isChecked) totals.failed += 1;
for (const [name, workers] of [
  ['unit', 2],
  ['medium', 2],
  ['e2e', 1],
])
  if (only === undefined || only.includes(name)) suite(name, workers);
rmSync(folder, { recursive: true, force: true });

console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
