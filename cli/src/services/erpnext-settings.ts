import { existsSync } from 'node:fs';
import { runTimeSettings, type RunTimeSettings, type Settings } from '@biolistener/config';
import type { SelfTestOptions } from '@biolistener/erpnext';
import { storeFile, withStore } from './with-store.ts';

/** What the self-test asks of the settings that people make: the defaults before the first start. */
export async function selfTestSettings(
  settings: Settings | undefined,
): Promise<Pick<SelfTestOptions, 'employeeIdField' | 'logTypePolicy'>> {
  const made = await madeSettings(settings);
  return { employeeIdField: made['employee.id_field'], logTypePolicy: made['log_type.policy'] };
}

async function madeSettings(settings: Settings | undefined): Promise<RunTimeSettings> {
  if (settings === undefined || !existsSync(storeFile(settings))) return runTimeSettings([]);
  return withStore(async ({ store }) => runTimeSettings(await store.listSettings()));
}
