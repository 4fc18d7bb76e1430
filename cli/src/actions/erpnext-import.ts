import { importFromBiometricIntegration, type ImportReport } from '@biolistener/erpnext';
import { counted, print, table } from '../output.ts';
import { actorHere } from '../services/actor.ts';
import { readEbknFile } from '../services/ebkn-file.ts';
import type { AdminOptions } from '../services/erpnext-access.ts';
import { openVault } from '../services/site.ts';
import { withStore } from '../services/with-store.ts';
import { withAdmin } from './erpnext-site.ts';

export interface ImportOptions extends AdminOptions {
  readonly apply?: boolean;
  readonly json?: boolean;
}

/** Reads the site with the administrator's key; writes only here, and only with `--apply`. */
export async function importSite(options: ImportOptions): Promise<void> {
  await withStore(async ({ store, settings }) => {
    const how = {
      apply: options.apply === true,
      actor: actorHere(),
      now: () => Date.now(),
      readEbknFrame: readEbknFile,
    };
    const report = await withAdmin(options, (client) =>
      importFromBiometricIntegration(client, store, openVault(settings), how),
    );
    print(options, report, () => reportText(report));
  });
}

function reportText({ found, isApplied, entries }: ImportReport): string {
  if (found === undefined) return 'The site has nothing of the app biometric_integration that this key can read.';
  const columns = [
    { title: 'what', value: (one: ImportReport['entries'][number]) => one.what },
    { title: 'name', value: (one: ImportReport['entries'][number]) => one.name },
    { title: 'outcome', value: (one: ImportReport['entries'][number]) => one.outcome },
    { title: 'detail', value: (one: ImportReport['entries'][number]) => one.detail },
  ];
  const done = counted(entries.filter(({ outcome }) => outcome === 'imported').length, 'entry', 'entries');
  const end = isApplied ? `${done} imported.` : `${done} would be imported: --apply does it.`;
  return `${table(entries, columns, 'It holds no device and no user.')}\n\n${end}`;
}
