import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { workerAccount } from './account.ts';
import { capacityHere } from './capacity.ts';
import { writeFileWhole } from './files.ts';
import { renderPrivateConf } from './render.ts';

/** Makes the directory of a private instance: nginx.conf for this machine and user, and what nginx wants to find. */
export async function writePrivateConf(dir: string): Promise<void> {
  for (const part of ['conf.d', 'logs', 'temp']) await mkdir(join(dir, part), { recursive: true });
  const user = await workerAccount(dir);
  await writeFileWhole(join(dir, 'nginx.conf'), renderPrivateConf({ dir, user, ...(await capacityHere()) }));
}
