// Runs Jest on this repository's Node with native ES modules. Arguments go to Jest.
import { spawnSync } from 'node:child_process';

const flags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  // `fetch` parses in WebAssembly, and V8 crashed in WasmImportWrapperCache::Free when it made a faster wrapper after the 1000th
  // call: it never makes one here. Of the product only the container's health check calls `fetch`, once in a process.
  '--wasm-wrapper-tiering-budget=2000000000',
];
const result = spawnSync(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: import.meta.dirname + '/..',
});
process.exit(result.status ?? 1);
