// Format, lint, types, direction of dependencies. Warnings count as errors.
import { spawnSync } from 'node:child_process';

const root = `${import.meta.dirname}/..`;
const steps = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint', 'eslint', '--max-warnings', '0', '.'],
  ['dependency direction', 'depcruise', '--output-type', 'err', 'packages', 'apps', 'cli', 'nginx'],
];

let failures = 0;
for (const [name, program, ...words] of steps) {
  const startedAt = Date.now();
  const { status } = spawnSync(program, words, {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH}` },
  });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (status !== 0) failures += 1;
}
process.exit(failures === 0 ? 0 : 1);
