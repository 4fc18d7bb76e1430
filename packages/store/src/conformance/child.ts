import type { Store } from '../contract/index.ts';
import { punchOf, uploadOf } from './builders.ts';

/**
 * A process of its own that writes to the store under test: `child.ts <opener> <handle> <first> <count> <width>`.
 * Commits `count` uploads of one punch each, `width` at a time, numbered from `first`, and writes each number to its output
 * once the store acknowledged it.
 */
const [opener = '', handle = '', first = '0', count = '0', width = '1'] = process.argv.slice(2);
const { open } = (await import(opener)) as { open: (handle: string) => Promise<Store> }; // what a harness names
const store = await open(handle);

let next = Number(first);
const end = next + Number(count);
async function writeOn(): Promise<void> {
  while (next < end) {
    const n = next++;
    await store.commitUpload(uploadOf([punchOf(n)]));
    process.stdout.write(`${n}\n`);
  }
}
await Promise.all(Array.from({ length: Number(width) }, writeOn));
await store.close();
