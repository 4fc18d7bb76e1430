import type { Store } from '../contract/index.ts';
import { ANSWER_WITHIN_MS, orderOf, rowOf, SN, T0, takeOf } from './builders.ts';

/**
 * A process of its own that works on the mailbox of SN: `mailbox-child.ts <opener> <handle> take|put <person id>`.
 * `take` takes and marks sent one command after the other and writes the id of each. `put` writes the row of a person anew
 * with a command for it, again and again, and writes the id of each command.
 */
const [opener = '', handle = '', deed = '', person = ''] = process.argv.slice(2);
const { open } = (await import(opener)) as { open: (handle: string) => Promise<Store> }; // what a harness names
const store = await open(handle);

async function take(): Promise<string | undefined> {
  const [taken] = await store.takeCommands(SN, takeOf({ limit: 1 }));
  if (taken) await store.markSent([taken.id], T0, ANSWER_WITHIN_MS);
  return taken?.id;
}

const put = async (): Promise<string | undefined> =>
  (await store.applyRoster([rowOf(person, { state: 'queued' }, { command: 0 })], [orderOf()], T0)).commandIds[0];

for (let id = await (deed === 'take' ? take() : put()); id !== undefined; id = await (deed === 'take' ? take() : put()))
  process.stdout.write(`${id}\n`);
await store.close();
