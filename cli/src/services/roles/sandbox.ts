import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { startSandbox } from '@biolistener/sandbox';
import { pathIn } from '../site.ts';
import type { Composition } from './composition.ts';

export async function addSandbox({ site, stops, checks }: Composition): Promise<void> {
  const { settings } = site;
  const file = pathIn(settings, 'sandbox', 'sandbox.db');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const timeZone = settings.sandboxTimeZone ?? settings.timeZone;
  const sandbox = await startSandbox({ port: settings.sandboxPort, file, timeZone });
  stops.add('sandbox', () => sandbox.stop());
  checks.set('sandbox', () => ({ part: 'sandbox', state: 'ok', message: `stands in for ERPNext at ${sandbox.url}` }));
}
