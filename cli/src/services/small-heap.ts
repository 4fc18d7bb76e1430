import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

// Imported first by what runs for long. `--max-semi-space-size` would do the first of the two, but only on a command line, and
// would have to be repeated by everything that starts us; these are among the few flags that V8 still heeds later
// (docs/decisions/0006).

/** What the space for new objects may grow to. */
const NEW_SPACE_BYTES = 16 * 1024 * 1024;

/**
 * Left alone that space grows to 128 MiB as soon as ten thousand terminals are loaded, although nearly all that a request
 * makes is dead before its reply is out. V8 also lets it shrink, after a night without work: so growing is allowed again
 * below the limit, and forbidden at it.
 */
function limitNewSpace(): void {
  const size = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
  setFlagsFromString(`--semi-space-growth-factor=${size < NEW_SPACE_BYTES ? 2 : 1}`);
}
limitNewSpace();
// it only ever grows in a collection
new PerformanceObserver(limitNewSpace).observe({ entryTypes: ['gc'] });

// What lives on may grow by half before it is swept. Left alone it is let grow to three times what the terminals need.
setFlagsFromString('--heap-growing-percent=50');

// So small a space is emptied sooner by the thread that found it full than four others can be woken for it.
setFlagsFromString('--no-parallel-scavenge');

// Threads that start later keep what they begin with. V8 would let it shrink to 1 MiB, and growing is forbidden to all threads at
// once: that of the store would sweep at each part of a long upload, and copy what it is just about to store.
setFlagsFromString('--min-semi-space-size=4');
