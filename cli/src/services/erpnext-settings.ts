import { existsSync } from 'node:fs';
import { runTimeSettings, type Settings } from '@biolistener/config';
import { storeFile, withStore } from './with-store.ts';

/** Field of Employee that holds the PIN, as people set it; the default before the first start. */
export async function employeeIdField(settings: Settings | undefined): Promise<string> {
  if (settings === undefined || !existsSync(storeFile(settings))) return runTimeSettings([])['employee.id_field'];
  return withStore(async ({ store }) => runTimeSettings(await store.listSettings())['employee.id_field']);
}
