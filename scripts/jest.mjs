// Runs Jest on this repository's Node with native ES modules. Arguments go to Jest.
import { spawnSync } from 'node:child_process';

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const result = spawnSync(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: import.meta.dirname + '/..',
});
process.exit(result.status ?? 1);
